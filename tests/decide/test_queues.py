"""Work in queues: the same optimum from fewer columns, told apart again in time, proved on the plain program."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.decomposition.split import split_of
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.planners.coordinated import written
from gridtide.decide.program import NOWHERE, Matrix, Program, matrix_of, places_of, solve
from gridtide.decide.proof import proof_of
from gridtide.decide.queues.merging import Unqueued, queues_of
from gridtide.decide.queues.method import by_queues
from gridtide.decide.queues.queue_program import queue_program
from gridtide.decide.solving import solution_of
from gridtide.digest import digest
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.instances.week_plan import Traits, program_of, week_plan
from gridtide.testing.studies import small_study


def matrix(size: tuple[int, int, int] = (3, 24, 16), seed: int = 0, work: float = 1.0) -> Matrix:
    """A seeded week plan whose work comes in four classes of slack."""
    return matrix_of(program_of(week_plan(*size, seed, Traits(lined_up=True, work=work))))


@given(
    seed=st.integers(0, 500),
    sites=st.integers(2, 4),
    steps=st.integers(12, 30),
    buckets=st.integers(5, 30),
    work=st.sampled_from([0.5, 1.0, 3.0, 6.0]),
)
@settings(max_examples=12, deadline=None)
def test_queues_cost_what_their_buckets_cost(
    seed: int, sites: int, steps: int, buckets: int, work: float
) -> None:
    """From little work to far too much: the optimum of the plain program, in fewer columns, its rows kept."""
    own = matrix((sites, steps, buckets), seed, work)
    exact = solve(own, "simplex").objective
    found = by_queues(own, solve)
    proof = proof_of(own, found)
    assert found.objective == pytest.approx(exact, rel=1e-8)
    assert proof.relative <= 1e-6
    assert proof.lower_bound == pytest.approx(exact, rel=1e-6)
    assert proof.lower_bound <= exact + 1e-9 * abs(exact)


def _work_alone(window: list[tuple[int, int]], work: np.ndarray, rate: float, seed: int) -> Matrix:
    """Two sites with a price and room a step, buckets with these windows, work left undone at a price."""
    chance = np.random.default_rng(seed)
    steps = max(last for _, last in window)
    program = Program()
    run = program.variables((2, steps), chance.uniform(1.0, 5.0, (2, steps)), 0.0, 3.0)
    load = program.constraints((2, steps), 0.0, 0.0, *places_of((2, steps)))
    program.put(load, run, 1.0)
    rows = program.constraints(work.shape, work, work)
    for bucket, (first, last) in enumerate(window):
        cell = program.variables((2, last - first), [[0.0], [0.3]], 0.0, rate * work[bucket])
        program.put(load[:, first:last], cell, -1.0)
        program.put(rows[bucket], cell, 1.0)
    program.put(rows, program.variables(work.shape, chance.uniform(6.0, 9.0, len(work))), 1.0)
    return matrix_of(program)


@given(
    windows=st.lists(
        st.tuples(st.integers(0, 8), st.integers(1, 8)).map(lambda w: (w[0], w[0] + w[1])),
        min_size=2,
        max_size=12,
    ),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_any_windows_queue_up_without_loss(windows: list[tuple[int, int]], seed: int) -> None:
    """Nested, equal and crossing windows, prices of undone work of each bucket's own: never another cost."""
    work = np.random.default_rng(seed).uniform(0.1, 4.0, len(windows))
    own = _work_alone(windows, work, 1.0, seed)
    exact = solve(own, "simplex").objective
    try:
        found = by_queues(own, solve)
    except Unqueued as reason:
        assert "due as they come" in str(reason)
        return
    assert found.objective == pytest.approx(exact, rel=1e-9)
    assert proof_of(own, found).relative <= 1e-9


def test_within_a_queue_nobody_who_comes_later_is_due_earlier() -> None:
    """Nested windows stand in queues of their own."""
    own = _work_alone([(0, 9), (2, 5), (3, 9), (1, 4)], np.ones(4), 1.0, 0)
    queues = queues_of(own, split_of(own))
    for queue in range(queues.count):
        due = queues.last[queues.queue == queue]
        assert (np.diff(due) >= 0).all()
        assert (np.diff(queues.first[queues.queue == queue]) >= 0).all()


