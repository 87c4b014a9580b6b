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
        "users": "",
        "longest_h": 0,
        "signal": "US R1",
        "grace_s": 0,
        "wake_partition": "-w",
    }
    assert faults("slurm", table) == [
        "slurm, partitions",
        "slurm, users",
        "slurm, longest_h",
        "slurm, signal",
        "slurm, grace_s",
        "slurm, wake_partition",
    ]
    assert faults("slurm-rest", {"partitions": "", "url": "http://a", "socket": "b"}) == [
        "slurm, partitions",
        "slurmrestd",
    ]
