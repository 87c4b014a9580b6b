"""Jobs that may run slower: promises kept, energy as the points say, money saved, one-speed fleets as they were."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import matrix_of
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.turn import Memory, take_turn
from gridtide.settle.promises import Cause
from gridtide.simulate.bound import bound_of
from gridtide.simulate.course import Course, mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.studies import POINT, small_study

ECO = OperatingPoint(name="eco", speed=0.85, it_kw_per_accelerator=0.7)
LOW = OperatingPoint(name="low", speed=0.5, it_kw_per_accelerator=0.38)
MENU = (POINT, ECO, LOW)


def total(study: Study, course: Course) -> float:
    """What a course costs."""
    return settle(study, truth_of(study), course, 0.0).total_cost


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), crowd=st.sampled_from([30, 60, 120]))
def test_slower_work_breaks_no_promise(seed: int, crowd: int) -> None:
    """Whatever arrives, and however long declared limits become at lower speed."""
    study = small_study(seed, hours=24, jobs=crowd, accelerators=32, points=MENU)
    course = course_of(study)
    settled = settle(study, truth_of(study), course, 0.0)
    assert settled.promises.missed.get(Cause.UNEXPLAINED, 0) == 0
    assert settled.promises.missed_deadlines == 0
    assert set(course.rungs) == {"policy"}


@settings(max_examples=2)
@given(seed=st.integers(0, 10_000))
def test_energy_and_work_are_those_of_the_points_jobs_ran_at(seed: int) -> None:
    """Metered energy is accelerators times time times the power of each run's point; work is time times speed."""
    study = small_study(seed, hours=24, jobs=40, points=MENU)
    course = course_of(study)
    ran, menu = course.executed, study.fleet.menu
    entry = menu.entry(ran.place, ran.point)
    gang, span_h = study.jobs.accelerators[ran.job], (ran.end_s - ran.start_s) / 3600.0
    energy_kwh = float((gang * span_h * menu.it_kw[entry]).sum())
    metered_kwh = float((course.telemetry.class_kw * study.timeline.hours).sum())
    assert metered_kwh == pytest.approx(energy_kwh, rel=1e-9)
    worked = np.bincount(
        ran.job, weights=(ran.end_s - ran.start_s) * menu.speed[entry], minlength=len(study.jobs)
    )
    runs = np.bincount(ran.job, minlength=len(study.jobs))
    lost = study.jobs.restart_s * np.maximum(runs - 1, 0)
    done = course.done_s[course.complete]
    assert (worked[course.complete] >= done - 2 * runs[course.complete] - 1).all()
    assert (worked - lost <= course.done_s + 2 * runs + 1).all()


@settings(max_examples=2)
@given(seed=st.integers(0, 10_000))
def test_a_point_that_needs_less_power_for_its_work_saves_money(seed: int) -> None:
    """With all known, plans with the choice cost no more than without it, up to what single jobs round; and the
    bound stays below."""
    plain = small_study(seed, hours=24, jobs=40)
    slower = small_study(seed, hours=24, jobs=40, points=(POINT, ECO))
    course = course_of(slower, "perfect-foresight")
    assert (course.executed.point > 0).any()
    assert total(slower, course) <= 1.01 * total(plain, course_of(plain, "perfect-foresight"))
    bound = bound_of(slower, truth_of(slower))
    unslowed = bound_of(plain, truth_of(plain))
    assert bound is not None and unslowed is not None
    assert bound <= unslowed + 1e-6 * abs(unslowed)
    assert bound <= total(slower, course) + 1e-6 * abs(bound)


@settings(max_examples=3)
@given(seed=st.integers(0, 10_000))
def test_a_plan_with_more_points_is_no_dearer_and_its_bound_holds(seed: int) -> None:
    """One more column for each cell: the optimum can only fall, and weak duality still proves it."""
    costs = []
    for points in ((POINT,), (POINT, ECO), MENU):
        study = replace(small_study(seed, hours=24, jobs=40, points=points), arrivals_known=True)
        policy, forecaster, known = policy_named("coordinated", study)
        twin = Twin.of(known, truth_of(known))
        turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
        plan = Coordinated(objective=study.objective).plan(turn.situation)
        assert plan.certificate.lower_bound <= plan.certificate.cost + 1e-6
        assert plan.certificate.gap <= 1e-6 * (1.0 + abs(plan.certificate.cost))
        costs.append(plan.certificate.cost)
    assert costs[1] <= costs[0] + 1e-6 * abs(costs[0])
    assert costs[2] <= costs[1] + 1e-6 * abs(costs[1])


def test_a_deadline_that_only_full_speed_keeps_is_served_at_full_speed() -> None:
    """Work without a second to spare never runs slower, whatever that would save."""
    study = small_study(5, hours=24, jobs=40, points=MENU)
    jobs = study.jobs
    declared_s = -(-jobs.declared_s // 900) * 900
    deadline_s = -(-jobs.release_s // 900) * 900 + declared_s
    tight = replace(jobs, declared_s=declared_s, expected_s=declared_s, deadline_s=deadline_s)
    study = replace(study, jobs=tight)
    course = course_of(study)
    assert course.promised.any()
    assert (course.executed.point[course.promised[course.executed.job]] == 0).all()


def test_protected_work_runs_at_full_speed() -> None:
    """What is never moved is never slowed either."""
    study = small_study(6, hours=24, jobs=40, points=MENU)
    study = replace(study, jobs=replace(study.jobs, movable=np.zeros(len(study.jobs), dtype=bool)))
    assert (course_of(study).executed.point == 0).all()


def test_a_fleet_of_one_speed_gets_the_program_it_always_got() -> None:
    """A menu of full speed alone adds no column and changes no number."""
    study = replace(small_study(7, hours=24, jobs=40), arrivals_known=True)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    facts = facts_of(turn.situation, study.objective, held_of(turn.situation, study.objective))
    program, columns, rows = written(turn.situation, facts)
    matrix = matrix_of(program)
    assert np.array_equal(columns.entry, columns.place)
    worked = matrix.value[np.isin(matrix.index, rows.work) & np.isin(matrix.column, columns.work)]
    assert np.array_equal(worked, facts.hours[columns.step])
