"""[autonomy] policy: who decides while a case is served, and how far a planner of somebody else is believed there."""

from collections.abc import Iterator

from gridtide.case.plugins import PREFIX
from gridtide.case.schema import CaseFile
from gridtide.finding import Finding
from gridtide.loop.mandate import Policy
from gridtide.loop.on_trial import OnTrial
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.sources.plugin.host import PluginPolicy
from gridtide.trust.modes import Mode
from gridtide.trust.plugin import Trial

USUAL = "coordinated"


def policy_faults(case: CaseFile) -> Iterator[Finding]:
    """Why the policy that a case names cannot decide while it is served."""
    name, trials = case.autonomy.policy, {PREFIX + one.name: one.trial for one in case.plugin}
    if name == USUAL:
        return
    if name not in trials:
        yield Finding(
            subject="autonomy.policy",
            value=name,
            limit=", ".join((USUAL, *sorted(trials))),
            mend="Take the usual one, or list the planner in [[plugin]]: nothing else decides over real things.",
        )
    elif Trial(trials[name]) is Trial.SHADOW:
        yield Finding(
            subject="autonomy.policy",
            value=f"{name} is believed as far as shadow",
            limit="a planner that an approver signed for advise or act",
            mend=f"See how it does: gridtide backtest CASE --canary {name.removeprefix(PREFIX)};"
            " then have it signed anew.",
        )


def tried(policy: Policy, study: Study) -> Policy:
    """The policy; a planner of somebody else with the usual one beside it, which decides once it is flagged."""
    if not isinstance(policy, PluginPolicy):
        return policy
    house, _, _ = policy_named(USUAL, study)
    return OnTrial(planner=policy, house=house, listed=policy.listed)


def believed(policy: Policy) -> Mode:
    """The highest mode in which a policy decides without people: one that advises asks for each decision, whatever
    people let the room do."""
    advises = isinstance(policy, PluginPolicy) and policy.listed.trial is not Trial.ACT
    return Mode.ADVISE if advises else Mode.EMERGENCY
