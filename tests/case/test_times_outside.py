"""Calls, orders, outages and peaks that the period does not touch are told, not taken in silence."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from gridtide.case.build import study_of
from gridtide.case.schema import CaseFile

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"


def notes(year: int) -> list[str]:
    """What a case says whose plant stands, and whose site is called, on a day of March of a year."""
    case = tomllib.loads(FIXTURE.read_text())
    start, end = (datetime(year, 3, 2, hour, tzinfo=UTC) for hour in (12, 14))
    plant = {"capacity_kw": 300.0, "cost_per_mwh": 25.0, "outage": [{"start": start, "end": end}]}
    case["site"][0]["reactor"] = plant
    case["event"] = [{"site": "here", "start": start, "end": end, "import_max_kw": 600.0}]
    called = [{"name": "here", "baseline_kw": 600.0, "floor_kw": 400.0}]
    case["order"] = [
        {"name": "dry", "start": start, "end": end, "reduce_kw": 100.0, "site": called}
    ]
    case["site"][0]["contract"]["peak"] = [{"start": start, "end": end, "charge_per_kw": 5.0}]
    study = study_of(CaseFile.model_validate(case), FIXTURE.parent)
    return [note for note in study.notes if "outside the period" in note]


def test_a_mistyped_year_is_told() -> None:
    """One sentence for the call, the order, the outage and the peak; none where they lie in the period."""
    assert notes(2026) == []
    call, order, outage, peak = notes(2025)
    assert call.startswith("event[1] at here, 2025-03-02T12:00:00+00:00 to ")
    assert order.startswith("order[1], dry, 2025-03-02T12:00:00+00:00 to ")
    assert outage.startswith("outage[1] of the plant at here")
    assert peak.startswith("peak[1] of the contract at here")
