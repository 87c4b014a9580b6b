"""What the guard promises, beside an admission that packs by earliest deadline with backfill."""

from functools import cache

import pytest

from gridtide.testing.courses import course_of
from gridtide.testing.deadline_order import DeadlineOrder, one_site_day, promised_by
from gridtide.testing.studies import small_study


@cache
def promised_in_order(jobs: int) -> int:
    """Over five days of one site."""
    return sum(DeadlineOrder(study=one_site_day(seed, jobs)).run() for seed in range(5))


@pytest.mark.parametrize("jobs", [40, 60, 80, 120])
def test_the_guard_promises_as_much_as_deadline_order_with_backfill(jobs: int) -> None:
    """Over five days of one site, from quiet to far too much work: no fewer promises than by earliest deadline."""
    days = [one_site_day(seed, jobs) for seed in range(5)]
    assert sum(promised_by("run-at-once", day) for day in days) >= promised_in_order(jobs)


def test_waiting_for_better_prices_costs_no_promises_on_the_whole() -> None:
    """Over the same days together the coordinated policy promises no less than deadline order."""
    crowds = (60, 80, 120)
    days = [one_site_day(seed, jobs) for seed in range(5) for jobs in crowds]
    by_deadline = sum(promised_in_order(jobs) for jobs in crowds)
    assert sum(promised_by("coordinated", day) for day in days) >= by_deadline


@pytest.mark.parametrize("jobs", [80, 120])
def test_two_crowded_sites_promise_as_much_as_deadline_order_over_both(jobs: int) -> None:
    """Work that may move is promised at the other site too, before any of it is turned away."""
    days = [small_study(seed, hours=24, jobs=jobs, accelerators=16) for seed in range(5)]
    by_deadline = sum(DeadlineOrder(study=day).run() for day in days)
    assert sum(promised_by("coordinated", day) for day in days) >= by_deadline


def test_a_job_at_risk_is_promised_when_others_leave_room() -> None:
    """Declared limits are longer than runs: some that were at risk on arrival are promised before they begin."""
    study = one_site_day(2, 80)
    course = course_of(study, "run-at-once")
    at_risk = {said.split(":")[0] for said in course.answers if ": at risk" in said}
    later = {said.split(":")[0] for said in course.answers if "room that others left" in said}
    assert later and later <= at_risk


def test_an_answer_at_risk_says_which_date_could_be_promised() -> None:
    """The reason, and the earliest end there is."""
    study = one_site_day(2, 120)
    course = course_of(study, "run-at-once")
    refused = [said for said in course.answers if "do not fit before" in said]
    assert refused
    assert all(said.endswith("UTC could be promised") for said in refused)
    assert not any("on 1 accelerators" in said for said in refused)
