"""[site.reservoir]: water behind a dam as the store of a site, filled by its river."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridtide.case.build import study_of
from gridtide.case.checks import faults_of
from gridtide.case.schema import CaseFile
from gridtide.decide.objective import Objective
from gridtide.decide.telescoped import Telescoped
from gridtide.doors.results.water import water_by_site
from gridtide.finding import BadInput
from gridtide.loop.sight import see
from gridtide.physics import hydro
from gridtide.simulate.bound import bound_of
from gridtide.simulate.course import mandate_of
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
WATER = {"volume_m3": 4000.0, "head_m": 50.0, "turbine_kw": 60.0, "kept_m3_per_s": 0.02}
FLOW = {
    "zone": "DE-LU",
    "source": "table",
    "path": "flow.csv",
    "kinds": ["river_flow_m3_per_s"],
}


def case_with(flow: bool = True, **tables: Any) -> CaseFile:
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0].update(tables)
    case["site"][0]["contract"]["export_max_kw"] = 20.0
    if flow:
        case["signal"].append(FLOW)
    return CaseFile.model_validate(case)


def study_with(folder: Path, flows: list[float], **water: Any) -> Study:
    """The small case with a reservoir, its river by the hour over and over."""
    start = datetime(2026, 2, 20, tzinfo=UTC)
    rows = [
        f"{(start + timedelta(hours=hour)).isoformat()},{flows[hour % len(flows)]}"
        for hour in range(24 * 14)
    ]
    (folder / "flow.csv").write_text("time_utc,river_flow_m3_per_s\n" + "\n".join(rows) + "\n")
    return study_of(case_with(reservoir={**WATER, **water}), folder)


def lowest_and_real_cost(study: Study, policy: str) -> tuple[float, float]:
    """The bound of a study and what a policy cost, once every step balances: what was there and came is what is there,
    was turbined and was spilt."""
    store = study.fleet.sites[0].battery
    assert store is not None
    course = course_of(study, policy)
    seen, hours = course.telemetry, study.timeline.hours
    assert set(course.rungs) == {"policy"}
    inflow_kw, spilt_kw = seen.water_kw
    assert (spilt_kw >= 0.0).all() and not seen.charge_kw.any()
    assert (seen.soc_kwh >= store.energy_kwh * store.soc_min - 1e-6).all()
    assert (seen.soc_kwh <= store.energy_kwh + 1e-6).all()
    assert (seen.discharge_kw <= store.discharge_max_kw + 1e-9).all()
    moved = (inflow_kw - spilt_kw - seen.discharge_kw / store.discharge_efficiency) * hours
    begins = store.soc_start * store.energy_kwh
    assert seen.soc_kwh == pytest.approx(begins + np.cumsum(moved, axis=1), abs=1e-6)
    came = seen.import_kw + seen.discharge_kw
    assert came == pytest.approx(seen.facility_kw + seen.export_kw, abs=1e-6)
    full = seen.soc_kwh >= store.energy_kwh - 1e-6
    assert not spilt_kw[~full].any()
    told = water_by_site(study, course)["here"]
    assert told["spilt_kwh"] == pytest.approx(float((spilt_kw * hours).sum()))
    truth = truth_of(study)
    bound = bound_of(study, truth)
    assert bound is not None
    return bound, settle(study, truth, course, 0.0).total_cost


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flows=st.lists(st.floats(0.0, 0.6), min_size=2, max_size=6),
    policy=st.sampled_from(["run-at-once", "coordinated", "perfect-foresight"]),
    volume=st.sampled_from([300.0, 4000.0]),
)
def test_a_reservoir_keeps_its_water(
    tmp_path: Path, flows: list[float], policy: str, volume: float
) -> None:
    """It is never below its least, spills only when it is full, and no policy falls below the bound."""
    study = study_with(tmp_path, flows, volume_m3=volume, least_m3=50.0)
    lowest, cost = lowest_and_real_cost(study, policy)
    assert lowest <= cost + 1e-6


def test_what_comes_is_the_flow_less_what_the_river_keeps(tmp_path: Path) -> None:
    """0.12 m³/s less 0.02 over 50 m: 49.03 kW before any loss; of 0.01 m³/s the river keeps all."""
    study = study_with(tmp_path, [0.12, 0.01])
    found = np.unique(truth_of(study).inflow_kw.round(9))
    assert found == pytest.approx([0.0, hydro.hydro_power_kw(0.1, 50.0, 1.0)])
    assert found[1] == pytest.approx(49.03, abs=0.01)


def test_a_plan_through_a_telescope_takes_no_water_that_is_not_there(tmp_path: Path) -> None:
    """A river that comes in bursts: levels of the plan told in fine steps stay within the basin."""
    study = study_with(tmp_path, [0.6, 0.0, 0.0, 0.0], volume_m3=300.0)
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now)
    spans = ((8, 900), (8, 3600), (24, 7200))
    plan = Telescoped(objective=Objective(), telescope=spans).plan(situation)
    store = study.fleet.sites[0].battery
    assert store is not None and plan.discharge_kw.any()
    assert (plan.soc_kwh >= -1e-6).all() and (plan.soc_kwh <= store.energy_kwh + 1e-6).all()
    assert plan.certificate.lower_bound <= plan.certificate.cost + 1e-6


def test_a_reservoir_without_its_river_or_beside_another_store_is_a_fault(tmp_path: Path) -> None:
    """Each by name."""
    with pytest.raises(BadInput, match="no river_flow_m3_per_s of DE-LU"):
        study_of(case_with(flow=False, reservoir=WATER), tmp_path)
    battery = {"energy_kwh": 200.0, "charge_max_kw": 100.0, "discharge_max_kw": 100.0}
    found = faults_of(case_with(reservoir={**WATER, "least_m3": 3000.0}, battery=battery))
    subjects = [one.subject for one in found]
    assert subjects == ["site[1].reservoir", "site[1].reservoir.least_m3"]
