"""Sitings small enough to reckon by hand: even years, few kinds of cost."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.site import Cooling
from gridtide.invest.siting.place import Place, PlaceCosts, PlaceYear
from gridtide.invest.siting.question import CarbonKind, Siting
from gridtide.invest.siting.work import Origin, WorkClass

HOURS = 8760
Real = NDArray[np.float64]


def plain_year(
    price_per_mwh: float | Real = 50.0,
    carbon_g_per_kwh: float = 400.0,
    outdoor_c: float | Real = 5.0,
    year: int = 2023,
) -> PlaceYear:
    """A year whose series are even unless an array is given; air at which water chillers rest."""
    return PlaceYear(
        year=year,
        price_per_mwh=np.broadcast_to(price_per_mwh, HOURS),
        carbon_average_g_per_kwh=np.full(HOURS, carbon_g_per_kwh),
        outdoor_c=np.broadcast_to(outdoor_c, HOURS),
        wet_bulb_c=np.broadcast_to(outdoor_c, HOURS) - 2.0,
    )


def plain_place(name: str, year: PlaceYear, costs: PlaceCosts = PlaceCosts()) -> Place:  # noqa: B008
    """A place on the equator at a prime meridian, cooled by water."""
    return Place(
        name=name,
        region="here",
        latitude=0.0,
        longitude=0.0,
        years=(year,),
        cooling=Cooling.WATER_CHILLER,
        costs=costs,
    )


def plain_work(name: str = "training", it_kw: float = 1000.0, flexible: float = 0.0) -> WorkClass:
    """Work nobody waits for, in halls of a quarter more."""
    return WorkClass(name=name, it_kw=it_kw, utilisation=0.8, flexible_share=flexible)


def plain_siting(
    places: tuple[Place, ...], classes: tuple[WorkClass, ...] = (), carbon_price_per_t: float = 0.0
) -> Siting:
    """Places for one class of work, users where the places are."""
    return Siting(
        name="plain",
        currency="EUR",
        cost_year=2023,
        interest=0.05,
        carbon_price_per_t=carbon_price_per_t,
        carbon=CarbonKind.AVERAGE,
        classes=classes or (plain_work(),),
        places=places,
        origins=(Origin(name="town", latitude=0.0, longitude=0.0, share=1.0),),
    )
