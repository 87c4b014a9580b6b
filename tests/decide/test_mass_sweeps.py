"""What each sweep sees, and when the end of the course is gone again."""

import numpy as np
import pytest

from gridtide.decide.mass_bound import Ascent, ascended, certified
from gridtide.decide.mass_check import account
from gridtide.decide.mass_placement import swept
from gridtide.decide.mass_sweeps import Seating, Sweeps, run_course
from gridtide.digest import digest
from gridtide.testing.instances.many_jobs import Size, Traits, instance


def test_crowding_fades_then_congestion_then_the_cost_stands_alone() -> None:
    """The usual course, and the end of it that a round repeats."""
    sweeps = Sweeps(crowding=(0.1, 0.01, 0.0), fading=(0.5,))
    assert sweeps.course == ((0.1, 1.0), (0.01, 1.0), (0.0, 0.5), (0.0, 0.0))
    assert sweeps.again == ((0.01, 1.0), (0.0, 0.5), (0.0, 0.0))


def test_a_course_that_never_sees_the_cost_alone_is_not_gone_again() -> None:
    """And one that sees nothing else has nothing to fade."""
    assert Sweeps(crowding=(0.05,)).course == ((0.05, 1.0),)
    assert Sweeps(crowding=(0.05,)).again == ()
    assert Sweeps(crowding=(0.0, 0.0)).course == ((0.0, 0.0), (0.0, 0.0))
    assert Sweeps(crowding=(0.0, 0.0)).again == ()


@pytest.mark.parametrize("traits", [Traits(utilisation=0.9), Traits(restart_slots=0.25)])
def test_another_round_never_makes_a_placement_dearer(traits: Traits) -> None:
    """What does not pay is undone; told by a check that knows nothing of the sweeps."""
    jobs, room = instance(Size(jobs=3_000, slots=384, sites=3), traits)
    congestion = ascended(jobs, room, Ascent(), np.random.default_rng(0))
    bound = certified(jobs, room, congestion)
    costs = []
    for rounds in (0, 1, 3):
        sweeps = Sweeps(rounds=rounds, content=0.0, worth=0.0)
        told = account(jobs, room, swept(jobs, room, congestion, bound, sweeps))
        assert told.holds, told.breaches
        costs.append(told.cost)
    assert costs[1] <= costs[0] and costs[2] <= costs[1]


def test_a_gap_small_enough_asks_for_no_round() -> None:
    """Nor does a round that took off too little ask for another."""
    jobs, room = instance(Size(jobs=2_000, slots=384, sites=3), Traits())
    congestion = ascended(jobs, room, Ascent(), np.random.default_rng(0))
    bound = certified(jobs, room, congestion)
    plain, content = Sweeps(rounds=0), Sweeps(content=1.0)
    assert digest(swept(jobs, room, congestion, bound, plain)) == digest(
        swept(jobs, room, congestion, bound, content)
    )
    hard = Sweeps(content=0.0, worth=1.0)
    seating = Seating(jobs, room, congestion, bound, hard)
    run_course(seating, bound, hard)
    assert seating.swept in (
        len(hard.course) + len(hard.again),
        1 + len(hard.course) + len(hard.again),
    )


def test_the_cost_of_a_seating_is_that_of_the_check() -> None:
    """Energy, offers, pieces and penalties, with work left out and work in pieces."""
    jobs, room = instance(
        Size(jobs=3_000, slots=288, sites=3), Traits(utilisation=0.97, restart_slots=0.05)
    )
    congestion = ascended(jobs, room, Ascent(passes=2), np.random.default_rng(0))
    bound = certified(jobs, room, congestion)
    seating = Seating(jobs, room, congestion, bound, Sweeps())
    run_course(seating, bound, Sweeps())
    told = account(jobs, room, swept(jobs, room, congestion, bound, Sweeps()))
    assert told.penalties > 0 and told.restarts > 0
    assert seating.cost() == pytest.approx(told.cost, rel=1e-9)
