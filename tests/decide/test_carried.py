"""Running work carries a part of what is offered: as far as its points reach, its slack bears, and a price is paid."""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.carried import (
    per_accelerator_kw,
    reach_of,
    sure_slots,
    with_carried,
)
from gridtide.decide.dispatch import Dispatch, Placement
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.fleet.building import facility_power_kw, parked_kw
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.product import CapacityProduct, Direction, shared_out
from gridtide.loop.sight import see
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.offering import capacity_product
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.guard import check

POINTS = (
    POINT,
    OperatingPoint(name="slow", speed=0.8, it_kw_per_accelerator=0.7),
    OperatingPoint(name="slower", speed=0.5, it_kw_per_accelerator=0.4),
)
WAYS = st.sampled_from(list(Direction))


def everywhere(fleet: Fleet, *products: CapacityProduct) -> Fleet:
    """The fleet in which every site, with a store or without, may offer these products."""
    return replace(fleet, sites=tuple(replace(site, products=products) for site in fleet.sites))


@cache
def knowing(seed: int) -> Study:
    """Two small sites for a day at three operating points, whose jobs are all known."""
    study = small_study(seed, hours=24, jobs=40, accelerators=48, points=POINTS)
    return replace(study, arrivals_known=True, length_knowledge=LengthKnowledge.TRUE)


@cache
def bare(seed: int) -> Situation:
    """What a plan sees as the day begins."""
    twin = Twin.of(knowing(seed), truth_of(knowing(seed)))
    situation, _ = see(mandate_of(knowing(seed), "persistence"), twin, twin.now)
    return situation


def seen(seed: int, *products: CapacityProduct) -> Situation:
    """The small situation whose sites may offer these products."""
    one = bare(seed)
    return replace(one, fleet=everywhere(one.fleet, *products))


def planned(situation: Situation) -> Plan:
    """The coordinated plan."""
    return Coordinated(objective=OBJECTIVE).plan(situation)


def product(
    price: float, way: Direction = Direction.SYMMETRIC, by_work: bool = True
) -> CapacityProduct:
    """A product that running work may carry, or not."""
    return capacity_product(price, direction=way, carried_by_work=by_work)


def placed(seed: int, *products: CapacityProduct) -> tuple[Situation, Dispatch]:
    """The first turn of the coordinated policy: what it saw, and what it tells."""
    study = replace(knowing(seed), fleet=everywhere(knowing(seed).fleet, *products))
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    return turn.situation, turn.orders.dispatch


def test_an_accelerator_reaches_from_its_point_to_the_ends_of_its_menu() -> None:
    """1.0, 0.7 and 0.4 kW: 0.6, 0.3 and 0 less, 0, 0.3 and 0.6 more, times what conversion and fans take at least."""
    fleet = seen(1, product(30.0)).fleet
    less_kw, more_kw = per_accelerator_kw(fleet)[:, :3]
    per_it = less_kw[0] / 0.6
    assert 1.0 <= per_it < 1.1
    np.testing.assert_allclose(less_kw, np.asarray([0.6, 0.3, 0.0]) * per_it, atol=1e-9)
    np.testing.assert_allclose(more_kw, np.asarray([0.0, 0.3, 0.6]) * per_it, atol=1e-9)
    assert not per_accelerator_kw(seen(1, product(30.0, by_work=False)).fleet).any()


