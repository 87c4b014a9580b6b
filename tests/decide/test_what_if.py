"""What a change costs, beside the price of what was changed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide import levers
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.objective import Objective
from gridtide.decide.plan_again import Task, first_order, solved, task_of
from gridtide.decide.situation import Situation
from gridtide.decide.what_if import Bend, Change, holds_between, left_over, stays_of, what_if
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study

OBJECTIVE = Objective(carbon_price_per_t=20.0, demand_charge_share=0.05)
NEAR = 1e-6


def situation_of(seed: int, negative: bool = False) -> Situation:
    """A day of two sites with all its arrivals known."""
    study = small_study(seed, hours=24, jobs=30, accelerators=32, negative_prices=negative)
    study = replace(study, arrivals_known=True)
    twin = Twin.of(study, truth_of(study))
    return see(mandate_of(study, "persistence"), twin, study.timeline.start)[0]


def free_job(situation: Situation, number: int) -> int:
    """The row of a job that the plan may choose slots for."""
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    free = np.flatnonzero(facts.buckets.of_job >= 0)
    return int(free[number % len(free)])


def two_sided(task: Task, job: int, size: float) -> list[Change]:
    """One change of each kind, with its opposite."""
    jobs = task.situation.jobs
    deadline_s, gang = int(jobs.deadline_s[job]), int(jobs.accelerators[job])

    def later(hours: float) -> Task:
        return levers.due(task, deadline_s + round(hours * 3600), gang)

    makers: list[tuple[str, Bend, Callable[[float], Task], float]] = [
        ("price", Bend.DOWN, lambda share: levers.dearer(task, 0, share), size),
        ("carbon", Bend.DOWN, lambda share: levers.carbon_dearer(task, share), size),
        ("demand", Bend.DOWN, lambda share: levers.demand_dearer(task, 0, share), size),
        ("import", Bend.UP, lambda kw: levers.import_wider(task, 0, kw), 40 * size),
        ("machines", Bend.UP, lambda n: levers.more_machines(task, 0, round(n)), 1 + 9 // 2 * size),
        ("requests", Bend.UP, lambda share: levers.more_requests(task, 0, share), size),
        ("work", Bend.UP, lambda share: levers.more_work(task, share), size),
        ("deadline", Bend.UP, later, 2 * size),
    ]
    found = []
    for what, bend, make, amount in makers:
        try:
            opposite = make(-amount)
        except ValueError:
            opposite = None
        found.append(
            Change(
                what=what, amount=amount, unit="", bend=bend, task=make(amount),
                opposite_what=f"less {what}", opposite=opposite,
            )
        )  # fmt: skip
    return found


def test_a_demand_charge_twice_as_high_costs_up_to_twice_as_much() -> None:
    """What the plan pays for the peaks of a site is the price of its charge, on either side."""
    situation = situation_of(3)
    base = solved(task_of(situation, OBJECTIVE))
    peaks = base.columns.peak[0]
    paid = float(base.matrix.cost[peaks] @ base.solution.values[peaks])
    dearer = solved(levers.demand_dearer(base.task, 0, 1.0)).cost - base.cost
    cheaper = base.cost - solved(levers.demand_dearer(base.task, 0, -1.0)).cost
    assert 0.0 < dearer <= paid + NEAR <= cheaper + 2 * NEAR


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 50),
    number=st.integers(0, 30),
    size=st.floats(0.05, 0.9),
    negative=st.booleans(),
)
def test_a_price_lies_between_the_differences_of_its_two_sides(
    seed: int, number: int, size: float, negative: bool
) -> None:
    """Convex in limits, concave in prices; within what the two bounds prove."""
    situation = situation_of(seed, negative)
    job = free_job(situation, number)
    base = solved(task_of(situation, OBJECTIVE, job))
    for change in two_sided(base.task, job, size):
        found = what_if(base, change)
        for side in filter(None, (found.asked, found.opposite)):
            assert holds_between(side, change.bend), (change.what, side)
            if side.cost is not None:
                assert side.least is not None and side.most is not None
                assert side.least <= side.cost <= side.most
        if change.opposite is not None and change.what != "deadline":
            margins = [first_order(base, task) for task in (change.task, change.opposite)]
            assert margins[0] == pytest.approx(-margins[1], rel=NEAR, abs=NEAR)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_step_costs_what_the_price_says(seed: int) -> None:
    """Where the plan does not change its corner, difference and price are one number, and it is not zero."""
    situation = situation_of(seed)
    job = free_job(situation, 3)
    base = solved(task_of(situation, OBJECTIVE, job))
    for task in (
        levers.dearer(base.task, 0, 1e-5),
        levers.more_work(base.task, 1e-4),
        levers.carbon_dearer(base.task, 1e-5),
    ):
        margin = first_order(base, task)
        assert abs(margin) > 1e-6
        assert solved(task).cost - base.cost == pytest.approx(margin, rel=1e-3, abs=1e-7)


def test_a_job_set_apart_is_done_once_and_all_work_is_kept() -> None:
    """Its own bucket holds what was taken from its old one."""
    situation = situation_of(4)
    for number in range(5):
        job = free_job(situation, number)
        apart, whole = task_of(situation, OBJECTIVE, job), task_of(situation, OBJECTIVE)
        mine, all_of_it = apart.facts.buckets, whole.facts.buckets
        assert mine.work_h.sum() == pytest.approx(all_of_it.work_h.sum())
        assert mine.rate.sum() == pytest.approx(all_of_it.rate.sum())
        assert mine.later_h.sum() == pytest.approx(all_of_it.later_h.sum())
        assert mine.of_job[job] == apart.bucket == len(all_of_it)
        plan = solved(apart)
        later, lost = left_over(plan)
        assert sum(stay.share for stay in stays_of(plan)) + later + lost == pytest.approx(1.0)
        end_s = max(stay.end_s for stay in stays_of(plan))
        assert end_s <= situation.jobs.deadline_s[job]


def test_a_site_that_is_out_runs_nothing_that_can_move() -> None:
    """Nor does it answer; what that costs is never a saving."""
    situation = situation_of(5)
    base = solved(task_of(situation, OBJECTIVE))
    out = solved(levers.site_out(base.task, 0))
    used = out.solution.values[out.columns.work[np.isin(out.columns.place, out.task.shut)]]
    assert used.max(initial=0.0) <= NEAR
    assert out.cost >= base.lower_bound - NEAR


def test_what_cannot_be_changed_so_far_is_refused() -> None:
    """Limits below nothing, machines that are held, deadlines before any step."""
    situation = situation_of(6)
    task = task_of(situation, OBJECTIVE, free_job(situation, 0))
    with pytest.raises(ValueError, match="import limit"):
        levers.import_wider(task, 0, -1e6)
    with pytest.raises(ValueError, match="fewer than"):
        levers.more_machines(task, 0, -1000)
    with pytest.raises(ValueError, match="ends before"):
        levers.due(task, int(situation.horizon.edges_s[0]), 1)
    kept = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE)).buckets.of_job
    with pytest.raises(ValueError, match="as given"):
        task_of(situation, OBJECTIVE, int(np.flatnonzero(kept < 0)[0]))
