"""Elastic jobs in a course: promises kept, machines and energy as the gangs were, rigid jobs as they ever were."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.fleet.menu import at_share
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.settle.promises import Cause
from gridtide.simulate.bound import bound_of
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import POINT, small_study

HALF = OperatingPoint(name="half", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
DOUBLE = OperatingPoint(name="double", speed=1.6, it_kw_per_accelerator=1.0, gang_share=2.0)
ECO = OperatingPoint(name="eco", speed=0.85, it_kw_per_accelerator=0.7)
SIZES = (POINT, HALF, DOUBLE)


def elastic_study(
    seed: int, points: tuple[OperatingPoint, ...] = SIZES, jobs: int = 40, accelerators: int = 64
) -> Study:
    """A day in which every other job is elastic."""
    study = small_study(seed, hours=24, jobs=jobs, points=points, accelerators=accelerators)
    return replace(study, jobs=replace(study.jobs, elastic=np.arange(jobs) % 2 == 0))


def total(study: Study, course: Course) -> float:
    """What a course costs."""
    return settle(study, truth_of(study), course, 0.0).total_cost


def ran_on(study: Study, course: Course) -> np.ndarray:
    """Accelerators of each run."""
    ran, menu = course.executed, study.fleet.menu
    share = menu.gang_share[menu.entry(ran.place, ran.point)]
    return at_share(study.jobs.accelerators[ran.job], share)


@settings(max_examples=3)
@given(seed=st.integers(0, 10_000), crowd=st.sampled_from([30, 60, 120]))
def test_elastic_work_breaks_no_promise_and_no_place_is_overfull(seed: int, crowd: int) -> None:
    """Whatever arrives; every policy's dispatch stands before the guard, and the meters see no more than there is."""
    study = elastic_study(seed, (POINT, ECO, HALF, DOUBLE), crowd, 32)
    course = course_of(study)
    settled = settle(study, truth_of(study), course, 0.0)
    assert settled.promises.missed.get(Cause.UNEXPLAINED, 0) == 0
    assert settled.promises.missed_deadlines == 0
    assert set(course.rungs) == {"policy"}
    busy = study.fleet.menu.by_place(course.telemetry.busy.sum(axis=0))
    assert (busy <= study.fleet.accelerators[:, None] + 1e-9).all()


@settings(max_examples=2)
@given(seed=st.integers(0, 10_000))
def test_rigid_jobs_never_change_their_gang_and_energy_is_that_of_the_gangs(seed: int) -> None:
    """Metered energy is accelerators times time times power; only elastic jobs ran on others than their own."""
    study = elastic_study(seed)
    course = course_of(study, "perfect-foresight")
    gang, ran = ran_on(study, course), course.executed
    resized = gang != study.jobs.accelerators[ran.job]
    assert study.jobs.elastic[ran.job[resized]].all()
    span_h = (ran.end_s - ran.start_s) / 3600.0
    menu = study.fleet.menu
    energy_kwh = float((gang * span_h * menu.it_kw[menu.entry(ran.place, ran.point)]).sum())
    metered_kwh = float((course.telemetry.class_kw * study.timeline.hours).sum())
    assert metered_kwh == pytest.approx(energy_kwh, rel=1e-9)


def test_work_without_checkpoints_keeps_the_accelerators_it_began_with() -> None:
    """Another number would start it over."""
    study = elastic_study(3)
    whole = np.zeros(len(study.jobs), dtype=bool)
    jobs = replace(study.jobs, interruptible=whole, elastic=~whole)
    study = replace(study, jobs=jobs)
    course = course_of(study)
    gang = ran_on(study, course)
    assert (gang != jobs.accelerators[course.executed.job]).any()
    for job in np.unique(course.executed.job):
        assert len(set(gang[course.executed.job == job])) == 1


def test_elastic_work_is_cheaper_with_all_known_and_its_bound_holds() -> None:
    """Half gangs need less power for their work here: more to choose from costs less, and the bound stays below."""
    rigid = small_study(1, hours=24, jobs=40)
    study = elastic_study(1)
    course = course_of(study, "perfect-foresight")
    assert total(study, course) < total(rigid, course_of(rigid, "perfect-foresight"))
    bound, before = bound_of(study, truth_of(study)), bound_of(rigid, truth_of(rigid))
    assert bound is not None and before is not None
    assert bound <= before + 1e-6 * abs(before)
    assert bound <= total(study, course) + 1e-6 * abs(bound)


def test_a_menu_with_sizes_changes_nothing_where_no_job_is_elastic() -> None:
    """The same runs at the same meters."""
    plain, sized = (
        small_study(2, hours=24, jobs=40, points=points) for points in ((POINT,), SIZES)
    )
    before, after = course_of(plain), course_of(sized)
    for name in ("job", "start_s", "end_s", "place", "point"):
        assert np.array_equal(getattr(before.executed, name), getattr(after.executed, name))
    assert np.array_equal(before.telemetry.import_kw, after.telemetry.import_kw)


def test_a_changed_gang_starts_again_from_its_checkpoint() -> None:
    """Work done and time spent differ by a restart wherever a run follows another without a pause."""
    study = elastic_study(4)
    restart = np.full(len(study.jobs), 300)
    study = replace(study, jobs=replace(study.jobs, restart_s=restart))
    course = course_of(study)
    ran, menu = course.executed, study.fleet.menu
    speed, gang = menu.speed[menu.entry(ran.place, ran.point)], ran_on(study, course)
    resized = 0
    for job in np.flatnonzero(course.complete):
        rows = np.flatnonzero(ran.job == job)
        rows = rows[np.argsort(ran.start_s[rows])]
        breaks = (ran.start_s[rows[1:]] > ran.end_s[rows[:-1]]) | (
            gang[rows[1:]] != gang[rows[:-1]]
        )
        breaks |= ran.place[rows[1:]] != ran.place[rows[:-1]]
        resized += int((gang[rows[1:]] != gang[rows[:-1]]).sum())
        worked_s = float(((ran.end_s - ran.start_s)[rows] * speed[rows]).sum())
        lost_s = worked_s - course.done_s[job]
        assert lost_s >= 300.0 * speed[rows[1:]][breaks].sum() - 2 * len(rows) - 100
    assert resized > 0
