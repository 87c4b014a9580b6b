"""The command `gridtide energy`: one document, a picture, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

DEMO = Path(__file__).parents[2] / "src" / "gridtide" / "case" / "demo" / "case.toml"
FACTS = Path(__file__).parents[2] / "src" / "gridtide" / "case" / "energy.toml"


def test_the_document_and_the_picture_of_the_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract."""
    case, page = tmp_path / "day.toml", tmp_path / "energy.html"
    case.write_text(DEMO.read_text().replace("end = 2026-03-09T", "end = 2026-03-03T"))
    words = ["energy", str(case), "--policy", "run-at-once", "--page", str(page), "--json"]
    assert exit_code(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"flows", "joules_per_token", "kwh_per_thousand_answers", "ladder", "claims"} <= set(
        found
    )
    assert set(found["flows"][0]) == {"from", "to", "kwh", "mark"}
    assert set(found["ladder"][0]) == {"rung", "joules_per_token", "source", "mark"}
    sizes = [measure["kwh"] for measure in found["measures"]]
    assert sizes == sorted(sizes, reverse=True) and min(sizes) >= 0
    assert max(sizes) <= found["together"]["kwh"] <= sum(sizes) * (1 + 1e-9)
    assert 0 < found["avoidable_share"] < 1
    assert found["imbalance"] < 1e-9
    assert found["claims"][0]["figures"]["wh_per_answer_implied"] == pytest.approx(2.5)
    assert "sankey" in page.read_text()


def test_faults_of_facts_are_said_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, each with its key."""
    facts = tmp_path / "facts.toml"
    text = FACTS.read_text().replace("memory_pj_per_bit = 3.97", "memory_pj_per_bit = -1")
    facts.write_text(text.replace("conversion = 0.05", "conversion = 5.0"))
    assert exit_code(["energy", str(DEMO), "--facts", str(facts)]) == 2
    said = capsys.readouterr().err
    assert "accelerator.H100.memory_pj_per_bit" in said and "server.A100.conversion" in said


def test_an_unknown_policy_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """By name."""
    assert exit_code(["energy", str(DEMO), "--policy", "best-ever"]) == 2
    assert "best-ever" in capsys.readouterr().err


def test_a_trace_of_requests_is_followed_the_same_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns t_s, input_tokens, output_tokens; fuller batches never take more."""
    trace = tmp_path / "trace.csv"
    rows = [f"{number},1000,{200 + number % 7}" for number in range(600)]
    trace.write_text("t_s,input_tokens,output_tokens\n" + "\n".join(rows) + "\n")
    assert exit_code(["energy", str(trace), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["imbalance"] < 1e-9
    assert found["joules_per_token"] > 0
    assert found["measures"][0]["kwh"] >= 0
    assert exit_code(["energy", str(trace), "--sequences", "5000"]) == 2
    assert exit_code(["energy", str(trace), "--accelerator", "TPU"]) == 2
