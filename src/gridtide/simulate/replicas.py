"""Accelerators that answer what comes for a service in time, in the words of the live loop: by names of places."""

from collections.abc import Mapping

import numpy as np

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service
from gridtide.fleet.ways import ways_of
from gridtide.loop.names import place_names
from gridtide.loop.wanted_replicas import Asked, Needed
from gridtide.simulate.staffing import staffed, wait_budgets_s


def needed_by(fleet: Fleet, services: tuple[Service, ...]) -> Needed:
    """How the twin itself staffs a service, beside no other work: full rate and burst reserve, then more until 95 % of
    requests wait no longer than its limit lets them, as far as there are machines."""
    names, origins = place_names(fleet), fleet.network.origins
    by_name = {service.name: service for service in services}

    def needed(name: str, asked: Asked) -> Mapping[str, float]:
        service = by_name[name]
        per_s = np.asarray([[asked.get(o, {}).get(place, 0.0) for place in names] for o in origins])
        per_place = per_s.sum(axis=0)
        rate = service.requests_per_accelerator_s
        answers = (per_place > 0) & (rate > 0)
        need = np.where(answers, per_place / np.where(answers, rate, 1.0), 0.0)[None, :, None]
        reserve = 1.0 + np.asarray([pool.burst_reserve for pool in fleet.pools])
        free = np.maximum(fleet.accelerators.astype(np.float64)[:, None], need[0])
        budget_s = wait_budgets_s(fleet, (service,), per_s[None, :, :, None])
        active = np.minimum(need * reserve[None, :, None], free[None])
        active, _ = staffed((service,), need, active, free, budget_s)
        return dict(zip(names, active[0, :, 0].tolist(), strict=True))

    return needed


def needed_slower(fleet: Fleet, services: tuple[Service, ...]) -> dict[str, tuple[Needed, ...]]:
    """The same at each slower point of each service, within what it tolerates, fastest first."""
    ways = ways_of(fleet, services)
    found: dict[str, tuple[Needed, ...]] = {service.name: () for service in services}
    for way in ways.services[ways.usual :]:
        found[way.name] = (*found[way.name], needed_by(fleet, (way,)))
    return found
