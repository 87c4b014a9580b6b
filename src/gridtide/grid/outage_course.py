"""Years of hours in which units fail and are repaired, drawn with a seed."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
AT_ONCE = 100
"""Years that are drawn and lived through together."""


def drawn_years(
    max_kw: Real,
    outage_rate: Real,
    repair_h: Real,
    hours: int,
    years: int,
    chance: np.random.Generator,
) -> Iterator[Real]:
    """Capacity that is there at each hour of each year, (up to AT_ONCE, hours) a time, kW; the years are years in all.

    A unit of two states fails and is repaired after exponential times, repair_h on average and as long between faults
    as makes it lost the share outage_rate of the time; at any hour it is lost with that probability, as a table has it.
    Every draw comes from `chance`, unit after unit, so the same seed gives the same years. Raises ValueError for a
    repair time not above 0 where a unit can fail.
    """
    rates = np.asarray(outage_rate, dtype=np.float64)
    if not (np.asarray(repair_h)[(rates > 0.0) & (rates < 1.0)] > 0.0).all():
        raise ValueError("a unit that can fail needs a repair time above 0")
    for first in range(0, years, AT_ONCE):
        count = min(AT_ONCE, years - first)
        there = np.full(count * hours, float(np.sum(max_kw)))
        for size, rate, repair in zip(max_kw, rates, repair_h, strict=True):
            if size > 0.0 and rate > 0.0:
                there -= size * _lost(float(rate), float(repair), count * hours, chance)
        yield there.reshape(count, hours)


def _lost(rate: float, repair_h: float, hours: int, chance: np.random.Generator) -> Real:
    """1 at each hour at which a unit is lost, else 0, (hours,)."""
    if rate >= 1.0:
        return np.ones(hours)
    running_h = repair_h * (1.0 - rate) / rate
    begins_lost = chance.random() < rate
    ends = np.zeros(0)
    while not len(ends) or ends[-1] < hours:
        last = ends[-1] if len(ends) else 0.0
        pairs = 8 + int(1.2 * (hours - last) / (running_h + repair_h))
        spans = chance.exponential(1.0, 2 * pairs) * np.tile(
            [repair_h, running_h] if begins_lost else [running_h, repair_h], pairs
        )
        ends = np.concatenate([ends, last + np.cumsum(spans)])
    turns = np.ceil(ends[ends < hours - 1]).astype(np.int64)
    changes = np.zeros(hours + 1, dtype=np.int64)
    signs = np.where(np.arange(len(turns)) % 2 == 0, 1, -1)
    np.add.at(changes, turns, -signs if begins_lost else signs)
    return (int(begins_lost) + np.cumsum(changes[:hours])).astype(np.float64)
