"""Does this meter still measure? A value that stands still is judged by the meter's own habit of repeating itself."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.setpoint import Quality
from gridtide.trust.setpoint_notes import SetpointNote


@dataclass(frozen=True, kw_only=True)
class MeterRules:
    """When a meter is not believed.

    low, high: what it can show, in its own unit. moved: by how much what it ought to show must have changed while it
    stood still, to count as a witness against it. least_run: repeats that are never a fault. chance: how unlikely so
    many repeats must be by its share of repeats. learned, beyond: without a witness, from how many values on its habit
    is known, and how many times its longest rest so far is too much. Defaults are assumed: on 18 h of a real frequency
    of 1 s, half of whose steps are repeats, they give no alarm.
    Raises BadInput with every fault.
    """

    low: float
    high: float
    moved: float
    least_run: int = 5
    learned: int = 900
    beyond: float = 3.0
    chance: float = 1e-9

    def __post_init__(self) -> None:
        refuse_if_any(_faults(self))


@dataclass(frozen=True, kw_only=True)
class MeterWatched:
    """What is known of a meter. value: the last that was believable. run: repeats of it in a row; longest: before that.
    repeats, changes: of all before this run. lowest, highest: of what it ought to show during the run, NaN unknown."""

    value: float = math.nan
    run: int = 0
    longest: int = 0
    repeats: int = 0
    changes: int = 0
    lowest: float = math.nan
    highest: float = math.nan
    stuck: bool = False
    absurd: bool = False

    @property
    def quality(self) -> Quality:
        """GOOD while it is believed."""
        known = not (self.stuck or self.absurd or math.isnan(self.value))
        return Quality.GOOD if known else Quality.INVALID


def meter_watched(
    rules: MeterRules,
    before: MeterWatched,
    at: datetime,
    value: float,
    expected: float = math.nan,
) -> tuple[MeterWatched, tuple[SetpointNote, ...]]:
    """The meter after one more value, and what is to be recorded: a fault when it begins, and when it is over.

    expected: what it ought to show by the target or by a second meter, NaN where neither is known.
    """
    if not rules.low <= value <= rules.high:
        limit = f"{rules.low:g} to {rules.high:g}"
        said = () if before.absurd else (_note(at, "a meter shows what cannot be", value, limit),)
        return replace(before, absurd=True), said
    state = replace(before, absurd=False)
    if value != before.value:
        over = (_note(at, "a meter moves again", value, ""),) if before.stuck else ()
        return _changed(state, value, expected), over
    lowest, highest = _wider(state, expected)
    state = replace(state, run=state.run + 1, lowest=lowest, highest=highest)
    if state.stuck or not _stands(rules, state):
        return state, ()
    limit = f"at most {state.longest} repeats so far"
    said = (_note(at, f"a meter has repeated itself {state.run} times", value, limit),)
    return replace(state, stuck=True), said


def believed(state: MeterWatched, second: float = math.nan) -> tuple[float, Quality]:
    """The value to go on with: the meter's own; the second source's, not topical, while the meter is not believed;
    the last believable one, invalid, where there is no second."""
    if state.quality is Quality.GOOD:
        return state.value, Quality.GOOD
    if math.isfinite(second):
        return second, Quality.NOT_TOPICAL
    return state.value, Quality.INVALID


def _changed(state: MeterWatched, value: float, expected: float) -> MeterWatched:
    """A run ended: it belongs to the meter's habit unless it was a fault."""
    usual = 0 if state.stuck else state.run
    return replace(
        state,
        value=value,
        run=0,
        longest=max(state.longest, usual),
        repeats=state.repeats + usual,
        changes=state.changes + (not math.isnan(state.value)),
        lowest=expected,
        highest=expected,
        stuck=False,
    )


def _stands(rules: MeterRules, state: MeterWatched) -> bool:
    """Whether a run is too long to be a rest."""
    share = (state.repeats + 1) / (state.repeats + state.changes + 2)
    if state.run < rules.least_run or share**state.run >= rules.chance:
        return False
    if state.highest - state.lowest >= rules.moved:
        return state.run > state.longest
    if state.repeats + state.changes < rules.learned:
        return False
    return state.run > rules.beyond * max(state.longest, rules.least_run)


def _wider(state: MeterWatched, expected: float) -> tuple[float, float]:
    if math.isnan(expected):
        return state.lowest, state.highest
    if math.isnan(state.lowest):
        return expected, expected
    return min(state.lowest, expected), max(state.highest, expected)


def _note(at: datetime, what: str, value: float, limit: str) -> SetpointNote:
    done = "the second source is used, or the last value marked invalid"
    if not limit:
        done = "it is used again"
    return SetpointNote(at=at, what=what, sequence=None, value=f"{value:g}", limit=limit, done=done)


def _faults(rules: MeterRules) -> Iterator[Finding]:
    if not rules.low < rules.high:
        yield _finding("low", rules.low, f"below high, {rules.high:g}")
    if not rules.moved > 0:
        yield _finding("moved", rules.moved, "above 0")
    if rules.least_run < 1:
        yield _finding("least_run", rules.least_run, "at least 1")
    if not rules.beyond >= 1:
        yield _finding("beyond", rules.beyond, "at least 1")
    if not 0 < rules.chance < 1:
        yield _finding("chance", rules.chance, "between 0 and 1")


def _finding(name: str, value: float, limit: str) -> Finding:
    return Finding(
        subject=f"meter rules, {name}",
        value=f"{value:g}",
        limit=limit,
        mend="State what this meter can show.",
    )
