"""A year of a kilowatt of work at a place: when it runs, what it draws, what heat is left.

All physics of a building grows in proportion with its size, so one kilowatt of a class tells it for any number.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.within_days import Shifting, moved_by_signal
from gridtide.fleet.building import PLANT_OF
from gridtide.fleet.site import Cooling
from gridtide.invest.siting.place import Place, PlaceYear
from gridtide.invest.siting.question import CarbonKind, Siting
from gridtide.invest.siting.work import WorkClass

Real = NDArray[np.float64]
KEPT = 256
"""Years of a class that are kept while assumptions are changed one by one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitHours:
    """Per kW of mean IT power, kW, (T,): IT, the meter's side of the building, heat that its plant rejects."""

    it_kw: Real
    facility_kw: Real
    rejected_kw: Real


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What flexible work is moved by: energy with its fee, and carbon at its price."""

    grid_fee_per_mwh: float
    carbon_price_per_t: float
    carbon: CarbonKind


def steering_of(siting: Siting, place: Place) -> Steering:
    """What work at a place is moved by."""
    return Steering(
        grid_fee_per_mwh=place.costs.grid_fee_per_mwh,
        carbon_price_per_t=siting.carbon_price_per_t,
        carbon=siting.carbon,
    )


def drawn_per_mwh(year: PlaceYear, steering: Steering) -> Real:
    """All that a MWh more at the meter costs in each hour, carbon at its price included, (T,)."""
    carbon = steering.carbon_price_per_t * counted_carbon_g_per_kwh(year, steering.carbon) / 1000.0
    return year.price_per_mwh + steering.grid_fee_per_mwh + carbon


def counted_carbon_g_per_kwh(year: PlaceYear, kind: CarbonKind) -> Real:
    """The intensity that the carbon price is put on, (T,). Raises ValueError where a place has no marginal one."""
    if kind is CarbonKind.AVERAGE:
        return year.carbon_average_g_per_kwh
    if year.carbon_marginal_g_per_kwh is None:
        raise ValueError(f"no marginal intensity in {year.year}")
    return year.carbon_marginal_g_per_kwh


def felt_c(year: PlaceYear, cooling: Cooling) -> Real:
    """What a plant rejects its heat to: dry bulb for an air-cooled chiller, else wet bulb, (T,)."""
    return year.outdoor_c if cooling is Cooling.AIR_CHILLER else year.wet_bulb_c


def unit_hours(
    year: PlaceYear, cooling: Cooling, work: WorkClass, steering: Steering, moved: bool
) -> UnitHours:
    """A kilowatt of a class. moved: its flexible share runs in the cheapest hours of its slack; of each span the
    cheaper of both is kept, so that moving never costs more energy and carbon than running evenly."""
    if not moved or work.flexible_share == 0.0:
        return _even(year, cooling, work.utilisation)
    asked = (work.utilisation, work.flexible_share, work.slack_h)
    return _moved(year, cooling, asked, steering)


@lru_cache(maxsize=KEPT)
def _even(year: PlaceYear, cooling: Cooling, utilisation: float) -> UnitHours:
    return _of_it(np.ones(len(year)), utilisation, year, cooling)


@lru_cache(maxsize=KEPT)
def _moved(
    year: PlaceYear, cooling: Cooling, asked: tuple[float, float, int], steering: Steering
) -> UnitHours:
    from gridtide.kernels import facility

    utilisation, share, slack_h = asked
    even = _even(year, cooling, utilisation)
    capacity = np.asarray([1.0 / utilisation])
    plant = np.asarray([PLANT_OF[cooling]], dtype=np.int64)
    slope = facility.marginal_power(
        even.it_kw[None, :], capacity, felt_c(year, cooling)[None, :], plant
    )[0]
    paid = drawn_per_mwh(year, steering)
    shifting = Shifting(share=share, load_max_kw=1.0 / utilisation, day=slack_h)
    it_kw = moved_by_signal(even.it_kw, paid * slope, shifting)
    there = _of_it(it_kw, utilisation, year, cooling)
    span = np.arange(len(year)) // slack_h
    dearer = np.bincount(span, paid * (there.facility_kw - even.facility_kw)) > 0.0
    return _of_it(np.where(dearer[span], even.it_kw, it_kw), utilisation, year, cooling)


def _of_it(it_kw: Real, utilisation: float, year: PlaceYear, cooling: Cooling) -> UnitHours:
    facility_kw, rejected_kw = with_heat_led_away(
        it_kw, np.zeros(len(year)), utilisation, year, cooling
    )
    return UnitHours(it_kw=it_kw, facility_kw=facility_kw, rejected_kw=rejected_kw)


def with_heat_led_away(
    it_kw: Real, led_away_kw: Real, utilisation: float, year: PlaceYear, cooling: Cooling
) -> tuple[Real, Real]:
    """Facility power and rejected heat per kW of mean IT power when others get some of the heat, kW, (T,)."""
    from gridtide.kernels.site_hours import site_hours

    found: tuple[Real, Real] = site_hours(
        it_kw, led_away_kw, 1.0 / utilisation, felt_c(year, cooling), PLANT_OF[cooling]
    )
    return found
