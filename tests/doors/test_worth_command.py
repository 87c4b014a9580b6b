"""The command `gridtide worth`: one document, a picture, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

DAY = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
ROW = {"incentive_per_mwh", "reduced_kwh", "rebound_kwh", "payment", "extra_cost", "lost_value",
       "net_benefit", "promised", "missed", "sites", "participants"}  # fmt: skip


def test_the_document_and_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys are a contract; incentives stand lowest first."""
    page = tmp_path / "worth.html"
    words = ["worth", str(DAY), "--incentive", "900,50", "--hours", "7-11", "--page", str(page)]
    assert exit_code([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["incentive_per_mwh"] for row in found["incentives"]] == [50.0, 900.0]
    assert set(found["incentives"][0]) == ROW
    assert found["called"]["from"] == "2026-03-02T07:00:00+01:00"
    assert [row["kind"] for row in found["break_evens"]] == ["class of jobs", "fleet"]
    assert "what drawing less is worth" in page.read_text()


def test_a_person_reads_who_draws_less(capsys: pytest.CaptureFixture[str]) -> None:
    """Sentences and a table."""
    assert exit_code(["worth", str(DAY), "--incentive", "900", "--hours", "7-11"]) == 0
    said = capsys.readouterr().out
    assert "batch (class of jobs)" in said
    assert "rebound" in said


def test_faults_are_said_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, each by its name."""
    words = ["worth", str(DAY), "--incentive", "0,x", "--hours", "21-17", "--day", "soon"]
    assert exit_code(words) == 2
    said = capsys.readouterr().err
    for named in ("--incentive 0", "--incentive x", "--hours 21-17", "--day soon"):
        assert named in said


def test_a_day_outside_of_the_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With what the course spans."""
    assert exit_code(["worth", str(DAY), "--incentive", "9", "--day", "2020-01-01"]) == 2
    assert "2020-01-01" in capsys.readouterr().err
