"""Requests sent on in the twin: before a peak is raised to nodes that are ready, before a limit is passed to any."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.overflow import as_told, per_request, room_kw, sent_on
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.ways import Ways
from gridtide.simulate.resting import Resting

Real = NDArray[np.float64]


def awake_first(
    dispatch: Dispatch,
    fleet: Fleet,
    ways: Ways,
    requests_per_s: Real,
    occupied: NDArray[np.int64],
    levels_kw: tuple[Real, Real],
    hours: Real,
    resting: Resting,
    first: int,
) -> Real:
    """Requests per second of each service's ways from each origin at each place, (W, O, P, T), as a router splits them.

    requests_per_s: what came, (V, O, T). occupied: accelerators jobs hold, (P, T). levels_kw: IT power for answering
    that held imports leave and that building and connection leave, (S, T) each. hours: of each step, (T,). first:
    number of the first step. What would raise a peak is sent only to machines that answer at once, their reserve among
    them, or after a wake from parked: a request that waits for a boot is lost, and worth more than the peak. What no
    connection carries is lost where it is, and is sent to any, below its level first and then above it, where the
    answers are worth more than the peak.
    """
    free = np.maximum(fleet.accelerators[:, None] - occupied, 0).astype(np.float64)
    held_kw, most_kw = levels_kw
    if not len(ways.of):
        return as_told(dispatch, ways, requests_per_s)
    told = as_told(dispatch, ways, requests_per_s)
    left_kw = room_kw(fleet, ways, told, held_kw)
    if not (left_kw < 0.0).any():
        return told
    ready = _ready(dispatch, fleet, ways, told, free, occupied, resting, first)
    raised = dispatch.raise_price_per_kw
    asked = sent_on(dispatch, fleet, ways, told, ready, left_kw, hours, raised)
    beyond_kw = room_kw(fleet, ways, asked, most_kw)
    if not (beyond_kw < 0.0).any():
        return asked
    left_kw = np.maximum(room_kw(fleet, ways, asked, held_kw), 0.0)
    left_kw = np.where(beyond_kw < 0.0, beyond_kw, left_kw)
    asked = sent_on(dispatch, fleet, ways, asked, free, left_kw, hours, raised)
    left_kw = room_kw(fleet, ways, asked, most_kw)
    lost = lost_per_kw(fleet, ways, hours) - raised.max(initial=0.0)
    return sent_on(dispatch, fleet, ways, asked, free, left_kw, hours, lost)


def lost_per_kw(fleet: Fleet, ways: Ways, hours: Real) -> Real:
    """Money lost at least where a kW that would answer through a step is not there, (S, T)."""
    kw, _ = per_request(fleet, ways.services)
    value = np.asarray([service.value_per_request for service in ways.services])[:, None]
    with np.errstate(divide="ignore"):
        per_kw_s = np.where(kw > 0.0, value / kw, np.inf).min(axis=0)
    site = fleet.site_of_place
    least = np.stack([per_kw_s[site == s].min(initial=np.inf) for s in range(len(fleet.sites))])
    return np.asarray(np.where(np.isfinite(least), least, 0.0)[:, None] * 3600.0 * hours)


def _ready(
    dispatch: Dispatch,
    fleet: Fleet,
    ways: Ways,
    told: Real,
    free: Real,
    occupied: NDArray[np.int64],
    resting: Resting,
    first: int,
) -> Real:
    """Machines that answer at once or after a wake from parked, their reserve among them, (P, T)."""
    if not len(resting.state):
        return free
    _, machines = per_request(fleet, ways.services)
    wanted = np.einsum("vopt,vp->pt", told, machines)
    ready = resting.ready(np.minimum(wanted, free), occupied, first, dispatch.nodes_used)
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in fleet.pools])[:, None]
    return np.asarray(np.minimum(free, ready + wanted * (1.0 - 1.0 / reserve)))
