"""What a run, and `gridtide explain`, say of a start that the fleet's cap held back."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "simultaneous_response.toml"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, run."""
    runs = tmp_path_factory.mktemp("runs")
    assert exit_code(["run", str(EXAMPLE), "--runs", str(runs)]) == 0
    return runs


def test_a_run_tells_its_cap_by_cause(ran: Path) -> None:
    """No turn was faster than the cap, nothing had to move at once, and no promise paid for it."""
    summary = json.loads((ran / "0001" / "summary.json").read_text())
    for run in summary["runs"]:
        (cap,) = run["responses"]
        assert cap["subject"] == "the fleet" and cap["most_kw_per_min"] == 150.0
        assert cap["in_turn_kw_per_min"] <= 150.0 * (1 + 1e-6) < cap["steepest_kw_per_min"]
        assert sum(cap["beyond_by_cause"].values()) == cap["minutes_beyond"]
        assert cap["at_once_kw"] == 0.0 and run["missed_deadlines"] == 0
    assert summary["runs"][1]["responses"][0]["prices"]
    said = " ".join(summary["notes"])
    assert "coordinated: the fleet may change by 150 kW per minute on purpose" in said
    assert "By the plans one more kW per minute would have saved up to" in said


def test_a_start_held_back_says_the_cap_and_what_one_more_would_have_saved(
    ran: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Limit and shadow price in one sentence."""
    import polars as pl

    reasons = pl.read_parquet(ran / "0001" / "reasons-coordinated.parquet")
    name = reasons.filter(pl.col("reason") == "IN_TURN")["name"][0]
    assert exit_code(["explain", "last", name, "--runs", str(ran), "--all"]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    assert "no more of the fleet may move at once than its cap on simultaneous response" in flat
    assert (
        "The cap on simultaneous response of 150 kW per minute kept it from earlier slots" in flat
    )
    assert "one more would have saved the plan" in flat
