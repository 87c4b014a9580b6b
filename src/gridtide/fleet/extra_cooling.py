"""What buildings can be cooled earlier or later than their machines give off heat, and what that takes."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import capacities_kw, plants_of
from gridtide.fleet.fleet import Fleet
from gridtide.physics.heat_plant import aired_share
from gridtide.physics.pue import heat_of_it_kw

Real = NDArray[np.float64]


def can_shift_cooling(fleet: Fleet) -> bool:
    """Whether any site has a hall or a store of cold."""
    return any(site.hall is not None or site.cold_store is not None for site in fleet.sites)


def heat_kw(fleet: Fleet, it_kw: Real) -> Real:
    """Heat of each building at an IT load, both (S,), kW."""
    capacity, plant = capacities_kw(fleet), plants_of(fleet)
    return np.asarray(
        [
            heat_of_it_kw(float(kw), float(k), int(p))
            for kw, k, p in zip(it_kw, capacity, plant, strict=True)
        ]
    )


def aired_shares(fleet: Fleet) -> Real:
    """Share of each building's heat that leaves through air and chilled water, (S,)."""
    return np.asarray([aired_share(int(plant)) for plant in plants_of(fleet)])


def most_heat_kw(fleet: Fleet, outdoor_c: Real) -> Real:
    """The most heat that each plant carries out, (S, T), kW. outdoor_c: what it rejects to, (S, T)."""
    from gridtide.kernels import extra_cooling

    return extra_cooling.most_heat(
        capacities_kw(fleet), np.ascontiguousarray(outdoor_c), plants_of(fleet)
    )


def extra_power_kw(fleet: Fleet, heat_kw: Real, extra_kw: Real, outdoor_c: Real) -> Real:
    """Power that each plant takes for extra_kw of heat beyond heat_kw, all (S, T), kW."""
    from gridtide.kernels import extra_cooling

    return extra_cooling.extra_power(
        np.ascontiguousarray(np.broadcast_to(heat_kw, outdoor_c.shape)),
        np.ascontiguousarray(np.broadcast_to(extra_kw, outdoor_c.shape)),
        capacities_kw(fleet),
        np.ascontiguousarray(outdoor_c),
        plants_of(fleet),
    )
