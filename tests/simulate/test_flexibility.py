"""The flexibility curve: what it prints is there, breaks no promise, and never grows cheaper along the way."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.flexibility.curve import curve, moved_in_the_fleet
from gridtide.decide.flexibility.mix import Mix, in_mix, mix_named
from gridtide.decide.flexibility.outlook import Outlook, outlook_of
from gridtide.decide.flexibility.step import DELAYS, DURATIONS_S, Direction, Source, Step
from gridtide.finding import BadInput
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.simulate.flex_delivery import Delivered, delivered, promised, within_sites
from gridtide.simulate.flexing import Standing, Window, asked_step, standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.cooled import cooled_ahead
from gridtide.testing.resting import PARKING, with_parking
from gridtide.testing.studies import POINT, START, small_study
from gridtide.timeline import instant

ONE = (POINT,)
MENU = (POINT, OperatingPoint(name="eco", speed=0.85, it_kw_per_accelerator=0.7))


def standing_of(seed: int, jobs: int = 60, points: tuple[OperatingPoint, ...] = ONE) -> Standing:
    """A small study under the coordinated policy, asked at its default instant."""
    study = small_study(seed, hours=24, jobs=jobs, accelerators=32, points=points)
    return standing_in(study)


def standing_in(study: Study) -> Standing:
    """A study under the coordinated policy, asked at its default instant."""
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


def test_a_window_begins_with_the_nodes_and_caches_that_the_course_has() -> None:
    """Nodes that are off stay off in it, at steps of a second and a minute, and meters read what the course's do."""
    study = with_parking(small_study(3, hours=72, accelerators=64), PARKING)
    policy, forecaster, known = policy_named("coordinated", study)
    standing = standing_at(
        known, truth_of(known), policy, forecaster, 4 * 52, lambda done, whole: None
    )
    windows = [Window.of(standing, duration_s).drawn_kw(()) for duration_s in (60, 900)]
    seen = standing.twin.advance(standing.turn.orders, instant(known.timeline.edges_s[4 * 52 + 1]))
    assert seen.resting[2].max() > 0.0
    for drawn_kw in windows:
        assert drawn_kw == pytest.approx((seen.import_kw - seen.export_kw)[:, 0], rel=1e-6)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_printed_step_is_delivered_beside_all_that_are_cheaper(seed: int) -> None:
    """The twin from the same state, with and without; all steps of a site and direction at once as well."""
    standing = standing_of(seed)
    found = delivered(standing, steps_of(standing))
    assert found
    assert all(one.share >= 0.95 for one in found)
    for duration_s in DURATIONS_S:
        window = Window.of(standing, duration_s)
        before = window.drawn_kw(())
        for direction in Direction:
            sign = 1.0 if direction is Direction.DOWN else -1.0
            for site in range(len(before)):
                given = tuple(
                    one.step
                    for one in found
                    if (one.step.duration_s, one.step.direction, one.step.site)
                    == (duration_s, direction, site)
                )
                change = sign * (before - window.drawn_kw(given))
                assert change[site] >= 0.95 * sum(step.kw for step in given)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_more_delay_never_gives_less(seed: int) -> None:
    """By site, class, duration and direction."""
    standing = standing_of(seed)
    found = delivered(standing, steps_of(standing))
    for short, long in pairwise(DELAYS):
        less, more = total_kw(found, short), total_kw(found, long)
        assert all(more[key] >= kw for key, kw in less.items())


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_step_breaks_a_promise(seed: int) -> None:
    """By the guard's own check, with all steps of a duration and direction given; nothing had to be left out."""
    standing = standing_of(seed, jobs=80)
    steps = steps_of(standing)
    assert len(promised(standing, steps)) == len(steps)


@settings(max_examples=2, deadline=None)
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


