"""`gridtide bench shift`: what it prints, that it agrees with the plain writing, and how it refuses."""

import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
import pytest

from gridtide.decide.policy_names import POLICIES
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal, unbroken
from gridtide.doors.cli import exit_code
from gridtide.doors.cli.bench_shift import TICKED
from gridtide.testing import plain_deadlines, plain_policies

SMALL = ["bench", "shift", "--size", "300x800", "--plain", "40", "--repeats", "1"]
KEYS = {
    "instance",
    "workload",
    "size",
    "seed",
    "repeats",
    "policies",
    "plain_jobs",
    "seconds",
    "jobs_per_s",
    "ratio_to_plain",
    "peak_memory_mib",
    "machine",
}
ROW = {"policy", "seconds", "jobs_per_s", "total_kg", "saving", "plain_seconds", "ratio_to_plain"}


def document(capsys: pytest.CaptureFixture[str], words: list[str]) -> dict[str, Any]:
    """What the command prints with --json, and nothing else there."""
    assert exit_code([*words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    """What the command prints of a small instance, run once for all that only read it."""
    said = StringIO()
    with redirect_stdout(said):
        assert exit_code([*SMALL, "--seed", "0", "--json"]) == 0
    found: dict[str, Any] = json.loads(said.getvalue())
    return found


def test_the_document_has_its_keys_and_a_row_a_policy(small: dict[str, Any]) -> None:
    """Keys are a contract; every policy runs and all but vcc have a plain writing that agreed."""
    found = small
    assert set(found) == KEYS
    assert all(set(row) == ROW for row in found["policies"])
    assert set(found["seconds"]) == {"signal", "policies", "plain"}
    assert [row["policy"].partition("(")[0] for row in found["policies"]] == list(POLICIES)
    alone = [row["policy"] for row in found["policies"] if row["ratio_to_plain"] is None]
    assert alone == ["vcc"]
    assert found["plain_jobs"] == 40 and found["ratio_to_plain"] > 0.0


def test_the_same_command_gives_the_same_totals(
    small: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Seeds in; another seed gives others."""
    one = [row["total_kg"] for row in small["policies"]]
    same, other = (
        [row["total_kg"] for row in document(capsys, [*SMALL, "--seed", seed])["policies"]]
        for seed in ("0", "1")
    )
    assert one == same
    assert one != other


def test_ticks_of_five_seconds_agree_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Three days under an hourly signal, the six policies of published simulators."""
    words = ["bench", "shift", "--workload", "ticks", "--size", "20x51840", "--plain", "4"]
    found = document(capsys, [*words, "--repeats", "1"])
    assert [row["policy"] for row in found["policies"]] == list(TICKED)
    assert found["size"] == {"jobs": 20, "slots": 51_840, "step_s": 5}


WORKDAYS = ["bench", "shift", "--workload", "workdays", "--size", "60x17952", "--repeats", "1"]


def test_jobs_of_office_hours_agree_under_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """At once, and both ways to wait under both rules; waiting saves, pausing saves more, all jobs are held against."""
    found = document(capsys, WORKDAYS)
    assert set(found) == KEYS and found["plain_jobs"] == 60
    saved = [row["saving"] for row in found["policies"]]
    assert len(saved) == 5 and saved[0] == 0.0
    assert 0.0 < saved[1] < saved[2] and 0.0 < saved[3] < saved[4]


def test_jobs_of_office_hours_begin_in_office_hours() -> None:
    """As the scenario describes them: as many as it has, on workdays from 9 to 17, 4 to 90 hours long."""
    from gridtide.testing.instances.workday_jobs import DAYS, SLOTS, workday_jobs

    jobs, signal = workday_jobs()
    assert len(jobs) == 3_387 and len(signal.values) == SLOTS
    slot = jobs.arrival % 48
    assert slot.min() >= 18 and slot.max() < 34
    weekday = (jobs.arrival // 48 + 2) % 7
    assert set(weekday.tolist()) == {0, 1, 2, 3, 4}
    assert jobs.arrival.max() < 48 * DAYS and (np.diff(jobs.arrival) >= 0).all()
    assert jobs.length.min() >= 8 and jobs.length.max() < 180


def test_another_deadline_than_the_plain_one_ends_the_benchmark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules are written twice as well."""
    rules = plain_deadlines.RULES
    monkeypatch.setitem(rules, "next-workday", rules["next-monday"])
    assert exit_code([*WORKDAYS, "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "next-workday" in said.err


def test_jobs_that_compete_are_held_against_themselves_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A later job may take reserved units that an earlier one waits for; a busy cut shows it."""
    words = ["bench", "shift", "--size", "3000x500", "--plain", "1200", "--repeats", "1"]
    rows = document(capsys, words)["policies"]
    held = [row for row in rows if row["policy"].startswith("reserved")]
    assert [row["plain_seconds"] > 0.0 for row in held] == [True]


def test_a_person_gets_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a policy, progress on the other stream."""
    assert exit_code(["bench", "shift", "--size", "60x800", "--plain", "8", "--repeats", "1"]) == 0
    said = capsys.readouterr()
    assert "times plain" in said.out and "together" in said.out
    assert "lowest-window: " in said.err


def test_another_choice_than_the_plain_one_ends_the_benchmark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No ratio is printed for an answer that differs."""
    monkeypatch.setattr(plain_policies, "run_at_once", plain_policies.all_wait)
    assert exit_code([*SMALL, "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "run-at-once" in said.err


def two_jobs() -> SlotJobs:
    """Of two slots from the fourth on, and of one from the first on."""
    return SlotJobs(
        arrival=np.array([3, 0]), length=np.array([2, 1]), waiting=np.array([0, 0]), deadline=np.array([-1, -1]),
        expected=np.array([2, 1]), units=np.array([1, 1]), power_kw=np.array([1.0, 1.0]),
    )  # fmt: skip


def test_slots_of_a_plan_are_those_of_its_runs() -> None:
    """Two jobs of one run each."""
    jobs = two_jobs()
    plan: SlotPlan = unbroken(jobs, jobs.arrival, 9, jobs.arrival)
    assert plain_policies.slots_of(plan, 2) == [[3, 4], [0]]


def test_the_published_vectors_hold_for_the_plain_writing() -> None:
    """Job A of the literature's table: starts and slots on the hourly signal."""
    carbon = [420, 410, 380, 300, 260, 250, 255, 310, 390, 430, 440, 435, 400, 330, 240, 180]
    carbon += [150, 160, 210, 320, 410, 450, 460, 440, 415, 405, 370, 290, 250, 245, 260, 320]
    jobs = SlotJobs(
        arrival=np.array([0]), length=np.array([3]), waiting=np.array([6]), deadline=np.array([-1]),
        expected=np.array([3]), units=np.array([1]), power_kw=np.array([1.0]),
    )  # fmt: skip
    signal = SlotSignal(values=np.array(carbon, dtype=float), step_s=3600)
    felt = plain_policies.PlainSignal(values=signal.values.tolist(), hour=signal.hour)
    expected = {
        "run-at-once": [0, 1, 2],
        "lowest-slot": [5, 6, 7],
        "lowest-window": [4, 5, 6],
        "carbon-time": [3, 4, 5],
        "wait-awhile-interruptible": [4, 5, 6],
        "threshold": [5, 6, 8],
    }
    for name, slots in expected.items():
        policy = plain_policies.plain_policy(name, width=0, reserved=0)
        assert policy is not None
        assert policy(plain_policies.plain_jobs(jobs, 1), felt) == [slots]


@pytest.mark.parametrize("size", ["many", "0x17520", "10x20", "10x800x2", "99999999x17520"])
def test_a_size_that_cannot_be_meant_is_said(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Subject, value, limit and what to write instead, with exit code 2."""
    assert exit_code(["bench", "shift", "--size", size]) == 2
    said = capsys.readouterr().err
    assert f"--size {size}" in said and "--size 100000x17520" in said