def test_work_that_takes_longer_than_a_step_does_not_queue_up() -> None:
    """A rate that can bind would be lost in a queue: such buckets stay as they are."""
    windows = [(0, 4), (0, 5), (1, 6), (2, 7)]
    slow = _work_alone(windows, np.ones(4), 0.5, 0)
    with pytest.raises(Unqueued, match="fast enough"):
        by_queues(slow, solve)
    mixed = _work_alone(windows, np.ones(4), 1.0, 0)
    cells = np.flatnonzero((mixed.upper == 1.0) & (np.arange(len(mixed.cost)) < 14 + 8))
    some = replace(mixed, upper=mixed.upper.copy())
    some.upper[cells] = 0.3
    assert set(queues_of(some, split_of(some)).row.tolist()) < set(
        queues_of(mixed, split_of(mixed)).row.tolist()
    )
    assert by_queues(some, solve).objective == pytest.approx(
        solve(some, "simplex").objective, rel=1e-9
    )


def test_other_sites_or_other_costs_are_other_queues() -> None:
    """Only what runs at the same spots at the same cost is alike."""
    own = _work_alone([(0, 6), (0, 6), (1, 7), (1, 7)], np.ones(4), 1.0, 0)
    assert queues_of(own, split_of(own)).count == 1
    dearer = replace(own, cost=own.cost.copy())
    dearer.cost[14:26] += 0.1
    assert len(queues_of(dearer, split_of(dearer)).row) == 3


def test_a_queue_is_smaller_than_its_buckets() -> None:
    """A tenth of the cells where forty buckets share three queues; no row of a bucket's own is left."""
    own = matrix((4, 48, 120))
    split = split_of(own)
    queues = queues_of(own, split)
    smaller = queue_program(own, split, queues)
    assert len(np.unique(smaller.cell)) * 10 < len(smaller.cell)
    assert (smaller.row[queues.row] == NOWHERE).all()


def _case_of_short_jobs() -> Matrix:
    """The first plan of a case whose jobs wait with their data everywhere and take no longer than a step."""
    study = small_study(3, hours=24, jobs=60, accelerators=48)
    count, start_s = len(study.jobs), int(study.timeline.edges_s[0])
    slack_h = np.random.default_rng(3).integers(2, 22, count)
    allowed = np.zeros_like(study.jobs.allowed)
    allowed[:, [0, 2]] = True
    jobs = replace(
        study.jobs,
        release_s=np.full(count, start_s),
        deadline_s=start_s + 3600 * slack_h,
        declared_s=np.full(count, 800),
        expected_s=np.full(count, 800),
        data_gb=np.zeros(count),
        allowed=allowed,
    )
    study = replace(study, jobs=jobs, true_s=np.full(count, 700))
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now)
    facts = facts_of(situation, study.objective, held_of(situation, study.objective))
    return matrix_of(written(situation, facts)[0])


def test_the_short_jobs_of_a_case_queue_up_without_loss() -> None:
    """Services, stores and peaks of a case stand beside the queues; cost and proof are those of the plain plan."""
    own = _case_of_short_jobs()
    exact = solve(own, "simplex").objective
    found = by_queues(own, solve)
    queues = queues_of(own, split_of(own))
    assert queues.count <= 2 < len(queues.row)
    assert found.objective == pytest.approx(exact, rel=1e-8)
    proof = proof_of(own, found)
    assert proof.relative <= 1e-6
    assert proof.gap <= 1e-6 * abs(exact)


def test_a_plan_takes_its_queues_where_they_make_it_small() -> None:
    """The solution says how many queues of how many buckets, and is exact."""
    own = matrix((4, 48, 160))
    assert len(own.cost) > 20_000
    found = solution_of(own)
    assert "160 buckets of work in queues" in found.solver and "simplex" in found.solver
    assert found.objective == pytest.approx(solve(own, "ipx").objective, rel=1e-8)


def test_the_same_program_gives_the_same_bytes() -> None:
    """Twice the same values and prices, to the last bit."""
    one, two = (by_queues(matrix(), solve) for _ in range(2))
    assert digest(one.values) == digest(two.values)
    assert digest(one.row_dual) == digest(two.row_dual)


def test_too_many_columns_are_told_before_anything_is_solved() -> None:
    """What still would not be small is left to other methods, with the number."""
    with pytest.raises(Unqueued, match="queues still take"):
        by_queues(matrix(), solve, 1_200)
    with pytest.raises(Unqueued, match="without any work"):
        by_queues(matrix(), solve, 10)
