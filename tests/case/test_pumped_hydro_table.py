"""[site.pumped_hydro]: water as the store of a site, by the physics of falling water."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.build import study_of
from gridtide.case.checks import faults_of
from gridtide.case.schema import CaseFile
from gridtide.fleet.pumped_hydro import PumpedHydro
from gridtide.physics import hydro
from gridtide.testing.courses import course_of

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
WATER = {"volume_m3": 1000.0, "head_m": 100.0, "pump_kw": 80.0, "turbine_kw": 100.0}


def case_with(**tables: Any) -> CaseFile:
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0].update(tables)
    return CaseFile.model_validate(case)


def test_water_holds_what_it_would_give_without_losses() -> None:
    """A cubic metre a second for an hour over 100 m at 1: 980.665 kWh; 50,000 m³ over 100 m: 13,620 kWh."""
    assert hydro.water_kwh(3600.0, 100.0) == pytest.approx(hydro.hydro_power_kw(1.0, 100.0, 1.0))
    assert hydro.water_kwh(50_000.0, 100.0) == pytest.approx(13_620.3, abs=0.1)


@given(
    pumped=st.floats(0.0, 80.0),
    turbined=st.floats(0.0, 100.0),
    head=st.floats(10.0, 800.0),
    efficiency=st.floats(0.5, 1.0),
)
def test_the_store_moves_as_the_water_does(
    pumped: float, turbined: float, head: float, efficiency: float
) -> None:
    """A quarter of an hour of any powers: the energy of the water that went up less that which fell."""
    plant = PumpedHydro(
        volume_m3=1e6,
        head_m=head,
        pump_kw=80.0,
        turbine_kw=100.0,
        pump_efficiency=efficiency,
        turbine_efficiency=0.9,
    )
    store = plant.as_store
    flows = (
        hydro.pumped_m3_per_s(pumped, head, efficiency),
        hydro.turbined_m3_per_s(turbined, head, 0.9),
    )
    after, spilt = hydro.reservoir_after_m3(5e5, *flows, 0.25, 1e6)
    moved = (store.charge_efficiency * pumped - turbined / store.discharge_efficiency) * 0.25
    begins = store.soc_start * store.energy_kwh
    assert spilt == 0.0
    assert hydro.water_kwh(after, head) == pytest.approx(begins + moved)


def test_water_is_planned_guarded_and_run_like_any_store() -> None:
    """It pumps and turbines through a day, stays within its basin, and keeps what must stay."""
    study = study_of(case_with(pumped_hydro={**WATER, "least_m3": 200.0}), FIXTURE.parent)
    store = study.fleet.sites[0].battery
    assert store is not None
    seen = course_of(study).telemetry
    assert seen.charge_kw.any() and seen.discharge_kw.any()
    assert (seen.charge_kw <= 80.0 + 1e-9).all() and (seen.discharge_kw <= 100.0 + 1e-9).all()
    assert (seen.soc_kwh >= hydro.water_kwh(200.0, 100.0) - 1e-6).all()
    assert (seen.soc_kwh <= hydro.water_kwh(1000.0, 100.0) + 1e-6).all()
    moved = (seen.charge_kw * 0.9 - seen.discharge_kw / 0.9) * study.timeline.hours
    begins = store.soc_start * store.energy_kwh
    assert seen.soc_kwh == pytest.approx(begins + np.cumsum(moved, axis=1), abs=1e-6)


def test_two_stores_and_a_basin_that_begins_too_low_are_faults() -> None:
    """Both at once."""
    battery = {"energy_kwh": 200.0, "charge_max_kw": 100.0, "discharge_max_kw": 100.0}
    water = {**WATER, "least_m3": 600.0}
    found = faults_of(case_with(pumped_hydro=water, battery=battery))
    assert [one.subject for one in found] == [
        "site[1].pumped_hydro",
        "site[1].pumped_hydro.least_m3",
    ]
    assert faults_of(case_with(pumped_hydro=WATER)) == []
