"""Positions that are kept because leaving them is paid for, and bids that become positions, in a whole course."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import Event, EventKind
from gridtide.decide.excused import excused
from gridtide.fleet.contract import Contract, Exposure
from gridtide.fleet.site import Site
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study


def contract(site: Site, price: float, by_price: bool) -> Contract:
    """The site's contract with a declaration six hours ahead, or with bids for a market that settles at one price."""
    plain = replace(
        site.contract,
        gate_closure_h=6.0,
        deviation_price_per_mwh=price,
        demand_charge_per_kw_month=0.0,
    )
    if not by_price:
        return plain
    return replace(
        plain,
        exposure=Exposure.TWO_SETTLEMENT,
        real_time_zone=site.zone,
        bids_by_price=True,
    )


def declaring(price: float, *, by_price: bool = False) -> Study:
    """Two days in which a declaration stands six hours ahead, and leaving it costs money."""
    study = small_study(
        8, hours=48, jobs=30, accelerators=64, forecaster="ridge", warm_up_h=24 * 30
    )
    sites = tuple(
        replace(site, contract=contract(site, price, by_price)) for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def left_kwh(study: Study, course: Course) -> float:
    """Energy more or less than declared, where something was."""
    apart = np.abs(course.telemetry.import_kw - course.position_kw) * study.timeline.hours
    return float(apart[course.positioned].sum())


def test_the_dearer_it_is_to_leave_a_declaration_the_closer_it_is_kept() -> None:
    """And what is left is in the bill at its price."""
    left = []
    for price in (1.0, 200.0):
        study = declaring(price)
        course = course_of(study)
        left.append(left_kwh(study, course))
        settled = settle(study, truth_of(study), course, 0.0)
        assert dict(settled.parts)["deviation"] == pytest.approx(left[-1] * price / 1e3, rel=1e-9)
        assert settled.promises.missed_deadlines == 0
    assert left[1] < left[0]


def test_bids_become_positions_and_promises_hold() -> None:
    """Every step whose gate was open has a position, whatever clears it."""
    study = declaring(20.0, by_price=True)
    course = course_of(study)
    assert course.positioned[:, 6 * 4 :].all() and not course.positioned[:, : 6 * 4 - 1].any()
    assert settle(study, truth_of(study), course, 0.0).promises.missed_deadlines == 0


def test_a_call_of_the_grid_excuses_what_was_declared() -> None:
    """The same course without the call pays for the steps in which the call lets the site leave its position."""
    study = declaring(200.0)
    start = study.timeline.start + timedelta(hours=20)
    call = Event(
        site="east",
        start=start,
        end=start + timedelta(hours=3),
        issued_at=start - timedelta(minutes=30),
        import_max_kw=60.0,
    )
    called = course_of(replace(study, events=(call,)))
    inside = slice(20 * 4, 23 * 4)
    assert not called.positioned[0, inside].any() and called.positioned[1, inside].all()
    assert called.positioned[0, 23 * 4 :].all()
    assert (called.telemetry.import_kw[0, inside] <= 60.0 + 1e-6).all()


def test_an_alert_and_a_declined_call_excuse_nothing() -> None:
    """Only what binds or was taken does."""
    study = small_study(0)
    start = study.timeline.start
    alert = Event(
        site="east",
        start=start,
        end=start + timedelta(hours=1),
        issued_at=start,
        kind=EventKind.ALERT,
    )
    declined = replace(alert, kind=EventKind.DEMAND_RESPONSE, mandatory=False, reduce_kw=5.0)
    answer = CallAnswer(
        event=declined,
        answered_at=start,
        steps=study.timeline,
        baseline_kw=np.full(len(study.timeline), 50.0),
        share=0.0,
        cost_per_mwh=float("nan"),
        reason="too dear",
    )
    assert not excused("east", (alert, declined), (answer,), study.timeline).any()
    taken = replace(answer, share=0.5)
    assert excused("east", (declined,), (taken,), study.timeline)[:4].all()
    assert not excused("north", (declined,), (taken,), study.timeline).any()
