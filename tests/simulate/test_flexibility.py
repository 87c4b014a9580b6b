"""The flexibility curve: what it prints is there, breaks no promise, and never grows cheaper along the way."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.flexibility.curve import curve, in_order
from gridtide.decide.flexibility.mix import Mix, in_mix, mix_named
from gridtide.decide.flexibility.outlook import Outlook, outlook_of
from gridtide.decide.flexibility.step import DELAYS, DURATIONS_S, Direction, Source, Step
from gridtide.finding import BadInput
from gridtide.simulate.flex_delivery import Delivered, delivered, promised
from gridtide.simulate.flexing import Standing, Window, asked_step, standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import START, small_study


def standing_of(seed: int, jobs: int = 60) -> Standing:
    """A small study under the coordinated policy, asked at its default instant."""
    study = small_study(seed, hours=24, jobs=jobs, accelerators=32)
    policy, forecaster, known = policy_named("coordinated", study)
    truth = truth_of(known)
    return standing_at(
        known, truth, policy, forecaster, asked_step(known, None), lambda done, whole: None
    )


def outlook_at(standing: Standing) -> Outlook:
    """What its plan says."""
    return outlook_of(standing.plan, standing.turn.situation, standing.turn.orders.dispatch)


def steps_of(standing: Standing) -> tuple[Step, ...]:
    """Every step before guard and twin."""
    return curve(outlook_at(standing), DURATIONS_S)


def total_kw(found: tuple[Delivered, ...], delay: float) -> dict[tuple[object, ...], float]:
    """kW by site, class, duration and direction at a delay."""
    sums: dict[tuple[object, ...], float] = defaultdict(float)
    for one in found:
        step = one.step
        if step.delay <= delay:
            sums[step.site, step.work, step.duration_s, step.direction] += step.kw
    return sums


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_printed_step_is_delivered_beside_all_that_are_cheaper(seed: int) -> None:
    """The twin from the same state, with and without; all steps of a direction at once as well."""
    standing = standing_of(seed)
    found = delivered(standing, steps_of(standing))
    assert found
    assert all(one.share >= 0.95 for one in found)
    for duration_s in DURATIONS_S:
        window = Window.of(standing, duration_s)
        before = window.drawn_kw(())
        for direction in Direction:
            given = tuple(
                one.step
                for one in found
                if (one.step.duration_s, one.step.direction) == (duration_s, direction)
            )
            sign = 1.0 if direction is Direction.DOWN else -1.0
            change = sign * (before - window.drawn_kw(given))
            for site in range(len(change)):
                printed = sum(step.kw for step in given if step.site == site)
                assert printed == 0 or change[site] >= 0.95 * printed


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_more_delay_never_gives_less_and_no_price_falls_along_a_curve(seed: int) -> None:
    """By site, class and duration; prices within a site, direction and delay."""
    standing = standing_of(seed)
    found = delivered(standing, steps_of(standing))
    for short, long in pairwise(DELAYS):
        less, more = total_kw(found, short), total_kw(found, long)
        assert all(more[key] >= kw for key, kw in less.items())
    curves = defaultdict(list)
    for one in found:
        step = one.step
        curves[step.site, step.duration_s, step.direction, step.delay].append(step)
    for members in curves.values():
        prices = [step.price_per_kwh for step in in_order(tuple(members))]
        assert prices == sorted(prices)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_step_breaks_a_promise(seed: int) -> None:
    """By the guard's own check, with all steps of a duration and direction given; nothing had to be left out."""
    standing = standing_of(seed, jobs=80)
    steps = steps_of(standing)
    assert len(promised(standing, steps)) == len(steps)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_battery_gives_no_more_for_longer_and_brings_back_what_it_loses(seed: int) -> None:
    """Energy bounds power, and efficiency shows in the rebound."""
    standing = standing_of(seed)
    outlook = outlook_at(standing)
    stores = [step for step in steps_of(standing) if step.source is Source.STORAGE]
    for direction in Direction:
        kw = [
            sum(s.kw for s in stores if (s.duration_s, s.direction) == (duration_s, direction))
            for duration_s in DURATIONS_S
        ]
        assert all(longer <= shorter + 1e-6 for shorter, longer in pairwise(kw))
    for step in stores:
        battery = outlook.situation.fleet.sites[step.site].battery
        assert battery is not None
        both = battery.charge_efficiency * battery.discharge_efficiency
        kwh = step.kw * step.duration_s / 3600.0
        lost = both if step.direction is Direction.UP else 1.0 / both
        assert step.rebound_kwh == pytest.approx(kwh * lost)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_job_gives_the_same_power_twice(seed: int) -> None:
    """In one duration and direction a job stands in one step."""
    steps = steps_of(standing_of(seed))
    for duration_s in DURATIONS_S:
        for direction in Direction:
            jobs = [
                step.change.jobs
                for step in steps
                if (step.duration_s, step.direction, step.source)
                == (duration_s, direction, Source.TIME)
            ]
            rows = np.concatenate([*jobs, np.zeros(0, dtype=np.int64)])
            assert len(np.unique(rows)) == len(rows)


def test_the_same_question_has_the_same_answer() -> None:
    """To the last digit."""
    one, other = (delivered(s, steps_of(s)) for s in (standing_of(3), standing_of(3)))
    assert [(a.step.kw, a.step.price_per_kwh) for a in one] == [
        (b.step.kw, b.step.price_per_kwh) for b in other
    ]


def test_a_mix_counts_its_own_work() -> None:
    """Jobs, services, both, or assets besides; an unknown one is refused by name."""
    standing = standing_of(3)
    steps, situation = steps_of(standing), standing.turn.situation
    works = {mix: {step.work for step in in_mix(steps, mix, situation)} for mix in Mix}
    assert works[Mix.PRE_TRAINING] <= {"training", "batch"}
    assert works[Mix.SERVING] <= {"chat"}
    assert works[Mix.MIXED] == works[Mix.PRE_TRAINING] | works[Mix.SERVING]
    assert works[Mix.ALL] >= works[Mix.MIXED] | {"storage"}
    with pytest.raises(BadInput, match="one of pre-training, mixed, serving, all"):
        mix_named("gaming")


def test_an_instant_outside_the_case_is_refused() -> None:
    """With the case's own bounds."""
    study = small_study(0, hours=24)
    for at in (START.replace(year=2025), study.timeline.end):
        with pytest.raises(BadInput, match="--at"):
            asked_step(study, at)
