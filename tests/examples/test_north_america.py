"""The North America example, cut to two days: real prices, carbon, weather, jobs and rates."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.signals.signal import Kind
from gridtide.simulate.course import run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "real" / "north_america.toml"


@pytest.mark.real
def test_two_days_over_three_markets(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every promise holds, energy costs less, and the figures come from the files they name."""
    monkeypatch.setenv("GRIDTIDE_DATA", str(data_dir))
    text = EXAMPLE.read_text().replace("2023-04-03T00:00:00-05:00", "2023-03-08T00:00:00-06:00")
    (tmp_path / "short.toml").write_text(text)
    study = load_case(tmp_path / "short.toml")
    assert len(study.jobs) > 2_000
    prices = [rows for rows in study.history.series if rows.kind is Kind.PRICE]
    assert {rows.currency for rows in prices} == {"USD"}
    truth = truth_of(study)
    settled: dict[str, Settlement] = {}
    for name in study.policies:
        policy, forecaster, known = policy_named(name, study)
        course = run_course(
            known, truth, policy, forecaster, MemoryStore(), lambda done, whole: None
        )
        settled[name] = settle(study, truth, course, 0.0)
    assert all(item.promises.missed_deadlines == 0 for item in settled.values())
    assert settled["coordinated"].energy_cost < settled["run-at-once"].energy_cost
    assert settled["coordinated"].promises.promised >= settled["run-at-once"].promises.promised
