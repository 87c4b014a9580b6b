"""Does a waveform keep a rule, by how much, and where is it worst?"""

from dataclasses import dataclass
from enum import StrEnum

from gridtide.grid.band import BandFilter, band_share, in_band, settled, visible_hz
from gridtide.grid.connection import Connection
from gridtide.grid.flicker import OBSERVED_S, severities
from gridtide.grid.ramp import Worst, course_step, mean_ramp, ramp_percentile, step_within
from gridtide.grid.rule import Quantity, Rule, limit_of
from gridtide.grid.voltage import rapid_change, voltage_course
from gridtide.grid.waveform import Waveform, steps_in

ROUNDING = 1e-9
SAMPLES_IN_WINDOW = 2
FLICKER_HZ = 35.0


class Outcome(StrEnum):
    """What a rule says of a waveform."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "cannot be judged"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a rule must know beside the waveform. nominal_kw: what the load is connected for; connection: None where
    nobody declared it. peak_kw: that shares of the peak are of, the waveform's own where None: what a store does to the
    peak must not move the limit it is judged by."""

    nominal_kw: float
    connection: Connection | None = None
    peak_kw: float | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """value, limit: in the rule's unit; value None where nothing could be measured. from_s, to_s: of the record, where
    it is worst, None where that is no moment. at_least: sampling hides a part, so the true value is no smaller.
    applies: whether the rule holds for a load of this size. how: the filter or window used; why: what was missing."""

    rule: Rule
    outcome: Outcome
    value: float | None
    limit: float
    applies: bool
    from_s: float | None = None
    to_s: float | None = None
    at_least: bool = False
    how: str = ""
    why: str = ""

    @property
    def fails(self) -> bool:
        """Whether a rule that applies is broken."""
        return self.applies and self.outcome == Outcome.FAIL

    @property
    def passes(self) -> bool:
        """Whether it is kept or does not apply."""
        return not self.applies or self.outcome == Outcome.PASS


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A quantity as far as it could be measured."""

    worst: Worst | None = None
    value: float | None = None
    at_least: bool = False
    how: str = ""
    why: str = ""


def judged(rule: Rule, waveform: Waveform, load: Load, *, asked: bool = False) -> Verdict:
    """The verdict of one rule. What sampling or length do not show is never a pass.

    asked: the rule was named, so it holds whatever the size of the load.
    """
    found = MEASURES[rule.quantity](rule, waveform, load)
    peak_kw = waveform.peak_kw if load.peak_kw is None else load.peak_kw
    limit = limit_of(rule, peak_kw, load.nominal_kw)
    value = found.worst.value if found.worst is not None else found.value
    over = value is not None and value > limit * (1.0 + ROUNDING)
    hidden = value is None or (found.at_least and not over)
    outcome = Outcome.FAIL if over else Outcome.UNKNOWN if hidden else Outcome.PASS
    start = waveform.start_s
    return Verdict(
        rule=rule,
        outcome=outcome,
        value=value,
        limit=limit,
        applies=asked or load.nominal_kw >= rule.applies_above_kw,
        from_s=None if found.worst is None else start + found.worst.from_s,
        to_s=None if found.worst is None else start + found.worst.to_s,
        at_least=found.at_least,
        how=found.how,
        why=found.why,
    )


def _mean_ramp(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    assert rule.window_s is not None
    unseen = _unseen(rule.window_s, waveform)
    if unseen:
        return Measured(why=unseen)
    worst = mean_ramp(waveform, rule.window_s, rule.direction)
    return Measured(worst=worst, how=f"mean over any {rule.window_s:g} s")


def _ramp_percentile(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    assert rule.window_s is not None and rule.percentile is not None
    if waveform.step_s > rule.window_s:
        return Measured(why=_unseen(rule.window_s, waveform))
    try:
        value = ramp_percentile(waveform, rule.window_s, rule.percentile)
    except ValueError:
        return Measured(why=f"the record is shorter than two blocks of {rule.window_s:g} s")
    return Measured(value=value, how=f"between means of {rule.window_s:g} s")


def _step(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    """A step is there as soon as two samples show it; that there is none needs samples throughout the window."""
    assert rule.window_s is not None
    if waveform.step_s > rule.window_s:
        return Measured(why=_unseen(rule.window_s, waveform))
    coarse = waveform.step_s * SAMPLES_IN_WINDOW > rule.window_s
    worst = step_within(waveform, rule.window_s, rule.direction)
    why = (
        f"one sample each {waveform.step_s:g} s hides what {rule.window_s:g} s hold"
        if coarse
        else ""
    )
    how = f"between any two moments within {rule.window_s:g} s"
    return Measured(worst=worst, at_least=coarse, how=how, why=why)


def _band_swing(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    assert rule.band_hz is not None
    low, high = rule.band_hz
    seen = visible_hz(waveform)
    if seen <= 2.0 * low:
        return Measured(
            why=f"one sample each {waveform.step_s:g} s shows nothing of {low:g} to {high:g} Hz"
        )
    hidden = high > seen
    band = BandFilter(low_hz=low, high_hz=min(high, seen))
    kept = settled(waveform, band)
    window_s = rule.window_s if rule.window_s is not None else waveform.lasts_s
    needed_s = 2.0 * band.dropped_s + min(window_s, 1.0 / low)
    if waveform.lasts_s < needed_s:
        return Measured(why=f"the record of {waveform.lasts_s:g} s is shorter than {needed_s:g} s")
    worst = course_step(in_band(waveform, band)[kept], waveform.step_s, window_s, rule.direction)
    first_s = (kept.start or 0) * waveform.step_s
    return Measured(
        worst=Worst(value=worst.value, from_s=first_s + worst.from_s, to_s=first_s + worst.to_s),
        at_least=hidden,
        how=str(band),
        why=f"sampling shows it up to {seen:g} Hz only" if hidden else "",
    )


def _band_share(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    assert rule.band_hz is not None
    low, high = rule.band_hz
    if visible_hz(waveform) < high or waveform.lasts_s < 2.0 / low:
        return Measured(why=f"sampling or length do not show {low:g} to {high:g} Hz")
    how = f"over {waveform.lasts_s:g} s at {1.0 / waveform.step_s:g} Hz"
    return Measured(value=band_share(waveform, low, high), how=how)


def _voltage_change(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    assert rule.window_s is not None
    if load.connection is None:
        return Measured(why="no [connection] with its short-circuit level is declared")
    if waveform.step_s * SAMPLES_IN_WINDOW > rule.window_s:
        return Measured(why=_unseen(rule.window_s, waveform))
    worst = rapid_change(waveform, load.connection, rule.window_s)
    return Measured(
        worst=worst, how=f"within {rule.window_s:g} s, behind the declared short-circuit level"
    )


def _flicker(rule: Rule, waveform: Waveform, load: Load) -> Measured:
    if load.connection is None:
        return Measured(why="no [connection] with its short-circuit level is declared")
    if waveform.lasts_s < OBSERVED_S or visible_hz(waveform) < FLICKER_HZ:
        return Measured(why=f"needs {OBSERVED_S:g} s and content up to {FLICKER_HZ:g} Hz")
    course = voltage_course(waveform, load.connection)
    found = severities(course, waveform.step_s, load.connection.nominal_hz)
    at = found.index(max(found)) * OBSERVED_S
    return Measured(
        worst=Worst(value=max(found), from_s=at, to_s=at + OBSERVED_S),
        how="IEC 61000-4-15 flickermeter",
    )


def _unseen(window_s: float, waveform: Waveform) -> str:
    """Why a window cannot be looked at, nothing where it can."""
    if waveform.step_s > window_s * (1.0 + ROUNDING):
        return f"one sample each {waveform.step_s:g} s does not show {window_s:g} s"
    if steps_in(waveform, window_s) >= len(waveform.power_kw):
        return f"the record of {waveform.lasts_s:g} s is shorter than the window of {window_s:g} s"
    return ""


MEASURES = {
    Quantity.MEAN_RAMP: _mean_ramp,
    Quantity.RAMP_PERCENTILE: _ramp_percentile,
    Quantity.STEP: _step,
    Quantity.BAND_SWING: _band_swing,
    Quantity.BAND_SHARE: _band_share,
    Quantity.VOLTAGE_CHANGE: _voltage_change,
    Quantity.FLICKER: _flicker,
}
