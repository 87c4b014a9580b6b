"""What a dispatch changes of what would happen without it: which jobs, how much power at each site, for how long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, load_of
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.menu import at_share
from gridtide.trust.plants_moved import plants_moved_kw

Real = NDArray[np.float64]
LEAST_KW = 1e-6
UNBOUNDED = {
    "offered_kw": "capacity offered to the grid",
}
"""Parts of a dispatch that no envelope bounds, in words."""


@dataclass(frozen=True, kw_only=True)
class Touch:
    """jobs: whose slots, place or speed change, each with the site where it would have run, in order. moved_kw: of IT,
    stores, cooling and plants, by which each site may differ at any one time at most, every site in order. share: of
    the fleet's, the most at any one time, 1 where what is beside the machines makes it more. hold_h: how long the last
    job that is held back waits from now. beyond: what else is told that no envelope speaks of, in words."""

    jobs: tuple[tuple[str, str], ...]
    moved_kw: tuple[tuple[str, float], ...]
    share: float
    hold_h: float
    beyond: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether all stays as it would be."""
        return not (self.jobs or self.beyond or any(kw > LEAST_KW for _, kw in self.moved_kw))


def touched(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Touch:
    """What a dispatch changes of the standing one, over the same jobs and steps.

    Stores and requests count with all they could move where they are told to hold a meter at a level.
    """
    fleet = situation.fleet
    rows = changed_rows(dispatch, standing)
    sites = [site.name for site in fleet.sites]
    moved_kw = _moved_kw(dispatch, standing, situation)
    where = np.where(
        standing.placement.place >= 0, standing.placement.place, dispatch.placement.place
    )
    at = np.append(fleet.site_of_place, 0)[where]
    names = situation.jobs.name
    most_kw = sum(
        pool.accelerators * float(fleet.menu.it_kw[first])
        for pool, first in zip(fleet.pools, fleet.menu.first, strict=True)
    )
    share = float(moved_kw.sum(axis=0).max(initial=0.0)) / most_kw if most_kw > 0 else 0.0
    return Touch(
        jobs=tuple(sorted((sites[at[row]], str(names[row])) for row in rows)),
        moved_kw=tuple(
            (name, float(kw.max(initial=0.0))) for name, kw in zip(sites, moved_kw, strict=True)
        ),
        share=min(share, 1.0),
        hold_h=_held_h(dispatch, standing, rows),
        beyond=_beyond(dispatch, standing),
    )


def changed_rows(dispatch: Dispatch, standing: Dispatch) -> list[int]:
    """Jobs whose slots, place or operating point differ, by row. Raises ValueError where the two are of other jobs."""
    one, other = dispatch.placement, standing.placement
    if len(one) != len(other) or not np.array_equal(one.horizon.edges_s, other.horizon.edges_s):
        raise ValueError("the two dispatches are of other jobs or steps")
    return [
        row
        for row in range(len(one))
        if one.place[row] != other.place[row]
        or (one.place[row] >= 0 and one.point[row] != other.point[row])
        or not np.array_equal(slots_of(dispatch, row), slots_of(standing, row))
    ]


def slots_of(dispatch: Dispatch, row: int) -> NDArray[np.int64]:
    """The slots of a job."""
    placement = dispatch.placement
    found: NDArray[np.int64] = placement.slots[placement.offsets[row] : placement.offsets[row + 1]]
    return found


def _moved_kw(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Real:
    """By how much jobs, stores, requests, cooling, plants and nodes that rest may change each site, (S, T)."""
    fleet = situation.fleet
    of_jobs = np.abs(_jobs_kw(dispatch, situation) - _jobs_kw(standing, situation))
    stores_kw = [
        max(site.battery.charge_max_kw, site.battery.discharge_max_kw) if site.battery else 0.0
        for site in fleet.sites
    ]
    exchanged = (dispatch.charge_kw - dispatch.discharge_kw) - (
        standing.charge_kw - standing.discharge_kw
    )
    holds = _holds(dispatch)
    of_stores = np.where(holds, np.asarray(stores_kw)[:, None], np.abs(exchanged))
    of_requests = np.zeros_like(of_jobs)
    np.add.at(of_requests, fleet.site_of_place, requests_kw(dispatch, standing, situation))
    of_work = np.minimum(of_jobs + of_requests, _work_most_kw(situation)[:, None])
    of_plants = plants_moved_kw(dispatch, standing, situation)
    of_nodes = nodes_kw(fleet) * (digest(dispatch.nodes_used) != digest(standing.nodes_used))
    return np.asarray(of_work + of_stores + of_plants + of_nodes[:, None])


def nodes_kw(fleet: Fleet) -> Real:
    """By how much nodes that may rest change each site at most by what they are told, beside what requests draw on
    them: from off to awake or waking, (S,)."""
    each_kw = [
        max(one.idle_kw, one.parked_kw, one.wake_kw) - one.off_kw if one is not None else 0.0
        for one in (pool.parking for pool in fleet.pools)
    ]
    kept = np.asarray([pool.for_services for pool in fleet.pools])
    return _by_site((kept * np.asarray(each_kw))[:, None], fleet)[:, 0]


def _work_most_kw(situation: Situation) -> Real:
    """What all machines of each site draw at most, whatever they do, (S,): nothing that is moved is more."""
    fleet = situation.fleet
    full = [float(fleet.menu.it_kw[first]) for first in fleet.menu.first]
    answering = [one.it_kw_per_accelerator for one in situation.services]
    each_kw = np.max([np.asarray(full), *answering], axis=0)
    return _by_site((fleet.accelerators * each_kw)[:, None], fleet)[:, 0]


def moved_by_job_kw(
    dispatch: Dispatch, standing: Dispatch, situation: Situation, row: int, site: int
) -> Real:
    """By how much one job changes the IT power of a site, more above 0, (T,)."""
    fleet, change_kw = situation.fleet, np.zeros(len(dispatch.placement.horizon))
    gang = situation.jobs.accelerators[row : row + 1]
    for one, sign in ((dispatch, 1.0), (standing, -1.0)):
        place = int(one.placement.place[row])
        if place >= 0 and fleet.site_of_place[place] == site:
            at = fleet.menu.entry(
                one.placement.place[row : row + 1], one.placement.point[row : row + 1]
            )
            kw = at_share(gang, fleet.menu.gang_share[at])[0] * fleet.menu.extra_kw[at][0]
            change_kw[slots_of(one, row)] += sign * kw
    return change_kw


def _jobs_kw(dispatch: Dispatch, situation: Situation) -> Real:
    fleet, placement = situation.fleet, dispatch.placement
    load = load_of(placement, situation.jobs.accelerators, fleet.menu)
    by_place = fleet.menu.by_place(load * fleet.menu.extra_kw[:, None])
    return _by_site(by_place, fleet)


def _by_site(of_places: Real, fleet: Fleet) -> Real:
    found = np.zeros((len(fleet.sites), of_places.shape[1]))
    np.add.at(found, fleet.site_of_place, of_places)
    return found


def _holds(dispatch: Dispatch) -> NDArray[np.bool_]:
    """Where a meter is held at a level, so that stores and requests go wherever that takes them, (S, T)."""
    held = np.repeat(
        np.isfinite(dispatch.import_held_kw)[:, None], len(dispatch.placement.horizon), axis=1
    )
    if dispatch.recovering_kw.size:
        held |= np.isfinite(dispatch.recovering_kw)
    if dispatch.setpoint_kw.size:
        held |= np.isfinite(dispatch.setpoint_kw)
    return held


def requests_kw(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Real:
    """By how much answering requests elsewhere or slower may change each place at most, (P, T): on what a pool keeps
    for services, on all of it where it keeps nothing apart. Where a meter is held, requests may come and go as far as
    another place can answer them."""
    fleet, holds = situation.fleet, _holds(dispatch)
    if not situation.services or not dispatch.shares.size:
        return np.zeros((len(fleet.places), len(dispatch.placement.horizon)))
    answer_kw = np.max([one.it_kw_per_accelerator for one in situation.services], axis=0)
    answer_kw = (
        np.asarray([pool.for_services or pool.accelerators for pool in fleet.pools]) * answer_kw
    )
    share = np.abs(dispatch.shares - standing.shares).max(axis=(0, 1))
    if dispatch.slower_shares.size:
        share = np.maximum(share, dispatch.slower_shares.max(axis=(0, 1)))
    answers = np.any([one.resident for one in situation.services], axis=0)
    if answers.sum() > 1:
        share = np.where(holds[fleet.site_of_place] & answers[:, None], 1.0, share)
    return np.asarray(share * answer_kw[:, None])


def _held_h(dispatch: Dispatch, standing: Dispatch, rows: list[int]) -> float:
    """Hours from now until the last of the jobs that would have begun earlier may begin."""
    horizon, latest_s = dispatch.placement.horizon, 0
    for row in rows:
        before, after = slots_of(standing, row), slots_of(dispatch, row)
        if not len(before):
            continue
        ends = int(horizon.starts_s[after[0]] if len(after) else horizon.edges_s[-1])
        if not len(after) or after[0] > before[0]:
            latest_s = max(latest_s, ends - int(horizon.edges_s[0]))
    return latest_s / 3600.0


def _beyond(dispatch: Dispatch, standing: Dispatch) -> tuple[str, ...]:
    found = [
        words
        for name, words in UNBOUNDED.items()
        if digest(getattr(dispatch, name)) != digest(getattr(standing, name))
        and np.any(getattr(dispatch, name))
    ]
    return tuple(found)
