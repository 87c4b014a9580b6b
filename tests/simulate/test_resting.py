"""Nodes that rest: who is switched off, who is awake in time, and that every wake is paid for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.room import promised_room
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.parking import Parking
from gridtide.loop.sight import see
from gridtide.physics.parking import least_rest_s
from gridtide.simulate.course import mandate_of
from gridtide.simulate.resting import Rested, Resting
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.resting import PARKING, with_parking
from gridtide.testing.studies import small_study
from gridtide.timeline import regular

SERVING = 1
"""The place that answers."""

Real = NDArray[np.float64]


@cache
def resting_fleet(parking: Parking = PARKING) -> Fleet:
    """Two sites; the first one's 64 accelerators that answer rest so."""
    fleet = small_study(0, hours=24, accelerators=64).fleet
    site, other = fleet.sites
    serving = replace(site.pools[SERVING], parking=parking)
    return replace(fleet, sites=(replace(site, pools=(site.pools[0], serving)), other))


def rested(
    need: Real, step_min: int = 5, parking: Parking = PARKING, told: Real | None = None
) -> Rested:
    """Three days or so of what services want at the place that answers, (T,), and what a plan told of it."""
    fleet = resting_fleet(parking)
    timeline = regular(datetime(2026, 3, 2, tzinfo=UTC), timedelta(minutes=step_min), len(need))
    resting = Resting.of(fleet, timeline)
    wanted = np.zeros((len(fleet.places), len(need)))
    wanted[SERVING] = need
    tells = np.zeros((len(fleet.places), 0 if told is None else len(told)))
    tells[SERVING] = told if told is not None else tells[SERVING]
    half = len(need) // 2
    parts = [
        resting.advance(part, np.zeros(part.shape, dtype=np.int64), first, tells[:, first:])
        for part, first in ((wanted[:, :half], 0), (wanted[:, half:], half))
    ]
    return Rested(
        unready=np.concatenate([part.unready for part in parts], axis=-1)[SERVING],
        extra_kw=np.concatenate([part.extra_kw for part in parts], axis=-1)[SERVING],
        resting=np.concatenate([part.resting for part in parts], axis=-1)[:, SERVING],
    )


def days(steps_a_day: int, count: int, night: float = 8.0) -> Real:
    """64 accelerators by day, `night` from 22 h to 6 h."""
    hour = np.arange(steps_a_day * count) * 24.0 / steps_a_day % 24.0
    return np.where((hour >= 6.0) & (hour < 22.0), 64.0, night)


@pytest.mark.parametrize("yesterday", [False, True])
def test_a_dip_of_a_quarter_of_an_hour_switches_nothing_off(yesterday: bool) -> None:
    """Wake and reload take 10 minutes: whether the dip came the day before or not, no node goes off for it."""
    need = days(288, 3, night=64.0)
    dip = slice(2 * 288 + 144, 2 * 288 + 147)
    need[dip] = 0.0
    if yesterday:
        need[dip.start - 288 : dip.stop - 288] = 0.0
    seen = rested(need)
    assert seen.resting[2].max() == 0.0
    assert seen.resting[:2, dip].sum(axis=0).max() == 64.0


def test_a_night_switches_off_and_the_morning_finds_all_awake() -> None:
    """After a day of seeing it: 56 accelerators off at night, none missing at six. Before, nothing is switched off."""
    need = days(288, 3)
    seen = rested(need)
    unknown = slice(0, 288 - 12)
    assert seen.resting[2, unknown].max() == 0.0
    assert seen.resting[2, 288:].max() == 56.0
    known = slice(288, None)
    assert (seen.unready[known] + need[known] <= 64.0 + 1e-9).all()


def test_need_that_nobody_expected_waits_for_the_wake() -> None:
    """At three at night everything is wanted: for two steps of five minutes what was off is missing."""
    need = days(288, 3)
    at = 2 * 288 + 36
    need[at : at + 6] = 64.0
    seen = rested(need)
    assert seen.unready[at : at + 4].tolist() == [56.0, 56.0, 0.0, 0.0]


