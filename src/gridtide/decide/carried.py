"""What running work carries of capacity offered to the grid: it can slow down to draw less, and hurry to draw more."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, Placement
from gridtide.decide.offer_terms import block_of
from gridtide.decide.situation import Situation
from gridtide.fleet.building import least_fast_marginal
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import NO_DEADLINE_S, Jobs
from gridtide.fleet.menu import at_speed_s
from gridtide.fleet.product import shared_out

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

SURE_SHARE = 0.5
"""Of the time that a job is expected to run on: so long an offer may rest on it, for some end before it."""


def per_accelerator_kw(fleet: Fleet) -> Real:
    """By how much an accelerator that works at each entry of the menu can draw less and more at the meter, (2, M), kW:
    down to the slowest point of its place, up to the fastest, each kilowatt of IT with the least that moves beside it
    within seconds. 0 for parts and multiples of gangs, and at sites none of whose products work may carry."""
    menu = fleet.menu
    whole = menu.gang_share == 1.0
    least_kw = np.minimum.reduceat(np.where(whole, menu.extra_kw, np.inf), menu.first)[menu.place]
    most_kw = np.maximum.reduceat(np.where(whole, menu.extra_kw, -np.inf), menu.first)[menu.place]
    per_it = np.where(_carrying(fleet), least_fast_marginal(fleet), 0.0)
    ways_kw = np.stack([menu.extra_kw - least_kw, most_kw - menu.extra_kw])
    return np.asarray(np.where(whole, ways_kw, 0.0) * per_it[fleet.site_of_place[menu.place]])


def none_carried(fleet: Fleet) -> bool:
    """Whether work carries nothing anywhere."""
    return not _carrying(fleet).any()


def reach_of(
    fleet: Fleet, jobs: Jobs, placement: Placement, works: Flags, one_may_fail: bool = False
) -> Real:
    """By how much tolerant work in its slots can draw less and more at the meter, by site and slot, (2, S, T), kW.

    Less only while the time until its deadline that its slots leave bears a full call in every block that it has
    worked in by then, as long as each may last, of all products that work carries: so no call costs it its deadline.
    jobs: rows of the placement. works: in which of its slots each job surely works throughout, one a slot.
    one_may_fail: what is left at each site in each slot when the job that carries most of it is gone.
    """
    reach_kw = np.zeros((2, len(fleet.sites), len(placement.horizon)))
    counts = np.diff(placement.offsets)
    entry = fleet.menu.entry(placement.place, placement.point)
    tolerant = jobs.movable & ~jobs.elastic & (fleet.menu.gang_share[entry] == 1.0)
    works = works & np.repeat(tolerant & (placement.place >= 0), counts)
    job = np.repeat(np.arange(len(counts)), counts)[works]
    if none_carried(fleet) or not len(job):
        return reach_kw
    slot = placement.slots[works]
    site = fleet.site_of_place[np.maximum(placement.place, 0)]
    less_kw, more_kw = per_accelerator_kw(fleet)[:, entry] * jobs.accelerators
    lost_s = _lost_share(fleet)[entry][job] * _called_s(fleet, placement, site, job, slot)
    bears = lost_s <= _slack_s(jobs, placement)[job]
    at = (site[job], slot)
    largest_kw = np.zeros_like(reach_kw)
    for way, kw in enumerate((np.where(bears, less_kw[job], 0.0), more_kw[job])):
        np.add.at(reach_kw[way], at, kw)
        np.maximum.at(largest_kw[way], at, kw)
    return np.maximum(reach_kw - largest_kw, 0.0) if one_may_fail else reach_kw


def sure_slots(situation: Situation, placement: Placement) -> Flags:
    """Slots in which jobs surely work throughout, one a slot: as far as their declared limits say where decisions take
    these for the run time, else through so much of what they are expected to run on."""
    state, counts = situation.state, np.diff(placement.offsets)
    menu = situation.fleet.menu
    speed = menu.speed[menu.entry(placement.place, placement.point)]
    slot_s = placement.horizon.edges_s[1] - placement.horizon.edges_s[0]
    estimated = state.expected_left_s < state.remaining_s
    left_s = np.where(estimated, SURE_SHARE * state.expected_left_s, state.expected_left_s)
    sure = at_speed_s(left_s.astype(np.int64), speed) // slot_s
    inside = np.arange(len(placement.slots)) - np.repeat(placement.offsets[:-1], counts)
    return np.asarray(inside < np.repeat(sure, counts))


def with_carried(dispatch: Dispatch, situation: Situation) -> Dispatch:
    """The dispatch whose offers rest on the work that it tells: where that carries less than was planned, less is
    offered."""
    planned_kw = dispatch.carried_kw
    if not planned_kw.size:
        return dispatch
    fleet, placement = situation.fleet, dispatch.placement
    reach_kw = reach_of(fleet, situation.jobs, placement, sure_slots(situation, placement))
    at, asked_kw = _site_of_product(fleet), of_sites(fleet, planned_kw)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(asked_kw > reach_kw, reach_kw / asked_kw, 1.0)
    carried_kw = planned_kw * share[:, at]
    offered_kw = np.maximum(dispatch.offered_kw - (planned_kw - carried_kw).max(axis=0), 0.0)
    return replace(dispatch, offered_kw=offered_kw, carried_kw=np.minimum(carried_kw, offered_kw))


def revenue_lost(
    situation: Situation, placement: Placement, carried_kw: Real, paid_per_kw_h: Real
) -> float:
    """What is not earned where the work of a placement carries less of the offers than planned, money.

    carried_kw: what was planned, less and more, (2, Q, T), paid_per_kw_h: for a kilowatt of each held through an hour,
    (Q, T), both on the slots of the placement.
    """
    if not carried_kw.size:
        return 0.0
    fleet, grid = situation.fleet, placement.horizon
    reach_kw = reach_of(fleet, situation.jobs, placement, sure_slots(situation, placement))
    paid = np.zeros(reach_kw.shape[1:])
    np.maximum.at(paid, _site_of_product(fleet), paid_per_kw_h)
    lacking_kw = np.maximum(of_sites(fleet, carried_kw) - reach_kw, 0.0).max(axis=0)
    return float((lacking_kw * paid * grid.hours).sum())


def carried_of(dispatch: Dispatch, situation: Situation) -> Real:
    """What the work that a dispatch tells carries of what it offers, less and more, (2, Q, T), kW; of no products where
    work carries none."""
    fleet, placement = situation.fleet, dispatch.placement
    if none_carried(fleet) or not dispatch.offered_kw.size:
        return np.zeros((2, 0, 0))
    reach_kw = reach_of(fleet, situation.jobs, placement, sure_slots(situation, placement))
    return shared_by_site(fleet, dispatch.offered_kw, reach_kw)


def called_ways(fleet: Fleet) -> Flags:
    """Which ways each product is called, less and more, (2, Q)."""
    ways = [[product.goes_up, product.goes_down] for _, product in fleet.products]
    return np.asarray(ways, dtype=np.bool_).reshape(-1, 2).T


def shared_by_site(fleet: Fleet, offered_kw: Real, reach_kw: Real) -> Real:
    """What work carries of every product each way, (2, Q, T), kW. reach_kw: all it carries, (2, S, T)."""
    asked_kw = called_ways(fleet)[:, :, None] * offered_kw
    carried_kw = np.zeros(asked_kw.shape)
    for site, one in enumerate(fleet.sites):
        own = np.flatnonzero(_site_of_product(fleet) == site)
        for way in (0, 1):
            carried_kw[way, own] = shared_out(one.products, asked_kw[way, own], reach_kw[way, site])
    return carried_kw


def _site_of_product(fleet: Fleet) -> Whole:
    return np.asarray([number for number, _ in fleet.products], dtype=np.int64)


def of_sites(fleet: Fleet, kw: Real) -> Real:
    """Of all products of each site together, (2, S, T), kW. kw: of each, less and more, (2, Q, T)."""
    found = np.zeros((2, len(fleet.sites), kw.shape[2]))
    for way in (0, 1):
        np.add.at(found[way], _site_of_product(fleet), kw[way])
    return found


def _carrying(fleet: Fleet) -> Flags:
    """Sites with a product that work may carry, (S,)."""
    return np.asarray(
        [any(one.carried_by_work for one in site.products) for site in fleet.sites], dtype=np.bool_
    )


def _lost_share(fleet: Fleet) -> Real:
    """Of an hour at each entry of the menu, what an hour at its place's slowest point leaves to be made up, (M,)."""
    menu = fleet.menu
    whole = menu.gang_share == 1.0
    slowest = np.minimum.reduceat(np.where(whole, menu.speed, np.inf), menu.first)[menu.place]
    return np.asarray(np.where(whole, 1.0 - slowest / menu.speed, 0.0))


