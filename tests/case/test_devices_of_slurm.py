"""Slurm by name: devices of a cluster from the values of a table, every fault of one at once."""

from pathlib import Path

import pytest

from gridtide.case.devices import device_of
from gridtide.finding import BadInput
from gridtide.fleet.device import PausesJobs, QueuesJobs, Restrains
from gridtide.loop.clock import WallClock


def made(kind: str, table: dict[str, object]) -> object:
    """The device of a kind with a table's values."""
    return device_of(kind, table, Path("/etc/gridtide"), WallClock().now, "device")


def faults(kind: str, table: dict[str, object]) -> list[str]:
    """Subjects of what is wrong with a table."""
    with pytest.raises(BadInput) as refused:
        made(kind, table)
    return [finding.subject for finding in refused.value.findings]


def test_a_table_names_a_cluster() -> None:
    """By commands with pauses, by slurmrestd without."""
    by_commands = made("slurm", {"partitions": "low mid", "grace_s": 60, "wake_partition": "wake"})
    assert isinstance(by_commands, QueuesJobs)
    assert isinstance(by_commands, PausesJobs)
    assert isinstance(by_commands, Restrains)
    by_rest = made("slurm-rest", {"partitions": "low", "users": "ada", "socket": "rest.socket"})
    assert isinstance(by_rest, QueuesJobs)
    assert isinstance(by_rest, Restrains)
    assert not isinstance(by_rest, PausesJobs)


def test_every_fault_of_a_table_is_said_at_once() -> None:
    """An empty list, a signal that is none, times that are none, a partition that would be an option."""
    table = {
        "partitions": " ",
        "users": " ",
        "longest_h": 0,
        "signal": "US R1",
        "grace_s": 0,
        "wake_partition": "-w",
    }
    assert faults("slurm", table) == [
        "device slurm, partitions",
        "device slurm, users",
        "device slurm, longest_h",
        "device slurm, signal",
        "device slurm, grace_s",
        "device slurm, wake_partition",
    ]
    assert faults("slurm-rest", {"partitions": " ", "url": "http://a", "socket": "b"}) == [
        "device slurm, partitions",
        "device slurmrestd",
    ]


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 1e6])
def test_a_controller_is_given_some_time_to_answer(timeout_s: float) -> None:
    """None, less than none and days are refused where the device is set up, by commands and by slurmrestd."""
    table = {"partitions": "gpu", "timeout_s": timeout_s}
    assert faults("slurm", table) == ["device slurm, timeout_s"]
    assert faults("slurm-rest", {**table, "url": "http://127.0.0.1:1"}) == [
        "device slurm, timeout_s"
    ]


@pytest.mark.parametrize("signal", ["KILL", "SIGKILL", "kill", "9", "STOP"])
def test_a_signal_that_no_script_can_trap_asks_for_no_checkpoint(signal: str) -> None:
    """It would end the job, or stop it for ever."""
    assert faults("slurm", {"partitions": "low", "signal": signal}) == ["device slurm, signal"]


@pytest.mark.parametrize(
    "odd",
    [
        {"grace_s": float("nan")},
        {"grace_s": 1e300},
        {"settle_s": float("inf")},
        {"timeout_s": float("nan")},
        {"folder": 3},
        {"accelerators": ""},
        {"wake_partition": "wa\nke"},
        {"users": "a\u202eb"},
    ],
)
def test_numbers_and_texts_that_no_device_has_are_faults_of_the_file(
    odd: dict[str, object],
) -> None:
    """Not a trace of ours: no number, one beyond all, nothing, what cannot be printed."""
    (key,) = odd
    assert faults("slurm", {"partitions": "low", **odd}) == [f"device.{key}"]
