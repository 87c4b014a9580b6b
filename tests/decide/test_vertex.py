"""A program solved from a vertex near by: the same optimum as from nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.course_changes import scaled, standing_alone
from gridtide.decide.program import lower_bound, solve
from gridtide.decide.relaxed import Course, program_of, relaxed_course
from gridtide.decide.vertex import solved_again, vertex_of
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study

NEAR = 1e-7


def course(seed: int, hours: int = 24) -> Course:
    """A day or two of a small fleet."""
    study = small_study(seed, hours=hours, jobs=30, accelerators=32)
    return relaxed_course(known_course(study, truth_of(study)), study.objective)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.0, 0.5, 3.0]))
def test_from_near_by_or_from_nothing_the_optimum_is_the_same(seed: int, share: float) -> None:
    """Work of a bucket changed: cost and proof agree to rounding."""
    first = course(seed)
    _, vertex = vertex_of(program_of(first).matrix)
    assert vertex is not None
    chosen = np.arange(len(first.facts.buckets)) == seed % len(first.facts.buckets)
    matrix = program_of(scaled(first, chosen, share)).matrix
    near, cold = solved_again(matrix, vertex), solve(matrix)
    assert "from a vertex near by" in near.solver
    assert near.objective == pytest.approx(cold.objective, rel=NEAR)
    assert lower_bound(matrix, near.row_dual) <= near.objective + NEAR * abs(near.objective)


def test_a_vertex_carries_over_to_a_program_that_has_grown() -> None:
    """Jobs that are given buckets of their own add columns and rows; the start still holds."""
    first = course(5)
    _, vertex = vertex_of(program_of(first).matrix)
    grown = program_of(standing_alone(first, np.asarray([3, 7, 11]))).matrix
    assert len(grown.cost) > len(program_of(first).matrix.cost)
    near, known = vertex_of(grown, vertex)
    assert known is not None
    assert "from a vertex near by" in near.solver
    assert near.objective == pytest.approx(solve(grown).objective, rel=NEAR)


def test_a_program_of_another_shape_is_solved_from_nothing() -> None:
    """A shorter horizon is no neighbour; the answer says how it was found."""
    _, vertex = vertex_of(program_of(course(1, hours=48)).matrix)
    found = solved_again(program_of(course(1)).matrix, vertex)
    assert found.feasible
    assert "near by" not in found.solver


def test_jobs_standing_alone_only_ever_raise_the_bound() -> None:
    """Their own windows are no wider than those they shared, and all work is still there."""
    first = course(8)
    alone = standing_alone(first, np.arange(0, 30, 4))
    assert alone.facts.buckets.work_h.sum() == pytest.approx(first.facts.buckets.work_h.sum())
    assert alone.ahead.sum() == pytest.approx(first.ahead.sum())
    costs = [solve(program_of(one).matrix).objective for one in (first, alone)]
    assert costs[1] >= costs[0] - NEAR * abs(costs[0])


def test_a_course_changed_leaves_the_first_as_it_was() -> None:
    """Courses are values."""
    first = course(3)
    before = first.facts.buckets.work_h.copy()
    scaled(first, np.ones(len(before), dtype=bool), 0.0)
    standing_alone(first, np.asarray([0]))
    np.testing.assert_array_equal(first.facts.buckets.work_h, before)
    assert replace(first) is not first
