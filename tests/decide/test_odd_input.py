"""Input at the edge for the large methods: nothing, one, all alike, all negative, a million times as much or as little.

Answered with a bound that holds, or refused with the reason.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.decide.many_jobs import ManyJobs, Room
from gridtide.decide.mass_alike import kinds_of
from gridtide.decide.mass_bound import Ascent, ascended, certified
from gridtide.decide.mass_check import account
from gridtide.decide.mass_placement import Reason, placed
from gridtide.decide.program import matrix_of, solve
from gridtide.decide.proof import proof_of
from gridtide.decide.solving import solution_of
from gridtide.finding import BadInput
from gridtide.testing.instances.many_jobs import Size, Traits, instance
from gridtide.testing.instances.week_plan import TRAITS, WeekPlan, program_of, week_plan

JOBS, ROOM = instance(Size(jobs=1_500, slots=192, sites=3), Traits(), 0)
PLAN = week_plan(4, 48, 8, 1, TRAITS["usual"])
ROUNDING = 1e-9


def some(jobs: ManyJobs, chosen: NDArray[np.int64]) -> ManyJobs:
    """The chosen rows, in the order given."""
    return replace(
        jobs, **{name: getattr(jobs, name)[chosen] for name in ManyJobs.__dataclass_fields__}
    )


def cost_and_bound(jobs: ManyJobs, room: Room) -> tuple[float, float]:
    """Of a placement that holds, and never the one below the other."""
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.holds
    assert bound.lower_bound <= told.cost + ROUNDING * abs(told.cost)
    return told.cost, bound.lower_bound


def costing(cost: float | NDArray[np.float64]) -> Room:
    """The room at another cost."""
    return replace(ROOM, cost=np.broadcast_to(cost, ROOM.cost.shape).astype(np.float64))


def test_no_job_costs_nothing() -> None:
    """An empty queue is placed, at no cost, and nothing costs less."""
    assert cost_and_bound(some(JOBS, np.zeros(0, dtype=np.int64)), ROOM) == (0.0, 0.0)


def test_one_job_takes_its_cheapest_slots() -> None:
    """Alone it has what the bound says, to the fineness of whole prices."""
    cost, bound = cost_and_bound(some(JOBS, np.zeros(1, dtype=np.int64)), ROOM)
    assert cost == pytest.approx(bound, rel=1e-3)


@pytest.mark.parametrize("shape", [(0, 192), (3, 0), (0, 0)])
def test_a_room_without_sites_or_slots_is_refused_once(shape: tuple[int, int]) -> None:
    """The reason is the room, not the jobs that cannot be in it."""
    empty = Room(cost=np.zeros(shape), capacity=np.zeros(shape[0], dtype=np.int32))
    for jobs in (JOBS, some(JOBS, np.zeros(0, dtype=np.int64))):
        with pytest.raises(BadInput) as refused:
            placed(jobs, empty)
        (finding,) = refused.value.findings
        assert finding.subject == "room.cost"
        assert f"{shape[0]} sites over {shape[1]} slots" in finding.value


def test_sites_without_machines_leave_every_job_out_with_the_reason() -> None:
    """At the penalty of all of them, which is also the bound."""
    bare = replace(ROOM, capacity=np.zeros_like(ROOM.capacity))
    placement, bound, _ = placed(JOBS, bare)
    assert set(placement.reason.tolist()) == {Reason.TOO_LARGE}
    assert bound.lower_bound == pytest.approx(float(JOBS.penalty.sum()), rel=ROUNDING)


@pytest.mark.parametrize("cost", [0.015, 0.0, -0.015])
def test_equal_prices_are_placed_near_their_bound(cost: float) -> None:
    """Nothing to choose by, or nothing to pay, or every slot paid for: within a thousandth of what is at stake."""
    room = costing(cost)
    reached, bound = cost_and_bound(JOBS, room)
    stake = float((JOBS.gang[:, 0].astype(np.float64) * JOBS.slots[:, 0]).sum()) * 0.015
    assert reached - bound <= 1e-3 * stake


def test_negative_prices_everywhere_are_placed_near_their_bound() -> None:
    """Every job earns, the more the sooner it finds the dearest hours of the grid."""
    reached, bound = cost_and_bound(JOBS, costing(-np.maximum(ROOM.cost, 1e-3)))
    assert reached < 0
    assert reached - bound <= 0.01 * abs(bound)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_money_a_million_times_apart_places_the_same(factor: float) -> None:
    """Costs, offers and penalties in another unit: cost and bound in that unit."""
    other = replace(
        JOBS,
        offer=JOBS.offer * np.float32(factor),
        penalty=JOBS.penalty * factor,
        restart_cost=JOBS.restart_cost * np.float32(factor),
    )
    usual, far = cost_and_bound(JOBS, ROOM), cost_and_bound(other, costing(ROOM.cost * factor))
    assert far == pytest.approx((usual[0] * factor, usual[1] * factor), rel=1e-4)


def test_a_million_times_the_machines_place_the_same() -> None:
    """Gangs and sites a million times as large, penalties too; in another order where sizes pass 32 bits."""
    times = 1_000_000
    other = replace(
        JOBS,
        gang=JOBS.gang * times,
        offer=JOBS.offer * np.float32(times),
        penalty=JOBS.penalty * float(times),
    )
    room = replace(ROOM, capacity=ROOM.capacity * times)
    usual, far = cost_and_bound(JOBS, ROOM), cost_and_bound(other, room)
    assert far == pytest.approx((usual[0] * times, usual[1] * times), rel=1e-3)


def solved(plan: WeekPlan) -> tuple[str, float]:
    """How the large method's answer came, and its gap as a share of the cost: proved, and around the optimum."""
    matrix = matrix_of(program_of(plan))
    found = solution_of(matrix, exact_columns=0)
    exact = solve(matrix, "simplex").objective
    proof = proof_of(matrix, found)
    assert found.feasible
    assert proof.relative <= 1e-6
    assert proof.lower_bound <= exact + ROUNDING * abs(exact) <= proof.cost + 2e-9 * abs(exact)
    return found.solver, proof.gap / max(abs(proof.cost), 1.0)