def _called_s(fleet: Fleet, placement: Placement, site: Whole, job: Whole, slot: Whole) -> Real:
    """How long calls to draw less may have lasted by the end of each slot, were each block that its job has worked in
    called in full, s. site: of each job; job, slot: of each slot, in the order of jobs and time."""
    called_s = np.zeros(len(job))
    first = np.append(True, job[1:] != job[:-1])
    begins = np.flatnonzero(first)
    for number, product in fleet.products:
        if not (product.carried_by_work and product.goes_up):
            continue
        block = block_of(product, placement.horizon.starts_s)[slot]
        anew = first | np.append(True, block[1:] != block[:-1])
        blocks = np.cumsum(anew)
        since = blocks - np.repeat(blocks[begins] - 1, np.diff(np.append(begins, len(job))))
        called_s += np.where(site[job] == number, 3600.0 * product.hold_h * since, 0.0)
    return called_s


def _slack_s(jobs: Jobs, placement: Placement) -> Real:
    """Seconds between the end of all slots of a job and its deadline, inf where nobody waits for it, (n,)."""
    ends_s = np.append(placement.horizon.ends_s, 0)
    last = np.append(placement.slots, -1)[placement.offsets[1:] - 1]
    slack_s = (jobs.deadline_s - ends_s[last]).astype(np.float64)
    return np.where(jobs.deadline_s == NO_DEADLINE_S, np.inf, slack_s)
