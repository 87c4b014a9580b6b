"""How many accelerators promises may use at each place: machines and power, less what services need."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.limits import import_max_kw
from gridtide.decide.situation import Situation
from gridtide.fleet.building import most_it_kw, parked_kw
from gridtide.timeline import Timeline

Real = NDArray[np.float64]


def promised_room(situation: Situation, grid: Timeline) -> NDArray[np.int64]:
    """Accelerators that deferrable work may be promised at each place and slot, (P, T).

    Machines kept for services are left out, with the power of all of them answering or waking. What the building and
    the connection carry beyond that, on the hottest day the plant was built for, is shared by the pools of a
    site as their machines would draw it; so room once given never shrinks but by a call of the grid.
    """
    fleet = situation.fleet
    kept = np.asarray([pool.for_services for pool in fleet.pools], dtype=np.int64)
    machines = np.maximum(fleet.accelerators - kept, 0)
    busy_kw = np.asarray([pool.full.it_kw_per_accelerator for pool in fleet.pools])
    idle_kw = np.asarray([pool.parked_kw_per_accelerator for pool in fleet.pools])
    site, sites = fleet.site_of_place, len(fleet.sites)
    asked_kw = np.bincount(site, weights=machines * (busy_kw - idle_kw), minlength=sites)
    answering_kw = np.bincount(site, weights=kept * _answering_kw(situation), minlength=sites)
    left_kw = _most_it_kw(situation, grid) - (parked_kw(fleet) + answering_kw)[:, None]
    share = np.clip(left_kw / np.maximum(asked_kw, 1e-9)[:, None], 0.0, 1.0)
    return np.asarray(np.floor(machines[:, None] * share[site] + 1e-9), dtype=np.int64)


def _answering_kw(situation: Situation) -> Real:
    """IT power of an accelerator that answers, or wakes to, beyond a parked one, the most it can be, (P,)."""
    pools = situation.fleet.pools
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in pools])
    most = np.asarray(
        [
            max(kw, pool.parking.idle_kw, pool.parking.wake_kw) if pool.parking else kw
            for kw, pool in zip(parked.tolist(), pools, strict=True)
        ]
    )
    for service in situation.services:
        most = np.maximum(most, service.it_kw_per_accelerator)
    return np.asarray(most - parked)


def _most_it_kw(situation: Situation, grid: Timeline) -> Real:
    """IT power each site carries under its limits on the day its plant was built for, (S, T)."""
    fleet = situation.fleet
    most_kw = import_max_kw(fleet, situation.events, grid)
    design = np.asarray([site.facility.design_outdoor_c for site in fleet.sites])
    levels, index = np.unique(most_kw, axis=1, return_inverse=True)
    weather = np.repeat(design[:, None], levels.shape[1], axis=1)
    return most_it_kw(fleet, levels, weather)[:, index.reshape(-1)]
