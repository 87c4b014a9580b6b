"""Everything at once: large gangs, smaller sizes, transfers, restarts and shortest runs, with a bound."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.many_jobs import ManyJobs, Room
from gridtide.decide.mass_bound import Ascent
from gridtide.decide.mass_check import account
from gridtide.decide.mass_placement import placed
from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.testing.instances.many_jobs import Size, Traits, instance

ALL = Traits(restart_slots=0.25, shortest_run=2, transfer=4, elastic=0.5)


def small(seed: int, jobs: int = 4_000, **other: Any) -> tuple[ManyJobs, Room]:
    """Three sites over a week."""
    traits = {**vars(ALL), **other}
    return instance(Size(jobs=jobs, slots=672, sites=3), Traits(**traits), seed)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**31),
    restart=st.sampled_from([0.0, 0.25, 2.0]),
    shortest=st.integers(1, 3),
    transfer=st.integers(0, 6),
    elastic=st.sampled_from([0.0, 0.5, 1.0]),
    utilisation=st.sampled_from([0.5, 0.85, 0.97]),
)
def test_whatever_is_combined_the_checker_accepts_and_the_bound_holds(
    seed: int, restart: float, shortest: int, transfer: int, elastic: float, utilisation: float
) -> None:
    """The check has no line of the kernels; nothing costs less than the bound."""
    jobs, room = small(
        seed,
        400,
        restart_slots=restart,
        shortest_run=shortest,
        transfer=transfer,
        elastic=elastic,
        utilisation=utilisation,
    )
    placement, bound, _ = placed(jobs, room, ascent=Ascent(passes=2))
    told = account(jobs, room, placement)
    assert told.holds, told.breaches
    assert bound.lower_bound <= told.cost


def test_all_traits_together_leave_a_small_gap() -> None:
    """And sizes, pieces and sites are all used."""
    jobs, room = small(0, 20_000)
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.holds, told.breaches
    assert told.cost <= 1.03 * bound.lower_bound
    away = placement.candidate % 3 > 0
    smaller = placement.candidate >= 3
    assert away.any() and smaller.any() and told.pieces > len(jobs)


def test_all_traits_together_give_the_same_bytes_twice() -> None:
    """Placement, prices and bound, from instances made anew."""
    first, second = (placed(*small(3), seed=5) for _ in range(2))
    assert digest(first[0]) == digest(second[0])
    assert digest(first[2]) == digest(second[2])
    assert first[1].lower_bound == second[1].lower_bound


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_the_input_decides_nothing_but_ties(seed: int) -> None:
    """Shuffled jobs cost the same to half a per cent, and the bound is the same to as much."""
    jobs, room = small(4)
    mixed = np.random.default_rng(seed).permutation(len(jobs))
    columns = {name: getattr(jobs, name)[mixed] for name in jobs.__dataclass_fields__}
    shuffled = ManyJobs(**columns)
    one, proved, _ = placed(jobs, room)
    other, proved_too, _ = placed(shuffled, room)
    cost, cost_too = account(jobs, room, one), account(shuffled, room, other)
    assert cost_too.holds
    assert cost_too.cost == pytest.approx(cost.cost, rel=0.005)
    assert proved_too.lower_bound == pytest.approx(proved.lower_bound, rel=0.005)


def test_gangs_as_large_as_a_quarter_of_a_site_are_placed() -> None:
    """Run times grow by the smallest whole factor that makes sites so large."""
    jobs, room = small(0, 20_000, largest_gang=128)
    usual, _ = small(0, 20_000)
    assert jobs.gang.max() == 128 and room.capacity.min() >= 4 * 128
    assert jobs.slots[:, 0].max() % usual.slots[:, 0].max() == 0
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.holds and bound.lower_bound <= told.cost
    with pytest.raises(BadInput, match="gangs up to 512"):
        small(0, 400, largest_gang=512)
