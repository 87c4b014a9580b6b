"""A site's map learned and judged on days that it did not see."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.learning.baselines import (
    by_constant_pue,
    by_pue_and_straight_it,
    by_pue_and_temperature,
)
from gridtide.fleet.learning.intervals import Spread, interval_of, spread_of
from gridtide.fleet.learning.known import Known, known_of, within
from gridtide.fleet.learning.physics_fit import fit_physics
from gridtide.fleet.learning.rest import fit_rest
from gridtide.fleet.learning.site_map import SiteMap, facility_of
from gridtide.fleet.learning.telemetry import Drivers, Telemetry, days_of, drivers_of

Real = NDArray[np.float64]
FOLDS = 5
BLOCK_DAYS = 3
LEVEL = 0.9
LEAST_DAYS = 2 * FOLDS


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Of each row what maps say that never saw its day, kW: the middle, both ends, and what they have to beat.

    inside: whether the map that spoke had data there. All (n,).
    """

    facility_kw: Real
    lower_kw: Real
    upper_kw: Real
    constant_pue_kw: Real
    pue_by_temperature_kw: Real
    pue_and_straight_it_kw: Real
    inside: NDArray[np.bool_]

    def __post_init__(self) -> None:
        freeze(
            self,
            inside=np.bool_,
            facility_kw=np.float64,
            lower_kw=np.float64,
            upper_kw=np.float64,
            constant_pue_kw=np.float64,
            pue_by_temperature_kw=np.float64,
            pue_and_straight_it_kw=np.float64,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """The map from all days, its spread, where it has data, the rows it was fitted to, and its trial."""

    site_map: SiteMap
    spread: Spread
    known: Known
    used: NDArray[np.bool_]
    held_out: HeldOut


def learn_site(
    telemetry: Telemetry, it_capacity_kw: float | None, say: Callable[[str], None]
) -> Learned:
    """Fit on all days, and once for each fold of days without it. Only rows with a known meter count.

    A held-out day is predicted from its drivers and those before it; no meter of it or of its fold is used.
    """
    highest = float(np.quantile(telemetry.clock_mhz, 0.995))
    drivers = drivers_of(telemetry, highest)
    metered = ~np.isnan(telemetry.facility_kw)
    fold = folds_of(days_of(telemetry))
    middle, constant, by_temperature, straight = (np.full(len(telemetry), np.nan) for _ in range(4))
    inside = np.zeros(len(telemetry), dtype=bool)
    for number in range(FOLDS):
        say(f"{telemetry.site}: days held out, {number + 1} of {FOLDS}")
        away = fold == number
        site_map, used = fit_map(drivers, telemetry, metered & ~away, it_capacity_kw, highest)
        middle[away] = facility_of(site_map, drivers)[away]
        inside[away] = within(known_of(drivers, used), drivers)[away]
        told = (site_map, drivers, telemetry.facility_kw, metered & ~away)
        constant[away] = by_constant_pue(*told)[away]
        by_temperature[away] = by_pue_and_temperature(*told)[away]
        straight[away] = by_pue_and_straight_it(*told[1:])[away]
    say(f"{telemetry.site}: all days")
    site_map, used = fit_map(drivers, telemetry, metered, it_capacity_kw, highest)
    lower, upper, spread = _intervals(drivers, telemetry.facility_kw, middle, metered, fold)
    return Learned(
        site_map=site_map,
        spread=spread,
        known=known_of(drivers, used),
        used=used,
        held_out=HeldOut(
            facility_kw=middle,
            lower_kw=lower,
            upper_kw=upper,
            constant_pue_kw=constant,
            pue_by_temperature_kw=by_temperature,
            pue_and_straight_it_kw=straight,
            inside=inside,
        ),
    )


def fit_map(
    drivers: Drivers,
    telemetry: Telemetry,
    chosen: NDArray[np.bool_],
    it_capacity_kw: float | None,
    highest_mhz: float,
) -> tuple[SiteMap, NDArray[np.bool_]]:
    """A map from the chosen rows, and those of them that its trimmed fit used."""
    facility = telemetry.facility_kw
    physics = fit_physics(drivers, facility, chosen, it_capacity_kw)
    return fit_rest(drivers, facility, physics, highest_mhz), physics.used


def folds_of(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """The fold of each row: blocks of days in turn, so that no day is on both sides, (n,)."""
    present, place = np.unique(day, return_inverse=True)
    block = max(1, min(BLOCK_DAYS, len(present) // (2 * FOLDS)))
    return np.asarray((place // block) % FOLDS, dtype=np.int64)


def _intervals(
    drivers: Drivers,
    measured_kw: Real,
    middle_kw: Real,
    metered: NDArray[np.bool_],
    fold: NDArray[np.int64],
) -> tuple[Real, Real, Spread]:
    """Ends of each row by the errors of the other folds, and the spread by the errors of all."""
    error = measured_kw / middle_kw - 1.0
    lower, upper = np.full(len(fold), np.nan), np.full(len(fold), np.nan)
    u, wet = drivers.utilisation, drivers.wet_c
    for number in range(FOLDS):
        away, there = fold == number, metered & (fold != number)
        spread = spread_of(u[there], wet[there], error[there], LEVEL)
        lower[away], upper[away] = interval_of(spread, u[away], wet[away], middle_kw[away])
    return lower, upper, spread_of(u[metered], wet[metered], error[metered], LEVEL)
