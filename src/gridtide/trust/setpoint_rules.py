"""What a set-point may be: the agreed rules of a channel, and the first one that a telegram breaks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.setpoint import Quality, Setpoint


class Fault(StrEnum):
    """Why a telegram is refused."""

    NOT_FINITE = "not finite"
    MARKED_INVALID = "marked invalid by its sender"
    DUPLICATE = "the sequence of the last one again"
    REPLAYED = "an older sequence"
    FUTURE = "stamped in the future"
    STALE = "stamped too long ago"
    BACKWARD = "stamped before the one it follows"
    OUTSIDE = "outside the band"
    TOO_FAST = "over the rate limit"


@dataclass(frozen=True, kw_only=True)
class SetpointRules:
    """What a plant agreed with its dispatch centre.

    p_min_kw, p_max_kw: the band. ramp_kw_per_s: how fast set-points may change, and the target follows them.
    return_kw_per_s: how fast the target goes to the agreed schedule, and back to the set-points afterwards.
    cycle_s: between telegrams. hold_cycles: older than so many cycles, a set-point is held and no longer topical.
    local_after_s: older than this, the plant leads itself. fresh_cycles: good telegrams in a row before it follows
    again. ahead_s: how far a stamp may lie in the future. sequence_may_restart: whether a count that begins again is
    taken up once so many telegrams in a row agree; only for channels whose stamps are the sender's.
    Raises BadInput with every fault. Hold, local and fresh defaults: reference practice [unverified], to be agreed.
    """

    p_min_kw: float
    p_max_kw: float
    ramp_kw_per_s: float
    return_kw_per_s: float
    cycle_s: float = 4.0
    hold_cycles: float = 3.0
    local_after_s: float = 60.0
    fresh_cycles: int = 3
    ahead_s: float = 1.0
    sequence_may_restart: bool = False

    def __post_init__(self) -> None:
        refuse_if_any(_faults_of_rules(self))

    @property
    def hold_after_s(self) -> float:
        """The age from which on a set-point is held, s."""
        return self.hold_cycles * self.cycle_s


def broken_rule(
    rules: SetpointRules, last: Setpoint | None, now: datetime, told: Setpoint
) -> Fault | None:
    """The first rule that a telegram breaks, read at `now` after `last`, the last good one; None when it is good."""
    if not math.isfinite(told.p_set_kw):
        return Fault.NOT_FINITE
    if told.quality is Quality.INVALID:
        return Fault.MARKED_INVALID
    if last is not None and told.sequence == last.sequence:
        return Fault.DUPLICATE
    age_s = (now - told.measured_at).total_seconds()
    if age_s < -rules.ahead_s:
        return Fault.FUTURE
    if age_s > rules.hold_after_s:
        return Fault.STALE
    if last is not None and told.sequence < last.sequence:
        return Fault.REPLAYED
    if last is not None and told.measured_at < last.measured_at:
        return Fault.BACKWARD
    if not rules.p_min_kw <= told.p_set_kw <= rules.p_max_kw:
        return Fault.OUTSIDE
    if last is not None and abs(told.p_set_kw - last.p_set_kw) > reachable_kw(rules, last, told):
        return Fault.TOO_FAST
    return None


def reachable_kw(rules: SetpointRules, last: Setpoint, told: Setpoint) -> float:
    """How far a set-point may lie from the last one, kW: the ramp over the time between them, at least one cycle."""
    between_s = (told.measured_at - last.measured_at) / timedelta(seconds=1)
    return rules.ramp_kw_per_s * max(between_s, rules.cycle_s) * (1 + 1e-9)


def limit_of(rules: SetpointRules, last: Setpoint | None, told: Setpoint, fault: Fault) -> str:
    """What would have been right, as text."""
    if fault is Fault.OUTSIDE:
        return f"{rules.p_min_kw:g} to {rules.p_max_kw:g} kW"
    if fault is Fault.TOO_FAST and last is not None:
        return f"within {reachable_kw(rules, last, told):g} kW of {last.p_set_kw:g} kW"
    if fault in (Fault.DUPLICATE, Fault.REPLAYED) and last is not None:
        return f"a sequence above {last.sequence}"
    if fault is Fault.BACKWARD and last is not None:
        return f"not before {last.measured_at.isoformat()}"
    if fault in (Fault.STALE, Fault.FUTURE):
        return f"at most {rules.hold_after_s:g} s old and {rules.ahead_s:g} s ahead"
    return "a number the sender stands by"


def _faults_of_rules(rules: SetpointRules) -> Iterator[Finding]:
    positive = ("ramp_kw_per_s", "return_kw_per_s", "cycle_s", "hold_cycles", "local_after_s")
    for name in positive:
        value = getattr(rules, name)
        if not (math.isfinite(value) and value > 0):
            yield _finding(name, value, "a number above 0")
    if not (math.isfinite(rules.ahead_s) and rules.ahead_s >= 0):
        yield _finding("ahead_s", rules.ahead_s, "0 or more")
    if rules.fresh_cycles < 1:
        yield _finding("fresh_cycles", rules.fresh_cycles, "at least 1")
    for name in ("p_min_kw", "p_max_kw"):
        if not math.isfinite(getattr(rules, name)):
            yield _finding(name, getattr(rules, name), "a finite power")
    if rules.p_min_kw > rules.p_max_kw:
        yield _finding("p_min_kw", rules.p_min_kw, f"at most p_max_kw, {rules.p_max_kw:g}")
    if rules.local_after_s < rules.hold_after_s:
        yield _finding(
            "local_after_s", rules.local_after_s, f"at least {rules.hold_after_s:g} s of holding"
        )


def _finding(name: str, value: float, limit: str) -> Finding:
    return Finding(
        subject=f"set-point rules, {name}",
        value=f"{value:g}",
        limit=limit,
        mend="State what was agreed with the dispatch centre.",
    )
