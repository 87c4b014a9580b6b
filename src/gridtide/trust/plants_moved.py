"""By how much what halls, stores of cold and plants are told moves each site, for the envelope that bounds it."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.made_terms import made_at_sites, most_made_kw
from gridtide.decide.situation import Situation
from gridtide.fleet.building import capacities_kw
from gridtide.fleet.extra_cooling import extra_power_kw, heat_kw
from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]
HOTTEST_C = 40.0
"""What plants reject their heat to on the hottest day: they draw most for it then."""


def plants_moved_kw(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Real:
    """Power by which cooling and plants make each site differ, (S, T)."""
    return _cooling_kw(dispatch, standing, situation) + _made_kw(dispatch, standing, situation)


def _cooling_kw(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Real:
    """What plants draw for heat that is told anew: by what the dispatch says of it or, where that is more, at the full
    load of the building on the hottest day."""
    fleet = situation.fleet
    none = np.zeros((len(fleet.sites), len(dispatch.placement.horizon)))
    one, other = dispatch.cooling, standing.cooling
    heat = (one.heat_kw.sum(axis=0) if one.heat_kw.size else none) - (
        other.heat_kw.sum(axis=0) if other.heat_kw.size else none
    )
    if not heat.any():
        return none
    said = (one.power_kw if one.power_kw.size else none) - (
        other.power_kw if other.power_kw.size else none
    )
    return np.asarray(np.maximum(np.abs(said), most_drawn_kw(fleet, heat)))


def most_drawn_kw(fleet: Fleet, beyond_kw: Real) -> Real:
    """What plants draw at most for heat carried out early, or save for heat carried out late, both (S, T), kW: at the
    full load of the building on the hottest day."""
    full_kw = heat_kw(fleet, capacities_kw(fleet))[:, None]
    outdoor_c = np.full_like(beyond_kw, HOTTEST_C)
    return -extra_power_kw(fleet, full_kw, -np.abs(beyond_kw), outdoor_c)


def _made_kw(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Real:
    fleet, horizon = situation.fleet, dispatch.placement.horizon
    all_kw = most_made_kw(fleet, horizon)
    one, other = (x.made_kw if x.made_kw.size else all_kw for x in (dispatch, standing))
    return made_at_sites(fleet, np.abs(one - other), len(horizon))
