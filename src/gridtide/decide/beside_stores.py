"""Offers of running work beside those of stores while arrivals are unknown: block by block, as its gate closes.

What a plan of many hours offers of work binds stores when that work ends early or makes room. So stores are planned as
if they offered alone, and work is offered as late as the gate allows, on what runs by then. What of it lacks later is
not held and not paid; no store, peak or job is asked to make up for it.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.carried import called_ways, none_carried, reach_of, shared_by_site, sure_slots
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.facts import contract_prices_per_mwh
from gridtide.decide.limits import import_max_kw
from gridtide.decide.offer_terms import block_of, block_s, standing, worth_per_kw_h
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import on_grid
from gridtide.decide.situation import Commitments, OfferedCapacity, Situation
from gridtide.decide.state import Status
from gridtide.decide.steering import covered
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.product import CapacityProduct
from gridtide.timeline import Timeline, instant

Real = NDArray[np.float64]

NEXT_TO_NOTHING_KW = 1e-6


def of_stores_alone(situation: Situation) -> Situation:
    """The situation in which work carries no offer and has been offered for none; itself where work carries none."""
    fleet = situation.fleet
    if none_carried(fleet):
        return situation
    sites = []
    for site in fleet.sites:
        products = tuple(replace(one, carried_by_work=False) for one in site.products)
        sites.append(replace(site, products=products))
    return replace(
        situation,
        fleet=replace(fleet, sites=tuple(sites)),
        commitments=tuple(
            one
            for one in situation.commitments
            if not (isinstance(one, OfferedCapacity) and one.by_work)
        ),
    )


def gates_s(fleet: Fleet, now_s: int) -> tuple[int, ...]:
    """The second after `now_s` at which the gate of each product that work carries closes next."""
    found = []
    for _, product in fleet.products:
        if product.carried_by_work:
            gate_s, length_s = round(3600 * product.gate_closure_h), block_s(product)
            found.append(((now_s + gate_s) // length_s + 1) * length_s - gate_s)
    return tuple(found)


def beside_kw(fleet: Fleet, commitments: Commitments, grid: Timeline) -> Real:
    """What was offered of work alone, less and more, (2, Q, T), kW."""
    of_work = tuple(one for one in commitments if isinstance(one, OfferedCapacity) and one.by_work)
    offered_kw = standing(fleet, of_work, grid, 0.0)
    return called_ways(fleet)[:, :, None] * offered_kw


def offers_of_work(
    situation: Situation, dispatch: Dispatch, plan: Plan | None, until_s: int
) -> Iterator[OfferedCapacity]:
    """Offers that running work carries beside what stands, for blocks whose gate closes before the second `until_s`.

    The least that work which runs now and is sure through the block reaches in any of its steps, in every way that the
    product is called, without the job that moves most, within what the case lets be offered and the room that the plan
    leaves at the meter; nothing where it is worth nothing, and none without a plan.
    """
    fleet, grid = situation.fleet, dispatch.placement.horizon
    if plan is None or none_carried(fleet):
        return
    seen = replace(situation, horizon=covered(situation))
    worth = worth_per_kw_h(seen, contract_prices_per_mwh(seen)[1])
    asked_kw = np.where(on_grid(worth, seen.horizon, grid) > 0.0, _asked_kw(situation, grid), 0.0)
    offered_kw = _reached_kw(fleet, asked_kw, _reach_kw(situation, dispatch, plan))
    for index, (site, product) in enumerate(fleet.products):
        for inside in _due(situation, product, grid, until_s):
            least_kw = float(offered_kw[index, inside].min())
            if least_kw > NEXT_TO_NOTHING_KW:
                yield OfferedCapacity(
                    site=fleet.sites[site].name,
                    product=product.name,
                    start=instant(grid.starts_s[inside[0]]),
                    end=instant(grid.ends_s[inside[-1]]),
                    offered_kw=least_kw,
                    by_work=True,
                )


def _asked_kw(situation: Situation, grid: Timeline) -> Real:
    """How much more of each product the case lets be offered, (Q, T); of those that work carries."""
    stands_kw = standing(situation.fleet, situation.commitments, grid, 0.0)
    most_kw = [
        product.offered_max_kw if product.carried_by_work else 0.0
        for _, product in situation.fleet.products
    ]
    return np.maximum(np.asarray(most_kw)[:, None] - stands_kw, 0.0)


def _reach_kw(situation: Situation, dispatch: Dispatch, plan: Plan) -> Real:
    """By how much work that runs now and surely still does can draw less and more within the room at the meter, were
    the job that moves most gone, (2, S, T)."""
    fleet, grid = situation.fleet, dispatch.placement.horizon
    placement = dispatch.placement
    works = sure_slots(situation, placement)
    works &= np.repeat(situation.state.status == Status.RUNNING, np.diff(placement.offsets))
    reach_kw = reach_of(fleet, situation.jobs, placement, works, one_may_fail=True)
    room_kw = import_max_kw(fleet, situation.events, grid)
    room_kw = room_kw - on_grid(plan.import_kw, plan.horizon, grid)
    stands_kw = standing(fleet, situation.commitments, grid, 0.0)
    for index, (site, product) in enumerate(fleet.products):
        room_kw[site] -= stands_kw[index] * product.goes_down
    reach_kw[1] = np.minimum(reach_kw[1], np.maximum(room_kw, 0.0))
    return reach_kw


def _reached_kw(fleet: Fleet, asked_kw: Real, reach_kw: Real) -> Real:
    """What of the asked each product can have of work in every way that it is called, (Q, T)."""
    offered_kw = asked_kw
    for way, called in enumerate(called_ways(fleet)[:, :, None]):
        offered_kw = np.where(called, shared_by_site(fleet, offered_kw, reach_kw)[way], offered_kw)
    return offered_kw


def _due(
    situation: Situation, product: CapacityProduct, grid: Timeline, until_s: int
) -> Iterator[NDArray[np.int64]]:
    """The steps of each block of a product whose gate is open now and closes before `until_s`."""
    gate_s = round(3600 * product.gate_closure_h)
    block = block_of(product, grid.starts_s)
    begins_s = block * block_s(product)
    now_s = int(grid.edges_s[0])
    due = (begins_s >= now_s + gate_s) & (begins_s < until_s + gate_s)
    for number in np.unique(block[due]):
        yield np.flatnonzero(block == number)
