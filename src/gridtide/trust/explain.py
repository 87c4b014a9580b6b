"""Why: the sentence behind a placement, from the columns that decided it."""

from dataclasses import dataclass
from datetime import datetime

from gridtide.decide.dispatch import Binding, Reason


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What one decision about a job weighed, ready to be said.

    start, place: chosen; None, "" when the job was given no slots. cost: expected money of the chosen
    slots; cost_at_once: of running at once at home; alternative_cost, alternative: the best other place
    (None, "" when there is none). slack_h: hours between release and deadline beyond the declared run
    time; None without a deadline. issue: newest signal used.
    """

    job: str
    as_of: datetime
    reason: Reason
    binding: Binding
    place: str
    home: str
    start: datetime | None
    cost: float
    cost_at_once: float
    alternative: str
    alternative_cost: float | None
    slack_h: float | None
    currency: str
    issue: datetime


def sentence(weighed: Weighed) -> str:
    """One sentence that says what was decided, why, and what it saves."""
    if weighed.start is None:
        return f"{weighed.job} holds no slots: no allowed place has its accelerators free before the deadline"
    chosen = f"{weighed.job} runs at {weighed.place} from {weighed.start:%d %b %H:%M} UTC"
    because = _BECAUSE[weighed.reason].format(home=weighed.home, place=weighed.place)
    return f"{chosen}: {because}{_saving(weighed)}{_limit(weighed)}"


def alternatives(weighed: Weighed) -> tuple[tuple[str, float], ...]:
    """What was weighed against the choice, with its expected cost, cheapest first."""
    choices = [("at once where its data are", weighed.cost_at_once)]
    if weighed.alternative_cost is not None:
        choices.append((f"at {weighed.alternative}", weighed.alternative_cost))
    return tuple(sorted((item for item in choices if item[1] == item[1]), key=lambda item: item[1]))


_BECAUSE = {
    Reason.NOT_PLACED: "no room",
    Reason.AT_ONCE: "no later or other slots are cheaper",
    Reason.PROTECTED: "unlabelled or protected work is never moved",
    Reason.CHEAPER_LATER: "later slots there are cheaper than earlier ones",
    Reason.CHEAPER_ELSEWHERE: "{place} is cheaper than {home} at that time",
    Reason.CHEAPER_LATER_AND_ELSEWHERE: "{place} is cheaper at a later time than {home} at once",
    Reason.NO_SLACK: "its deadline leaves no other slots",
    Reason.NO_ROOM_EARLIER: "earlier slots are taken by work promised before",
    Reason.KEPT: "nothing better came up since it was last decided",
    Reason.WHOLE_IS_CHEAPER: "with all waiting work placed so, the fleet is expected to cost less than where"
    " prices alone would put each job",
    Reason.CROWDED: "the fleet is full and other work waits without a promise, so all of it runs as early as it fits",
    Reason.RULE: "the rule of the policy that was run says so",
    Reason.WITNESS: "the policy's proposal was refused, so the slots that keep its promise stand",
}

_LIMITS = {
    Binding.NONE: "",
    Binding.DEADLINE: "; its deadline kept it from cheaper slots",
    Binding.CAPACITY: "; free accelerators kept it from cheaper slots",
    Binding.REGION: "; it may run at one place only",
    Binding.TRANSFER: "; moving its data would cost more",
    Binding.RELEASE: "",
}


def _saving(weighed: Weighed) -> str:
    saved = weighed.cost_at_once - weighed.cost
    if not saved > 0.005:
        return ""
    return f", saving {saved:,.2f} {weighed.currency} of {weighed.cost_at_once:,.2f}"


def _limit(weighed: Weighed) -> str:
    slack = "" if weighed.slack_h is None else f" (slack {weighed.slack_h:.1f} h)"
    return _LIMITS[weighed.binding] + slack


@dataclass(frozen=True, kw_only=True)
class Routed:
    """What one plan decided about requests of an origin that are answered elsewhere, ready to be said.

    share: of the origin's requests. cost, cost_home: money for 1,000 of them. late_s, late_home_s, late_max_s:
    seconds until the first token there, at home, and allowed.
    """

    service: str
    origin: str
    as_of: datetime
    place: str
    home: str
    share: float
    cost: float
    cost_home: float
    late_s: float
    late_home_s: float
    late_max_s: float
    currency: str


def flow_sentence(routed: Routed) -> str:
    """One sentence that says where requests go, what that saves, and what it costs in time."""
    saved = routed.cost_home - routed.cost
    said = (
        f"{routed.share:.0%} of {routed.service} from {routed.origin} are answered at {routed.place} instead of"
        f" {routed.home}: 1,000 requests cost {routed.cost:,.3f} {routed.currency} there and"
        f" {routed.cost_home:,.3f} at home"
    )
    because = "" if saved > 0 else ", where free machines or the peak leave no room for them"
    late = (
        f"; the first token comes after {routed.late_s:.3f} s instead of {routed.late_home_s:.3f} s"
    )
    return f"{said}{because}{late}, {routed.late_max_s:.3f} s are allowed"
