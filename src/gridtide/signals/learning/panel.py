"""A series as hours of the local clock: what days have in common stands in columns, change of clock or not.

A wall hour is a whole number of hours since 1970 on the clock of a zone. In autumn two hours share one, and
it holds their mean; in spring one has no value. Clocks off by half an hour are read at the hour before.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.signals.history import Series
from gridtide.timeline import clock_offsets_s

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

HOUR_S = 3600
QUARTER_S = 900
DAY = 24
NEVER_S = 2**62
"""Issue of a wall hour that nobody has spoken of."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Mean of each wall hour of a series, as far as it has happened or is fixed.

    first: wall hour of the first value, midnight; values: (n,), NaN where unknown, n a multiple of 24;
    known_s: second at which a value was said, NEVER_S where none was. phase_s: seconds after the full hour
    at which an hour of the panel begins, for series finer than an hour that are asked in between.
    """

    clock: str
    phase_s: int
    first: int
    values: Real
    known_s: Whole

    def __post_init__(self) -> None:
        freeze(self, values=np.float64, known_s=np.int64)

    def span(self, start: int, end: int, at_s: int | Whole) -> Real:
        """Values of the wall hours [start, end) as known at a second, NaN outside and where not yet known."""
        found = np.full(end - start, np.nan)
        low, high = max(start, self.first), min(end, self.first + len(self.values))
        if low < high:
            part = slice(low - self.first, high - self.first)
            known = self.known_s[part] <= at_s
            found[low - start : high - start] = np.where(known, self.values[part], np.nan)
        return found

    def end(self, at_s: int) -> int | None:
        """The wall hour after the last one known at a second; None when none is."""
        known = np.flatnonzero(self.known_s <= at_s)
        return self.first + int(known[-1]) + 1 if len(known) else None


def wall_hours(clock: str, phase_s: int, starts_s: Whole) -> Whole:
    """The wall hour in which each instant falls."""
    shifted = starts_s - phase_s
    offset_s = clock_offsets_s(clock, starts_s) // HOUR_S * HOUR_S
    return (shifted + offset_s) // HOUR_S


def phase_of(rows: Series, as_of_s: int) -> int | None:
    """Seconds after the full hour at which the newest value known at a second ends, in whole quarters; None
    while nothing has happened."""
    seen = ~rows.expected & (rows.issued_s <= as_of_s)
    return int(rows.end_s[seen].max()) % HOUR_S // QUARTER_S * QUARTER_S if seen.any() else None


def panel_of(rows: Series, clock: str, phase_s: int, at_s: int) -> Panel:
    """The panel for a reader at a second, who masks what was not yet known.

    A series that says each instant once is laid out once for all seconds. Where rows overlap, the latest
    issue counts, and the panel holds what had been issued by this second only.
    """
    return _panel(rows if said_once(rows) else _settled(rows, at_s), clock, phase_s)


@lru_cache(maxsize=256)
def said_once(rows: Series) -> bool:
    """Whether no two rows that are no forecasts speak of one instant."""
    actual = ~rows.expected
    return bool((rows.start_s[actual][1:] >= rows.end_s[actual][:-1]).all())


@lru_cache(maxsize=64)
def _settled(rows: Series, as_of_s: int) -> Series:
    """Rows issued by a second without forecasts, each start once and ended where the next begins."""
    index = np.flatnonzero(~rows.expected & (rows.issued_s <= as_of_s))
    start_s = rows.start_s[index]
    last = np.ones(len(index), dtype=np.bool_)
    last[:-1] = start_s[1:] != start_s[:-1]
    index, start_s = index[last], start_s[last]
    end_s = rows.end_s[index]
    end_s = np.minimum(end_s, np.append(start_s[1:], NEVER_S))
    return Series(
        kind=rows.kind,
        zone=rows.zone,
        currency=rows.currency,
        start_s=start_s,
        end_s=end_s,
        issued_s=rows.issued_s[index],
        values=rows.values[index],
        expected=rows.expected[index],
        source=rows.source[index],
        sources=rows.sources,
    )


@lru_cache(maxsize=256)
def _panel(rows: Series, clock: str, phase_s: int) -> Panel:
    actual = ~rows.expected
    start_s, end_s = rows.start_s[actual], rows.end_s[actual]
    if not len(start_s):
        return _on_the_wall(clock, phase_s, start_s, rows.values[actual], start_s)
    cell, row, share_s = _cells(start_s - phase_s, end_s - phase_s)
    low = int(cell.min())
    count = int(cell.max()) - low + 1
    covered_s = np.bincount(cell - low, weights=share_s, minlength=count)
    amount = np.bincount(cell - low, weights=rows.values[actual][row] * share_s, minlength=count)
    known_s = np.zeros(count, dtype=np.int64)
    np.maximum.at(known_s, cell - low, rows.issued_s[actual][row])
    whole = np.flatnonzero(covered_s == HOUR_S)
    starts_s = (low + whole) * HOUR_S + phase_s
    return _on_the_wall(clock, phase_s, starts_s, amount[whole] / HOUR_S, known_s[whole])


def _cells(start_s: Whole, end_s: Whole) -> tuple[Whole, Whole, Whole]:
    """Hour, row and shared seconds of every hour that a row touches."""
    first, last = start_s // HOUR_S, -(-end_s // HOUR_S)
    touched = last - first
    row = np.repeat(np.arange(len(start_s)), touched)
    within = np.arange(len(row)) - np.repeat(np.cumsum(touched) - touched, touched)
    cell = first[row] + within
    share_s = np.minimum(end_s[row], (cell + 1) * HOUR_S) - np.maximum(start_s[row], cell * HOUR_S)
    return cell, row, share_s


def _on_the_wall(clock: str, phase_s: int, starts_s: Whole, values: Real, known_s: Whole) -> Panel:
    """Hours of UTC laid on the clock; of two that share an hour the mean."""
    if not len(starts_s):
        return Panel(
            clock=clock,
            phase_s=phase_s,
            first=0,
            values=np.full(DAY, np.nan),
            known_s=np.full(DAY, NEVER_S),
        )
    hours = wall_hours(clock, phase_s, starts_s)
    first = int(hours[0]) // DAY * DAY
    count = -(-(int(hours.max()) + 1 - first) // DAY) * DAY
    place = hours - first
    shared = np.bincount(place, minlength=count)
    total = np.bincount(place, weights=values, minlength=count)
    said_s = np.zeros(count, dtype=np.int64)
    np.maximum.at(said_s, place, known_s)
    return Panel(
        clock=clock,
        phase_s=phase_s,
        first=first,
        values=np.where(shared > 0, total / np.maximum(shared, 1), np.nan),
        known_s=np.where(shared > 0, said_s, NEVER_S),
    )


def utc_s_of(clock: str, phase_s: int, hours: Whole) -> Whole:
    """Second of UTC at which each wall hour begins; the later of two, and one near it where there is none."""
    local_s = hours * HOUR_S
    nearly_s = local_s - clock_offsets_s(clock, local_s) // HOUR_S * HOUR_S
    offset_s = clock_offsets_s(clock, nearly_s) // HOUR_S * HOUR_S
    return np.asarray(local_s - offset_s + phase_s)
