"""What a little more work costs by how long it may wait, by solving again."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from gridtide.decide.extra_work import ExtraWork, places_of_class, releases_of, with_extra_work
from gridtide.decide.program import solve
from gridtide.decide.relaxed import Course, program_of, relaxed_course
from gridtide.finding import BadInput
from gridtide.fleet.service import Service
from gridtide.fleet.slower_answers import SlowerAnswers
from gridtide.simulate import tiers
from gridtide.simulate.bound import known_course
from gridtide.simulate.tiers import Menu, Terms, largest_class, menus_of
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study

STUDY = small_study(3, hours=48, jobs=40, accelerators=48)
TERMS = Terms(passed_on=0.5, sensitivity=5.0)


def slower(number: int, tolerance: float) -> Service:
    """Fuller batches for whoever tolerates them: as many answers of fewer machines, as much slower as told."""
    service = STUDY.services[number]
    if tolerance == 0.0:
        return service
    point = SlowerAnswers(
        requests_per_accelerator_s=service.requests_per_accelerator_s * (1.0 + 0.5 * tolerance),
        time_to_first_token_s=service.time_to_first_token_s * (1.0 + tolerance),
        it_kw_per_accelerator=service.it_kw_per_accelerator,
    )
    return replace(service, delay_tolerance=tolerance, slower=(point,))


@cache
def menus() -> tuple[Menu, ...]:
    """Of the jobs and the service of a small study."""
    truth = truth_of(STUDY)
    return menus_of(STUDY, truth, largest_class(STUDY), slower, TERMS, lambda what: None)


@cache
def course() -> Course:
    """With everything known."""
    return relaxed_course(known_course(STUDY, truth_of(STUDY)), STUDY.objective)


def test_a_later_tier_never_costs_more_nor_is_dearer() -> None:
    """Of jobs and of answers; waiting saves something in this study."""
    for menu in menus():
        assert (np.diff([one.marginal for one in menu.costs]) <= 1e-6).all(), menu.of
        assert (np.diff(menu.prices.price) <= 1e-9).all()
        assert menu.prices.is_neutral
        assert menu.costs[0].marginal > menu.costs[-1].marginal + 1e-6, menu.of


def test_the_price_lies_between_the_first_and_as_much_again() -> None:
    """Cost is convex in the amount."""
    for menu in menus():
        for one in menu.costs:
            scale = 1e-6 * max(abs(one.again), 1.0)
            assert one.first - scale <= float(np.mean(one.by_price)) <= one.again + scale


def test_tiers_that_end_after_the_course_are_not_on_the_menu() -> None:
    """Two days hold an hour of work that may wait a day, from 24 of their hours."""
    assert menus()[0].tiers == ("now", "within 1 h", "within 8 h", "within 24 h")
    assert len(releases_of(course(), 24.0)) == 24
    assert len(releases_of(course(), 47.5)) == 0


@pytest.mark.parametrize("slack_h", [0.0, 2.0])
def test_extra_work_is_done_in_its_hours_and_nowhere_else(slack_h: float) -> None:
    """And none of it before it is given out, by a solver of its own."""
    places = places_of_class(course(), 0)
    extra = ExtraWork(
        release=releases_of(course(), slack_h)[:5],
        slack_h=slack_h,
        accelerators=1.0,
        work_class=0,
        places=places,
    )
    relaxed = program_of(with_extra_work(course(), extra))
    solution = solve(relaxed.matrix)
    columns, hours = relaxed.columns, course().facts.hours
    before = len(course().facts.buckets)
    for number, release in enumerate(extra.release):
        own = columns.bucket == before + number
        steps = columns.step[own]
        worked_h = hours[steps] * course().facts.menu.speed[columns.entry[own]]
        undone = solution.values[columns.undone[before + number]]
        assert solution.values[columns.work[own]] @ worked_h + undone == pytest.approx(1.0)
        assert release <= steps.min() and steps.max() < release + 4 * (1 + slack_h)
        assert places[columns.place[own]].all()


def test_what_cannot_be_solved_finely_enough_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its size, with what to do."""
    monkeypatch.setattr(tiers, "VERTEX_COLUMNS", 10)
    with pytest.raises(BadInput) as caught:
        menus_of(STUDY, truth_of(STUDY), 0, slower, TERMS, lambda what: None)
    assert "columns" in str(caught.value.findings[0])