def buckets(plan: WeekPlan, chosen: NDArray[np.int64]) -> WeekPlan:
    """The plan with these of its buckets of work."""
    names = ("bucket_site", "first", "last", "work_kwh", "rate_kw")
    return replace(plan, **{name: getattr(plan, name)[chosen] for name in names})


@pytest.mark.parametrize("chosen", [[], [0], [3] * 12])
def test_plans_without_work_with_one_piece_or_twelve_alike_are_proved(chosen: list[int]) -> None:
    """By the shape of the plan, within its gap."""
    solver, gap = solved(buckets(PLAN, np.asarray(chosen, dtype=np.int64)))
    assert solver.startswith("structured")
    assert gap <= 1.5e-5


@pytest.mark.parametrize("price", ["equal", "zero", "negative"])
def test_plans_at_odd_prices_are_proved(price: str) -> None:
    """Equal, none, all paid to draw."""
    usual = PLAN.energy_cost_per_kwh
    odd = {"equal": np.full_like(usual, 0.06), "zero": np.zeros_like(usual), "negative": -usual}
    solver, gap = solved(replace(PLAN, energy_cost_per_kwh=odd[price]))
    assert solver.startswith("structured")
    assert gap <= 1.5e-5


@pytest.mark.parametrize("steps", [1, 2])
def test_a_horizon_too_short_for_the_method_is_solved_exactly_and_says_so(steps: int) -> None:
    """The answer names the solver and the reason."""
    solver, gap = solved(week_plan(4, steps, 1, 1, TRAITS["usual"]))
    assert "HiGHS" in solver
    assert f"{steps} steps" in solver
    assert gap <= ROUNDING


def test_work_and_requests_of_nothing_are_proved_or_solved_exactly_with_the_reason() -> None:
    """Rows that want 0 have no size to be near to; whichever method answers says why."""
    for bare in (
        replace(PLAN, work_kwh=np.zeros_like(PLAN.work_kwh)),
        replace(PLAN, demand_kw=np.zeros_like(PLAN.demand_kw)),
    ):
        solver, gap = solved(bare)
        assert solver.startswith("structured") or "refused: " in solver or "in queues" in solver
        assert gap <= 1.5e-5


def alike(count: int, utilisation: float, interruptible: bool) -> tuple[ManyJobs, Room]:
    """So many jobs of one kind that may run at three sites, in 96 slots of their 192."""
    rng = np.random.default_rng(0)
    cost = 0.015 * (1.0 + 0.4 * np.sin(np.arange(192) / 15.0) + 0.1 * rng.normal(size=(3, 192)))
    each = int(np.ceil(count * 4 * 6 / (utilisation * 3 * 96)))
    ones, ways = np.ones(count, dtype=np.int32), np.ones((count, 3), dtype=np.int32)
    columns: dict[str, Any] = {
        "release": ones * 48,
        "deadline": ones * 144,
        "interruptible": np.full(count, interruptible),
        "shortest_run": ones,
        "restart_cost": ones * 0.0,
        "penalty": ones * (4 * 6 * 13 * 0.015),
        "site": ways * np.arange(3),
        "gang": ways * 4,
        "slots": ways * 6,
        "delay": ways * 0,
        "offer": ways * np.array([0.0, 0.01, 0.02]),
    }
    return ManyJobs(**columns), Room(cost=cost, capacity=np.full(3, each, dtype=np.int32))


@pytest.mark.parametrize("interruptible", [True, False])
@pytest.mark.parametrize("utilisation", [0.65, 1.2])
def test_jobs_that_are_all_alike_are_placed_near_their_bound(
    utilisation: float, interruptible: bool
) -> None:
    """Room for all or not: steps over batches of the same job swing and prove little, amounts prove nearly all."""
    jobs, room = alike(3_000, utilisation, interruptible)
    cost, bound = cost_and_bound(jobs, room)
    assert cost - bound <= 0.03 * abs(cost)
    swinging = certified(jobs, room, ascended(jobs, room, Ascent(), np.random.default_rng(0)))
    assert bound >= swinging.lower_bound


def test_kinds_are_told_apart_by_every_column() -> None:
    """One column that differs makes two kinds; jobs that all differ are none."""
    jobs, _ = alike(64, 0.65, True)
    kinds = kinds_of(jobs)
    assert kinds is not None
    assert kinds.count.tolist() == [64]
    for name in ManyJobs.__dataclass_fields__:
        other = getattr(jobs, name).copy()
        other[40:] = ~other[40:] if other.dtype == np.bool_ else other[40:] + 1
        found = kinds_of(replace(jobs, **{name: other}))
        assert found is not None, name
        assert found.sample.tolist() == [0, 40], name
        assert found.count.tolist() == [40, 24], name
    assert kinds_of(JOBS) is None
    assert kinds_of(some(JOBS, np.zeros(0, dtype=np.int64))) is None


def test_the_last_of_a_kind_may_find_no_room() -> None:
    """A gang beyond every site, and a window too short, are left out as jobs apart would be."""
    jobs, room = alike(64, 0.65, True)
    for odd in (replace(jobs, gang=jobs.gang * 10_000), replace(jobs, slots=jobs.slots + 200)):
        placement, bound, _ = placed(odd, room)
        assert (placement.reason != Reason.PLACED).all()
        assert bound.lower_bound == pytest.approx(float(odd.penalty.sum()), rel=1e-6)
