"""A machine for each test of the power agent."""

from pathlib import Path

import pytest
from power_machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One of its own for each test."""
    return Machine(tmp_path)


@pytest.fixture(autouse=True)
def _no_disk_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls a plug here: real processes on real disks are in tests/parts."""
    monkeypatch.setattr("gridtide.doors.whole_file.os.fsync", lambda number: None)