@settings(max_examples=2, deadline=None)
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


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_jobs_that_slow_down_give_what_their_points_say_and_keep_their_promises(seed: int) -> None:
    """Delivered by the twin, promised by the guard, later by what they lose; none gives more than it draws."""
    standing = standing_of(seed, points=MENU)
    steps = steps_of(standing)
    assert len(promised(standing, steps)) == len(steps)
    assert all(one.share >= 0.95 for one in delivered(standing, steps))
    held = outlook_at(standing).held
    for duration_s in DURATIONS_S:
        slowed = [s for s in steps if s.source is Source.SPEED and s.duration_s == duration_s]
        rows = np.concatenate([*[s.change.jobs for s in slowed], np.zeros(0, dtype=np.int64)])
        assert len(np.unique(rows)) == len(rows)
        most = 0.3 * float(held.gang[rows].sum())
        assert sum(step.kw for step in slowed) <= 2.0 * most


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_halls_and_stores_of_cold_give_what_is_printed_and_no_more_for_longer(seed: int) -> None:
    """By the twin, whose air and cold keep their bounds; a hall is worth minutes."""
    study = cooled_ahead(small_study(seed, hours=24, jobs=40, accelerators=32))
    standing = standing_in(study)
    found = delivered(standing, steps_of(standing))
    cold = [one for one in found if one.step.source is Source.COOLING]
    assert all(one.share >= 0.95 for one in cold)
    for site in range(2):
        for direction in Direction:
            kw = [
                sum(
                    one.step.kw
                    for one in cold
                    if (one.step.site, one.step.direction, one.step.duration_s)
                    == (site, direction, duration_s)
                )
                for duration_s in DURATIONS_S[1:]
            ]
            assert all(longer <= shorter + 1e-6 for shorter, longer in pairwise(kw) if shorter)


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
    assert works[Mix.PRE_TRAINING] <= {"training"} and works[Mix.BATCH] <= {"batch"}
    assert works[Mix.SERVING] <= {"chat"}
    kinds = (Mix.PRE_TRAINING, Mix.FINE_TUNING, Mix.BATCH, Mix.SERVING)
    assert works[Mix.MIXED] == set().union(*(works[kind] for kind in kinds))
    assert works[Mix.ALL] >= works[Mix.MIXED] | {"storage"}
    with pytest.raises(
        BadInput, match="one of pre-training, fine-tuning, batch, mixed, serving, all"
    ):
        mix_named("gaming")


def test_an_instant_outside_the_case_is_refused() -> None:
    """With the case's own bounds."""
    study = small_study(0, hours=24)
    for at in (START.replace(year=2025), study.timeline.end):
        with pytest.raises(BadInput, match="--at"):
            asked_step(study, at)


def test_requests_that_leave_a_site_are_drawn_at_another() -> None:
    """In the fleet a move is counted only between zones, never from a site that takes others in."""
    standing = standing_of(3)
    outlook = outlook_at(standing)
    steps = [step for step in steps_of(standing) if step.source is Source.RELOCATION]
    assert steps
    fleet = outlook.situation.fleet
    for step in steps:
        for route in step.change.routes:
            here = route.place if step.direction is Direction.DOWN else route.to
            assert fleet.site_of_place[here] == step.site
            assert fleet.site_of_place[route.place] != fleet.site_of_place[route.to]
    moved = moved_in_the_fleet(outlook, steps)
    assert all(step.direction is Direction.DOWN for step in moved)
    for duration_s in DURATIONS_S:
        routes = [
            route for step in moved if step.duration_s == duration_s for route in step.change.routes
        ]
        gives = {fleet.site_of_place[route.place] for route in routes}
        assert gives.isdisjoint({fleet.site_of_place[route.to] for route in routes})
    same_zone = replace(fleet, sites=tuple(replace(site, zone="one") for site in fleet.sites))
    as_one = replace(outlook, situation=replace(outlook.situation, fleet=same_zone))
    assert moved_in_the_fleet(as_one, steps) == ()


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_fleet_has_no_more_than_its_sites(seed: int) -> None:
    """By class, duration, direction and delay."""
    standing = standing_of(seed)
    outlook = outlook_at(standing)
    alone, together = (
        delivered(standing, curve(outlook, DURATIONS_S, moves=moves), together=not moves)
        for moves in (True, False)
    )
    found = within_sites(together, alone)
    for delay in DELAYS:
        sites: dict[tuple[object, ...], float] = defaultdict(float)
        for key, kw in total_kw(alone, delay).items():
            sites[key[1:]] += kw
        for key, kw in total_kw(found, delay).items():
            sites[key[1:]] -= kw
        assert all(left >= -1e-3 for left in sites.values())
