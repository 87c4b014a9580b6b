"""Nodes that rest, through the doors: what a run says of them, and that energy still balances."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CASE = Path(__file__).parents[2] / "examples" / "slower_answers.toml"
POLICIES = 'policies = ["run-at-once", "coordinated", "perfect-foresight"]'
KEPT = "for_services = 1024\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The example of slower answers, run at once, its nodes resting."""
    text = CASE.read_text()
    assert KEPT in text and POLICIES in text
    path = tmp_path / "case.toml"
    parking = "parking = { idle_kw_per_accelerator = 0.3 }\n"
    text = text.replace(POLICIES, 'policies = ["run-at-once"]')
    path.write_text(text.replace(KEPT, KEPT + parking))
    return path


def test_a_run_says_how_its_nodes_rested(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its notes and in its document; what is assumed of the rest stands there too."""
    monkeypatch.chdir(case.parent)
    assert exit_code(["run", str(case), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (run,) = found["runs"]
    rest = run["nodes_at_rest"]
    assert rest["off_accelerator_h"] > 0.0 > rest["beside_parked_kwh"]
    assert any("accelerator-hours off" in note for note in found["notes"])
    assert any("wake_off_s" in note and "assumed" in note for note in found["notes"])
    assert run["requests_refused"] == 0.0


def test_energy_balances_with_nodes_that_rest(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the grid to the parts of servers, nothing is lost and nothing made."""
    assert exit_code(["energy", str(case), "--policy", "run-at-once", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imbalance"] < 1e-9


def test_what_is_known_of_machines_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """As a table and as a document, each figure with its mark."""
    assert exit_code(["init", "machines"]) == 0
    table = capsys.readouterr().out
    assert "H100" in table and "gpt-oss-120b on H100: fit to" in table
    assert exit_code(["init", "machines", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"accelerators", "curves", "models"} == set(found)
    assert all(one["marks"] and one["source"] for one in found["accelerators"])