@pytest.mark.parametrize("step_min", [5, 15])
def test_what_a_plan_tells_is_awake_in_time_and_rests_between(step_min: int) -> None:
    """Known ahead, on the first day too: 56 accelerators off at night, and at six none that was off is missing."""
    need = days(24 * 60 // step_min, 2)
    seen = rested(need, step_min, told=need)
    assert seen.resting[2, : 6 * 60 // step_min].max() == 56.0
    six = 6 * 60 // step_min
    assert seen.unready[six] + need[six] <= 64.0 + 64.0 * 30.0 / (60.0 * step_min)
    assert seen.unready[six + 1] + need[six + 1] <= 64.0 + 1e-9


def test_a_wake_that_has_begun_is_not_broken_off() -> None:
    """Told ahead at steps of five minutes: two whole steps of waking for what takes ten minutes, and paid for."""
    need = days(288, 2)
    seen = rested(need, told=need)
    wakes = slice(288 + 60, 288 + 84)
    beyond_kwh = seen.extra_kw[wakes].sum() / 12.0
    off_kwh = seen.resting[2, wakes].sum() / 12.0 * (0.01 - 0.1)
    idle_kwh = seen.resting[0, wakes].sum() / 12.0 * 0.05
    assert beyond_kwh - off_kwh - idle_kwh == pytest.approx(
        56 * 600.0 / 3600.0 * (0.5 - 0.1), rel=0.02
    )


def test_every_wake_is_paid_for() -> None:
    """Energy beyond parked nodes is what idle, off and waking ones draw, each for as long as it was so."""
    seen = rested(days(288, 3))
    hours = 1.0 / 12.0
    wakes = 2 * 56
    waking_kwh = wakes * 600.0 / 3600.0 * (0.5 - 0.1)
    first = 56 * 30.0 / 3600.0 * (0.5 - 0.1)
    off_kwh = seen.resting[2].sum() * hours * (0.01 - 0.1)
    idle_kwh = seen.resting[0].sum() * hours * 0.05
    assert seen.extra_kw.sum() * hours == pytest.approx(waking_kwh + first + off_kwh + idle_kwh)


@given(st.lists(st.floats(0.0, 64.0), min_size=300, max_size=340), st.integers(1, 3))
def test_nodes_are_always_in_one_state_and_off_no_shorter_than_they_may(
    hourly: list[float], repeat: int
) -> None:
    """Whatever is wanted: no more rest than there is, and a node that is not needed stays off its time."""
    need = np.repeat(np.asarray(hourly), repeat)[:320]
    seen = rested(need, step_min=15)
    assert (seen.resting.sum(axis=0) <= 64.0 + 1e-9).all()
    assert (seen.resting >= 0.0).all() and (seen.unready >= 0.0).all()
    assert (seen.resting[2] + need <= 64.0 + 8.0).all()
    woken = np.flatnonzero(np.diff(seen.resting[2]) < 0) + 1
    for step in woken.tolist():
        fell = seen.resting[2, step - 1] - seen.resting[2, step]
        wanted = need[step] > 64.0 - seen.resting[2, step - 1]
        began = seen.resting[2, max(step - 2, 0) : step].min()
        assert wanted or began >= fell - 1e-9


def test_shorter_steps_change_the_energy_by_little() -> None:
    """Three days in quarters of an hour and in steps of five minutes."""
    coarse, fine = rested(days(96, 3), step_min=15), rested(days(288, 3), step_min=5)
    assert coarse.extra_kw.mean() == pytest.approx(fine.extra_kw.mean(), rel=0.05)


@pytest.mark.parametrize(
    ("wake", "kept", "rest", "least"),
    [
        ((600.0, 0.1), 0.1, 0.0, 600.0),
        ((600.0, 0.5), 0.1, 0.0, 3000.0),
        ((600.0, 0.5), 0.1, 0.1, np.inf),
        ((0.0, 0.5), 0.1, 0.0, 0.0),
    ],
)
def test_the_rest_that_pays(wake: tuple[float, float], kept: float, rest: float, least: float) -> None:  # fmt: skip
    """By hand: 0.5 kW for ten minutes are won back at 0.1 kW in fifty."""
    assert least_rest_s(*wake, kept, rest) == pytest.approx(least)


def test_room_for_promises_leaves_power_for_every_wake() -> None:
    """Waking nodes that draw more than answering ones leave less room under a narrow connection, others as much."""
    study = small_study(3, hours=48, accelerators=64)
    sites = tuple(
        replace(site, contract=replace(site.contract, import_max_kw=190.0))
        for site in study.fleet.sites
    )
    narrow = replace(study, fleet=replace(study.fleet, sites=sites))
    rooms = []
    for wake_kw in (0.5, 1.0, 1.5):
        asleep = with_parking(narrow, replace(PARKING, wake_kw=wake_kw))
        twin = Twin.of(asleep, truth_of(asleep))
        situation, _ = see(mandate_of(asleep, "persistence"), twin, twin.now)
        rooms.append(promised_room(situation, situation.horizon)[0, 0])
    assert rooms[0] == rooms[1] > rooms[2]


def test_a_course_with_nodes_that_wake_at_once_and_draw_as_parked_is_the_old_course() -> None:
    """Nothing to wait for, nothing to save: the same meters."""
    study = small_study(3, hours=48, accelerators=64)
    free = replace(PARKING, idle_kw=0.1, off_kw=0.1, wake_kw=0.1, wake_parked_s=0.0, wake_off_s=0.0)
    before, after = (
        course_of(one, "run-at-once").telemetry for one in (study, with_parking(study, free))
    )
    np.testing.assert_array_equal(before.import_kw, after.import_kw)
    np.testing.assert_array_equal(before.answered, after.answered)


def test_a_course_with_nodes_that_rest_draws_what_its_states_say_and_breaks_no_promise() -> None:
    """IT power differs by the rest alone where all is answered as before; jobs end as they did."""
    study = small_study(3, hours=72, accelerators=64)
    asleep = with_parking(study, PARKING)
    truth = truth_of(study)
    before, after = course_of(study, "run-at-once"), course_of(asleep, "run-at-once")
    seen = after.telemetry
    site = study.fleet.site_of_place
    alike = np.isclose(before.telemetry.active, seen.active).all(axis=(0, 1))
    extra = np.stack([seen.rest_kw[site == s].sum(axis=0) for s in range(len(study.fleet.sites))])
    np.testing.assert_allclose(
        (before.telemetry.it_kw + extra)[:, alike], seen.it_kw[:, alike], rtol=1e-9
    )
    assert alike.mean() > 0.5 and seen.resting[2].max() > 0.0
    np.testing.assert_array_equal(before.ended_s, after.ended_s)
    asked = truth.requests_per_s.sum()
    assert seen.refused.sum() - before.telemetry.refused.sum() < 0.01 * asked
