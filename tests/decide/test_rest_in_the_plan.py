"""A plan knows what resting nodes draw and spare, what their wakes take, and how long they last."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import Matrix, matrix_of, solve
from gridtide.decide.situation import Situation
from gridtide.decide.structured.shaping import shape_of
from gridtide.fleet.parking import Parking
from gridtide.loop.sight import see
from gridtide.simulate.bound import bound_of
from gridtide.simulate.course import Course, mandate_of, run_course
from gridtide.simulate.policies import PERFECT, policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryStore
from gridtide.testing.planned_power import PlannedPower, Watched, planned_power
from gridtide.testing.resting import PARKING, with_parking
from gridtide.testing.studies import small_study

DEEP = replace(PARKING, parked_kw=0.1, idle_kw=0.2, off_kw=0.0)


@cache
def resting_study(hours: int = 48, negative_prices: bool = False) -> Study:
    """Two days of two sites whose machines that answer rest."""
    return with_parking(small_study(0, hours=hours, jobs=4, negative_prices=negative_prices), DEEP)


@cache
def course_under(name: str, blind: bool) -> tuple[Course, PlannedPower]:
    """A policy's course, its plans told of the rest or not, and how far they were off the meters."""
    study = resting_study()
    policy, forecaster, known = policy_named(name, study)
    watched = Watched(policy=policy, blind=blind)
    course = run_course(
        known, truth_of(known), watched, forecaster, MemoryStore(), lambda done, whole: None
    )
    return course, planned_power(study, course, watched.plans)


def situation_at(study: Study) -> Situation:
    """Its first morning, all nodes parked and unused for a day."""
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now, ())
    kept = np.asarray([float(pool.for_services) for pool in study.fleet.pools])
    parked = np.stack([0.0 * kept, kept, 0.0 * kept])
    state = replace(situation.state, at_rest=parked, rest_used=np.zeros((len(kept), 96)))
    return replace(situation, state=state)


def program_of(situation: Situation) -> tuple[Matrix, Columns, Facts]:
    """Its plan as a program."""
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    program, columns, _ = written(situation, facts)
    return matrix_of(program), columns, facts


def test_a_plan_that_knows_all_tells_the_meter_within_a_few_parts_in_a_hundred() -> None:
    """With foresight of requests and weather only the states of whole nodes are left; untold, it is far off."""
    _, blind = course_under(PERFECT, True)
    _, seeing = course_under(PERFECT, False)
    assert seeing.cvrmse < 0.05 < blind.cvrmse
    assert abs(seeing.bias) < 0.05 < abs(blind.bias)


def test_knowing_of_rest_costs_nothing_and_refuses_nothing_more() -> None:
    """Every kilowatt-hour, peak and refused request counted, of both policies that plan."""
    study = resting_study()
    for name in ("coordinated", PERFECT):
        blind, seeing = (
            settle(study, truth_of(study), course_under(name, told)[0], 0.0)
            for told in (True, False)
        )
        assert seeing.total_cost <= blind.total_cost * 1.002
        assert seeing.requests_refused <= blind.requests_refused + 1e-6
        assert (
            course_under(name, False)[0].complete.sum()
            == course_under(name, True)[0].complete.sum()
        )


def test_no_course_costs_less_than_the_bound_where_nodes_are_off() -> None:
    """A bound that counts on parked machines lies above courses whose machines are off."""
    study = resting_study()
    bound = bound_of(study, truth_of(study))
    assert bound is not None
    for name in ("coordinated", PERFECT):
        course, _ = course_under(name, False)
        assert course.telemetry.resting[2].max() > 0.0
        assert bound <= settle(study, truth_of(study), course, 0.0).total_cost + 1e-6


def test_nothing_is_kept_awake_to_burn_power_that_is_paid_for() -> None:
    """At negative prices hardly more accelerators are awake than are used: those whose wakes must pass first."""
    matrix, columns, facts = program_of(situation_at(resting_study(24, negative_prices=True)))
    assert (facts.price_per_kwh + facts.carbon_cost_per_kwh).min() < 0.0
    x = solve(matrix).values
    used, awake = x[columns.rest.used], x[columns.rest.awake]
    assert (awake - used).max() < 0.1 * facts.rest.kept.max()
    assert used.max() > 0.1 * facts.rest.kept.max() > 0.0


def test_the_structured_method_reads_a_plan_whose_nodes_rest() -> None:
    """No row ties sites and steps at once."""
    matrix, _, _ = program_of(situation_at(resting_study(24)))
    assert shape_of(matrix).sizes.columns > 0


def test_a_node_awake_now_is_parked_before_it_is_off() -> None:
    """Nothing goes off in the first step that is awake at its start."""
    situation = situation_at(resting_study(24))
    awake = replace(
        situation, state=replace(situation.state, at_rest=0.0 * situation.state.at_rest)
    )
    matrix, columns, _ = program_of(awake)
    off = solve(matrix).values[columns.rest.off]
    assert off[:, 0].max() == 0.0 < off.max()


