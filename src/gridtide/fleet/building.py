"""What the buildings of a fleet draw for an IT load, and what load they can carry under a limit."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Cooling
from gridtide.physics.heat_plant import AIR_CHILLER, WARM_LIQUID, WATER_CHILLER

Real = NDArray[np.float64]
PLANT_OF = {
    Cooling.WATER_CHILLER: WATER_CHILLER,
    Cooling.AIR_CHILLER: AIR_CHILLER,
    Cooling.WARM_LIQUID: WARM_LIQUID,
}


def outdoor_c(fleet: Fleet, temperature_c: Real, humidity: Real) -> Real:
    """What each site's plant rejects its heat to, (S, T), °C: wet bulb, or dry bulb for air-cooled chillers.

    temperature_c: dry bulb, humidity: 0-1, both (S, T).
    """
    from gridtide.kernels import facility

    wet = facility.wet_bulbs(temperature_c, humidity)
    return np.where(plants_of(fleet)[:, None] == AIR_CHILLER, temperature_c, wet)


def facility_power_kw(fleet: Fleet, it_kw: Real, outdoor_c: Real) -> Real:
    """Power at the facility meter of each site and step by the full physical model, (S, T), kW."""
    from gridtide.kernels import facility

    modelled = facility.facility_power(
        np.ascontiguousarray(it_kw),
        capacities_kw(fleet),
        np.ascontiguousarray(outdoor_c),
        plants_of(fleet),
    )
    return np.asarray(modelled + overheads_kw(fleet)[:, None])


def most_it_kw(fleet: Fleet, facility_max_kw: Real, outdoor_c: Real) -> Real:
    """The most IT power each building carries under a limit at its facility meter, (S, T), kW."""
    from gridtide.kernels import facility

    return np.asarray(
        facility.most_it_power(
            np.ascontiguousarray(facility_max_kw - overheads_kw(fleet)[:, None]),
            capacities_kw(fleet),
            np.ascontiguousarray(outdoor_c),
            plants_of(fleet),
        )
    )


def parked_kw(fleet: Fleet) -> Real:
    """IT power of each site with every machine parked, (S,), kW."""
    parked = [pool.accelerators * pool.parked_kw_per_accelerator for pool in fleet.pools]
    return np.bincount(fleet.site_of_place, weights=parked, minlength=len(fleet.sites)).astype(
        np.float64
    )


def capacities_kw(fleet: Fleet) -> Real:
    """IT power each building was built for, (S,), kW."""
    return np.asarray([site.facility.it_capacity_kw for site in fleet.sites])


def overheads_kw(fleet: Fleet) -> Real:
    """What each site draws beside its machines and their plant, (S,), kW."""
    return np.asarray([site.facility.overhead_kw for site in fleet.sites])


def plants_of(fleet: Fleet) -> NDArray[np.int64]:
    """The kind of cooling plant of each site, as physics counts them, (S,)."""
    return np.asarray([PLANT_OF[site.facility.cooling] for site in fleet.sites], dtype=np.int64)
