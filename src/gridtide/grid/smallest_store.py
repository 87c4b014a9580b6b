"""The smallest store that keeps ramp, step and band rules, as a linear program: a bound that no controller can beat."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.band import BandFilter, in_band, repeated_band, settled, visible_hz
from gridtide.grid.rule import Direction, Quantity, Rule, limit_of
from gridtide.grid.store_program import Rows, range_within, solved_in_turn
from gridtide.grid.waveform import Waveform, drawing, means_of

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
MOST_STEPS = 600
"""Block means the program looks at; a longer record is taken in longer blocks."""
LEAST_IN_WINDOW = 2
KEPT = (Quantity.MEAN_RAMP, Quantity.STEP)
REPEATED = (*KEPT, Quantity.BAND_SWING)
"""What is kept of a record of any length, and of a load that repeats itself."""
SHORTEST, ALIKE, NEAR = 8, 0.9, 0.02
"""Samples of a period at least, how alike two periods must be, and by how much less a shorter one may be."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SmallestStore:
    """A store that knows what comes. energy_kwh: its size; power_kw: the least for that size; step_s: of the values it
    was found on; grid_kw: of each, (T,); lost_kwh: in the store over all of them; bound_kwh: below which none holds,
    also none that burns energy by charging and discharging at one time; the size itself where nothing is lost."""

    energy_kwh: float
    power_kw: float
    step_s: float
    grid_kw: Real
    lost_kwh: float
    bound_kwh: float


@dataclass(frozen=True, kw_only=True, eq=False)
class _Course:
    """What a load draws at each of T steps, divided by scale_kw; repeats: again and again."""

    drawn: Real
    step_s: float
    scale_kw: float
    repeats: bool

    def ahead(self, columns: Whole, steps: int) -> Whole:
        """Columns of all steps, and where the load repeats itself of the first ones of the next periods, so that every
        window of some steps begins once."""
        if not self.repeats:
            return columns
        return columns[np.arange(len(columns) + steps) % len(columns)]


@dataclass(kw_only=True)
class _Columns:
    """Columns of the program. level: before each step and at the end, (T + 1,); charge, discharge: (T,), none where
    nothing is lost; free: the next that is not used."""

    level: Whole
    grid: Whole
    charge: Whole
    discharge: Whole
    size: int
    power: int
    free: int


def can_be_sized(rules: Sequence[Rule], waveform: Waveform) -> bool:
    """Whether some rule is one of ramps or steps and blocks short enough for all of them are few enough."""
    windows = [rule.window_s for rule in rules if rule.quantity in KEPT and rule.window_s]
    block_s = _block_s(waveform)
    return (
        bool(windows)
        and min(windows) >= LEAST_IN_WINDOW * block_s
        and waveform.lasts_s > max(windows)
    )


def stretch_around(waveform: Waveform, at_s: float, rules: Sequence[Rule]) -> Waveform:
    """The part of a record around a moment that is short enough for the windows of the rules; what a store needs there
    it needs in the whole record too."""
    windows = [rule.window_s for rule in rules if rule.quantity in KEPT and rule.window_s]
    if not windows:
        return waveform
    longest_s = MOST_STEPS * min(windows) / (2.0 * LEAST_IN_WINDOW)
    steps = min(len(waveform.power_kw), max(2, int(longest_s / waveform.step_s)))
    first = round(at_s / waveform.step_s) - steps // 2
    first = min(max(first, 0), len(waveform.power_kw) - steps)
    return replace(
        waveform,
        start_s=waveform.start_s + first * waveform.step_s,
        power_kw=waveform.power_kw[first : first + steps],
    )