def test_a_short_dip_switches_nothing_off_in_a_plan() -> None:
    """A quarter of an hour without requests: wake and reload take ten minutes, so nodes are parked for it at most."""
    situation = situation_at(resting_study(24))
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    asked = np.full_like(facts.requests_per_s, 60.0)
    dip = 48
    asked[..., dip] = 0.0
    program, columns, _ = written(situation, replace(facts, requests_per_s=asked))
    x = solve(matrix_of(program)).values
    used, off = x[columns.rest.used].sum(axis=0), x[columns.rest.off].sum(axis=0)
    assert used[dip] < 1e-6 < used[dip - 1]
    assert off[dip] <= off[dip - 1] + 1e-6


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 5),
    st.sampled_from([0.0, 900.0, 1800.0]),
    st.sampled_from([0.0, 30.0, 1200.0]),
    st.sampled_from([600.0, 1800.0]),
    st.sampled_from([900.0, 3600.0]),
)
def test_states_of_a_plan_keep_their_times(
    seed: int, idle_s: float, wake_parked_s: float, wake_off_s: float, off_s: float
) -> None:
    """Whatever the times: who is used is awake, before and after as the rules say; who goes off stays off."""
    parking = replace(
        DEEP,
        least_idle_s=idle_s,
        wake_parked_s=wake_parked_s,
        wake_off_s=max(wake_off_s, wake_parked_s),
        least_off_s=off_s,
    )
    study = with_parking(small_study(seed, hours=24, jobs=2), parking)
    matrix, columns, facts = program_of(situation_at(study))
    x = solve(matrix).values
    used, awake, off = (x[one] for one in (columns.rest.used, columns.rest.awake, columns.rest.off))
    kept, steps, near = facts.rest.kept[:, None], facts.rest.steps, 1e-5
    assert (awake >= used - near).all() and (off + awake <= kept + near).all()
    for place in range(len(used)):
        for lag in range(int(steps.after_use[place]) + 1):
            assert (awake[place, lag:] >= used[place, : used.shape[1] - lag] - near).all()
        for lead in range(int(steps.before_use[place]) + 1):
            until = used.shape[1] - lead
            assert (awake[place, :until] >= used[place, lead:] - near).all()
        for lead in range(int(steps.before_off[place]) + 1):
            room = kept[place] - off[place, : used.shape[1] - lead]
            assert (used[place, lead:] <= room + near).all()
        gone = np.maximum(np.diff(off[place], prepend=0.0), 0.0)
        for step in range(len(gone)):
            since = max(0, step + 1 - int(steps.least_off[place]))
            assert off[place, step] >= gone[since : step + 1].sum() - 1e-4


def test_a_case_without_nodes_that_rest_has_the_same_program_as_ever() -> None:
    """No column and no row more."""
    study = small_study(0, hours=24, jobs=4)
    matrix, columns, _ = program_of(situation_at(study))
    assert columns.rest.used.size == 0
    rested, _, _ = program_of(situation_at(with_parking(study, DEEP)))
    assert len(rested.cost) > len(matrix.cost) and len(rested.row_site) > len(matrix.row_site)


def test_a_narrow_connection_refuses_no_plan_for_a_wake() -> None:
    """Wakes that draw more than answering are dearer, never impossible."""
    study = resting_study(24)
    sites = tuple(
        replace(site, contract=replace(site.contract, import_max_kw=40.0))
        for site in study.fleet.sites
    )
    waking = replace(DEEP, wake_kw=3.0)
    narrow = with_parking(replace(study, fleet=replace(study.fleet, sites=sites)), waking)
    situation = situation_at(narrow)
    plan = Coordinated(objective=Objective()).plan(situation)
    assert (plan.import_kw <= 40.0 + 1e-6).all()


def test_rest_terms_of_an_unmeasured_state_take_all_as_awake() -> None:
    """A world that does not say how its nodes rest has none off."""
    situation = situation_at(resting_study(24))
    state = replace(situation.state, at_rest=np.zeros((3, 0)), rest_used=np.zeros((0, 0)))
    _, _, facts = program_of(replace(situation, state=state))
    assert (facts.rest.awake_now == facts.rest.kept).all() and not facts.rest.off_now.any()


def test_what_a_plan_spares_is_what_nodes_that_are_off_would_draw() -> None:
    """By hand: 0.1 kW of each accelerator off, at the slope of the building."""
    situation = situation_at(resting_study(24))
    plan = Coordinated(objective=Objective()).plan(situation)
    plain = replace(situation, fleet=with_parking(resting_study(24), _free()).fleet)
    other = Coordinated(objective=Objective()).plan(plain)
    assert plan.it_kw.sum() < other.it_kw.sum()
    assert plan.certificate.cost < other.certificate.cost
    assert plan.certificate.lower_bound == pytest.approx(plan.certificate.cost, rel=1e-6)


def _free() -> Parking:
    return replace(DEEP, idle_kw=0.1, off_kw=0.1, wake_kw=0.1, wake_parked_s=0.0, wake_off_s=0.0)
