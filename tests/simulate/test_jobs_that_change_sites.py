"""Jobs that give power at one site by working on at another: allowed, in time, paid for, and there in the twin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.dispatch import load_of
from gridtide.decide.flexibility.curve import curve, moved_in_the_fleet
from gridtide.decide.flexibility.in_space import moving_away
from gridtide.decide.flexibility.in_time import latest_end
from gridtide.decide.flexibility.outlook import Outlook, outlook_of
from gridtide.decide.flexibility.step import DURATIONS_S, Direction, Source, Step
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.simulate.flex_delivery import delivered, promised
from gridtide.simulate.flexing import Standing, asked_step, replaced_slots, standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import POINT, small_study


def standing_of(seed: int, jobs: int = 80) -> Standing:
    """A small study under the coordinated policy, asked at its default instant."""
    return standing_in(small_study(seed, hours=24, jobs=jobs, accelerators=32))


def standing_in(study: Study) -> Standing:
    """A study under the coordinated policy, asked at its default instant."""
    policy, forecaster, known = policy_named("coordinated", study)
    step = asked_step(known, None)
    return standing_at(known, truth_of(known), policy, forecaster, step, lambda one, all: None)


def outlook_at(standing: Standing, moves_max: int = 2) -> Outlook:
    """What its plan says, with jobs that may change their site."""
    turn = standing.turn
    return outlook_of(standing.plan, turn.situation, turn.orders.dispatch, moves_max)


def of_jobs(steps: tuple[Step, ...]) -> list[Step]:
    """Steps by which jobs change their site."""
    return [step for step in steps if step.source is Source.RELOCATION and len(step.change.jobs)]


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_job_goes_where_it_may_and_ends_in_time_with_its_restart(seed: int) -> None:
    """At an allowed place of another site, after its data, within deadline and delay, with one restart more."""
    outlook = outlook_at(standing_of(seed))
    jobs, held = outlook.situation.jobs, outlook.held
    site = outlook.situation.fleet.site_of_place
    for duration_s in DURATIONS_S:
        for one in moving_away(outlook, duration_s, outlook.free.copy()):
            job, place = int(one.change.jobs[0]), int(one.change.places[0])
            assert jobs.allowed[job, place] and jobs.movable[job] and jobs.interruptible[job]
            assert site[place] != site[held.told.place[job]]
            slots = one.change.slots
            assert slots[0] >= outlook.elsewhere[job, place]
            assert (np.diff(slots) == 1).all() and slots[-1] < held.last[job]
            assert len(slots) * outlook.step_s >= held.left[job, 0] + jobs.restart_s[job]
            expected = -(-int(held.left[job, 1] + jobs.restart_s[job]) // outlook.step_s)
            assert slots[0] + expected <= latest_end(outlook, one.delay)[job]


@pytest.mark.parametrize("seed", [2, 4])
def test_what_a_job_gives_by_leaving_is_there_and_no_promise_is_broken(seed: int) -> None:
    """By guard and twin, beside all steps before it."""
    standing = standing_of(seed)
    steps = curve(outlook_at(standing), DURATIONS_S)
    left = of_jobs(steps)
    assert left and len(promised(standing, steps)) == len(steps)
    found = [one for one in delivered(standing, steps) if of_jobs((one.step,))]
    assert found and all(one.share >= 0.95 for one in found)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), jobs=st.sampled_from([60, 160]))
def test_jobs_that_pause_slow_down_and_move_in_find_machines_for_all_of_them(
    seed: int, jobs: int
) -> None:
    """All steps of a duration and direction together hold no more machines than there are, so none is left out."""
    standing = standing_of(seed, jobs)
    outlook, turn = outlook_at(standing), standing.turn
    steps = curve(outlook, DURATIONS_S)
    for duration_s in DURATIONS_S:
        given = tuple(
            step
            for step in steps
            if step.duration_s == duration_s and step.direction is Direction.DOWN
        )
        placement = replaced_slots(turn.orders.dispatch, given).placement
        load = load_of(placement, turn.situation.jobs.accelerators, turn.situation.fleet.menu)
        steps_there = min(load.shape[1], outlook.held.room.shape[1])
        assert (load[:, :steps_there] <= outlook.held.room[:, :steps_there]).all()


def test_a_job_that_may_not_move_again_stays() -> None:
    """Without moves left nothing leaves its site."""
    outlook = outlook_at(standing_of(4), moves_max=0)
    assert all(
        moving_away(outlook, duration_s, outlook.free.copy()) == [] for duration_s in DURATIONS_S
    )


def test_moves_within_a_zone_cancel_in_the_fleet_and_no_job_gives_twice() -> None:
    """Between zones a move counts, and what has moved does not pause besides."""
    standing = standing_of(4)
    outlook = outlook_at(standing)
    steps = curve(outlook, DURATIONS_S)
    moved = moved_in_the_fleet(outlook, steps)
    assert of_jobs(moved)
    beside = curve(outlook, DURATIONS_S, moves=False, moved=moved)
    assert not of_jobs(beside)
    for step in of_jobs(moved):
        same = [one for one in beside if one.duration_s == step.duration_s]
        assert not any(set(one.change.jobs) & set(step.change.jobs) for one in same)
    fleet = outlook.situation.fleet
    one_zone = replace(fleet, sites=tuple(replace(site, zone="one") for site in fleet.sites))
    as_one = replace(outlook, situation=replace(outlook.situation, fleet=one_zone))
    assert moved_in_the_fleet(as_one, steps) == ()


def test_a_longer_restart_costs_more_and_comes_back_as_more_energy() -> None:
    """Price and rebound hold what the restart loses."""
    outlook = outlook_at(standing_of(4))
    jobs, held = outlook.situation.jobs, outlook.held
    left = held.left.copy()
    left[:, 2] += 2 * outlook.step_s
    longer = replace(outlook, held=replace(held, left=left))
    plain = {int(one.change.jobs[0]): one for one in moving_away(outlook, 900, outlook.free.copy())}
    dearer = {int(one.change.jobs[0]): one for one in moving_away(longer, 900, longer.free.copy())}
    both = [job for job in sorted(plain) if job in dearer]
    assert both and len(jobs)
    assert all(len(dearer[job].change.slots) > len(plain[job].change.slots) for job in both)
    assert all(dearer[job].rebound_kwh > plain[job].rebound_kwh for job in both)


def test_elastic_jobs_give_power_on_a_part_of_their_gang_and_pay_two_restarts() -> None:
    """Without slower points of the pool; what they print is there, and their gang is whole again afterwards."""
    half = OperatingPoint(name="half", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
    study = small_study(5, hours=24, jobs=60, accelerators=32, points=(POINT, half))
    elastic = study.jobs.interruptible
    standing = standing_in(replace(study, jobs=replace(study.jobs, elastic=elastic)))
    outlook = outlook_at(standing)
    steps = curve(outlook, (900, 3600))
    shrunk = [step for step in steps if step.source is Source.SPEED]
    assert shrunk and len(promised(standing, steps)) == len(steps)
    assert all(one.share >= 0.95 for one in delivered(standing, steps))
    menu, jobs = outlook.held.menu, outlook.situation.jobs
    for step in shrunk:
        assert jobs.elastic[step.change.jobs].all()
        assert (step.change.points == 1).all() and menu.gang_share[1] == 0.5
        assert step.rebound_kwh > 0.0
