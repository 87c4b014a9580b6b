"""From which incentive on each source draws less in called hours, and what is left to it."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from gridtide.decide.break_even import APART, FINEST_PER_MWH, BreakEven, break_evens_of
from gridtide.decide.called_hours import CalledHours, called_share
from gridtide.decide.called_sources import SourceKind, sources_of
from gridtide.decide.program import solve
from gridtide.decide.relaxed import Course, program_of, relaxed_course
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import START, small_study

ASKED = (20.0, 80.0, 400.0, 5000.0)
SEEDS = (2, 5)


@cache
def day_of(seed: int) -> tuple[Course, np.ndarray]:
    """A day of a small fleet, and what share of each step is called: 17 to 20 o'clock."""
    study = small_study(seed, hours=24, jobs=60, accelerators=48)
    call = CalledHours(
        start=START + timedelta(hours=17), end=START + timedelta(hours=20), incentive_per_mwh=0.0
    )
    course = relaxed_course(known_course(study, truth_of(study)), study.objective)
    return course, called_share(study.timeline, call)


@cache
def found(seed: int) -> tuple[BreakEven, ...]:
    """What each source of that day answers."""
    return break_evens_of(*day_of(seed), ASKED)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dearer_call_is_never_answered_by_less(seed: int) -> None:
    """Of each source alone; and what is left of the payment never falls, and is never negative."""
    for one in found(seed):
        assert list(np.diff(one.answers_kwh) >= -1e-5).count(False) == 0, one
        assert min(one.benefits) >= -1e-6, one
        assert (np.diff(one.benefits) >= -1e-6).all(), one


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_lies_below_the_payment(seed: int) -> None:
    """No answer brings more than it is paid: without the incentive it would have been made anyway."""
    for one in found(seed):
        for price, kwh, left in zip(ASKED, one.answers_kwh, one.benefits, strict=True):
            assert left <= price * kwh / 1000.0 + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_break_even_lies_between_an_incentive_without_and_one_with_an_answer(seed: int) -> None:
    """No further apart than told, never below what prices say; solved again by another way."""
    course, called = day_of(seed)
    relaxed = program_of(course)
    solution = solve(relaxed.matrix)
    checked = 0
    for source, one in zip(sources_of(course, relaxed, solution, called), found(seed), strict=True):
        if one.least_per_mwh is None or one.most_per_mwh is None:
            continue
        apart = max(one.least_per_mwh * (APART - 1.0), FINEST_PER_MWH) * (1 + 1e-6)
        assert one.least_per_mwh < one.most_per_mwh <= one.least_per_mwh + apart
        if one.by_price_per_mwh is not None:
            assert one.by_price_per_mwh <= one.most_per_mwh * (1 + 1e-6)
        sides = (
            (one.least_per_mwh - FINEST_PER_MWH, False),
            (one.most_per_mwh + FINEST_PER_MWH, True),
        )
        for price, answers in sides:
            cost = relaxed.matrix.cost + max(price, 0.01) / 1000.0 * source.drawn_kwh
            again = solve(replace(relaxed.matrix, cost=cost))
            less = one.drawn_kwh - float(source.drawn_kwh @ again.values)
            assert (less >= one.first_kwh - 1e-4) is answers, (one, price, less)
        checked += 1
    assert checked >= 2


def test_everything_that_draws_is_asked() -> None:
    """Classes, services, the one store, all meters together."""
    kinds = [one.kind for one in found(2)]
    assert set(kinds) == set(SourceKind)
    assert kinds.count(SourceKind.STORE) == kinds.count(SourceKind.FLEET) == 1


def test_a_course_without_called_hours_has_no_break_evens() -> None:
    """Nothing is drawn in no hours."""
    course, called = day_of(2)
    for one in break_evens_of(course, np.zeros_like(called), (100.0,)):
        assert one.most_per_mwh is None
        assert one.answers_kwh == (0.0,)