def test_what_must_hold_longest_is_carried_by_work_first() -> None:
    """100 kW of work: all of a product of an hour, the rest of one of half an hour, none of one that is the store's."""
    hour = capacity_product(hold_h=1.0, carried_by_work=True)
    half = capacity_product(hold_h=0.5, carried_by_work=True)
    stores = capacity_product(hold_h=2.0)
    offered = np.asarray([[50.0], [70.0], [80.0]])
    carried = shared_out((half, stores, hour), offered, np.asarray([100.0]))
    np.testing.assert_allclose(carried[:, 0], [20.0, 0.0, 80.0])


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(1, 4), way=WAYS, price=st.floats(0.0, 400.0))
def test_work_carries_no_more_than_what_runs_can_move(
    seed: int, way: Direction, price: float
) -> None:
    """Each way, at every site and step; and the rest of an offer is what the store does beside its plan."""
    situation = seen(seed, product(price, way))
    plan, fleet = planned(situation), situation.fleet
    reach = per_accelerator_kw(fleet)[:, :, None] * plan.class_accelerators.sum(axis=0)
    at = fleet.site_of_place[fleet.menu.place]
    for site, one in enumerate(fleet.sites):
        for number in (0, 1):
            carried_kw = plan.carried_kw[number, site]
            assert (carried_kw <= reach[number, at == site].sum(axis=0) + 1e-6).all()
            assert (carried_kw <= plan.offered_kw[site] + 1e-6).all()
        given_kw = plan.discharge_kw[site] - plan.charge_kw[site]
        most_kw = one.battery.discharge_max_kw if one.battery else 0.0
        if way is not Direction.DOWN:
            of_store_kw = plan.offered_kw[site] - plan.carried_kw[0, site]
            assert (of_store_kw + given_kw <= most_kw + 1e-6).all()


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(1, 4), way=WAYS, prices=st.tuples(st.floats(1.0, 300.0), st.floats(1.0, 300.0))
)
def test_where_more_is_paid_no_less_is_offered_and_a_plan_never_costs_more_for_it(
    seed: int, way: Direction, prices: tuple[float, float]
) -> None:
    """Megawatt-hours offered over the horizon; nothing earned by work costs a plan anything."""
    low, high = sorted(prices)
    cheap, dear = (planned(seen(seed, product(price, way))) for price in (low, high))
    alone = planned(seen(seed, product(high, way, by_work=False)))
    offered = [float((one.offered_kw * one.horizon.hours).sum()) for one in (cheap, dear)]
    assert offered[1] >= offered[0] - 1e-4 * (1.0 + offered[0])
    assert dear.certificate.cost <= alone.certificate.cost + 1e-6
    assert dear.certificate.lower_bound <= dear.certificate.cost
    assert alone.carried_kw.size == 0


def test_at_no_price_work_offers_nothing() -> None:
    """Nobody pays: no work is held ready."""
    assert planned(seen(2, product(0.0))).carried_kw.max() <= 1e-9


