"""By how much a site moves at its meter when its hall, its store of cold or its plant is let go."""

import math

import numpy as np

from gridtide.fleet.building import capacities_kw
from gridtide.fleet.extra_cooling import heat_kw
from gridtide.fleet.fleet import Fleet
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.loop.reach import Reach
from gridtide.trust.plants_moved import most_drawn_kw


def plants_let_go_kw(reach: Reach, fleet: Fleet) -> dict[str, tuple[int, float]]:
    """Of every hall, store of cold and plant that answers: its site by number, and kW at most. A plant may go to its
    rating or stand, as its own schedule says. One that does not say what it carries out may carry out all the heat of
    its building, one that does not say what it makes its rating."""
    full_kw = heat_kw(fleet, capacities_kw(fleet))
    heat = {name: one.heat_kw for name, one in reach.halls().items()}
    heat |= {name: one.heat_kw for name, one in reach.colds().items()}
    made = reach.made()
    found: dict[str, tuple[int, float]] = {}
    names = zip(hall_names(fleet), cold_store_names(fleet), plant_names(fleet), strict=True)
    for number, (site, (hall, store, plant)) in enumerate(zip(fleet.sites, names, strict=True)):
        for name in (hall, store):
            if name in heat:
                beyond = np.zeros((len(fleet.sites), 1))
                beyond[number] = full_kw[number] if math.isnan(heat[name]) else heat[name]
                found[name] = (number, float(most_drawn_kw(fleet, beyond)[number, 0]))
        if plant in made and site.reactor is not None:
            makes_kw, rating_kw = made[plant].made_kw, site.reactor.capacity_kw
            most_kw = rating_kw if math.isnan(makes_kw) else max(makes_kw, rating_kw - makes_kw)
            found[plant] = (number, most_kw)
    return found
