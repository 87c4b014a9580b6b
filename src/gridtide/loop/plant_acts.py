"""From a dispatch to what halls, stores of cold and plants are told of a step, each until its value changes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.made_terms import most_made_kw
from gridtide.fleet.act import Exchange
from gridtide.fleet.extra_cooling import can_shift_cooling
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site_act import AnyAct, CoolBeyond, MakePower, StoreCold
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.timeline import instant

Real = NDArray[np.float64]


def acts_of_plants(dispatch: Dispatch, fleet: Fleet, step: int) -> Iterator[AnyAct]:
    """What is told of a step of the dispatch's horizon. Where it says nothing of heat, that is carried out as it comes;
    where it says nothing of plants, each makes all it can."""
    yield from _of_cold_sides(dispatch, fleet, step)
    yield from _of_plants(dispatch, fleet, step)


def _of_cold_sides(dispatch: Dispatch, fleet: Fleet, step: int) -> Iterator[AnyAct]:
    if not can_shift_cooling(fleet):
        return
    horizon, told_kw = dispatch.placement.horizon, dispatch.cooling.heat_kw
    if not dispatch.cooling.power_kw.size:
        told_kw = np.zeros((2, len(fleet.sites), len(horizon)))
    names = zip(hall_names(fleet), cold_store_names(fleet), strict=True)
    for s, (site, (hall, store)) in enumerate(zip(fleet.sites, names, strict=True)):
        if site.hall is not None:
            until = instant(horizon.edges_s[end_of(told_kw[0, s : s + 1], step)])
            yield CoolBeyond(hall=hall, heat_kw=float(told_kw[0, s, step]), until=until)
        if site.cold_store is not None:
            heat_kw = float(told_kw[1, s, step])
            yield StoreCold(
                store=store,
                charge_kw=max(heat_kw, 0.0),
                discharge_kw=max(-heat_kw, 0.0),
                until=instant(horizon.edges_s[end_of(told_kw[1, s : s + 1], step)]),
            )


def _of_plants(dispatch: Dispatch, fleet: Fleet, step: int) -> Iterator[AnyAct]:
    horizon, told_kw = dispatch.placement.horizon, dispatch.made_kw
    if not told_kw.size:
        told_kw = most_made_kw(fleet, horizon)
    own = [name for name, site in zip(plant_names(fleet), fleet.sites, strict=True) if site.reactor]
    for row, name in enumerate(own):
        until = instant(horizon.edges_s[end_of(told_kw[row : row + 1], step)])
        yield MakePower(plant=name, made_kw=float(told_kw[row, step]), until=until)


def end_of(values: Real, step: int) -> int:
    """The first step after this one in which some value of a column is another, or the end."""
    other = (values[:, step + 1 :] != values[:, step : step + 1]).any(axis=0)
    return step + 1 + (int(np.argmax(other)) if other.any() else len(other))


def rests(act: AnyAct) -> bool:
    """Whether an act asks for no more than what its subject does where nobody tells it anything."""
    match act:
        case Exchange() | StoreCold():
            return act.charge_kw == act.discharge_kw == 0.0
        case CoolBeyond():
            return act.heat_kw == 0.0
        case _:
            return False


def site_told(act: AnyAct, fleet: Fleet) -> str:
    """The site whose hall, store of cold or plant an act is about; empty for other acts."""
    match act:
        case CoolBeyond():
            return fleet.sites[hall_names(fleet).index(act.hall)].name
        case StoreCold():
            return fleet.sites[cold_store_names(fleet).index(act.store)].name
        case MakePower():
            return fleet.sites[plant_names(fleet).index(act.plant)].name
        case _:
            return ""
