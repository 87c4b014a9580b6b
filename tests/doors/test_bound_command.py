"""`gridtide bound`: keys and words."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"


def test_bound_prints_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys are a contract; worths are sorted, dearest first, each between its least and most."""
    assert exit_code(["bound", str(CASE), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"case", "currency", "lower_bound", "best_course", "worths"}
    assert set(found["best_course"]) == {"lower_bound", "cost", "method"}
    assert found["best_course"]["lower_bound"] <= found["best_course"]["cost"]
    known = [row["worth"] for row in found["worths"] if row["worth"] is not None]
    assert known == sorted(known, reverse=True)
    for row in found["worths"]:
        assert set(row) == {"what", "worth", "least", "most"}


def test_bound_says_it_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody can fall below, and what each thing is worth, on stdout; progress on stderr."""
    assert exit_code(["bound", str(CASE)]) == 0
    told = capsys.readouterr()
    assert "no policy can cost less than" in told.out
    assert " is worth " in told.out
    assert "solving:" in told.err


def test_a_case_that_is_not_there_is_a_usage_fault(tmp_path: Path) -> None:
    """Exit code 2."""
    assert exit_code(["bound", str(tmp_path / "none.toml")]) == 2
