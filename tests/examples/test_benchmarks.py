"""The benchmarks of whole courses run, on cuts too small to quote."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def printed(data_dir: Path | None, *words: str) -> str:
    """What a benchmark prints."""
    seen = dict(os.environ)
    if data_dir is not None:
        seen["GRIDTIDE_DATA"] = str(data_dir)
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, cwd=ROOT, env=seen
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.real
def test_capture_prints_a_ratio_for_each_slack_and_kind_of_market(data_dir: Path) -> None:
    """Three slacks, two kinds of market, and no promise missed."""
    said = printed(data_dir, "benchmarks/capture.py", "--days", "2", "--zones", "DE-LU/CA-ON")
    rows = said.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["day-ahead"] * 3 + ["real-time"] * 3
    assert all("capture" in row and "missed 0" in row for row in rows)


def test_references_compares_with_every_policy_of_the_literature() -> None:
    """One line a policy, then how far the coordinated one is from the best."""
    said = printed(None, "benchmarks/references.py", "tests/fixtures/one_day.toml")
    assert said.count("missed 0") == said.count("promised ")
    assert "coordinated against the best of them (" in said


def test_promises_prints_a_line_for_each_load() -> None:
    """On one day: six loads, and nobody promises more than was asked."""
    rows = printed(None, "benchmarks/promises.py", "1").splitlines()[1:]
    assert len(rows) == 6
    for row in rows:
        asked, *promised = (int(figure) for figure in row.split()[-4:])
        assert all(0 < given <= asked for given in promised)
