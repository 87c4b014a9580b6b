"""[site.hall] and [site.cold_store]: what a case says of cooling ahead, and what is wrong with it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gridtide.case.checks import faults_of
from gridtide.case.cooling import cold_store_of, hall_of
from gridtide.case.schema import CaseFile, ColdStoreTable, HallTable
from gridtide.finding import Finding

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
STORE = {"volume_m3": 100.0, "charge_max_kw": 50.0, "discharge_max_kw": 80.0}


def case_with(**tables: Any) -> CaseFile:
    """The small case whose first site has these tables."""
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0].update(tables)
    return CaseFile.model_validate(case)


def faults(**tables: Any) -> list[Finding]:
    return faults_of(case_with(**tables))


def test_an_empty_hall_is_the_usual_one_of_its_capacity() -> None:
    """3.62 MJ/K of air and 60 MJ/K of mass for each megawatt of IT."""
    hall = hall_of(HallTable(), 2500.0)
    assert (hall.air_kj_per_k, hall.mass_kj_per_k, hall.between_kw_per_k) == (9050.0, 150e3, 150.0)
    own = hall_of(HallTable(mass_kj_per_k=7.0), 2500.0)
    assert (own.air_kj_per_k, own.mass_kj_per_k) == (9050.0, 7.0)


def test_a_store_holds_what_its_water_holds() -> None:
    """1.163 kWh for each cubic metre and kelvin."""
    store = cold_store_of(ColdStoreTable(**STORE))
    assert store.energy_kwh == pytest.approx(1163.0)
    assert faults(hall={}, cold_store=STORE) == []


def test_a_hall_kept_outside_its_own_temperatures_is_a_fault() -> None:
    (fault,) = faults(hall={"set_c": 28.0})
    assert fault.subject == "site[1].hall.set_c"
    assert "18" in fault.limit and "27" in fault.limit


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("cold_store", {**STORE, "volume_m3": 0.0}),
        ("cold_store", {**STORE, "loss_share_per_day": 1.0}),
        ("cold_store", {**STORE, "charge_max_kw": -1.0}),
        ("cold_store", {"volume_m3": 10.0}),
        ("hall", {"mass_kj_per_k": float("nan")}),
        ("hall", {"warmest": 30.0}),
        ("hall", {"change_max_k_per_h": 0.0}),
    ],
)
def test_numbers_that_no_building_has_are_refused(table: str, values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        case_with(**{table: values})
