"""Requests that would take a site above the import it is held to, answered where there is room below it.

A plan splits requests by a forecast of them. What comes is known when it is routed: a router that knows the level of
each site and the price of each place sends on what would raise a peak, as far as that costs less than the peak.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service
from gridtide.fleet.ways import Ways, by_way

Real = NDArray[np.float64]


def as_told(dispatch: Dispatch, ways: Ways, requests_per_s: Real) -> Real:
    """Requests per second as a dispatch splits what came, (V, O, T): (W, O, P, T)."""
    steps = requests_per_s.shape[-1]
    shares = by_way(dispatch.shares[..., :steps], dispatch.slower_shares[..., :steps], ways)
    return np.asarray(requests_per_s[ways.of][:, :, None, :] * shares)


def room_kw(fleet: Fleet, ways: Ways, asked: Real, most_it_kw: Real) -> Real:
    """IT power that requests, (W, O, P, T), leave below a level, (S, T); negative above it."""
    if not len(ways.of):
        return most_it_kw
    kw, _ = per_request(fleet, ways.services)
    needed_kw = np.einsum("vopt,vp->pt", asked, kw)
    site = fleet.site_of_place
    by_site = [needed_kw[site == s].sum(axis=0) for s in range(len(fleet.sites))]
    return np.asarray(most_it_kw - np.stack(by_site))


def sent_on(
    dispatch: Dispatch,
    fleet: Fleet,
    ways: Ways,
    asked: Real,
    free: Real,
    left_kw: Real,
    hours: Real,
    price_per_kw: Real,
) -> Real:
    """The same requests, (W, O, P, T), those above a level sent on where that pays and machines are free, (P, T).

    Nothing is sent to a place that may not answer, beyond its machines, or that would itself pass its level.

    left_kw: what they leave at each site below its level, (S, T), as in `room_kw`. price_per_kw: money for a kW above
    it, (S,) or (S, T).
    """
    from gridtide.kernels import overflow

    if not len(ways.of) or not (left_kw < 0.0).any():
        return asked
    kw, machines = per_request(fleet, ways.services)
    site, steps = fleet.site_of_place, asked.shape[-1]
    price = np.ascontiguousarray(dispatch.it_price_per_kwh[site, :steps])
    level = price_per_kw if price_per_kw.ndim > 1 else price_per_kw[:, None]
    moved = asked.copy()
    overflow.send_on(
        moved,
        ways.may,
        (kw, machines),
        site,
        left_kw.copy(),
        free - np.einsum("vopt,vp->pt", asked, machines),
        (price, np.array(np.broadcast_to(level, left_kw.shape), order="C"), hours),
        np.argsort(price, axis=0, kind="stable"),
    )
    return moved


def per_request(fleet: Fleet, services: tuple[Service, ...]) -> tuple[Real, Real]:
    """IT kW beyond parked machines and machines that one request per second takes, burst reserve and all, (V, P)."""
    pools = fleet.pools
    parked_kw = np.asarray([pool.parked_kw_per_accelerator for pool in pools])
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in pools])
    rate = np.stack([service.requests_per_accelerator_s for service in services])
    answers_kw = np.stack([service.it_kw_per_accelerator for service in services]) - parked_kw
    with np.errstate(divide="ignore"):
        machines = np.where(rate > 0, reserve / rate, 0.0)
    return answers_kw * machines, machines
