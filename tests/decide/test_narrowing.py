"""The part that can matter: the same verdict as the whole, and large programs answered as small ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.conflict import at_large, trying
from gridtide.decide.conflict.conflicting_set import conflicting_set, every_way
from gridtide.decide.conflict.course import elastic_course
from gridtide.decide.conflict.elastic import Elastic, priced
from gridtide.decide.conflict.narrowing import narrowed
from gridtide.decide.conflict.relaxing import cheapest_relaxation
from gridtide.decide.conflict.trying import Tries
from gridtide.decide.program import solve
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of
from gridtide.testing.instances.called_fleet import called_fleet
from gridtide.testing.studies import small_study

FLEET = called_fleet(5, 24, 6)


@pytest.fixture(scope="module")
def course() -> Elastic:
    """A day of two sites with a store that asks for more than it can have."""
    study = small_study(2, hours=24, jobs=120, accelerators=16)
    return elastic_course(known_course(study, truth_of(study)), study.objective, True)


def lacking(elastic: Elastic, closed: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """What closed ways give at least, solved from nothing."""
    return solve(priced(elastic, closed.astype(np.float64)), "simplex").objective


@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 1.0))
@settings(max_examples=40, deadline=None)
def test_the_part_lacks_what_the_whole_lacks(seed: int, share: float) -> None:
    """Whichever ways are closed, and with parts left out that none of them touches."""
    every_member = np.random.default_rng(seed).random(len(FLEET.members)) < share
    closed = every_way(FLEET) & every_member[FLEET.member]
    whole = lacking(FLEET, closed)
    for touched_only in (False, True):
        part = narrowed(FLEET, closed, touched_only).elastic
        if len(part.matrix.cost):
            ones = np.ones(len(part.member), dtype=bool)
            assert lacking(part, ones) == pytest.approx(whole, rel=1e-6, abs=1e-6)
        else:
            assert whole == pytest.approx(0.0, abs=1e-6)


def test_opening_more_of_a_part_is_opening_more_of_the_whole(course: Elastic) -> None:
    """The part stands for the whole for any of its ways, not for all of them alone."""
    generator = np.random.default_rng(0)
    part = narrowed(course, every_way(course))
    assert len(part.elastic.matrix.value) < len(course.matrix.value)
    for _ in range(10):
        closed = every_way(course) & (generator.random(len(course.members)) < 0.7)[course.member]
        inner = lacking(part.elastic, closed[part.ways])
        assert inner == pytest.approx(lacking(course, closed), rel=1e-6, abs=1e-6)


def test_what_is_left_is_small_where_little_is_closed(course: Elastic) -> None:
    """One member's ways leave a part of the program, none leave nothing."""
    one = every_way(course) & (course.member == 0)
    assert len(narrowed(course, one, True).rows) < len(course.matrix.row_lower) / 4
    nothing = narrowed(course, np.zeros_like(one), True)
    assert len(nothing.elastic.matrix.cost) == len(nothing.rows) == 0


@pytest.mark.parametrize("few_ways", [0, 10_000])
def test_a_large_program_is_answered_as_a_small_one(
    few_ways: int, course: Elastic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verdict, cost of the cheapest way out and its bound; a set of it is irreducible on the whole."""
    small = cheapest_relaxation(Tries(course))
    monkeypatch.setattr(trying, "SIMPLEX_COLUMNS", 0)
    monkeypatch.setattr(at_large, "SIMPLEX_COLUMNS", 0 if not few_ways else 20_000)
    monkeypatch.setattr(at_large, "FEW_WAYS", few_ways or 1)
    found = conflicting_set(Tries(course))
    large = cheapest_relaxation(Tries(course))
    assert found is not None and small is not None and large is not None
    assert large.holds
    assert large.cost == pytest.approx(small.cost, rel=1e-5)
    assert large.lower_bound == pytest.approx(small.cost, rel=1e-4)
    assert lacking(course, found.closed) > trying.TOLERANCE
    for member in found.members:
        assert lacking(course, found.closed & (course.member != member)) <= trying.TOLERANCE


def test_a_large_fleet_that_can_hold_has_no_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interior point's rounding is no conflict."""
    monkeypatch.setattr(trying, "SIMPLEX_COLUMNS", 0)
    monkeypatch.setattr(at_large, "SIMPLEX_COLUMNS", 0)
    assert conflicting_set(Tries(called_fleet(10, 48, 8, asked=0.05))) is None
