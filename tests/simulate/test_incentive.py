"""What an incentive brings and costs, by the meters of the same course with and without it."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.simulate.called_window import CalledWindow, called_window
from gridtide.simulate.course import Course
from gridtide.simulate.incentive import Answer, answer_of, called, drawers
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import START, small_study

STUDY = small_study(4, hours=48, jobs=60, accelerators=48)
CLOCK = ZoneInfo("Europe/Berlin")


@cache
def baseline() -> Course:
    """The course without an incentive."""
    return course_of(STUDY)


@cache
def window() -> CalledWindow:
    """The four hours in which it draws most."""
    return called_window(STUDY, baseline(), None, None)


@cache
def answer(incentive_per_mwh: float) -> Answer:
    """What comes of an incentive."""
    again = lambda study, what: course_of(study)  # noqa: E731
    return answer_of(STUDY, truth_of(STUDY), baseline(), window(), incentive_per_mwh, again)


def test_a_call_that_pays_nothing_changes_no_byte() -> None:
    """Nobody is moved by it, so that nothing is paid for what would have happened anyway."""
    study = replace(STUDY, objective=replace(STUDY.objective, called=(called(window(), 0.0),)))
    assert digest(course_of(study).telemetry) == digest(baseline().telemetry)


@pytest.mark.parametrize("price", [50.0, 2000.0])
def test_participants_sum_to_what_the_meters_drew_less(price: float) -> None:
    """At every site, and hour by hour."""
    found = answer(price)
    for site in found.sites:
        parts = [part for part in found.participants if part.site == site.site]
        assert sum(part.reduced_kwh for part in parts) == pytest.approx(site.reduced_kwh, abs=1e-6)
        for part in parts:
            assert sum(part.hourly_kwh) == pytest.approx(part.reduced_kwh, abs=1e-9)


def test_a_high_incentive_draws_less_and_misses_no_promise() -> None:
    """And what is left is the payment less costs and lost value; what is moved is told as rebound."""
    found = answer(2000.0)
    assert found.reduced_kwh > 0
    assert found.promises.missed_deadlines == 0
    assert found.payment == pytest.approx(2.0 * found.reduced_kwh)
    assert found.net_benefit == found.payment - found.extra_cost - found.lost_value
    assert found.rebound_kwh > 0


def test_what_draws_sums_to_what_sites_import() -> None:
    """Nothing is left over and nothing counted twice."""
    seen = baseline().telemetry
    total = np.sum([power_kw for _, _, power_kw in drawers(STUDY, seen)], axis=0)
    assert np.abs(total - seen.import_kw).max() < 1e-6


def test_stated_hours_are_called_on_the_clock_of_the_first_site() -> None:
    """As asked for; without a day, on the one that draws most in them."""
    day = START.astimezone(CLOCK).date() + timedelta(days=1)
    found = called_window(STUDY, baseline(), day, (17, 21))
    assert (found.start.astimezone(CLOCK).hour, found.end.astimezone(CLOCK).hour) == (17, 21)
    assert found.start.astimezone(CLOCK).date() == day
    free = called_window(STUDY, baseline(), None, (17, 21))
    assert free.start.astimezone(CLOCK).hour == 17


def test_hours_outside_of_the_course_are_refused() -> None:
    """By name, with what it spans."""
    with pytest.raises(BadInput) as caught:
        called_window(STUDY, baseline(), date(2020, 1, 1), (17, 21))
    assert "2020-01-01" in str(caught.value.findings[0])
