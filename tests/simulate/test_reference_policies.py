"""Policies of the literature inside the loop: the same room, information and promises as everyone."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.dispatch import Reason
from gridtide.decide.dispatchers.price_guided import CANDIDATES, PriceGuided, slot_prices
from gridtide.decide.ex_ante import expected_costs
from gridtide.decide.facts import held_of
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.policy_names import parsed
from gridtide.decide.referred import asking_of, referred
from gridtide.decide.steering import steering_price
from gridtide.decide.told import told_of, told_placement
from gridtide.finding import BadInput
from gridtide.loop.turn import Memory, take_turn
from gridtide.settle.promises import Cause
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import LITERATURE, policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study
from gridtide.timeline import regular

SOME = settings(max_examples=5, deadline=None)


@SOME
@given(seed=st.integers(0, 10_000), name=st.sampled_from(LITERATURE))
def test_a_policy_of_the_literature_misses_no_promise_and_stays_within_the_room(
    seed: int, name: str
) -> None:
    """Crowded sites: full slots are no candidates, and a job can always keep what it was told."""
    study = small_study(seed, hours=24, jobs=70, accelerators=32)
    course = course_of(study, name)
    settled = settle(study, truth_of(study), course, 0.0)
    assert settled.promises.missed.get(Cause.UNEXPLAINED, 0) == 0
    assert settled.promises.missed_deadlines == 0
    assert set(course.rungs) == {"policy"}
    assert settled.moves == 0


@SOME
@given(seed=st.integers(0, 10_000))
def test_what_is_told_is_never_expected_to_cost_more_than_a_policy_of_the_literature(
    seed: int,
) -> None:
    """Ex ante: under the plan's own expectation every reference placement costs at least as much."""
    study = small_study(seed, hours=24, jobs=50, accelerators=48)
    policy, forecaster, known = policy_named("run-at-once", study)
    mandate = mandate_of(known, forecaster)
    twin, memory = Twin.of(known, truth_of(known)), Memory()
    turn = take_turn(mandate, policy, twin, memory, twin.now)
    held = held_of(turn.situation, study.objective)
    plan = Coordinated(objective=study.objective).plan(turn.situation)
    chosen = PriceGuided(objective=study.objective).dispatch(plan, turn.situation, held, True)
    price = steering_price(turn.situation, study.objective, held.grid)
    slots = slot_prices(plan, turn.situation.fleet, held.grid)
    asking = asking_of(turn.situation, held, ~held.settled & (held.told.place >= 0))
    others = [
        told_placement(
            turn.situation,
            replace(held, told=referred(held, price, asking, parsed(name))),
            Reason.RULE,
        )
        for name in ("lowest-window", "carbon-time", "wait-awhile-interruptible", "threshold")
    ]
    costs = expected_costs(
        plan, turn.situation, (chosen.placement, *others), held, slots, study.objective
    )
    assert all(costs[0] <= other + 1e-6 for other in costs[1:])


def test_planning_around_placed_jobs_leaves_every_job_where_it_is() -> None:
    """Fitting stores and routes to a placement: the plan carries exactly its load."""
    study = small_study(4, hours=24, jobs=30)
    policy, forecaster, known = policy_named("run-at-once", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    held = held_of(turn.situation, study.objective)
    planner = Coordinated(objective=study.objective)
    placed = PriceGuided(objective=study.objective).dispatch(
        planner.plan(turn.situation), turn.situation, held, True
    )
    held = replace(held, told=told_of(placed.placement, held))
    plan = planner.around(turn.situation, held)
    load = np.zeros_like(plan.class_accelerators[0])
    for job in np.flatnonzero(held.told.place >= 0):
        begin = held.told.offsets[job]
        slots = held.told.slots[begin : begin + held.told.count[job]]
        np.add.at(load, (held.told.place[job], slots[slots < load.shape[1]]), held.gang[job])
    assert np.allclose(plan.class_accelerators.sum(axis=0), load)


def test_an_oracle_is_no_policy_of_a_run() -> None:
    """Only perfect foresight knows true lengths; the refusal names what there is."""
    with pytest.raises(BadInput, match="lowest-window"):
        policy_named("lowest-window-oracle", small_study(0))


def test_slots_added_for_restarts_end_with_the_room_an_answer_has() -> None:
    """Twenty hours in every second hour: more restarts than the job's answer can hold, so it stays whole."""
    study = small_study(5, hours=96, jobs=6, accelerators=64)
    n = len(study.jobs)
    long = replace(
        study.jobs,
        release_s=np.full(n, study.timeline.edges_s[0]),
        deadline_s=np.full(n, study.timeline.edges_s[-1]),
        declared_s=np.full(n, 20 * 3600),
        restart_s=np.full(n, 600),
        minimum_run_s=np.full(n, 600),
        interruptible=np.ones(n, dtype=np.bool_),
    )
    hourly = replace(
        study, timeline=regular(study.timeline.start, timedelta(hours=1), 96), jobs=long
    )
    policy, forecaster, known = policy_named("run-at-once", hourly)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    held = held_of(turn.situation, study.objective)
    zebra = np.tile(np.where(np.arange(len(held.grid)) % 2 == 0, 1.0, 100.0), (4, 1))
    asking = asking_of(turn.situation, held, held.told.place >= 0)
    told = referred(held, zebra, asking, parsed("wait-awhile-interruptible"))
    assert (told.count <= np.diff(told.offsets)).all()
    assert told_placement(turn.situation, replace(held, told=told), Reason.RULE).slots.size == (
        told.count[told.place >= 0].sum()
    )


@pytest.mark.parametrize("seed", range(6))
def test_one_call_for_all_jobs_says_what_asking_each_says(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the slots a policy would take alone are free, they are what it takes beside others."""
    study = small_study(seed, hours=24, jobs=90, accelerators=24)
    policy, forecaster, known = policy_named("run-at-once", study)
    twin = Twin.of(known, truth_of(known))
    twin.present = 40
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    held = held_of(turn.situation, study.objective)
    price = steering_price(turn.situation, study.objective, held.grid)
    asking = asking_of(turn.situation, held, ~held.settled & (held.told.place >= 0))
    for choice in CANDIDATES:
        at_once = referred(held, price, asking, choice)
        with monkeypatch.context() as patched:
            patched.setattr("gridtide.decide.referred._alone", lambda *given: {})
            singly = referred(held, price, asking, choice)
        one, other = (
            told_placement(turn.situation, replace(held, told=told), Reason.RULE)
            for told in (at_once, singly)
        )
        assert np.array_equal(one.slots, other.slots) and np.array_equal(one.place, other.place)