def test_a_price_moves_work_to_where_it_carries_both_ways() -> None:
    """A symmetric product that pays more than speed saves: the plan runs work between the ends of its menu."""
    situation = seen(2, product(400.0))
    nothing, paid = planned(seen(2, product(0.0))), planned(situation)
    assert paid.carried_kw.min(axis=0).sum() > 1.0
    assert not np.allclose(paid.class_accelerators, nothing.class_accelerators)
    assert (paid.prices.carried_price_per_h >= 0.0).all()
    assert paid.prices.carried_price_per_h.max() > 0.0


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(1, 4), hold_h=st.sampled_from([0.25, 0.5, 1.0]))
def test_calls_in_full_in_every_block_cost_no_deadline(seed: int, hold_h: float) -> None:
    """Every job that carries in its last slot, called down in full in each of its blocks, still ends in time."""
    situation, dispatch = placed(seed, capacity_product(hold_h=hold_h, carried_by_work=True))
    placement, jobs, menu = dispatch.placement, situation.jobs, situation.fleet.menu
    works = sure_slots(situation, placement)
    carries = _that_carry(situation, placement, works)
    assert carries.any()
    slowest = min(point.speed for point in POINTS)
    for job in range(len(jobs)):
        own = slice(placement.offsets[job], placement.offsets[job + 1])
        if not carries[own].any() or jobs.deadline_s[job] == NO_DEADLINE_S:
            continue
        slots = placement.slots[own]
        last = int(np.flatnonzero(carries[own]).max())
        blocks = np.unique(placement.horizon.starts_s[slots[works[own]][: last + 1]] // 3600)
        speed = float(menu.speed[menu.entry(placement.place, placement.point)[job]])
        late_s = len(blocks) * 3600.0 * hold_h * (1.0 - slowest / speed)
        assert placement.horizon.ends_s[slots[-1]] + late_s <= jobs.deadline_s[job] + 1e-6


def _that_carry(situation: Situation, placement: Placement, works: np.ndarray) -> np.ndarray:
    """Slots whose job carries drawing less, one job at a time."""
    found = np.zeros(len(works), dtype=np.bool_)
    for job in range(len(situation.jobs)):
        own = slice(placement.offsets[job], placement.offsets[job + 1])
        alone = np.zeros_like(works)
        alone[own] = works[own]
        less_kw = reach_of(situation.fleet, situation.jobs, placement, alone)[0].sum(axis=0)
        found[own] = less_kw[placement.slots[own]] > 0.0
    return found


def test_a_call_moves_the_meter_by_what_work_was_to_carry() -> None:
    """Jobs at their slowest point, and at full speed: by the whole model of the building the meter falls and rises by
    no less than was counted on."""
    situation, dispatch = placed(2, product(400.0))
    fleet, placement = situation.fleet, dispatch.placement
    works = sure_slots(situation, placement)
    reach_kw = reach_of(fleet, situation.jobs, placement, works)
    per_it = per_accelerator_kw(fleet)[0, 0] / 0.6
    floor_kw = parked_kw(fleet)[:, None]
    weather_c = np.full((len(fleet.sites), 1), 20.0)
    for slot in np.flatnonzero(reach_kw.sum(axis=(0, 1)) > 0.0)[:8]:
        base_kw = floor_kw + reach_kw[0, :, [slot]].T / per_it
        here = facility_power_kw(fleet, base_kw, weather_c)
        less = facility_power_kw(fleet, floor_kw, weather_c)
        more = facility_power_kw(fleet, base_kw + reach_kw[1, :, [slot]].T / per_it, weather_c)
        assert (here - less >= reach_kw[0, :, [slot]].T - 1e-6).all()
        assert (more - here >= reach_kw[1, :, [slot]].T - 1e-6).all()


def test_work_that_may_not_wait_and_work_without_slack_carry_nothing_less() -> None:
    """Protected jobs nothing at all; jobs that end on their deadline only the way that makes them faster."""
    situation, dispatch = placed(2, product(60.0))
    fleet, placement, jobs = situation.fleet, dispatch.placement, situation.jobs
    works = sure_slots(situation, placement)
    assert reach_of(fleet, jobs, placement, works)[0].sum() > 0.0
    firm = replace(jobs, movable=np.zeros(len(jobs), dtype=np.bool_))
    assert not reach_of(fleet, firm, placement, works).any()
    ends_s = np.append(placement.horizon.ends_s, 0)
    last = np.append(placement.slots, -1)[placement.offsets[1:] - 1]
    tight = replace(jobs, deadline_s=ends_s[last])
    less_kw, more_kw = reach_of(fleet, tight, placement, works)
    assert less_kw.sum() == 0.0
    np.testing.assert_array_equal(more_kw, reach_of(fleet, jobs, placement, works)[1])


def test_offers_follow_the_work_that_is_told_and_not_the_work_that_was_planned() -> None:
    """A plan that counts on twice what the work told can do offers less by what lacks; the store gives no more."""
    situation, dispatch = placed(2, product(400.0))
    reach_kw = reach_of(
        situation.fleet,
        situation.jobs,
        dispatch.placement,
        sure_slots(situation, dispatch.placement),
    )
    doubled = replace(
        dispatch, carried_kw=2.0 * reach_kw, offered_kw=2.0 * reach_kw.max(axis=0) + 5.0
    )
    honest = with_carried(doubled, situation)
    assert (honest.carried_kw <= reach_kw + 1e-6).all()
    assert (honest.offered_kw <= doubled.offered_kw).all()
    of_store = [one.offered_kw - one.carried_kw for one in (honest, doubled)]
    assert (of_store[0] <= of_store[1] + 1e-6).all()
    assert honest.offered_kw.sum() < doubled.offered_kw.sum()


def test_the_guard_refuses_offers_that_rest_on_work_which_is_not_there() -> None:
    """One site counts on ten kilowatts more than its jobs can draw less."""
    situation, dispatch = placed(2, product(400.0))
    grid = dispatch.placement.horizon
    room = promised_room(situation, grid)
    promised = situation.state.promised
    assert check(dispatch, situation, room, promised) == ()
    more_kw = np.array(dispatch.carried_kw)
    more_kw[0, 0] += 10.0
    wrong = replace(dispatch, carried_kw=more_kw, offered_kw=dispatch.offered_kw + 10.0)
    found = check(wrong, situation, room, promised)
    assert [(one.limit, one.subject) for one in found if "work" in one.limit] == [
        ("offered beyond what work can draw less, kW", "east")
    ]
