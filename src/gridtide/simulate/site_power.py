"""IT power of a fleet in the twin: what its jobs, its services and its parked machines draw."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import parked_kw
from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]


def it_power_kw(
    fleet: Fleet, busy: Real, active: Real, answering_kw: Real
) -> tuple[Real, Real, Real]:
    """IT power of classes (C, S, T), of services (V, S, T) and in all (S, T), kW.

    busy: accelerators of each class at each entry of the menu, (C, M, T); active: of each service, (V, P, T);
    answering_kw: of one such accelerator, (V, P, T). Accelerators that
    nothing uses are parked; their power is in the total and in no class.
    """
    menu, site = fleet.menu, fleet.site_of_place
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in fleet.pools])
    class_kw = _by_site(fleet, busy * menu.it_kw[:, None], site[menu.place])
    service_kw = _by_site(fleet, active * answering_kw, site)
    working = menu.by_place(busy.sum(axis=0))
    idle = fleet.accelerators[:, None] - working - active.sum(axis=0)
    idle_kw = _by_site(fleet, (idle * parked[:, None])[None], site)[0]
    return class_kw, service_kw, class_kw.sum(axis=0) + service_kw.sum(axis=0) + idle_kw


def idle_and_jobs_kw(fleet: Fleet, busy: Real) -> Real:
    """IT power of each site with its jobs running and every other machine parked, (S, T), kW.

    busy: accelerators of each class at each entry of the menu, (C, M, T).
    """
    menu = fleet.menu
    beyond_kw = busy.sum(axis=0) * menu.extra_kw[:, None]
    jobs_kw = _by_site(fleet, beyond_kw[None], fleet.site_of_place[menu.place])[0]
    return np.asarray(parked_kw(fleet)[:, None] + jobs_kw)


def at_sites(fleet: Fleet, of_places_kw: Real) -> Real:
    """Power of places summed over those of a site, (P, T) to (S, T), kW."""
    summed: Real = _by_site(fleet, of_places_kw[None], fleet.site_of_place)[0]
    return summed


def _by_site(fleet: Fleet, power_kw: Real, site: NDArray[np.int64]) -> Real:
    """Sum over what stands at each site, (K, N, T) to (K, S, T). site: of each of N, (N,)."""
    sums = [power_kw[:, site == s].sum(axis=1) for s in range(len(fleet.sites))]
    return np.stack(sums, axis=1)
