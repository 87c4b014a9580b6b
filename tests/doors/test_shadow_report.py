"""What a policy would have saved, and what jobs and users would have felt of it, before anybody lets it act."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.doors.cli import exit_code
from gridtide.simulate.no_harm import felt, restarts
from gridtide.testing.courses import compared

CASE = Path(__file__).parents[2] / "examples" / "slower_answers.toml"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a case with jobs and a service, as the command prints it."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert exit_code(["backtest", str(CASE), "--shadow", "--json"]) == 0
    (found,) = json.loads(out.getvalue())["policies"]
    return dict(found)


def test_the_document_says_what_is_saved_and_what_is_felt(document: dict[str, Any]) -> None:
    """With the keys of the contract; nobody is harmed here."""
    assert {
        "saved",
        "saved_share",
        "carbon_saved_kg",
        "harmed",
        "felt",
        "reference",
        "policy",
    } <= set(document)
    assert document["harmed"] == 0
    assert document["saved"] == pytest.approx(document["cost_before"] - document["cost_after"])


def test_answers_stay_within_what_services_tolerate(document: dict[str, Any]) -> None:
    """Slower, and no slower than that."""
    rows = [row for row in document["felt"] if row["what"].startswith("answer time")]
    assert rows and all(row["after"] <= row["limit"] for row in rows)


def test_restarts_are_counted_where_a_job_stood_still_and_began_again(tmp_path: Path) -> None:
    """Runs that follow one on the other are one."""
    study = load_case(Path(__file__).parents[1] / "fixtures" / "three_sites.toml")
    run = compared(study, "coordinated")
    course = run.courses[0]
    counted = restarts(study, course)
    for job in np.unique(course.executed.job):
        own = course.executed.job == job
        gaps = course.executed.start_s[own][1:] > course.executed.end_s[own][:-1]
        assert counted[job] == gaps.sum()
    assert not any(row.harmed for row in felt(study, course, course))


def test_policies_that_know_everything_have_no_shadow(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody could have acted on them."""
    assert exit_code(["backtest", str(CASE), "--shadow", "--policies", "perfect-foresight"]) == 2
    assert "with --shadow" in capsys.readouterr().err
