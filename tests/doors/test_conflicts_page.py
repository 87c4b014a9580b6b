"""What cannot hold together is told as the page says, in words, as a document, and by exit code."""

import json
import re
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "conflicts.md").read_text()
SOUND = ROOT / "tests" / "fixtures" / "one_day.toml"


@pytest.fixture
def called(tmp_path: Path) -> Path:
    """The case of the page."""
    (case,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "called.toml"
    path.write_text(case)
    return path


def test_the_worked_example_of_the_page_says_what_stands_there(
    called: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line by line, with exit code 3."""
    (told,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert exit_code(["check", str(called), "--together"]) == 3
    said = [line for line in capsys.readouterr().err.splitlines() if "compiling" not in line]
    assert said == told.splitlines()


def test_the_document_holds_sets_and_ways_out(
    called: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys are a contract; every way out was solved again."""
    assert exit_code(["check", str(called), "--together", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"ok", "findings", "summary", "conflict"}
    assert not found["ok"]
    conflict = found["conflict"]
    assert set(conflict) == {"sets", "more", "cheapest", "by_promises", "by_limits", "alone"}
    for one in conflict["sets"]:
        assert set(one) == {"members", "lacking", "every_member_needed", "every_step_needed"}
        for member in one["members"]:
            assert set(member) == {"kind", "name", "asks", "times"}
    for key in ("cheapest", "by_promises", "by_limits"):
        way_out = conflict[key]
        assert set(way_out) == {"cost", "lower_bound", "holds", "in_words", "gives", "presses"}
        assert way_out["holds"]
        assert way_out["gives"]
        for gives in way_out["gives"]:
            assert set(gives) == {"member", "act", "unit", "most", "cost", "times"}
    assert any("call of the grid" in row["member"] for row in conflict["by_promises"]["presses"])
    assert conflict["cheapest"]["cost"] <= conflict["by_limits"]["cost"]
    kinds = {member["kind"] for member in conflict["sets"][0]["members"]}
    assert {"promised work", "call of the grid"} <= kinds


@pytest.fixture
def dark(tmp_path: Path) -> Path:
    """A day of a site that lives by its sun: at night its connection does not carry its parked machines."""
    contract = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    small = contract.replace("700", "15")
    sun = '\n\n[[site.supply]]\nkind = "solar"\ncapacity_kw = 900'
    path = tmp_path / "dark.toml"
    text = SOUND.read_text()
    assert contract in text
    path.write_text(text.replace(contract, small + sun))
    return path


@pytest.mark.parametrize("command", ["check --together", "bound", "run"])
def test_a_case_that_no_plan_can_hold_is_refused_with_the_reason(
    command: str,
    dark: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By every command that needs a plan: exit code 3, what stands against what, how much is missing and when."""
    monkeypatch.chdir(tmp_path)
    name, *options = command.split()
    assert exit_code([name, str(dark), *options]) == 3
    said = capsys.readouterr().err
    assert "import limit of here: 15 kW from" in said
    assert "cannot hold together with here with every machine parked" in said
    assert "raise the import limit of here by" in said
    assert not (tmp_path / "runs").exists()


def test_a_case_whose_promises_can_hold_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, with the usual words."""
    assert exit_code(["check", str(SOUND), "--together"]) == 0
    told = capsys.readouterr().out
    assert "is sound" in told
    assert "all promises and limits can hold together" in told
    assert exit_code(["check", str(SOUND), "--together", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] and found["conflict"] is None


def test_without_the_question_a_full_case_is_still_sound(called: Path) -> None:
    """Promises that cannot all be given are answered one by one in a run, not refused."""
    assert exit_code(["check", str(called)]) == 0


def test_a_building_that_carries_all_its_machines_is_no_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """200 machines at 1.2 kW in a building for 400: what is lacking is machines, and they would have to give."""
    text = SOUND.read_text().replace(
        "count = 12\naccelerators = [8, 16]", "count = 12\naccelerators = [96]"
    )
    path = tmp_path / "crowded.toml"
    path.write_text(text)
    assert exit_code(["check", str(path), "--together", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["conflict"]
    kinds = {member["kind"] for one in found["sets"] for member in one["members"]}
    assert kinds == {"promised work", "machines"}
