"""[site.reactor]: a plant that is told what to make, and the faults a case may state of it."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridtide.case.build import study_of
from gridtide.case.checks import faults_of
from gridtide.case.schema import CaseFile

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
PLANT = {"capacity_kw": 300.0, "cost_per_mwh": 25.0}


def case_with(**plant: Any) -> CaseFile:
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0]["reactor"] = PLANT | plant
    return CaseFile.model_validate(case)


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC)


def test_a_case_states_its_plant() -> None:
    """With an outage; what it leaves out is said to be assumed."""
    case = case_with(outage=[{"start": at(6), "end": at(9)}])
    assert faults_of(case) == []
    study = study_of(case, FIXTURE.parent)
    plant = study.fleet.sites[0].reactor
    assert plant is not None
    assert (plant.capacity_kw, plant.least_kw, plant.ramp_kw_per_min) == (300.0, 150.0, 9.0)
    runs = plant.runs(study.timeline)
    assert (~runs).sum() == 12
    assert any("plant at here" in note and "assumed" in note for note in study.notes)
    stated = study_of(case_with(least_share=0.4, ramp_kw_per_min=6.0), FIXTURE.parent)
    assert not any("plant at" in note for note in stated.notes)


def test_impossible_plants_are_told_all_at_once() -> None:
    """A start below the least, an outage that ends before it begins, two that overlap."""
    backwards = {"start": at(20), "end": at(19)}
    outage = [{"start": at(6), "end": at(9)}, {"start": at(8), "end": at(10)}, backwards]
    found = faults_of(case_with(start_share=0.2, outage=outage))
    assert [fault.subject.removeprefix("site[1].reactor.") for fault in found] == [
        "start_share",
        "outage[3].end",
        "outage[2].start",
    ]
    assert all(fault.mend for fault in found)
