"""What was learned of a site and can be carried to a case: its map, how sure it is, and where it has data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import digest
from gridtide.fleet.learning.coefficients import WET_SHARE
from gridtide.fleet.learning.held_out import Learned
from gridtide.fleet.learning.intervals import Spread
from gridtide.fleet.learning.known import Hole, enclosed_of, holes_of
from gridtide.fleet.learning.site_map import SiteMap, physics_rows
from gridtide.fleet.learning.telemetry import Telemetry, days_of, drivers_of, felt_by

Real = NDArray[np.float64]
Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """Least and most of the rows that the map was fitted to. felt: temperature as the plant feels it, °C."""

    utilisation: Span
    clock_mhz: Span
    wet_c: Span
    dry_c: Span
    felt_c: Span
    it_kw: Span
    facility_kw: Span


@dataclass(frozen=True, kw_only=True)
class Judged:
    """On held-out days, shares of the meter: mean absolute error, mean error, share of rows inside the interval.

    mape_constant_pue, mape_pue_by_temperature: of the rules it has to beat, given its IT power;
    mape_pue_and_straight_it: of the second with an IT power of its own. share_inside: of rows where it had data.
    """

    days: int
    mape: float
    bias: float
    coverage: float
    mape_constant_pue: float
    mape_pue_by_temperature: float
    mape_pue_and_straight_it: float
    share_inside: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteModel:
    """input_digest: of the telemetry. it_capacity_given: whether the IT power at full load was told, not fitted.

    enclosed: of the holes those that lie between data, too wide to be interpolated.
    """

    site: str
    input_digest: str
    it_capacity_given: bool
    site_map: SiteMap
    spread: Spread
    ranges: Ranges
    holes: tuple[Hole, ...]
    enclosed: tuple[Hole, ...]
    judged: Judged


def site_model_of(telemetry: Telemetry, learned: Learned, it_capacity_given: bool) -> SiteModel:
    """The model of what was learned from a site's telemetry."""
    return SiteModel(
        site=telemetry.site,
        input_digest=digest(telemetry),
        it_capacity_given=it_capacity_given,
        site_map=learned.site_map,
        spread=learned.spread,
        ranges=ranges_of(telemetry, learned),
        holes=holes_of(learned.known),
        enclosed=enclosed_of(learned.known),
        judged=judged(telemetry, learned),
    )


def judged(telemetry: Telemetry, learned: Learned) -> Judged:
    """Figures of held-out days."""
    held, measured = learned.held_out, telemetry.facility_kw
    error = held.facility_kw / measured - 1.0

    def off(said_kw: Real) -> float:
        return float(np.abs(said_kw / measured - 1.0).mean())

    return Judged(
        days=len(np.unique(days_of(telemetry))),
        mape=off(held.facility_kw),
        bias=float(error.mean()),
        coverage=float(((measured >= held.lower_kw) & (measured <= held.upper_kw)).mean()),
        mape_constant_pue=off(held.constant_pue_kw),
        mape_pue_by_temperature=off(held.pue_by_temperature_kw),
        mape_pue_and_straight_it=off(held.pue_and_straight_it_kw),
        share_inside=float(held.inside.mean()),
    )


def ranges_of(telemetry: Telemetry, learned: Learned) -> Ranges:
    """Ranges of the rows that the map was fitted to."""
    site_map, used = learned.site_map, learned.used
    drivers = drivers_of(telemetry, site_map.highest_mhz)
    share = float(site_map.coefficients[WET_SHARE])
    felt = felt_by(drivers, site_map.changeover)
    felt_c = share * felt.wet_c + (1.0 - share) * felt.dry_c

    def span(values: Real) -> Span:
        return float(values[used].min()), float(values[used].max())

    return Ranges(
        utilisation=span(telemetry.utilisation),
        clock_mhz=span(telemetry.clock_mhz),
        wet_c=span(drivers.wet_c),
        dry_c=span(drivers.dry_c),
        felt_c=span(felt_c),
        it_kw=span(physics_rows(site_map.coefficients, felt)[0]),
        facility_kw=span(telemetry.facility_kw),
    )
