"""[site.hydrogen]: hydrogen as the store of a site, by its physics."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.build import study_of
from gridtide.case.checks import faults_of
from gridtide.case.hydrogen import hydrogen_of
from gridtide.case.schema import CaseFile, HydrogenTable
from gridtide.physics import hydrogen
from gridtide.testing.courses import course_of

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
TANK = {"tank_kg": 30.0, "electrolyser_kw": 80.0, "fuel_cell_kw": 40.0, "start_share": 0.2}


def case_with(**tables: Any) -> CaseFile:
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0].update(tables)
    return CaseFile.model_validate(case)


@given(power=st.floats(8.0, 80.0), given_kw=st.floats(0.0, 40.0))
def test_the_store_moves_as_the_tank_does(power: float, given_kw: float) -> None:
    """A quarter of an hour at any powers it can have; back comes 29.35 % of what it takes."""
    store = hydrogen_of(HydrogenTable(**TANK)).as_store
    assert store.charge_efficiency * store.discharge_efficiency == pytest.approx(0.2935)
    assert store.energy_kwh == pytest.approx(999.9)
    made, used = hydrogen.hydrogen_made_kw(power, 80.0), hydrogen.hydrogen_used_kw(given_kw)
    tank = hydrogen.tank_after_kwh(500.0, made, used, 0.25)
    moved = (store.charge_efficiency * power - given_kw / store.discharge_efficiency) * 0.25
    assert tank == pytest.approx(500.0 + moved)


def test_a_kilogram_takes_what_the_case_says() -> None:
    """55 kWh a kilogram are 60.6 % of its lower heating value, 39.4 the higher heating value."""
    assert hydrogen.made_per_kwh(55.0) == pytest.approx(0.606, abs=5e-4)
    assert hydrogen.made_per_kwh(39.4) == pytest.approx(0.846, abs=5e-4)
    stated = hydrogen_of(HydrogenTable(**TANK, electrolyser_kwh_per_kg=55.0)).as_store
    assert stated.charge_efficiency == pytest.approx(0.606, abs=5e-4)


@settings(max_examples=4, deadline=None)
@given(least=st.sampled_from([0.1, 0.35, 0.8]), kg=st.floats(2.0, 60.0))
def test_hydrogen_is_planned_guarded_and_run_within_its_tank(least: float, kg: float) -> None:
    """The electrolyser runs at its least or more or not at all, the tank is never below 0, and energy balances."""
    table = {**TANK, "least_share": least, "tank_kg": kg}
    case = case_with(hydrogen=table, contract={"import_max_kw": 700})
    signal = case.signal[0].model_copy(
        update={"price_dip_per_mwh": 150.0, "price_dips": ((1.0, 5.0),)}
    )
    study = study_of(case.model_copy(update={"signal": (signal,)}), FIXTURE.parent)
    store = study.fleet.sites[0].battery
    assert store is not None
    course = course_of(study)
    seen = course.telemetry
    assert set(course.rungs) == {"policy"}
    assert seen.charge_kw.any() and seen.discharge_kw.any()
    assert ((seen.charge_kw == 0.0) | (seen.charge_kw >= least * 80.0 - 1e-9)).all()
    assert (seen.soc_kwh >= -1e-9).all() and (seen.soc_kwh <= store.energy_kwh + 1e-9).all()
    moved = (seen.charge_kw * 0.587 - seen.discharge_kw / 0.5) * study.timeline.hours
    begins = store.soc_start * store.energy_kwh
    assert seen.soc_kwh == pytest.approx(begins + np.cumsum(moved, axis=1), abs=1e-6)
    came = seen.import_kw + seen.discharge_kw
    assert came == pytest.approx(seen.facility_kw + seen.charge_kw, abs=1e-6)


def test_standby_is_drawn_all_the_time_and_a_second_store_is_a_fault() -> None:
    """It counts with the building, in plan and twin alike."""
    bare = study_of(case_with(hydrogen=TANK), FIXTURE.parent)
    awake = study_of(case_with(hydrogen={**TANK, "standby_kw": 3.0}), FIXTURE.parent)
    less, more = (course_of(study, "run-at-once").telemetry for study in (bare, awake))
    assert more.facility_kw == pytest.approx(less.facility_kw + 3.0)
    assert any("hydrogen at here gives" in note for note in bare.notes)
    battery = {"energy_kwh": 200.0, "charge_max_kw": 100.0, "discharge_max_kw": 100.0}
    found = faults_of(case_with(hydrogen=TANK, battery=battery))
    assert [one.subject for one in found] == ["site[1].hydrogen"]
