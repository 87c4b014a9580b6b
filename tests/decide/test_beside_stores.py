"""Work is offered beside stores while arrivals are unknown: at the gate, on what runs, with one job to spare."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from gridtide.decide.beside_stores import beside_kw, gates_s, of_stores_alone
from gridtide.decide.carried import reach_of, sure_slots
from gridtide.decide.offer_terms import standing
from gridtide.decide.situation import OfferedCapacity
from gridtide.decide.state import Status
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.product import Direction
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.simulate.course import mandate_of, next_instant
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.offering import capacity_product
from gridtide.testing.studies import POINT, small_study
from gridtide.timeline import epoch_s, instant

POINTS = (
    POINT,
    OperatingPoint(name="slow", speed=0.8, it_kw_per_accelerator=0.7),
    OperatingPoint(name="slower", speed=0.5, it_kw_per_accelerator=0.4),
)


@cache
def turns(direction: Direction) -> tuple[Turn, ...]:
    """Every turn of the coordinated policy through a small day whose arrivals are not known."""
    study = small_study(3, hours=24, jobs=20, accelerators=48, points=POINTS)
    product = capacity_product(60.0, direction=direction, carried_by_work=True)
    sites = tuple(replace(site, products=(product,)) for site in study.fleet.sites)
    study = replace(study, fleet=replace(study.fleet, sites=sites))
    policy, forecaster, known = policy_named("coordinated", study)
    twin, memory, taken = Twin.of(known, truth_of(known)), Memory(), []
    while twin.present < len(known.timeline):
        turn = take_turn(mandate_of(known, forecaster), policy, twin, memory, twin.now)
        taken.append(turn)
        memory = turn.memory
        until = next_instant(known, memory, twin.present)
        twin.advance(turn.orders, instant(known.timeline.edges_s[until]))
    return tuple(taken)


def new_of_work(turn: Turn, before: Turn | None) -> list[OfferedCapacity]:
    """What a turn offered of work."""
    known = set(before.memory.commitments) if before else set()
    offers = [one for one in turn.memory.commitments if isinstance(one, OfferedCapacity)]
    return [one for one in offers if one.by_work and one not in known]


@pytest.mark.parametrize("direction", [Direction.UP, Direction.DOWN])
def test_work_is_offered_once_a_block_and_as_its_gate_closes(direction: Direction) -> None:
    """The gate of a block of an hour is an hour before it: then, not earlier, and once."""
    taken = turns(direction)
    offers = [
        (turn.situation.as_of, one)
        for before, turn in zip((None, *taken), taken, strict=False)
        for one in new_of_work(turn, before)
    ]
    assert offers
    assert all(epoch_s(one.start) - epoch_s(at) == 3600 for at, one in offers)
    assert len({(one.site, one.start) for _, one in offers}) == len(offers)


@pytest.mark.parametrize("direction", [Direction.UP, Direction.DOWN])
def test_what_is_offered_of_work_holds_without_its_largest_job(direction: Direction) -> None:
    """By what runs as it is offered, in every step of its block."""
    taken, way = turns(direction), int(direction is Direction.DOWN)
    for before, turn in zip((None, *taken), taken, strict=False):
        situation, placement = turn.situation, turn.orders.dispatch.placement
        runs = np.repeat(situation.state.status == Status.RUNNING, np.diff(placement.offsets))
        works = sure_slots(situation, placement) & runs
        there = (situation.fleet, situation.jobs, placement, works)
        all_kw, spared_kw = reach_of(*there), reach_of(*there, one_may_fail=True)
        assert (spared_kw <= all_kw).all() and (spared_kw >= 0.0).all()
        offered_kw = beside_kw(situation.fleet, tuple(new_of_work(turn, before)), placement.horizon)
        assert (offered_kw[way] <= spared_kw[way] + 1e-6).all()
        assert not offered_kw[1 - way].any()


def test_a_plan_of_stores_alone_knows_nothing_of_what_rests_on_work() -> None:
    """Products that work may not carry, and only what was offered of stores; both together stand."""
    turn = next(one for one in turns(Direction.UP) if new_of_work(one, None))
    situation = replace(turn.situation, commitments=turn.memory.commitments)
    alone, grid = of_stores_alone(situation), turn.orders.dispatch.placement.horizon
    assert not any(product.carried_by_work for _, product in alone.fleet.products)
    whole_kw, of_stores_kw = (
        standing(one.fleet, one.commitments, grid, 0.0) for one in (situation, alone)
    )
    of_work_kw = beside_kw(situation.fleet, situation.commitments, grid)[0]
    np.testing.assert_allclose(whole_kw, of_stores_kw + of_work_kw)
    np.testing.assert_allclose(turn.orders.dispatch.offered_kw, whole_kw)
    np.testing.assert_allclose(turn.orders.dispatch.carried_kw[0], of_work_kw)
    assert of_stores_alone(alone) is alone


def test_the_next_gate_comes_after_now() -> None:
    """An hour before the next full hour but one; none where work carries nothing."""
    fleet = turns(Direction.UP)[0].situation.fleet
    assert set(gates_s(fleet, 7200)) == {10_800}
    assert set(gates_s(fleet, 7201)) == {10_800}
    assert gates_s(of_stores_alone(turns(Direction.UP)[0].situation).fleet, 0) == ()
