"""One site-year by the hour with sun, wind and a load: the seeded instance for stores of `gridtide bench twin`.

Sizes and draws are those of a fixed workload on which public programs for renewable coverage are compared, so that
coverage and least store can be held against published values. A change makes a new version.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
VERSION = "renewable-year 1"
HOURS = 8_760
STORE_KWH = 100_000.0
MOST_KWH = 20_000_000.0
WITHIN_KWH = 100.0
ALLOWED_KW = 0.1
PARTS = 60
"""Steps in an hour of the store."""
SHARE, LOAD_MAX_KW = 0.4, 30_000.0
"""Of the load of an hour, what may run in another hour of its day; no hour is filled above the largest load."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RenewableYear:
    """Load and renewable supply of each hour, kW, (T,)."""

    load_kw: Real
    renewable_kw: Real

    def __post_init__(self) -> None:
        freeze(self, load_kw=np.float64, renewable_kw=np.float64)


def renewable_year(hours: int = HOURS, seed: int = 0) -> RenewableYear:
    """The first hours, at most HOURS of them, of the seeded year."""
    rng = np.random.default_rng(seed)
    hour = np.arange(HOURS) % 24
    cloud = np.repeat(0.4 + 0.6 * rng.random(365), 24)
    sun = np.maximum(0.0, np.sin((hour - 6) * np.pi / 12)) * cloud * 60_000.0
    wind, state = np.empty(HOURS), 0.0
    for t in range(HOURS):
        state = 0.97 * state + 0.25 * float(rng.standard_normal())
        wind[t] = 30_000.0 / (1.0 + np.exp(-state))
    load = 20_000.0 + 2_000.0 * np.sin(2 * np.pi * (hour - 9) / 24)
    return RenewableYear(load_kw=load[:hours], renewable_kw=(sun + wind)[:hours])


def carbon_g_per_kwh(year: RenewableYear) -> Real:
    """Carbon of each hour, lower where there is more sun and wind, (T,)."""
    return 300.0 - year.renewable_kw / 1_000.0


def coverage(year: RenewableYear, lacking_kw: Real) -> float:
    """Share of the load that was supplied, 0-1."""
    return 1.0 - float(lacking_kw.sum()) / float(year.load_kw.sum())
