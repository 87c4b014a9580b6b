"""The highest import that a contract allows in each step, where its limit moves with the clock."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract
from gridtide.timeline import DAY_S, Timeline, clock_offsets_s

Real = NDArray[np.float64]
QUARTER_S = 900
MONDAY = 3
"""The first of January 1970 was a Thursday."""


def contract_import_max_kw(contract: Contract, clock: str, timeline: Timeline) -> Real:
    """The lowest limit that holds in any quarter of an hour of each step, (T,), kW. clock: IANA zone of the site."""
    if not contract.limits:
        return np.full(len(timeline), contract.import_max_kw)
    first, last = timeline.starts_s // QUARTER_S, (timeline.ends_s - 1) // QUARTER_S
    quarters_s = QUARTER_S * np.arange(first[0], last[-1] + 1, dtype=np.int64)
    most_kw = _at(contract, quarters_s + clock_offsets_s(clock, quarters_s))
    begins, ends = first - first[0], last - first[0]
    lowest_kw = np.minimum.reduceat(most_kw, begins)
    return np.asarray(np.minimum(lowest_kw, most_kw[ends]), dtype=np.float64)


def _at(contract: Contract, wall_s: NDArray[np.int64]) -> Real:
    """The limit at instants of the wall clock."""
    weekday, hour = (wall_s // DAY_S + MONDAY) % 7, wall_s % DAY_S / 3600.0
    most_kw = np.full(len(wall_s), contract.import_max_kw)
    for limit in contract.limits:
        holds = np.isin(weekday, sorted(limit.weekdays))
        holds &= (hour >= limit.from_hour) & (hour < limit.to_hour)
        most_kw[holds] = np.minimum(most_kw[holds], limit.import_max_kw)
    return most_kw
