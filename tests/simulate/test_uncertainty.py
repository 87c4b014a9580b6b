"""Policies that meet uncertainty, through whole courses."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from gridtide.decide.risk import Risk, Uncertainty
from gridtide.digest import digest
from gridtide.doors.results.unspread import unspread_of
from gridtide.finding import BadInput
from gridtide.fleet.service import demand_zone
from gridtide.loop.sight import horizon_from
from gridtide.loop.spread import spread_of
from gridtide.signals.history import History, known
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.course import Course, mandate_of, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.studies import small_study
from gridtide.timeline import epoch_s

WARM_UP_H = 110 * 24
TERMS = Risk(scenarios=3, cvar_level=0.6, confidence=0.9)
WAYS = ("coordinated-expected", "coordinated-cvar", "coordinated-chance")


@cache
def study() -> Study:
    """A day of a small fleet whose series reach back far enough to be learned from."""
    found = small_study(5, hours=24, jobs=40, forecaster="ridge", warm_up_h=WARM_UP_H)
    return replace(found, risk=TERMS)


def course_of(name: str, asked: Study) -> Course:
    """A policy's way through a study."""
    policy, forecaster, knowing = policy_named(name, asked)
    return run_course(
        knowing, truth_of(asked), policy, forecaster, MemoryStore(), lambda done, steps: None
    )


def beside(history: History, kind: Kind, zone: str, risk: Risk) -> tuple[Signal, ...]:
    """What is put beside one series at the start of the study."""
    mandate = mandate_of(study(), "ridge")
    as_of = study().timeline.start
    published = known(history, kind, zone, horizon_from(mandate, as_of), as_of)
    return spread_of(published, history, as_of, risk, "ridge", 0)


@pytest.mark.parametrize("name", WAYS)
def test_no_way_to_meet_uncertainty_misses_a_promise(name: str) -> None:
    """Whatever the forecast, a promised deadline is kept, and the same study gives the same bytes."""
    course = course_of(name, study())
    settled = settle(study(), truth_of(study()), course, 0.0)
    assert settled.promises.missed_deadlines == 0
    assert course.promised.sum() > 0
    assert digest(course) == digest(course_of(name, study()))


def test_margins_through_a_telescope_miss_no_promise() -> None:
    """Far hours in coarse steps, with the margin of their worst moment, through a whole course."""
    far = replace(study().cadence, telescope=((8, 900), (6, 3600), (4, 4 * 3600)))
    asked = replace(study(), cadence=far)
    course = course_of("coordinated-chance", asked)
    assert settle(asked, truth_of(asked), course, 0.0).promises.missed_deadlines == 0
    assert course.promised.sum() > 0


def test_the_key_of_the_case_and_the_name_of_the_policy_mean_the_same() -> None:
    """`coordinated` plans as the study says, `coordinated-cvar` always by courses."""
    asked = replace(study(), risk=replace(TERMS, uncertainty=Uncertainty.CVAR))
    by_key, by_name = course_of("coordinated", asked), course_of("coordinated-cvar", study())
    assert digest(by_key.telemetry) == digest(by_name.telemetry)
    point = replace(asked, risk=TERMS)
    expected, plain = course_of("coordinated-expected", asked), course_of("coordinated", point)
    assert digest(expected.telemetry) == digest(plain.telemetry)


@pytest.mark.parametrize("uncertainty", [Uncertainty.CVAR, Uncertainty.CHANCE])
def test_courses_and_quantiles_know_nothing_of_what_comes(uncertainty: Uncertainty) -> None:
    """Another future of every series changes no byte of them."""
    history, now_s = study().history, epoch_s(study().timeline.start)
    other = replace(history, series=tuple(
        replace(rows, values=np.where(rows.issued_s > now_s, 7.0 + rows.values, rows.values))
        for rows in history.series
    ))  # fmt: skip
    risk = replace(TERMS, uncertainty=uncertainty)
    found = beside(history, Kind.WIND, "north", risk)
    assert found
    assert digest(found) == digest(beside(other, Kind.WIND, "north", risk))


def test_what_is_published_has_no_courses() -> None:
    """A day-ahead price is as it is; beyond it each course has its own."""
    found = beside(history=study().history, kind=Kind.PRICE, zone="east",
                   risk=replace(TERMS, uncertainty=Uncertainty.CVAR))  # fmt: skip
    assert found == ()
    wind = beside(study().history, Kind.WIND, "north", replace(TERMS, uncertainty=Uncertainty.CVAR))
    assert [one.scenario for one in wind] == [0, 1, 2]
    assert all((one.values >= 0.0).all() and (one.values <= 1.0).all() for one in wind)
    assert len({one.values.tobytes() for one in wind}) == 3


def test_quantiles_stand_on_the_side_that_hurts() -> None:
    """Less wind and more requests than the point forecast says."""
    risk = replace(TERMS, uncertainty=Uncertainty.CHANCE)
    asked = demand_zone("chat", "users")
    (wind,) = beside(study().history, Kind.WIND, "north", risk)
    (requests,) = beside(study().history, Kind.REQUESTS, asked, risk)
    assert wind.quantile == pytest.approx(0.1)
    assert requests.quantile == pytest.approx(0.9)
    assert beside(study().history, Kind.PRICE, "north", risk) == ()


def test_a_forecaster_of_points_is_refused() -> None:
    """It says which, and what to choose."""
    asked = replace(study(), cadence=replace(study().cadence, forecaster="persistence"))
    for name in ("coordinated-cvar", "coordinated-chance"):
        with pytest.raises(BadInput) as refused:
            policy_named(name, asked)
        (fault,) = refused.value.findings
        assert "persistence" in fault.value
        assert "ridge" in fault.mend
    policy_named("coordinated-expected", asked)


def test_with_every_signal_foreseen_there_is_no_uncertainty_to_meet() -> None:
    """A backtest holds each policy against itself with foreseen signals; none is refused there."""
    foreseen = replace(study(), cadence=replace(study().cadence, forecaster="perfect-foresight"))
    told = [course_of(name, foreseen) for name in WAYS]
    assert len({digest(course.telemetry) for course in told}) == 1
    assert [course.policy for course in told] == list(WAYS)
    assert all(course.unspread == () for course in told)


def test_a_series_that_had_to_be_taken_at_its_point_is_told() -> None:
    """Where series are too short to say how far they may miss, results say which and how often."""
    short = replace(small_study(5, hours=24, jobs=20, forecaster="ridge"), risk=TERMS)
    lacking = dict(course_of("coordinated-cvar", short).unspread)
    assert lacking["wind_kw of north"] >= 1
    (said,) = unspread_of([course_of("coordinated-cvar", short)])
    assert "coordinated-cvar" in said
    assert "wind_kw of north" in said
    assert course_of("coordinated-expected", short).unspread == ()


def test_policies_that_weigh_nothing_are_shown_no_courses() -> None:
    """Running at once and perfect foresight see points alone, whatever the case asks for."""
    asked = replace(study(), risk=replace(TERMS, uncertainty=Uncertainty.CVAR))
    for name in ("run-at-once", "perfect-foresight", "lowest-window"):
        _, _, knowing = policy_named(name, asked)
        assert knowing.risk.uncertainty is Uncertainty.EXPECTED
