"""A proposal as a case file to edit: every guess is marked where it stands."""

from gridtide.case.propose import Group, Proposal

HEADROOM = 1.1
LOSSES = 1.4


def text_of(proposal: Proposal, jobs_file: str, unit: str, zone: str, currency: str) -> str:
    """TOML of the proposed case; `jobs_file` is the log beside it. Lines `# guess:` are to be checked."""
    parts = [
        _head(proposal, zone, currency),
        _site(proposal, zone),
        *(_pool(proposal, group) for group in proposal.groups),
        *(_class(group, currency) for group in proposal.groups),
        *(_jobs(proposal, group, jobs_file, unit) for group in proposal.groups),
        _signal(proposal, zone),
    ]
    return "\n".join(parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(_quoted(name) for name in names) + "]"


def _head(proposal: Proposal, zone: str, currency: str) -> str:
    return f"""# Proposed by `gridtide init from` out of {proposal.source}.
# What could be measured was measured; every line marked `# guess:` is to be checked by someone who knows.

[case]
name = {_quoted(f"proposed from {proposal.source}")}
start = {proposal.start.isoformat()}
end = {proposal.end.isoformat()}
step_min = 15
currency = {_quoted(currency)}
length_knowledge = "estimate"      # run times are judged by jobs that have ended
policies = ["run-at-once", "coordinated"]
# guess: groups without a label, and those whose users never waited, are never moved
protect = {_list(proposal.protect)}

[planning]
plan_h = 36
replan_h = 6
forecaster = "persistence"
"""


def _site(proposal: Proposal, zone: str) -> str:
    it_kw = sum(group.accelerators.value * group.busy_kw.value for group in proposal.groups)
    return f"""[[site]]
name = "here"
zone = {_quoted(zone)}
clock = {_quoted(proposal.clock)}
region = "here"
# guess: where the site stands; only shown, and used for sun and distance
latitude = 50.0
longitude = 8.0

[site.facility]
# guess: what the machines below draw together, and a tenth more
it_capacity_kw = {it_kw * HEADROOM:.1f}
cooling = "water-chiller"          # guess: the usual plant

[site.contract]
# guess: the capacity above with cooling and losses; put your connection and your tariff here
import_max_kw = {it_kw * HEADROOM * LOSSES:.1f}
demand_charge_per_kw_month = 0.0
"""


def _pool(proposal: Proposal, group: Group) -> str:
    return f"""[[site.pool]]
name = {_quoted(group.name)}
accelerator = {_quoted(group.name)}
# guess: {group.accelerators.basis}; mean use {group.utilisation:.0%} of it
accelerators = {int(group.accelerators.value)}
# guess: {proposal.parked_kw.basis}
parked_kw_per_accelerator = {min(proposal.parked_kw.value, group.busy_kw.value):.4f}
# guess: {group.busy_kw.basis}
busy_kw_per_accelerator = {group.busy_kw.value:.4f}
"""


def _class(group: Group, currency: str) -> str:
    return f"""[[class]]
name = {_quoted(group.name)}
# guess: assumed, {currency} lost for an accelerator-hour that is never done
value_per_accelerator_h = 2.0
"""


def _jobs(proposal: Proposal, group: Group, jobs_file: str, unit: str) -> str:
    return f"""[[jobs]]
name = {_quoted(group.name)}
class = {_quoted(group.name)}
home = "here"
pool = {_quoted(group.name)}
source = "sacct"
path = {_quoted(jobs_file)}
unit = {_quoted(unit)}
clock = {_quoted(proposal.clock)}
labels = {_list(group.labels)}
# guess: {group.slack_h.basis}
slack_h = {max(group.slack_h.value, 0.0):.2f}
interruptible = false              # guess: the log shows no checkpoints
movable = {"true" if group.movable else "false"}
"""


def _signal(proposal: Proposal, zone: str) -> str:
    return f"""# guess: prices, carbon and weather are made up; give your own with source = "table" and a path
[[signal]]
zone = {_quoted(zone)}
source = "synthetic"
clock = {_quoted(proposal.clock)}
"""