def mean_period(waveform: Waveform) -> tuple[Waveform, float] | None:
    """The mean of a record's periods, and how alike they are: correlation of the record with itself a period later,
    0.9 to 1; None without such a period of 8 to 600 samples.

    Rules on ramps, steps and swings bind averages of courses that keep them, so that what the mean period needs is a
    bound for the whole record, its ends left aside.
    """
    power = waveform.power_kw - waveform.power_kw.mean()
    most = min(MOST_STEPS, len(power) // 2)
    alike = np.asarray([_alike(power, steps) for steps in range(SHORTEST, most + 1)])
    if not len(alike) or alike.max() < ALIKE:
        return None
    at = int(np.argmax(alike >= alike.max() - NEAR))
    while at + 1 < len(alike) and alike[at + 1] > alike[at]:
        at += 1
    steps = SHORTEST + at
    whole = len(power) // steps * steps
    mean_kw = waveform.power_kw[:whole].reshape(-1, steps).mean(axis=0)
    return replace(waveform, power_kw=mean_kw), float(min(alike[at], 1.0))


def _alike(power: Real, steps: int) -> float:
    early, late = power[:-steps], power[steps:]
    size = float(np.sqrt((early @ early) * (late @ late)))
    return float(early @ late) / size if size > 0.0 else 0.0


def smallest_store(
    waveform: Waveform,
    rules: Sequence[Rule],
    nominal_kw: float,
    peak_kw: float | None = None,
    efficiency: float | None = None,
) -> SmallestStore | None:
    """The least energy, then the least power, with which block means keep every ramp and step rule, without selling
    to the grid; None where none can. Call only what `can_be_sized`.

    peak_kw: that shares of the peak are of, the record's own where None. efficiency: of charging, and of discharging,
    (0, 1], of a store that ends as it began; None: one without losses that may end anywhere. A rule that looks one way
    only is kept both ways where it is one of steps. Rules on swings in a band are kept where no blocks are needed and
    the record is longer than what their filter drops.
    """
    per_block = max(1, round(_block_s(waveform) / waveform.step_s))
    drawn = means_of(waveform, per_block)
    course = _course(drawn, per_block * waveform.step_s, repeats=False)
    limits = _limits(rules, waveform.peak_kw if peak_kw is None else peak_kw, nominal_kw)
    return _smallest(course, limits, efficiency)


def smallest_repeated(
    period: Waveform, rules: Sequence[Rule], load_kw: tuple[float, float], efficiency: float
) -> SmallestStore | None:
    """The least energy, then the least power, with which a load that repeats a period for ever keeps every rule on
    ramps, steps and swings in a band, without selling to the grid; None where none can.

    No store whose power is at most the swing of the load does with less than `bound_kwh`, also none that treats each
    period in another way, since the mean of what it does would keep the rules too. load_kw: nominal power, and the peak
    that shares are of. efficiency: of charging, and of discharging, (0, 1]. Raises ValueError for a band that is not
    visible at this sampling and for one whose window is shorter than the period.
    """
    if any(
        rule.quantity == Quantity.BAND_SWING
        and rule.window_s is not None
        and rule.window_s < len(period.power_kw) * period.step_s
        for rule in rules
    ):
        raise ValueError("a window of a band is shorter than the period")
    nominal_kw, peak_kw = load_kw
    course = _course(period.power_kw, period.step_s, repeats=True)
    return _smallest(course, _limits(rules, peak_kw, nominal_kw), efficiency)


def _course(drawn_kw: Real, step_s: float, *, repeats: bool) -> _Course:
    scale_kw = max(1.0, float(np.abs(drawn_kw).max()))
    return _Course(drawn=drawn_kw / scale_kw, step_s=step_s, scale_kw=scale_kw, repeats=repeats)


def _limits(rules: Sequence[Rule], peak_kw: float, nominal_kw: float) -> list[tuple[Rule, float]]:
    """Rules that bind, each with its limit."""
    return [
        (rule, limit_of(rule, peak_kw, nominal_kw))
        for rule in _tightest(rules, peak_kw, nominal_kw)
    ]


def _smallest(
    course: _Course, limits: Sequence[tuple[Rule, float]], efficiency: float | None
) -> SmallestStore | None:
    rows = Rows()
    columns = _store(rows, course, efficiency)
    for rule, limit in limits:
        scaled = limit / course.scale_kw
        if rule.quantity == Quantity.MEAN_RAMP and rule.window_s is not None:
            _keep_ramp(rows, columns, course, rule, scaled)
        elif rule.quantity == Quantity.STEP and rule.window_s is not None:
            _keep_span(rows, columns, course, rule.window_s, scaled)
        elif rule.quantity == Quantity.BAND_SWING:
            _keep_band(rows, columns, course, rule, scaled)
    lowest = _lowest(columns, course)
    goals = (columns.size, columns.power)
    bound = solved_in_turn(rows, lowest, goals)
    if bound is None or efficiency is None:
        return None if bound is None else _told(bound, bound, columns, course)
    charges = bound[columns.charge] >= bound[columns.discharge]
    rests = np.where(charges, columns.discharge, columns.charge)
    rows.add([(rests, 1.0)], 0.0, 0.0)
    found = solved_in_turn(rows, lowest, goals)
    return None if found is None else _told(found, bound, columns, course)


def _lowest(columns: _Columns, course: _Course) -> Real:
    """Least value of each column; a load that never sells does not sell behind a store either."""
    lowest = np.full(columns.free, -np.inf)
    for bounded in (columns.level, columns.charge, columns.discharge):
        lowest[bounded] = 0.0
    lowest[[columns.size, columns.power]] = 0.0
    if float(course.drawn.min()) >= 0.0:
        lowest[columns.grid] = 0.0
    return lowest


def _store(rows: Rows, course: _Course, efficiency: float | None) -> _Columns:
    """A store beside the load. With losses it charges and discharges in columns of their own, both together within its
    power, which is at most the swing of the load, and ends as it began."""
    count = len(course.drawn)
    at = np.arange(count)
    lossy = efficiency is not None
    first = 2 * count + 1
    columns = _Columns(
        level=np.arange(count + 1),
        grid=count + 1 + at,
        charge=first + at if lossy else at[:0],
        discharge=first + count + at if lossy else at[:0],
        size=first + 2 * count * lossy,
        power=first + 2 * count * lossy + 1,
        free=first + 2 * count * lossy + 2,
    )
    after, before = columns.level[1:], columns.level[:-1]
    rows.add([(np.full(count + 1, columns.size), 1.0), (columns.level, -1.0)], 0.0, np.inf)
    most = (np.full(count, columns.power), 1.0)
    if efficiency is None:
        rows.add([(columns.grid, 1.0), (after, -1.0), (before, 1.0)], course.drawn, course.drawn)
        for sign in (1.0, -1.0):
            rows.add([most, (after, -sign), (before, sign)], 0.0, np.inf)
        return columns
    flows = [(columns.grid, 1.0), (columns.charge, -1.0), (columns.discharge, 1.0)]
    rows.add(flows, course.drawn, course.drawn)
    into, out_of = (columns.charge, -efficiency), (columns.discharge, 1.0 / efficiency)
    rows.add([(after, 1.0), (before, -1.0), into, out_of], 0.0, 0.0)
    rows.add([most, (columns.charge, -1.0), (columns.discharge, -1.0)], 0.0, np.inf)
    rows.add([(columns.level[-1:], 1.0), (columns.level[:1], -1.0)], 0.0, 0.0)
    rows.add([(np.asarray([columns.power]), 1.0)], 0.0, float(np.ptp(course.drawn)))
    return columns


def _keep_ramp(rows: Rows, columns: _Columns, course: _Course, rule: Rule, limit: float) -> None:
    assert rule.window_s is not None
    steps = int(rule.window_s / course.step_s + 1e-6)
    most = limit * steps * course.step_s / 60.0
    down = -np.inf if rule.direction == Direction.UP else -most
    up = np.inf if rule.direction == Direction.DOWN else most
    grid = course.ahead(columns.grid, steps)
    begin, end = grid[:-steps], grid[steps:]
    apart = begin != end
    rows.add([(end[apart], 1.0), (begin[apart], -1.0)], down, up)


def _keep_span(
    rows: Rows, columns: _Columns, course: _Course, window_s: float, limit: float
) -> None:
    """No window of the grid's power spans more than the limit."""
    steps = int(window_s / course.step_s + 1e-6)
    if steps >= len(columns.grid) - 1:
        least = np.full(len(columns.grid), columns.free)
        columns.free += 1
        rows.add([(columns.grid, 1.0), (least, -1.0)], 0.0, limit)
        return
    ahead = course.ahead(columns.grid, steps)
    columns.free = range_within(rows, ahead, columns.free, steps, limit)


def _keep_band(rows: Rows, columns: _Columns, course: _Course, rule: Rule, limit: float) -> None:
    """What lies in the band, a sum over the grid's power as the filter weighs it: no more than the limit above the
    lowest of it, a column of its own, wherever a window reaches."""
    weights = _weights(course, rule)
    many = len(weights)
    if rule.window_s is not None and not course.repeats:
        many = min(many, int(rule.window_s / course.step_s + 1e-6) + 1)
    for first in range(len(weights) - many + 1):
        least = np.full(many, columns.free)
        columns.free += 1
        rows.add_dense(weights[first : first + many], columns.grid, least, limit)


def _weights(course: _Course, rule: Rule) -> Real:
    """The band filter as a matrix, (W, T): of a period that repeats for ever, or of the samples that have settled."""
    count = len(course.drawn)
    like = Waveform(name="", start_s=0.0, step_s=course.step_s, power_kw=np.zeros(count))
    assert rule.band_hz is not None
    band = BandFilter(low_hz=rule.band_hz[0], high_hz=rule.band_hz[1])
    if band.high_hz > visible_hz(like):
        raise ValueError("the band is not visible at this sampling")
    if course.repeats:
        response = repeated_band(like, band)
        return np.stack([np.roll(response, by) for by in range(count)], axis=1)
    unit = np.stack([in_band(drawing(like, one), band) for one in np.eye(count)], axis=1)
    return unit[settled(like, band)]


def _told(found: Real, bound: Real, columns: _Columns, course: _Course) -> SmallestStore:
    kwh = course.scale_kw * course.step_s / 3600.0
    return SmallestStore(
        energy_kwh=float(found[columns.size]) * kwh,
        power_kw=float(found[columns.power]) * course.scale_kw,
        step_s=course.step_s,
        grid_kw=found[columns.grid] * course.scale_kw,
        lost_kwh=float((found[columns.charge] - found[columns.discharge]).sum()) * kwh,
        bound_kwh=float(bound[columns.size]) * kwh,
    )


def _tightest(rules: Sequence[Rule], peak_kw: float, nominal_kw: float) -> list[Rule]:
    """The rules without those on steps that another with as long a window and as low a limit implies."""

    def implied(one: Rule, other: Rule) -> bool:
        if other is one or other.quantity != Quantity.STEP or one.quantity != Quantity.STEP:
            return False
        wider = (other.window_s or 0.0) >= (one.window_s or 0.0)
        lower = limit_of(other, peak_kw, nominal_kw) <= limit_of(one, peak_kw, nominal_kw)
        return wider and lower

    kept: list[Rule] = []
    for rule in rules:
        if not any(implied(rule, other) for other in kept):
            kept = [other for other in kept if not implied(other, rule)]
            kept.append(rule)
    return kept


def _block_s(waveform: Waveform) -> float:
    return max(
        waveform.step_s,
        float(np.ceil(waveform.lasts_s / MOST_STEPS / waveform.step_s)) * waveform.step_s,
    )
