"""The command `gridtide offer`: its document, its rows and its faults."""

import csv
import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

OFFERS = Path(__file__).parents[2] / "examples" / "offers.toml"


def test_the_document_holds_energy_and_capacity_by_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; energy falls with its price, capacity rises; the file holds the same."""
    table, page = tmp_path / "bids.csv", tmp_path / "bids.html"
    said = ["--csv", str(table), "--page", str(page), "--json"]
    assert exit_code(["offer", str(OFFERS), *said]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "of", "at", "currency", "forecaster", "courses", "energy", "capacity", "notes",
    }  # fmt: skip
    assert len(found["energy"]) == 96
    for one in found["energy"]:
        assert set(one) == {"site", "zone", "start", "end", "start_local", "steps"}
        kw = [step["quantity_kw"] for step in one["steps"]]
        assert kw == sorted(kw, reverse=True)
        assert one["steps"][-1]["up_to_price_per_mwh"] is None
    products = {one["product"] for one in found["capacity"]}
    assert products == {"regulation symmetric", "reserve up"}
    for one in found["capacity"]:
        assert set(one) == {"site", "product", "start", "end", "start_local", "steps"}
        kw = [step["quantity_kw"] for step in one["steps"]]
        assert kw == sorted(kw)
        prices = [step["from_price_per_mw_h"] for step in one["steps"]]
        assert prices == [round(price, 6) for price in prices], "4.5, not 4.500000000000001"
    first = found["energy"][0]
    assert first["start_local"].endswith("T00:00:00+01:00") and first["start"].endswith("+00:00")
    assert "start_local" in page.read_text(), "the page speaks the clock of the site"
    rows = list(csv.DictReader(table.open()))
    steps = sum(len(one["steps"]) for one in (*found["energy"], *found["capacity"]))
    assert len(rows) == steps
    assert list(rows[0]) == ["market", "site", "start", "end", "price", "quantity_kw"]
    assert "bids" in page.read_text()


def test_a_day_the_plan_does_not_reach_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with how far it reaches."""
    asked = ["offer", str(OFFERS), "--at", "2026-03-03T01:00:00+01:00"]
    assert exit_code(asked) == 2
    assert "plan_h" in capsys.readouterr().err


def test_bids_without_a_market_to_settle_in_are_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bidding by price needs two-settlement and a forecaster that says how far it may miss; both are said at once."""
    case = tmp_path / "bids.toml"
    text = OFFERS.read_text()
    case.write_text(
        text.replace("import_max_kw = 16000,", "import_max_kw = 16000, bids_by_price = true,")
    )
    assert exit_code(["check", str(case)]) == 2
    said = capsys.readouterr().err
    assert "bids_by_price" in said and "planning.forecaster" in said
