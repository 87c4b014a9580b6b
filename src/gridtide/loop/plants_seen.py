"""What halls, stores of cold and plants said of themselves, as columns of a step and of a state; unknown is NaN."""

from typing import Any

import numpy as np

from gridtide.fleet.extra_cooling import can_shift_cooling
from gridtide.fleet.fleet import Fleet
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.loop.reach import Reach
from gridtide.loop.seen import Seen

NAN = float("nan")


def cold_state(reach: Reach, fleet: Fleet) -> dict[str, Any]:
    """`hall_c` and `cold_kwh` of a State, as halls and stores say now."""
    if not can_shift_cooling(fleet):
        return {}
    halls, colds = reach.halls(), reach.colds()
    found = [halls.get(name) for name in hall_names(fleet)]
    held = [
        0.0 if site.cold_store is None else NAN if one is None else one.cold_kwh
        for site, one in zip(fleet.sites, map(colds.get, cold_store_names(fleet)), strict=True)
    ]
    return {
        "hall_c": np.asarray(
            [
                [NAN if one is None else one.air_c for one in found],
                [NAN if one is None else one.mass_c for one in found],
            ]
        ),
        "cold_kwh": np.asarray(held),
    }


def made_state(reach: Reach, fleet: Fleet) -> dict[str, Any]:
    """`made_kw` of a State, as plants say now."""
    said = reach.made()
    own = [name for name, site in zip(plant_names(fleet), fleet.sites, strict=True) if site.reactor]
    if not own:
        return {}
    return {"made_kw": np.asarray([said[name].made_kw if name in said else NAN for name in own])}


def plants_seen(reach: Reach, fleet: Fleet) -> dict[str, Any]:
    """The columns of `Seen` that are of halls, stores of cold and plants."""
    columns = made_state(reach, fleet)
    if columns:
        said = reach.made()
        past = [
            0.0 if site.reactor is None else said[name].led_past_kw if name in said else NAN
            for name, site in zip(plant_names(fleet), fleet.sites, strict=True)
        ]
        columns["led_past_kw"] = np.asarray(past)
    cold = cold_state(reach, fleet)
    if not cold:
        return columns
    halls, colds = reach.halls(), reach.colds()
    of_halls = [
        0.0 if site.hall is None else halls[name].heat_kw if name in halls else NAN
        for name, site in zip(hall_names(fleet), fleet.sites, strict=True)
    ]
    of_stores = [
        0.0 if site.cold_store is None else colds[name].heat_kw if name in colds else NAN
        for name, site in zip(cold_store_names(fleet), fleet.sites, strict=True)
    ]
    columns["extra_cooling_kw"] = np.asarray([of_halls, of_stores])
    return {**columns, "air_c": cold["hall_c"][0], "cold_kwh": cold["cold_kwh"]}


def plants_shown(seen: Seen, fleet: Fleet, number: int) -> dict[str, float]:
    """What of a site a frame shows besides: `air_c` of its hall, `cold_kwh` of its store of cold, `made_kw` of its
    plant, each where it has one."""
    site, found = fleet.sites[number], {}
    if site.hall is not None and seen.air_c.size:
        found["air_c"] = float(seen.air_c[number])
    if site.cold_store is not None and seen.cold_kwh.size:
        found["cold_kwh"] = float(seen.cold_kwh[number])
    if site.reactor is not None and seen.made_kw.size:
        row = sum(one.reactor is not None for one in fleet.sites[:number])
        found["made_kw"] = float(seen.made_kw[row])
    return found
