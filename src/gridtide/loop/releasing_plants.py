"""By how much a site moves at its meter when its hall, its store of cold or its plant is let go."""

import numpy as np

from gridtide.fleet.fleet import Fleet
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.loop.reach import Reach
from gridtide.trust.plants_moved import most_drawn_kw


def plants_let_go_kw(reach: Reach, fleet: Fleet) -> dict[str, tuple[int, float]]:
    """Of every hall, store of cold and plant that says what it does: its site by number, and kW at most. A plant may go
    to its rating or stand, as its own schedule says."""
    heat = {name: one.heat_kw for name, one in reach.halls().items()}
    heat |= {name: one.heat_kw for name, one in reach.colds().items()}
    made = reach.made()
    found: dict[str, tuple[int, float]] = {}
    names = zip(hall_names(fleet), cold_store_names(fleet), plant_names(fleet), strict=True)
    for number, (site, (hall, store, plant)) in enumerate(zip(fleet.sites, names, strict=True)):
        for name in (hall, store):
            if name in heat:
                beyond = np.zeros((len(fleet.sites), 1))
                beyond[number] = heat[name]
                found[name] = (number, float(most_drawn_kw(fleet, beyond)[number, 0]))
        if plant in made and site.reactor is not None:
            makes_kw = made[plant].made_kw
            found[plant] = (number, max(makes_kw, site.reactor.capacity_kw - makes_kw))
    return found
