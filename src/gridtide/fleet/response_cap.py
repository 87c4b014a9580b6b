"""How fast a fleet may change what it draws on purpose, and what a kilowatt of IT is at most at its meters."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import capacities_kw, marginal_power
from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]
LOADS = np.linspace(0.0, 1.0, 11)
"""Shares of a building's capacity at which its slope is read."""


STORES_SHARE = 0.5
"""Part of the cap that is left to stores where a fleet has some that take turns."""


def in_turn_stores(fleet: Fleet) -> NDArray[np.bool_]:
    """Stores whose orders change no faster than their part of the cap, (S,): not those that charge at no less than a
    least power, and none where capacity is held ready for the grid, which calls them when it likes."""
    if fleet.response_max_kw_per_min is None or fleet.products:
        return np.zeros(len(fleet.sites), dtype=np.bool_)
    stores = [site.battery for site in fleet.sites]
    return np.asarray([one is not None and one.charge_least_kw == 0.0 for one in stores], np.bool_)


def stores_kw_per_min(fleet: Fleet) -> float:
    """How fast all of them together may change, kW per minute; inf where none takes turns."""
    cap = fleet.response_max_kw_per_min
    return STORES_SHARE * cap if cap is not None and in_turn_stores(fleet).any() else np.inf


def rates_kw_per_min(fleet: Fleet) -> Real:
    """How fast gangs of each site may start or stop: by the rule of its contract and what the cap of the fleet leaves
    beside stores, whichever is lower, (S,); inf where neither is stated."""
    cap = fleet.response_max_kw_per_min
    if cap is not None and in_turn_stores(fleet).any():
        cap = (1.0 - STORES_SHARE) * cap
    own = [site.contract.ramp_max_kw_per_min for site in fleet.sites]
    most = [np.inf if one is None else one for one in own]
    return np.minimum(np.asarray(most, dtype=np.float64), np.inf if cap is None else cap)


def is_ruled(fleet: Fleet) -> bool:
    """Whether any site, or the fleet, states how fast it may change."""
    return bool(np.isfinite(rates_kw_per_min(fleet)).any())


def queue_of_sites(fleet: Fleet) -> NDArray[np.int64]:
    """Which sites start and stop their gangs one after the other with each other, by number, (S,): all of them under
    the cap of the fleet, else each by itself."""
    sites = len(fleet.sites)
    whole = fleet.response_max_kw_per_min is not None
    return np.zeros(sites, dtype=np.int64) if whole else np.arange(sites)


def steepest_kw_per_it(fleet: Fleet) -> Real:
    """Kilowatts at the meter that one more of IT takes at most, on the hottest day each plant was built for, (S,)."""
    load_kw = capacities_kw(fleet)[:, None] * LOADS
    design_c = np.asarray([site.facility.design_outdoor_c for site in fleet.sites])
    slope = marginal_power(fleet, load_kw, np.repeat(design_c[:, None], len(LOADS), axis=1))
    return np.asarray(slope.max(axis=1))
