"""By a clock that is behind that of a scheduler nothing is decided; the room says by how much, and what to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gridtide.case.live_room import room_of
from gridtide.fleet.device import QueuedJob, Standing
from gridtide.loop.clock import DrivenClock
from gridtide.loop.clocks_apart import NEAR, ClockBehindError, refuse_a_clock_behind
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import START, small_study
from gridtide.trust.modes import Mode

SECOND = timedelta(seconds=1)
JOB = QueuedJob(
    id="7", name="7", standing=Standing.QUEUED, accelerators=1, nodes=1, submitted_at=START
)


def _happened(what: str, after: timedelta) -> QueuedJob:
    """The job, to which something happened so long after the start."""
    return replace(JOB, **{what: START + after})  # type: ignore[arg-type]


@pytest.mark.parametrize("happened", ["submitted_at", "started_at", "ended_at"])
def test_an_instant_still_to_come_says_that_our_clock_is_behind(happened: str) -> None:
    """Whatever happened to a job; a little apart is nothing."""
    refuse_a_clock_behind({"slurm": [_happened(happened, NEAR)]}, START)
    late = _happened(happened, NEAR + SECOND)
    with pytest.raises(ClockBehindError, match=r"slurm tells of .* 31 s from now"):
        refuse_a_clock_behind({"empty": [], "slurm": [JOB, late]}, START)


def test_a_room_whose_clock_is_behind_decides_nothing_and_says_so() -> None:
    """No proposal, no orders, an alarm; right again, it decides."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    room = room_of(study, DrivenClock(START), MemoryStore(), MemoryIntents(), Mode.ACT)
    room.world.queue()
    honest = dict(room.world.reach.listed)
    room.world.reach.listed["ahead"] = (replace(JOB, submitted_at=START + timedelta(hours=1)),)
    room.go_on()
    assert room.orders is None
    said = [one for one in room.newest().values["alarms"] if one["kind"] == "no-decision"]  # type: ignore[attr-defined]
    assert "set it right" in said[0]["said"]
    room.world.reach.listed = honest
    room.go_on()
    assert room.orders is not None
