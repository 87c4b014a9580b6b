"""Plants that are told what to make: within their bounds in plan and twin, never in vain, and settled as they ran."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.program import solve
from gridtide.decide.reading import supply_kw
from gridtide.decide.relaxed import Course as Relaxable
from gridtide.decide.relaxed import program_of, relaxed_course
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Telescoped
from gridtide.doors.results.document import document_of
from gridtide.fleet.reactor import Reactor
from gridtide.loop.sight import see
from gridtide.simulate.bound import known_course
from gridtide.simulate.changes import changes_of
from gridtide.simulate.course import Course, mandate_of
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth, truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import compared, course_of
from gridtide.testing.reactors import REACTOR, with_outage, with_reactor
from gridtide.testing.studies import small_study

FEW = settings(max_examples=6, deadline=None)
OBJECTIVE = Objective(carbon_price_per_t=20.0, demand_charge_share=0.05)


def day(seed: int, negative: bool = False) -> Study:
    return small_study(seed, hours=24, jobs=30, accelerators=32, negative_prices=negative)


def sight(study: Study) -> Situation:
    twin = Twin.of(study, truth_of(study))
    return see(mandate_of(study, "persistence"), twin, twin.now)[0]


def settled(study: Study, course: Course, truth: Truth | None = None) -> Settlement:
    return settle(study, truth or truth_of(study), course, 0.0)


def keeps_its_bounds(plant: Reactor, made_kw: np.ndarray, study: Study) -> None:
    """Between least and rating while it runs, 0 while it stands, never faster than it can."""
    steps = study.timeline
    runs = plant.runs(steps)[: len(made_kw)]
    assert not made_kw[~runs].any()
    assert (made_kw[runs] >= plant.least_kw - 1e-6).all()
    assert (made_kw[runs] <= plant.capacity_kw + 1e-6).all()
    most_kw = 15.0 * plant.ramp_kw_per_min + 1e-6
    before = np.concatenate([[plant.start_kw], made_kw[:-1]])
    before = np.where(np.concatenate([[True], runs[:-1]]), before, plant.least_kw)
    assert (np.abs(made_kw - before)[runs] <= most_kw).all()


def balances(course: Course) -> None:
    """What came to each site is what it needed, stored and sold, in every step."""
    seen = course.telemetry
    came = seen.import_kw + seen.discharge_kw + seen.supply_kw - seen.unused_supply_kw
    came[0] += seen.made_kw[0]
    came -= seen.led_past_kw
    assert came == pytest.approx(seen.facility_kw + seen.charge_kw + seen.export_kw, abs=1e-6)
    assert (seen.led_past_kw[0] <= seen.made_kw[0] + 1e-9).all() and not seen.led_past_kw[1].any()


@FEW
@given(
    seed=st.integers(0, 10_000),
    policy=st.sampled_from(["run-at-once", "coordinated", "perfect-foresight"]),
    export_kw=st.sampled_from([0.0, 25.0]),
    least=st.floats(0.0, 0.9),
    pace=st.floats(0.05, 5.0),
    negative=st.booleans(),
)
def test_a_plant_keeps_its_bounds_and_energy_balances_in_every_step(
    seed: int, policy: str, export_kw: float, least: float, pace: float, negative: bool
) -> None:
    """Whatever it is told, through an outage too; what no one can use or buy is led past and paid for."""
    study = day(seed, negative)
    plant = with_outage(
        study, replace(REACTOR, least_share=least, ramp_kw_per_min=pace), (9.0, 13.0)
    )
    study = with_reactor(study, plant, export_kw)
    course = course_of(study, policy)
    keeps_its_bounds(plant, course.telemetry.made_kw[0], study)
    balances(course)
    assert set(course.rungs) == {"policy"}
    ((_, used),) = settled(study, course).plants
    made_kwh = float(course.telemetry.made_kw.sum()) * 0.25
    assert used.cost == pytest.approx(0.03 * made_kwh)


@FEW
@given(seed=st.integers(0, 10_000), telescope=st.booleans(), negative=st.booleans())
def test_a_plan_keeps_the_bounds_of_a_plant_and_balances(
    seed: int, telescope: bool, negative: bool
) -> None:
    """Fine or through a telescope."""
    study = day(seed, negative)
    plant = with_outage(study, REACTOR, (5.0, 8.25))
    study = with_reactor(study, plant, 10.0)
    plan = planned(study, telescope)
    keeps_its_bounds(plant, plan.made_kw[0], study)
    came = plan.import_kw + plan.discharge_kw - plan.charge_kw - plan.export_kw
    came[0] += plan.made_kw[0]
    came += supply_kw(sight(study))
    assert came == pytest.approx(plan.facility_kw + plan.unused_supply_kw, abs=1e-5)
    assert plan.certificate.lower_bound <= plan.certificate.cost + 1e-6


def planned(study: Study, telescope: bool = False) -> Plan:
    situation = sight(study)
    if telescope:
        spans = ((16, 900), (12, 3600), (24, 7200))
        return Telescoped(objective=OBJECTIVE, telescope=spans).plan(situation)
    return Coordinated(objective=OBJECTIVE).plan(situation)


@FEW
@given(seed=st.integers(0, 10_000), negative=st.booleans())
def test_a_plan_with_a_plant_that_may_do_nothing_is_never_dearer_than_one_without(
    seed: int, negative: bool
) -> None:
    """Without a least it may make nothing at all."""
    bare = day(seed, negative)
    plant = replace(REACTOR, least_share=0.0, start_share=0.0)
    without, beside = planned(bare).certificate, planned(with_reactor(bare, plant)).certificate
    assert beside.lower_bound <= without.cost + 1e-6
    assert beside.cost <= without.cost + 1e-4 * (1.0 + abs(without.cost))


@FEW
@given(seed=st.integers(0, 10_000))
def test_a_plant_at_constant_power_is_a_constant_supply(seed: int) -> None:
    """One that can make one power alone: plan, meters and cost are those of as much need less."""
    bare = day(seed)
    fixed = replace(REACTOR, capacity_kw=8.0, least_share=1.0, cost_per_mwh=0.0)
    site = bare.fleet.sites[0]
    eased = replace(site.facility, overhead_kw=site.facility.overhead_kw - 8.0)
    eased_site = replace(site, facility=eased)
    less = replace(bare, fleet=replace(bare.fleet, sites=(eased_site, *bare.fleet.sites[1:])))
    one, other = planned(less).certificate, planned(with_reactor(bare, fixed)).certificate
    assert other.cost == pytest.approx(one.cost, rel=1e-6, abs=1e-6)
    by_plant = course_of(with_reactor(bare, fixed), "run-at-once").telemetry
    by_need = course_of(less, "run-at-once").telemetry
    assert by_plant.import_kw == pytest.approx(by_need.import_kw, abs=1e-6)


def test_a_cheap_plant_lets_a_site_draw_less_and_sell() -> None:
    """It makes all it can where the grid is dearer, and its least where the grid pays to be rid of power."""
    study = day(4)
    cheap = with_reactor(study, replace(REACTOR, cost_per_mwh=1.0), 60.0)
    dear = with_reactor(study, replace(REACTOR, cost_per_mwh=1000.0), 60.0)
    made = {name: course_of(one).telemetry for name, one in (("cheap", cheap), ("dear", dear))}
    assert made["cheap"].made_kw.sum() > made["dear"].made_kw.sum()
    assert made["dear"].made_kw[0, -1] == pytest.approx(REACTOR.least_kw)
    assert made["cheap"].export_kw[0].sum() > 0.0


def test_a_bound_stays_below_every_course_with_a_plant() -> None:
    """And the document tells what it made and cost under each policy."""
    study = day(4)
    plant = with_outage(study, REACTOR, (9.0, 13.0))
    study = replace(
        with_reactor(study, plant), policies=("run-at-once", "coordinated", "perfect-foresight")
    )
    comparison = compared(study)
    assert comparison.bound is not None
    assert all(comparison.bound <= item.total_cost + 1e-6 for item in comparison.settlements)
    said = document_of(comparison, "")
    assert all(run["plants_by_site"]["east"]["run_h"] == 20.0 for run in said["runs"])
    assert all(run["cost_parts"]["plants"] > 0 for run in said["runs"])
    assert any("Plants that are told" in note for note in said["notes"])
    plain = document_of(compared(day(4)), "")
    assert all("plants_by_site" not in run for run in plain["runs"])


def test_a_bound_says_what_a_plant_its_pace_and_its_outage_are_worth() -> None:
    """Without the plant it is the bound of the study without one; what only loosens the plant never costs."""
    bare = day(4)
    study = with_reactor(bare, with_outage(bare, REACTOR, (9.0, 13.0)))
    course = relaxed_course(known_course(study, truth_of(study)), study.objective)
    found = {
        change.what: change.changed() for change in changes_of(course) if change.kind == "plant"
    }
    cost = {what: bound_of_program(changed) for what, changed in found.items()}
    own = bound_of_program(course)
    without = relaxed_course(known_course(bare, truth_of(bare)), bare.objective)
    assert cost["no plant at east"] == pytest.approx(bound_of_program(without))
    for what in ("no pace", "no outage"):
        assert cost[f"{what} of the plant at east"] <= own + 1e-6


def bound_of_program(course: Relaxable) -> float:
    return solve(program_of(course).matrix, "simplex").objective
