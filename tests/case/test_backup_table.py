"""[site.backup]: a reserve that is never entered, and cycling only where the owner lets it."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridtide.case.build import study_of
from gridtide.case.checks import faults_of
from gridtide.case.schema import CaseFile
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
UPS = {"energy_kwh": 100.0, "power_max_kw": 400.0}
BATTERY = {"energy_kwh": 200.0, "charge_max_kw": 100.0, "discharge_max_kw": 100.0}


def case_with(**tables: Any) -> CaseFile:
    """The small case whose site, 400 kW of IT, has these tables."""
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0].update(tables)
    return CaseFile.model_validate(case)


def study_with(**tables: Any) -> Study:
    return study_of(case_with(**tables), FIXTURE.parent)


def test_by_default_a_backup_carries_all_it_for_five_minutes_and_does_nothing_else() -> None:
    """34.9 kWh of reserve; every meter sees what it sees without it, and the notes say so."""
    bare, beside = study_with(), study_with(backup=UPS)
    store = beside.fleet.sites[0].backup
    assert store is not None and beside.fleet.sites[0].battery is None
    assert store.reserve_kwh == pytest.approx(400.0 / 12 / 0.955)
    assert "store for backup at here: 34.9 of 100.0 kWh never touched, none cycles" in beside.notes
    one, other = (course_of(study).telemetry for study in (bare, beside))
    assert one.import_kw.tobytes() == other.import_kw.tobytes()


@pytest.mark.parametrize("battery", [None, BATTERY])
def test_what_is_above_the_reserve_cycles_where_its_owner_lets_it(
    battery: dict[str, float] | None,
) -> None:
    """It earns on the day's prices, wears, and what is stored above the reserve never falls below nothing."""
    own = {} if battery is None else {"battery": battery}
    still = study_with(backup=UPS, **own)
    study = study_with(backup={**UPS, "cycling": True}, **own)
    site = study.fleet.sites[0]
    assert site.battery is not None and site.backup is not None
    course = course_of(study)
    seen = course.telemetry
    least_kwh = site.battery.soc_min * site.battery.energy_kwh
    assert seen.discharge_kw.any()
    assert (seen.soc_kwh >= least_kwh - 1e-9).all()
    above_kwh = 0.0 if battery is None else battery["energy_kwh"]
    most_kwh = above_kwh + site.backup.energy_kwh - site.backup.reserve_kwh
    assert seen.soc_kwh.max() <= most_kwh + 1e-9
    cost, before = (
        settle(one, truth_of(one), course_of(one), 0.0).total_cost for one in (study, still)
    )
    assert cost < before
    flow = seen.charge_kw * site.battery.charge_efficiency
    flow = (flow - seen.discharge_kw / site.battery.discharge_efficiency) * study.timeline.hours
    begins = site.battery.soc_start * site.battery.energy_kwh
    assert seen.soc_kwh == pytest.approx(begins + np.cumsum(flow, axis=1), abs=1e-6)


def test_a_backup_that_cannot_do_its_duty_is_a_fault() -> None:
    """Too little energy and too little power, both at once."""
    found = faults_of(case_with(backup={"energy_kwh": 20.0, "power_max_kw": 300.0}))
    assert [one.subject for one in found] == [
        "site[1].backup.energy_kwh",
        "site[1].backup.power_max_kw",
    ]
    assert "34.9" in found[0].limit


def test_an_offer_may_rest_on_a_backup_that_cycles() -> None:
    offer = [
        {"product": "reserve", "price_per_mw_h": 5.0, "offered_max_kw": 10.0, "direction": "up"}
    ]
    assert faults_of(case_with(backup={**UPS, "cycling": True}, offer=offer)) == []
    (fault,) = faults_of(case_with(backup=UPS, offer=offer))
    assert fault.subject == "site[1].offer"
