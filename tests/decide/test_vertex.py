"""A program solved from a vertex near by: the same optimum as from nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide import course_changes
from gridtide.decide.course_changes import (
    an_hour_later,
    due_at_the_end,
    due_inside,
    scaled,
    standing_alone,
)
from gridtide.decide.program import Solution, lower_bound, solve
from gridtide.decide.relaxed import Course, program_of, relaxed_course
from gridtide.decide.vertex import Vertex, vertex_of
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study

NEAR = 1e-7


def course(seed: int, hours: int = 24) -> Course:
    """A day or two of a small fleet."""
    study = small_study(seed, hours=hours, jobs=30, accelerators=32)
    return relaxed_course(known_course(study, truth_of(study)), study.objective)


def solved(one: Course, near: Vertex | None = None) -> tuple[Solution, Vertex]:
    """The optimum of a course and its vertex."""
    relaxed = program_of(one)
    solution, vertex = vertex_of(relaxed.matrix, relaxed.names, near)
    assert vertex is not None
    return solution, vertex


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.0, 0.5, 3.0]))
def test_from_near_by_or_from_nothing_the_optimum_is_the_same(seed: int, share: float) -> None:
    """Work of a bucket changed: cost and proof agree to rounding."""
    first = course(seed)
    chosen = np.arange(len(first.facts.buckets)) == seed % len(first.facts.buckets)
    changed = scaled(first, chosen, share)
    matrix = program_of(changed).matrix
    near, cold = solved(changed, solved(first)[1])[0], solve(matrix)
    assert "from a vertex near by" in near.solver
    assert near.objective == pytest.approx(cold.objective, rel=NEAR)
    assert lower_bound(matrix, near.row_dual) <= near.objective + NEAR * abs(near.objective)


def test_a_vertex_carries_over_to_a_program_that_has_grown() -> None:
    """Jobs in buckets of their own and longer windows add columns and rows; the start still holds."""
    first = course(5)
    every = np.ones(len(first.facts.buckets), dtype=bool)
    for grown in (
        standing_alone(first, np.asarray([3, 7, 11])),
        an_hour_later(first, every),
        due_at_the_end(first, every),
    ):
        matrix = program_of(grown).matrix
        assert len(matrix.cost) > len(program_of(first).matrix.cost)
        near, _ = solved(grown, solved(first)[1])
        assert "from a vertex near by" in near.solver
        assert near.objective == pytest.approx(solve(matrix).objective, rel=NEAR)


def test_a_program_of_another_shape_is_solved_from_nothing() -> None:
    """A shorter horizon is no neighbour; the answer says how it was found."""
    _, vertex = solved(course(1, hours=48))
    found, _ = solved(course(1), vertex)
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


def test_windows_that_were_widened_beyond_the_end_have_no_hour_more() -> None:
    """Windows are rounded outward; an end that lies behind the course's own is the course's."""
    first = course(4)
    steps, buckets = len(first.situation.horizon), first.facts.buckets
    beyond = replace(buckets, last=np.where(buckets.last > steps - 16, steps + 8, buckets.last))
    wide = replace(first, facts=replace(first.facts, buckets=beyond))
    later = an_hour_later(wide, due_inside(wide)).facts.buckets.last
    inside = beyond.last < steps
    assert (later[inside] == np.minimum(beyond.last[inside] + 4, steps)).all()
    assert (later[~inside] == steps + 8).all()


def test_buckets_taken_together_only_ever_lower_the_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """All due at the end: no work is lost, and nothing costs more than with each bucket for itself."""
    first = course(6)
    every = np.ones(len(first.facts.buckets), dtype=bool)
    apart = due_at_the_end(first, every)
    monkeypatch.setattr(course_changes, "CELLS_MAX", 0)
    together = due_at_the_end(first, every)
    assert len(together.facts.buckets) < len(apart.facts.buckets)
    assert together.facts.buckets.work_h.sum() == pytest.approx(apart.facts.buckets.work_h.sum())
    costs = [solve(program_of(one).matrix).objective for one in (together, apart)]
    assert costs[0] <= costs[1] + NEAR * abs(costs[1])
