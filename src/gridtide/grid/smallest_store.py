"""The smallest store that keeps ramp and step rules, as a linear program: a bound that no controller can beat."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.rule import Direction, Quantity, Rule, limit_of
from gridtide.grid.waveform import Waveform, means_of

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
MOST_STEPS = 600
"""Block means the program looks at; a longer record is taken in longer blocks."""
LEAST_IN_WINDOW = 2
KEPT = (Quantity.MEAN_RAMP, Quantity.STEP)


@dataclass(frozen=True, kw_only=True, eq=False)
class SmallestStore:
    """A store without losses that knows what comes. energy_kwh: its size; power_kw: the least for that size;
    step_s: of the block means it was found on; grid_kw: of each block, (T,)."""

    energy_kwh: float
    power_kw: float
    step_s: float
    grid_kw: Real


class _Rows:
    """Rows of a program as they come, compressed at the end."""

    def __init__(self) -> None:
        self.row: list[Whole] = []
        self.column: list[Whole] = []
        self.value: list[Real] = []
        self.lower: list[Real] = []
        self.upper: list[Real] = []
        self.count = 0

    def add(
        self, terms: Sequence[tuple[Whole, float]], lower: Real | float, upper: Real | float
    ) -> None:
        """As many rows as the columns of each term are long."""
        many = len(terms[0][0])
        rows = self.count + np.arange(many)
        for columns, value in terms:
            self.row.append(rows)
            self.column.append(columns)
            self.value.append(np.full(many, value))
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), (many,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (many,)))
        self.count += many


def can_be_sized(rules: Sequence[Rule], waveform: Waveform) -> bool:
    """Whether some rule is one of ramps or steps and blocks short enough for all of them are few enough."""
    windows = [rule.window_s for rule in rules if rule.quantity in KEPT and rule.window_s]
    block_s = _block_s(waveform)
    return (
        bool(windows)
        and min(windows) >= LEAST_IN_WINDOW * block_s
        and waveform.lasts_s > max(windows)
    )


def smallest_store(
    waveform: Waveform, rules: Sequence[Rule], nominal_kw: float
) -> SmallestStore | None:
    """The least energy, then the least power, with which block means keep every ramp and step rule, without selling
    to the grid; None where none can. Call only what `can_be_sized`.

    A rule that looks one way only is kept both ways where it is one of steps.
    """
    per_block = max(1, round(_block_s(waveform) / waveform.step_s))
    block_s = per_block * waveform.step_s
    drawn = means_of(waveform, per_block)
    scale = max(1.0, float(np.abs(drawn).max()))
    count = len(drawn)
    level, grid = np.arange(count + 1), count + 1 + np.arange(count)
    size, power = 2 * count + 1, 2 * count + 2
    rows, columns = _Rows(), 2 * count + 3
    rows.add([(grid, 1.0), (level[1:], -1.0), (level[:-1], 1.0)], drawn / scale, drawn / scale)
    rows.add([(np.full(count + 1, size), 1.0), (level, -1.0)], 0.0, np.inf)
    for sign in (1.0, -1.0):
        stored = [(level[1:], -sign), (level[:-1], sign)]
        rows.add([(np.full(count, power), 1.0), *stored], 0.0, np.inf)
    for rule in rules:
        if rule.quantity not in KEPT or rule.window_s is None:
            continue
        limit = limit_of(rule, waveform.peak_kw, nominal_kw) / scale
        steps = int(rule.window_s / block_s + 1e-6)
        if rule.quantity == Quantity.MEAN_RAMP:
            most = limit * steps * block_s / 60.0
            down = -np.inf if rule.direction == Direction.UP else -most
            up = np.inf if rule.direction == Direction.DOWN else most
            rows.add([(grid[steps:], 1.0), (grid[:-steps], -1.0)], down, up)
        else:
            columns = _range_within(rows, grid, columns, steps, limit)
    lowest = np.full(columns, -np.inf)
    lowest[level], lowest[size], lowest[power] = 0.0, 0.0, 0.0
    if float(drawn.min()) >= 0.0:
        lowest[grid] = 0.0
    found = _solved(rows, lowest, size, power)
    if found is None:
        return None
    hours = block_s / 3600.0
    return SmallestStore(
        energy_kwh=float(found[size]) * scale * hours,
        power_kw=float(found[power]) * scale,
        step_s=block_s,
        grid_kw=found[grid] * scale,
    )


def _block_s(waveform: Waveform) -> float:
    return max(
        waveform.step_s,
        float(np.ceil(waveform.lasts_s / MOST_STEPS / waveform.step_s)) * waveform.step_s,
    )


def _range_within(rows: _Rows, grid: Whole, first: int, steps: int, limit: float) -> int:
    """Rows by which no window of steps + 1 values spans more than the limit; gives the next free column.

    Highest and lowest value from each moment to the end of its block, and from the beginning of its block to it:
    every window is the end of one block and the beginning of the next (van Herk).
    """
    count = len(grid)
    at = np.arange(count)
    ends = (at % (steps + 1) == steps) | (at == count - 1)
    begins = at % (steps + 1) == 0
    to_high, to_low, from_high, from_low = (first + k * count + at for k in range(4))
    inner, later = at[~ends], at[~begins]
    for columns, sign in ((to_high, 1.0), (to_low, -1.0), (from_high, 1.0), (from_low, -1.0)):
        rows.add([(columns, sign), (grid, -sign)], 0.0, np.inf)
    for columns, sign in ((to_high, 1.0), (to_low, -1.0)):
        rows.add([(columns[inner], sign), (columns[inner + 1], -sign)], 0.0, np.inf)
    for columns, sign in ((from_high, 1.0), (from_low, -1.0)):
        rows.add([(columns[later], sign), (columns[later - 1], -sign)], 0.0, np.inf)
    start = at[: max(0, count - steps)]
    end = start + steps
    for high, low in (
        (to_high[start], to_low[start]),
        (to_high[start], from_low[end]),
        (from_high[end], to_low[start]),
        (from_high[end], from_low[end]),
    ):
        rows.add([(high, 1.0), (low, -1.0)], -np.inf, limit)
    return first + 4 * count


def _solved(rows: _Rows, lowest: Real, size: int, power: int) -> Real | None:
    """Least size first, then least power at that size; None where nothing holds."""
    import highspy
    from highspy._core import _Highs

    row, column = np.concatenate(rows.row), np.concatenate(rows.column)
    order = np.lexsort((row, column))
    starts = np.searchsorted(column[order], np.arange(len(lowest)))
    highs = _Highs()  # the public subclass greets on stdout before it can be told to be silent
    for option, setting in (
        ("output_flag", False),
        ("solver", "simplex"),
        ("threads", 1),
        ("parallel", "off"),
        ("random_seed", 0),
    ):
        highs.setOptionValue(option, setting)
    cost = np.zeros(len(lowest))
    cost[size] = 1.0
    highs.passModel(
        len(lowest),
        rows.count,
        len(row),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        cost,
        lowest,
        np.full(len(lowest), np.inf),
        np.concatenate(rows.lower),
        np.concatenate(rows.upper),
        starts.astype(np.int32),
        row[order].astype(np.int32),
        np.concatenate(rows.value)[order],
        np.zeros(len(lowest), dtype=np.int32),
    )
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    least = float(np.asarray(highs.getSolution().col_value)[size])
    highs.changeColBounds(size, 0.0, least * (1.0 + 1e-9) + 1e-9)
    highs.changeColCost(size, 0.0)
    highs.changeColCost(power, 1.0)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.asarray(highs.getSolution().col_value, dtype=np.float64)
