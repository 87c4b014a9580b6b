"""`gridtide bench flex`: what it prints, and how it refuses."""

import json

import pytest

from gridtide.doors.cli import exit_code

SMALL = ["bench", "flex", "--size", "2x40", "--repeats", "1"]


def test_a_fleet_asked_again_answers_the_same_and_the_twin_bears_it_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Keys are a contract; an answer that changed would end the command."""
    assert exit_code([*SMALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "workload", "seed", "instance", "size", "repeats", "active_jobs", "steps", "seconds", "steps_per_s",
        "peak_memory_mib", "machine",
    }  # fmt: skip
    steps = found["steps"]
    assert 0 < steps["borne_out"] <= steps["of_sites"] + steps["of_fleet"]
    assert found["active_jobs"] > 0
    assert set(found["seconds"]) == {"first_call", "curve", "proof_in_the_twin"}


def test_a_person_reads_how_long_the_curve_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """First call, then again, and the proof apart."""
    assert exit_code(SMALL) == 0
    said = capsys.readouterr().out
    assert "first call, s" in said and "proof in the twin, s" in said


@pytest.mark.parametrize(
    ("size", "limit"), [("3x40", "an even number of sites"), ("1x40", "2 to 200 sites")]
)
def test_a_size_that_is_none_is_refused(
    size: str, limit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, with what would be one."""
    assert exit_code(["bench", "flex", "--size", size]) == 2
    assert limit in capsys.readouterr().err
