"""What a site draws by utilisation, clock and weather: a learned map, and how to ask it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.changeover import Changeover
from gridtide.fleet.learning.coefficients import CAPACITY
from gridtide.fleet.learning.telemetry import Drivers, felt_by

Real = NDArray[np.float64]
STEADY_S = 1e12
"""Seconds after which every lag has died away."""


@dataclass(frozen=True, kw_only=True)
class DeadBand:
    """What starts when a driver rises above `high` and stops below `low`, and adds `kw` or `kw_per_kw` of heat.

    of: `heat` [kW, lagged] or `outdoor` [°C, as the plant feels it]. weight: kW for heat, kW per kW of lagged heat
    for outdoor; never negative, so that more work never means less power.
    """

    of: str
    low: float
    high: float
    weight: float


@dataclass(frozen=True, kw_only=True)
class SlowShare:
    """kW that the meter sees of each kW of IT later than at once, by a time constant; nothing where load lasts."""

    lag_s: float
    share: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteMap:
    """coefficients: as `coefficients.py` orders them. highest_mhz: clock that counts as 1.

    rest_kw: added at knots of utilisation, at full clock or what then draws as much, and of outdoor temperature [°C],
    between them bilinear, (U, O).
    lag_more: how much more of the plant's power lags behind than physics has it, as a share of it, -1 to 0.
    changeover: of a plant that is either on outside air or on compressors; what it feels stands for the weather.
    """

    coefficients: Real
    highest_mhz: float
    at_utilisation: Real
    at_outdoor_c: Real
    rest_kw: Real
    dead_bands: tuple[DeadBand, ...]
    slow_shares: tuple[SlowShare, ...] = ()
    lag_more: float = 0.0
    changeover: Changeover | None = None

    def __post_init__(self) -> None:
        names = ("coefficients", "at_utilisation", "at_outdoor_c", "rest_kw")
        freeze(self, **dict.fromkeys(names, np.float64))


def facility_of(site_map: SiteMap, drivers: Drivers) -> Real:
    """Facility power of each row from drivers alone, kW, (n,). Rows in order of time: lags and dead bands remember."""
    rows = physics_rows(site_map.coefficients, felt_by(drivers, site_map.changeover))
    near = hats(rows[5], rows[3], site_map.at_utilisation, site_map.at_outdoor_c)
    rest = near @ site_map.rest_kw.ravel()
    for band in site_map.dead_bands:
        rest = rest + band.weight * band_rows(rows, band.of, band.low, band.high)
    for slow in site_map.slow_shares:
        rest = rest + slow.share * slow_rows(rows, drivers, slow.lag_s)
    return np.asarray(rows[1] + site_map.lag_more * rows[4] + rest)


def physics_rows(coefficients: Real, drivers: Drivers) -> Real:
    """IT power, facility power, lagged heat, lagged outdoor temperature of each row by physics alone, (6, n).

    Then what the plant draws more because heat lags behind, and the utilisation that at full clock draws as much.
    """
    from gridtide.kernels.site_map import site_power

    d = drivers
    return np.asarray(site_power(d.utilisation, d.clock, d.wet_c, d.dry_c, d.gap_s, coefficients))


def band_rows(rows: Real, of: str, low: float, high: float) -> Real:
    """What a dead band of weight 1 adds to each row, (n,). rows: as `physics_rows` gives them."""
    from gridtide.kernels.site_map import with_dead_band

    if of == "heat":
        return np.asarray(with_dead_band(rows[2].copy(), low, high))
    return np.asarray(with_dead_band(rows[3].copy(), low, high) * rows[2])


def slow_rows(rows: Real, drivers: Drivers, lag_s: float) -> Real:
    """How far IT power of a time constant before is above that of each row, kW, (n,); a slow share of 1 adds it."""
    from gridtide.kernels.site_map import lagged

    it_kw = np.ascontiguousarray(rows[0])
    return np.asarray(lagged(it_kw, drivers.gap_s, lag_s) - it_kw)


def hats(utilisation: Real, outdoor_c: Real, at_utilisation: Real, at_outdoor_c: Real) -> Real:
    """Shares of the knots in each row, (n, U*O); beyond the outer knots those count alone."""
    across, along = (
        _hat(utilisation, at_utilisation),
        _hat(outdoor_c, at_outdoor_c),
    )
    return np.asarray((across[:, :, None] * along[:, None, :]).reshape(len(utilisation), -1))


def _hat(values: Real, knots: Real) -> Real:
    inside = np.clip(values, knots[0], knots[-1])
    left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
    share = (inside - knots[left]) / (knots[left + 1] - knots[left])
    found = np.zeros((len(values), len(knots)))
    row = np.arange(len(values))
    found[row, left] = 1.0 - share
    found[row, left + 1] = share
    return found


def steady_drivers(utilisation: Real, clock: Real, outdoor_c: Real) -> Drivers:
    """Drivers of which every row stands for itself, as if it had lasted for ever; wet and dry bulb alike."""
    return Drivers(
        utilisation=utilisation,
        clock=clock,
        wet_c=outdoor_c,
        dry_c=outdoor_c,
        humidity=np.full(len(utilisation), 0.5),
        gap_s=np.full(len(utilisation), STEADY_S),
    )


def it_power_of(site_map: SiteMap, drivers: Drivers) -> Real:
    """IT power of each row as the physics of the map has it, kW, (n,)."""
    return np.asarray(physics_rows(site_map.coefficients, drivers)[0])


def it_capacity_kw(site_map: SiteMap) -> float:
    """IT power at full utilisation and clock [kW], given or fitted."""
    return float(site_map.coefficients[CAPACITY])
