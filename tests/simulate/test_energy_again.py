"""Measures by a course of their own: what changes the plan is run again, the rest is reckoned alone."""

import json
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.doors.cli import exit_code
from gridtide.simulate.energy_again import changed_studies
from gridtide.simulate.energy_measures import FULLER, OFF, TOGETHER
from gridtide.testing.studies import small_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "slower_answers.toml"


def impatient(folder: Path) -> Path:
    """The example with users who tolerate nothing, so that its batches can be fuller; two days of it."""
    path = folder / "case.toml"
    text = EXAMPLE.read_text().replace("delay_tolerance = 0.5", "delay_tolerance = 0.0")
    path.write_text(text.replace("end = 2026-03-05T", "end = 2026-03-04T"))
    return path


def test_only_what_changes_the_case_is_run_again() -> None:
    """A service without a model has no fuller batches; its nodes may rest."""
    assert [name for name, _ in changed_studies(small_study(0, hours=24))] == [OFF]
    both = [name for name, _ in changed_studies(load_case(EXAMPLE))]
    assert both == [FULLER, OFF, TOGETHER]


def test_a_measure_says_what_it_saves_reckoned_and_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fuller batches save both ways alike; nodes that must be seen idle a day before go off for less; without asking
    nothing is run."""
    case = str(impatient(tmp_path))
    assert exit_code(["energy", case, "--again", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    by_name = {one["measure"]: one for one in [*found["measures"], found["together"]]}
    fuller, off = by_name[FULLER], by_name[OFF]
    assert fuller["again_kwh"] == pytest.approx(fuller["kwh"], rel=0.05)
    assert fuller["again_refused"] == pytest.approx(0.0, abs=1.0)
    assert 0.0 < off["again_kwh"] < off["kwh"]
    assert by_name[TOGETHER]["again_kwh"] >= max(fuller["again_kwh"], off["again_kwh"])
    others = [one for name, one in by_name.items() if name not in (FULLER, OFF, TOGETHER)]
    assert all(one["again_kwh"] is None for one in others)
    assert exit_code(["energy", case]) == 0
    assert "by a course of its own" not in capsys.readouterr().out
