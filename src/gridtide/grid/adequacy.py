"""Whether generation that fails at random covers a load: LOLP, LOLE, energy not served, and what a resource adds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.outage_table import OutageTable

Real = NDArray[np.float64]
HOURS_OF_DAY = 24
CLOSE = 1e-9
"""How near a bisection comes, as a share of what it looks within."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Adequacy:
    """A course of H hours. lolp: of each, (H,); unserved_kw: expected in each, (H,). lole_h: expected hours of
    shortfall; lole_days: expected days, each judged at its worst hour, None where hours make no whole days;
    eens_kwh: expected energy not served."""

    lolp: Real
    unserved_kw: Real
    lole_h: float
    lole_days: float | None
    eens_kwh: float

    def __post_init__(self) -> None:
        freeze_new(self, lolp=np.float64, unserved_kw=np.float64)


def lolp(table: OutageTable, load_kw: Real) -> Real:
    """Probability that capacity is below each load, (H,): the sum of P(state) over states with C < L."""
    return _beyond(table, load_kw)[0]


def unserved_kw(table: OutageTable, load_kw: Real) -> Real:
    """Expected power that is not served at each load, (H,), kW: the sum of P(state) (L - C)+."""
    return _beyond(table, load_kw)[1]


def adequacy_of(table: OutageTable, net_load_kw: Real) -> Adequacy:
    """A course of hours. net_load_kw: load less what variable units and imports feed in, (H,)."""
    chance, unserved = _beyond(table, net_load_kw)
    whole_days = len(chance) % HOURS_OF_DAY == 0 and len(chance) > 0
    return Adequacy(
        lolp=chance,
        unserved_kw=unserved,
        lole_h=float(chance.sum()),
        lole_days=float(chance.reshape(-1, HOURS_OF_DAY).max(axis=1).sum()) if whole_days else None,
        eens_kwh=float(unserved.sum()),
    )


def perfect_kw(
    eens_kwh: Callable[[float], float], target_kwh: float, most_kw: float, close: float = CLOSE
) -> float:
    """Effective load carrying capability: the perfect capacity with which energy not served comes down to a target, kW.

    eens_kwh: of the system with so much capacity that never fails, falling; most_kw: the most that is looked for. 0
    where the target is met without any, most_kw where not even that meets it. Bisection within `close` of most_kw.
    """
    if eens_kwh(0.0) <= target_kwh:
        return 0.0
    if eens_kwh(most_kw) > target_kwh:
        return most_kw
    low, high = 0.0, most_kw
    while high - low > close * most_kw:
        middle = (low + high) / 2.0
        low, high = (low, middle) if eens_kwh(middle) <= target_kwh else (middle, high)
    return high


def elcc_kw(before: OutageTable, after: OutageTable, net_load_kw: Real, relief_kw: Real) -> float:
    """ELCC of what turns one system into another: units of a table, and relief_kw, fed in in each hour, (H,).

    The perfect capacity that brings energy not served of the system before to that of the system after.
    """
    target = float(unserved_kw(after, net_load_kw - relief_kw).sum())
    most_kw = after.capacity_kw - before.capacity_kw + float(relief_kw.max(initial=0.0))

    def eens_kwh(perfect: float) -> float:
        return float(unserved_kw(before, net_load_kw - perfect).sum())

    return perfect_kw(eens_kwh, target, most_kw)


def carried_scale(table: OutageTable, load_kw: Real, feed_kw: Real, lole_h: float) -> float:
    """The factor by which a load may be multiplied before its LOLE passes a target, hours; 0 where none meets it.

    load_kw: (H,); feed_kw: of variable units, (H,), not multiplied. Bisection within 1e-9.
    """

    def meets(scale: float) -> bool:
        return float(lolp(table, scale * load_kw - feed_kw).sum()) <= lole_h

    high = 1.0
    while meets(high):
        high *= 2.0
        if high > 1e6:
            return high
    low = 0.0
    while high - low > CLOSE:
        middle = (low + high) / 2.0
        low, high = (middle, high) if meets(middle) else (low, middle)
    return low if meets(low) else 0.0


def _beyond(table: OutageTable, load_kw: Real) -> tuple[Real, Real]:
    """Probability and mean of what is lost beyond the margin of each load, (H,) each."""
    margin = (table.capacity_kw - np.asarray(load_kw, dtype=np.float64)) / table.step_kw
    levels = np.arange(len(table.probability), dtype=np.float64)
    chance = _tail(table.probability)
    mean = _tail(table.probability * levels)
    first = np.clip(np.floor(margin + 1e-9) + 1.0, 0.0, len(levels)).astype(np.int64)
    short = np.maximum(0.0, mean[first] - margin * chance[first])
    return chance[first], short * table.step_kw


def _tail(values: Real) -> Real:
    """The sum from each place on, (K + 2,), 0 beyond the last; small ones are added first."""
    return np.concatenate([np.cumsum(values[::-1])[::-1], [0.0]])
