"""Weather of a case beyond what its models know: said, since there they are held or drawn out."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import PLANT_OF
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Site
from gridtide.physics.heat_plant import AIR_CHILLER, most_heat_kw
from gridtide.physics.pue import heat_of_it_kw
from gridtide.physics.weather import wet_bulb_is_fitted
from gridtide.signals.history import History, truth
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline

Real = NDArray[np.float64]


def weather_notes(fleet: Fleet, history: History, timeline: Timeline) -> Iterator[str]:
    """What a reader must know of weather outside the models of wet bulb and chillers, a sentence each.

    Steps without weather are left out: a study that needs them is refused elsewhere.
    """
    for zone in sorted({site.weather_zone for site in fleet.sites}):
        air_c, moist = (
            truth(history, kind, zone, timeline).values
            for kind in (Kind.TEMPERATURE, Kind.HUMIDITY)
        )
        yield from _strange_air(zone, air_c, moist)
        for site in fleet.sites:
            if site.weather_zone == zone:
                yield from _too_hot(site, air_c)


def _strange_air(zone: str, air_c: Real, moist: Real) -> Iterator[str]:
    known = np.isfinite(air_c + moist)
    strange = sum(
        not wet_bulb_is_fitted(float(warm), 100.0 * float(wet))
        for warm, wet in zip(air_c[known], moist[known], strict=True)
    )
    if strange:
        yield (
            f"weather of {zone} is below -20 °C, above 50 °C or drier than 5 % in {strange} of {len(air_c)} steps; "
            "the distance of the wet bulb is held there at what it is at that edge"
        )


def _too_hot(site: Site, air_c: Real) -> Iterator[str]:
    """Air in which the chillers of a site carry out less than the heat of a full house."""
    if site.facility.learned is not None or PLANT_OF[site.facility.cooling] != AIR_CHILLER:
        return
    capacity_kw = site.facility.it_capacity_kw
    full_kw = heat_of_it_kw(capacity_kw, capacity_kw, AIR_CHILLER)
    most_kw = np.asarray([most_heat_kw(capacity_kw, float(one), AIR_CHILLER) for one in air_c])
    short = most_kw < full_kw
    if short.any():
        worst = int(np.nanargmin(most_kw))
        yield (
            f"{site.name}: in {int(short.sum())} of {len(air_c)} steps its chillers are rated for less than the heat "
            f"of a full house, {100.0 * most_kw[worst] / full_kw:.0f} % of it at {air_c[worst]:.1f} °C; a higher "
            "load's power is drawn out along their curve"
        )
