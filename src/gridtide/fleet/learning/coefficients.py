"""The coefficients of a site's map: their order, bounds, and what they are before any telemetry."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """Name with its unit, bounds, value before data, and how far from it [standard deviations] is nothing unusual.

    as_log: fitted as a logarithm; then `spread` is of the logarithm.
    """

    name: str
    low: float
    high: float
    usual: float
    spread: float
    as_log: bool = False


COEFFICIENTS = (
    Coefficient(name="it_capacity_kw", low=1.0, high=5e6, usual=1e3, spread=1.0, as_log=True),
    Coefficient(name="idle_share", low=0.03, high=0.9, usual=0.3, spread=0.15),
    Coefficient(name="bend", low=0.0, high=8.0, usual=0.5, spread=1.0),
    Coefficient(name="clock_static_share", low=0.0, high=1.0, usual=0.3, spread=0.3),
    Coefficient(name="clock_exponent", low=1.0, high=3.0, usual=2.2, spread=0.6),
    Coefficient(name="conversion_idle", low=0.0, high=0.08, usual=0.012, spread=0.02),
    Coefficient(name="conversion_linear", low=0.0, high=0.10, usual=0.025, spread=0.02),
    Coefficient(name="conversion_square", low=0.0, high=0.10, usual=0.02, spread=0.02),
    Coefficient(name="moved_share", low=0.0, high=0.30, usual=0.06, spread=0.05),
    Coefficient(name="constant_share", low=0.0, high=0.30, usual=0.015, spread=0.03),
    Coefficient(name="cop", low=1.5, high=15.0, usual=5.0, spread=0.4, as_log=True),
    Coefficient(name="cop_fall_per_k", low=0.0, high=0.06, usual=0.02, spread=0.015),
    Coefficient(name="free_below_c", low=-60.0, high=35.0, usual=8.0, spread=8.0),
    Coefficient(name="free_width_k", low=0.2, high=60.0, usual=8.0, spread=0.8, as_log=True),
    Coefficient(name="wet_share", low=0.0, high=1.0, usual=0.5, spread=2.0),
    Coefficient(name="heat_lag_s", low=10.0, high=28_800.0, usual=900.0, spread=1.2, as_log=True),
    Coefficient(
        name="weather_lag_s", low=10.0, high=28_800.0, usual=600.0, spread=1.2, as_log=True
    ),
    Coefficient(name="cop_holds_to_c", low=-60.0, high=45.0, usual=8.0, spread=8.0),
)
CAPACITY, FREE_BELOW, FREE_WIDTH, WET_SHARE, WEATHER_LAG, COP_HOLDS_TO = 0, 12, 13, 14, 16, 17
AS_LOG = np.asarray([one.as_log for one in COEFFICIENTS])


def inner(values: Real) -> Real:
    """Values as they are fitted: logarithms where a factor is meant."""
    return np.where(AS_LOG, np.log(np.maximum(values, 1e-12)), values)


def outer(fitted: Real) -> Real:
    """Back from `inner`."""
    return np.where(AS_LOG, np.exp(np.minimum(fitted, 60.0)), fitted)


def bounds() -> tuple[Real, Real]:
    """Lower and upper bounds, as fitted."""
    low = np.asarray([one.low for one in COEFFICIENTS])
    high = np.asarray([one.high for one in COEFFICIENTS])
    return inner(low), inner(high)


def usual(capacity_kw: float) -> tuple[Real, Real]:
    """What stands before data, as fitted, and its spread, for a first guess of the capacity [kW]."""
    values = np.asarray([one.usual for one in COEFFICIENTS])
    values[CAPACITY] = capacity_kw
    return inner(values), np.asarray([one.spread for one in COEFFICIENTS])
