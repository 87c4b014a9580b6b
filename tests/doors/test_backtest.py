"""`gridtide backtest` as strangers use it."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CASE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"


def test_the_document_keeps_its_keys_and_the_page_needs_no_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One document on stdout, the same beside the page."""
    runs = tmp_path / "runs"
    words = ["backtest", str(CASE), "--forecasters", "persistence,ridge", "--runs", str(runs)]
    assert exit_code([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == set(
        "case start end currency reference bands_h quantile_levels coverage_stated days forecasts policies"
        " definitions notes picture".split()
    )
    assert set(document["forecasts"][0]) == set(
        "kind zone unit forecaster asked judged mae pinball coverage".split()
    )
    assert set(document["policies"][0]) == set(
        "policy forecaster total_cost energy_cost capture_ratio capture_by_slack capture_by_zone regret_p95"
        " forecast_capture_ratio forecast_capture_by_slack forecast_capture_by_zone capture_by_zone_and_slack"
        " forecast_capture_by_zone_and_slack"
        " daily_regret jobs promised kept missed_deadlines missed_by_cause".split()
    )
    assert {row["forecaster"] for row in document["forecasts"]} == {"persistence", "ridge"}
    assert [row["forecaster"] for row in document["policies"]] == [
        None, "persistence", "ridge", "perfect-foresight", None
    ]  # fmt: skip
    assert document["policies"][-1]["capture_ratio"] == 1.0
    assert json.loads((runs / "0001" / "backtest.json").read_text()) == document
    page = Path(document["picture"]).read_text()
    assert "<script src" not in page
    assert "Regret of each day" in page


@pytest.mark.parametrize(
    ("option", "said"),
    [("--forecasters", "is no forecaster that is known"), ("--policies", "is no policy")],
)
def test_a_bad_name_is_answered_before_anything_runs(
    option: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, every wrong name, and no folder."""
    runs = tmp_path / "runs"
    assert exit_code(["backtest", str(CASE), option, "nope,nor", "--runs", str(runs)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "nope" in told
    assert "nor" in told
    assert not runs.exists()


def test_two_things_asked_for_at_once_are_refused_before_anything_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither is left out in silence; the case is not even read."""
    words = ["backtest", "no-such.toml", "--canary", "night", "--poisoned", "--shadow"]
    assert exit_code(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("--canary --shadow --poisoned: cannot be asked for at once")
    assert "no-such" not in said
