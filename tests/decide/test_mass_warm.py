"""From a plan to single jobs: its prices prove a bound at once, and what others hold stays theirs."""

from typing import Any

import numpy as np
import pytest

from gridtide.decide.facts import held_of
from gridtide.decide.many_jobs import ManyJobs, Room, faults_of
from gridtide.decide.mass_bound import Ascent, certified, no_congestion
from gridtide.decide.mass_check import account
from gridtide.decide.mass_from_plan import placed_by, single_jobs
from gridtide.decide.mass_placement import placed
from gridtide.decide.mass_sweeps import LEFT_OUT
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study


def week(seed: int, jobs: int, accelerators: int) -> tuple[Plan, Situation, Reservations]:
    """Two days known in advance, planned."""
    study = small_study(seed, jobs=jobs, accelerators=accelerators)
    situation = known_course(study, truth_of(study))
    plan = Coordinated(objective=study.objective).plan(situation)
    return plan, situation, held_of(situation, study.objective)


def test_the_prices_of_a_plan_prove_more_than_none() -> None:
    """Where machines are scarce the plan says so, and placement need not find it out again."""
    single = single_jobs(*week(2, 300, 32))
    assert single.start.mu.max() > 0.0
    warm = certified(single.jobs, single.room, single.start).lower_bound
    cold = certified(single.jobs, single.room, no_congestion(single.room)).lower_bound
    assert warm > cold


@pytest.mark.parametrize(("seed", "jobs", "accelerators"), [(1, 60, 64), (2, 300, 32)])
def test_a_placement_by_a_plan_keeps_every_rule(seed: int, jobs: int, accelerators: int) -> None:
    """Looked at slot by slot beside what others hold; no job runs where or before it may."""
    plan, situation, held = week(seed, jobs, accelerators)
    single, placement, bound = placed_by(plan, situation, held)
    told = account(single.jobs, single.room, placement)
    assert not faults_of(single.jobs, single.room)
    assert told.holds, told.breaches
    assert bound.lower_bound <= told.cost
    assert (told.load + single.room.busy <= single.room.capacity[:, None]).all()
    for j in np.flatnonzero(placement.candidate != LEFT_OUT):
        k, row = placement.candidate[j], single.row[j]
        begin = placement.begins[j]
        slots = single.jobs.release[j] + placement.after[
            begin : begin + single.jobs.slots[j, k]
        ].astype(int)
        assert slots[0] >= held.first[row, single.jobs.site[j, k]]
        assert slots[-1] < held.last[row]
        assert len(slots) * 900 >= held.left[row, 0]
        assert situation.jobs.allowed[row, single.jobs.site[j, k]]


def test_passes_never_prove_less_than_the_prices_they_began_with() -> None:
    """Few jobs ask for too much by chance; what the plan knew is kept then."""
    plan, situation, held = week(1, 60, 64)
    single = single_jobs(plan, situation, held)
    start = certified(single.jobs, single.room, single.start).lower_bound
    for passes in (0, 1, 6):
        _, _, bound = placed_by(plan, situation, held, ascent=Ascent(passes=passes))
        assert bound.lower_bound >= start


def test_the_same_plan_gives_the_same_placement() -> None:
    """Twice in a row."""
    plan, situation, held = week(1, 60, 64)
    first, second = (placed_by(plan, situation, held)[1] for _ in range(2))
    assert (first.after == second.after).all() and (first.candidate == second.candidate).all()


def two_jobs() -> ManyJobs:
    """Two alike, of two slots out of six."""
    columns: dict[str, Any] = {
        "release": 0,
        "deadline": 6,
        "interruptible": True,
        "shortest_run": 1,
        "restart_cost": 0.0,
        "penalty": 100.0,
    }
    ways: dict[str, Any] = {"site": 0, "gang": 1, "slots": 2, "delay": 0, "offer": 0.0}
    return ManyJobs(
        **{name: np.full(2, value) for name, value in columns.items()},
        **{name: np.full((2, 1), value) for name, value in ways.items()},
    )


def test_what_others_hold_is_nobodys() -> None:
    """Cheapest slots that are busy are not taken, and the bound counts only what is free."""
    cost = np.asarray([[5.0, 3.0, 1.0, 2.0, 6.0, 4.0]])
    jobs = two_jobs()
    open_, held = (
        Room(cost=cost, capacity=np.asarray([2])),
        Room(cost=cost, capacity=np.asarray([2]), busy=np.asarray([[0, 0, 2, 1, 0, 0]])),
    )
    ascent = Ascent(passes=200)
    placement, bound, _ = placed(jobs, held, ascent=ascent)
    told = account(jobs, held, placement)
    assert told.holds and told.load.tolist() == [[0, 2, 0, 1, 0, 1]]
    assert told.cost == pytest.approx(12.0) and 11.9 < bound.lower_bound <= 12.0
    free, less, _ = placed(jobs, open_, ascent=ascent)
    assert account(jobs, held, free).breaches["capacity"] == 2
    assert less.lower_bound < bound.lower_bound


def test_more_held_than_there_is_is_a_fault() -> None:
    """With what to correct."""
    room = Room(
        cost=np.ones((1, 6)), capacity=np.asarray([2]), busy=np.asarray([[0, 3, 0, 0, 0, 0]])
    )
    (finding,) = faults_of(two_jobs(), room)
    assert finding.subject == "room.busy"
