"""The command `gridtide flex`: its document, its table, and every fault with its mend."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

DEMO = Path(__file__).parents[2] / "src" / "gridtide" / "case" / "demo" / "case.toml"
KEYS = {
    "site",
    "class",
    "delay",
    "duration_s",
    "up_kw",
    "down_kw",
    "price_per_kwh",
    "rebound_kwh",
}


def test_the_document_of_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys are a contract; the fleet has no more than its sites together."""
    case = tmp_path / "day.toml"
    case.write_text(DEMO.read_text().replace("end = 2026-03-09T", "end = 2026-03-04T"))
    at = ["--at", "2026-03-02T22:00:00+08:00"]
    page = tmp_path / "flex.html"
    assert exit_code(["flex", str(case), *at, "--page", str(page), "--json"]) == 0
    assert "how far it bends" in page.read_text()
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows and all(set(row) >= KEYS for row in rows)
    assert {row["delay"] for row in rows} == {0.0, 0.5, 1.0}
    for key in {(row["class"], row["delay"], row["duration_s"]) for row in rows}:
        members = [row for row in rows if (row["class"], row["delay"], row["duration_s"]) == key]
        for way in ("up_kw", "down_kw"):
            fleet = sum(row[way] for row in members if row["site"] == "fleet")
            sites = sum(row[way] for row in members if row["site"] != "fleet")
            assert fleet <= sites * (1 + 1e-9)
    for row, following in pairwise(rows):
        same = ("site", "delay", "duration_s", "direction")
        if all(row[key] == following[key] for key in same):
            assert following["price_per_kwh"] >= row["price_per_kwh"]


def test_faults_are_said_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, each with its mend."""
    assert exit_code(["flex", str(DEMO), "--at", "tomorrow", "--mix", "gaming"]) == 2
    said = capsys.readouterr().err
    assert "--at: 'tomorrow'" in said and "--mix gaming" in said


def test_an_instant_outside_the_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with the bounds of the case."""
    assert exit_code(["flex", str(DEMO), "--at", "2027-01-01T00:00:00+00:00"]) == 2
    assert "--at" in capsys.readouterr().err
