"""Generators for emergencies: never seen by a plan, never running without a cut, and settled when they do."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.limits import import_max_kw
from gridtide.doors.results.document import document_of
from gridtide.fleet.genset import Genset
from gridtide.physics.genset import fuel_l_per_h
from gridtide.simulate.course import Course
from gridtide.simulate.gensets import gensets_of
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import compared, course_of
from gridtide.testing.gensets import GENSET, cut_off, with_genset
from gridtide.testing.studies import small_study
from gridtide.timeline import regular

FEW = settings(max_examples=6, deadline=None)
NOON = (9.0, 12.0, 15.0)


def day(seed: int) -> Study:
    return small_study(seed, hours=24, jobs=30, accelerators=32)


def settled(study: Study, course: Course) -> Settlement:
    return settle(study, truth_of(study), course, 0.0)


@FEW
@given(seed=st.integers(0, 10_000), policy=st.sampled_from(["run-at-once", "coordinated"]))
def test_without_a_call_of_the_grid_generators_change_nothing(seed: int, policy: str) -> None:
    """They never run, and every meter sees what it sees without them."""
    bare = day(seed)
    alone, beside = (course_of(study, policy) for study in (bare, with_genset(bare)))
    assert not beside.telemetry.genset.any()
    for name in ("import_kw", "export_kw", "charge_kw", "discharge_kw", "it_kw", "answered"):
        one, other = getattr(alone.telemetry, name), getattr(beside.telemetry, name)
        assert one.tobytes() == other.tobytes()
    assert settled(with_genset(bare), beside).total_cost == settled(bare, alone).total_cost


@FEW
@given(
    seed=st.integers(0, 10_000),
    left_kw=st.floats(0.0, 12.0),
    policy=st.sampled_from(["run-at-once", "coordinated"]),
)
def test_generators_carry_what_a_cut_leaves_too_little_of_and_no_more(
    seed: int, left_kw: float, policy: str
) -> None:
    """Only where the call holds, only up to the limit, so they make neither import nor export; energy balances."""
    study = with_genset(cut_off(day(seed), NOON, left_kw))
    seen = course_of(study, policy).telemetry
    limit_kw = import_max_kw(study.fleet, binding_events(study), study.timeline)
    made_kw = seen.genset[0]
    assert (seen.import_kw <= limit_kw + 1e-6).all()
    called = limit_kw < np.asarray([[one.contract.import_max_kw] for one in study.fleet.sites])
    assert not made_kw[~called].any()
    running = made_kw > 0
    assert seen.import_kw[running] == pytest.approx(limit_kw[running])
    assert not seen.export_kw[running].any() and not seen.charge_kw[running].any()
    came = seen.import_kw + made_kw + seen.discharge_kw + seen.supply_kw - seen.unused_supply_kw
    assert came == pytest.approx(seen.facility_kw + seen.charge_kw + seen.export_kw, abs=1e-6)
    assert (made_kw <= GENSET.in_emergency_kw + 1e-9).all()


def test_no_job_is_planned_on_generators() -> None:
    """Twice the machines change nothing but what they burn: no run, no answer, no import."""
    study = cut_off(day(4), NOON)
    small, large = (
        course_of(with_genset(study, replace(GENSET, units=units))) for units in (2, 60)
    )
    assert small.telemetry.genset[0].any()
    assert small.telemetry.import_kw.tobytes() == large.telemetry.import_kw.tobytes()
    assert small.telemetry.it_kw.tobytes() == large.telemetry.it_kw.tobytes()
    assert small.executed.start_s.tobytes() == large.executed.start_s.tobytes()


def test_what_they_burn_is_settled_by_the_fuel_curve() -> None:
    """Fuel of each step, its price, its starts and its carbon."""
    study = with_genset(cut_off(day(4), NOON))
    course = course_of(study, "run-at-once")
    money = settled(study, course)
    ((name, used),) = money.gensets
    power_kw, fuel_l, running = course.telemetry.genset[:, 0]
    on = power_kw > 0
    by_hand = [
        fuel_l_per_h(kw, count * GENSET.rated_kw) * 0.25
        for kw, count in zip(power_kw[on], running[on], strict=True)
    ]
    assert fuel_l[on] == pytest.approx(by_hand)
    assert name == "east" and used.run_h == pytest.approx(3.0)
    assert used.lacking_kwh == pytest.approx(0.0)
    assert used.cost == pytest.approx(1.5 * sum(by_hand) + 4.0 * used.starts)
    assert dict(money.parts)["generator fuel"] == used.cost
    without = settled(
        study, replace(course, telemetry=replace(course.telemetry, genset=np.zeros((3, 0, 0))))
    )
    assert money.emissions_average_kg - without.emissions_average_kg == pytest.approx(
        2.7 * sum(by_hand)
    )


@pytest.mark.parametrize(
    ("genset", "lacks"),
    [
        (replace(GENSET, fuel_l=2.0), "fuel"),
        (replace(GENSET, units=1, rated_kw=1.0), "power"),
        (replace(GENSET, start_failure=0.999999), "starts"),
    ],
)
def test_what_nothing_carries_shows_in_the_meter(genset: Genset, lacks: str) -> None:
    """An empty tank, too small a machine, one that does not start: the rest is drawn and told, never hidden."""
    study = with_genset(cut_off(day(4), NOON))
    short = replace(study, fleet=with_genset(study, genset).fleet)
    course = course_of(short, "run-at-once")
    ((_, used),) = settled(short, course).gensets
    assert used.lacking_kwh > 1.0, lacks
    assert used.fuel_l <= genset.fuel_l + 1e-9


def test_machines_called_without_notice_need_their_seconds_to_start() -> None:
    """90 s of a step of 900 are not carried; with three hours of notice all of it is."""
    slow = replace(GENSET, start_s=90.0)
    found = {}
    for issued_h in (12.0, 9.0):
        study = with_genset(cut_off(day(4), (issued_h, 12.0, 15.0)), slow)
        course = course_of(study, "run-at-once")
        ((_, used),) = settled(study, course).gensets
        found[issued_h] = (used, float(course.telemetry.genset[0, 0, 48]))
    (late, late_kw), (known, known_kw) = found[12.0], found[9.0]
    assert known.lacking_kwh == pytest.approx(0.0)
    assert late_kw == pytest.approx(0.9 * known_kw)
    assert late.lacking_kwh == pytest.approx(0.1 * 0.25 * known_kw)


def test_requests_are_answered_on_generators_only_where_a_case_says_so() -> None:
    """A policy that sends them there all the same: refused, or answered on fuel; no job and no limit knows of it."""
    study = cut_off(day(4), NOON)
    home = replace(study.services[0], home=np.asarray([[0.0, 1.0, 0.0, 0.0]]))
    study = replace(study, services=(home,))
    found = {}
    for carries in (False, True):
        for tank_l in (400.0, 60.0):
            large = replace(GENSET, units=6, fuel_l=tank_l, carries_answers=carries)
            backed = with_genset(study, large)
            course = course_of(backed, "run-at-once")
            found[carries, tank_l] = (course, settled(backed, course))
    refusing, answering = found[False, 400.0], found[True, 400.0]
    assert answering[1].requests_refused < refusing[1].requests_refused
    assert refusing[0].executed.start_s.tobytes() == answering[0].executed.start_s.tobytes()
    used = {key: settlement.gensets[0][1] for key, (_, settlement) in found.items()}
    assert used[True, 400.0].fuel_l > used[False, 400.0].fuel_l
    assert used[True, 400.0].lacking_kwh == pytest.approx(0.0)
    assert used[True, 60.0].fuel_l <= 60.0 + 1e-9


def test_a_bound_stays_below_courses_that_run_generators() -> None:
    """And the document tells hours, fuel and what nothing carried of each policy."""
    study = replace(
        with_genset(cut_off(day(4), NOON)),
        policies=("run-at-once", "coordinated", "perfect-foresight"),
    )
    comparison = compared(study)
    assert comparison.bound is not None
    assert all(comparison.bound <= item.total_cost + 1e-6 for item in comparison.settlements)
    said = document_of(comparison, "")
    assert all(run["gensets_by_site"]["east"]["run_h"] > 0 for run in said["runs"])
    assert any("outside every plan and offer" in note for note in said["notes"])
    plain = document_of(compared(day(4)), "")
    assert all("gensets_by_site" not in run for run in plain["runs"])


@pytest.mark.parametrize("seed", range(4))
def test_a_look_begun_after_an_earlier_call_finds_the_machines_that_started(seed: int) -> None:
    """Who starts for a call is drawn by the call, not by how many calls are still to be seen."""
    unsure = replace(GENSET, units=40, start_failure=0.5)
    study = with_genset(cut_off(day(seed), NOON), unsure)
    earlier = cut_off(study, (1.0, 2.0, 4.0)).events
    study = replace(study, events=(*earlier, *study.events))
    whole = gensets_of(study)
    minutes = regular(study.timeline.start + timedelta(hours=13), timedelta(minutes=1), 60)
    later = gensets_of(replace(study, timeline=minutes))
    assert whole is not None and later is not None
    assert (later.started[0] == whole.started[0, 13 * 4]).all()
    assert whole.started[0, 2 * 4] != whole.started[0, 13 * 4] > 0.0
