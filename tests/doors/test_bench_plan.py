"""`gridtide bench plan`: keys, proof and words."""

import json
from typing import Any

import pytest

from gridtide.doors.cli import exit_code

SMALL = ["bench", "plan", "--size", "4x48x6"]
KEYS = {
    "instance", "size", "seed", "lower_bound", "cost", "gap", "gap_money", "gap_of_run_at_once",
    "gap_of_saving", "run_at_once_cost", "method", "violation_kw", "seconds", "build_seconds",
    "ipx_seconds", "ipx_cost", "ipx_status", "ratio_to_ipx", "columns", "rows", "entries",
    "peak_memory_mib", "machine",
}  # fmt: skip


def document(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """What one run prints."""
    assert exit_code([*SMALL, "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_document_has_its_keys_and_encloses_what_highs_finds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Keys are a contract; the optimum of the other solver lies between bound and cost."""
    found = document(capsys)
    assert set(found) == KEYS
    slack = 1e-7 * abs(found["cost"])
    assert found["lower_bound"] - slack <= found["ipx_cost"] <= found["cost"] + slack
    assert found["gap"] == pytest.approx(found["gap_money"] / abs(found["cost"]))
    assert found["gap"] <= 1e-4
    saving = found["run_at_once_cost"] - found["lower_bound"]
    assert found["gap_of_saving"] == pytest.approx(found["gap_money"] / saving)
    assert found["run_at_once_cost"] > found["cost"]
    assert found["ratio_to_ipx"] > 0


def test_without_the_other_solver_its_keys_are_empty(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is told that was not measured."""
    found = document(capsys, "--no-ipx", "--variant", "tight")
    assert set(found) == KEYS
    assert found["ratio_to_ipx"] is None and found["ipx_seconds"] is None
    assert "tight" in found["instance"]


def test_a_person_reads_gap_and_method(capsys: pytest.CaptureFixture[str]) -> None:
    """Rounds go to stderr, five lines to stdout."""
    assert exit_code([*SMALL, "--no-ipx"]) == 0
    told = capsys.readouterr()
    assert "no plan below" in told.out and "structured interior point" in told.out
    assert "bound" in told.err


@pytest.mark.parametrize("method", ["structured", "decomposition", "highs", "auto"])
def test_every_method_prints_the_same_keys(method: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever solves it: cost, bound and gap are proved from the plain program."""
    found = document(capsys, "--no-ipx", "--method", method, "--gap", "1e-3")
    assert set(found) == KEYS
    assert 0.0 <= found["gap"] <= 1e-3
    named = {"decomposition": "dual decomposition", "structured": "structured interior point"}
    assert named.get(method, "simplex") in found["method"]


def test_queues_print_the_same_keys_and_an_exact_plan(capsys: pytest.CaptureFixture[str]) -> None:
    """Where work lines up; elsewhere exit code 2 and the reason."""
    found = document(capsys, "--no-ipx", "--method", "queues", "--variant", "lined-up")
    assert set(found) == KEYS
    assert found["gap"] <= 1e-6
    assert "4 buckets of work in queues (1)" in found["method"]
    assert exit_code([*SMALL, "--no-ipx", "--method", "queues"]) == 2
    assert "fast enough" in capsys.readouterr().err


def test_a_gap_that_a_method_does_not_reach_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, how near it came, and what to ask for instead."""
    options = ["--no-ipx", "--method", "decomposition", "--gap", "1e-8"]
    assert exit_code([*SMALL, *options]) == 2
    said = capsys.readouterr().err
    assert "cost and bound are" in said and "--method auto" in said


@pytest.mark.parametrize("size", ["many", "4x48", "0x48x6", "4x3x6", "4x48x-1"])
def test_a_size_that_cannot_be_meant_is_said(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with what is allowed and an example."""
    assert exit_code(["bench", "plan", "--size", size]) == 2
    said = capsys.readouterr().err
    assert f"--size {size}" in said and "20x672x50" in said


def test_a_seed_below_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and what is allowed, not an error of ours."""
    assert exit_code(["bench", "plan", "--size", "2x24x3", "--seed", "-3"]) == 2
    assert "--seed" in capsys.readouterr().err
