"""Acts held against metered power: honest devices raise no alarm, a scheduler that only says "evicted" is caught."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.device import QueuedJob, Standing
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.loop.verifying import Moved, Verdict
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode


@dataclass(kw_only=True, eq=False)
class SaysEvicted(SimulatedFleet):
    """A scheduler that answers every pause with done and lists the job as stopped, while it runs on."""

    claimed: set[str] = field(default_factory=set)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Only says so."""
        self.claimed.add(job)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="evicted", at=self.now())

    def queue(self) -> tuple[QueuedJob, ...]:
        """As asked, with what it claims."""
        return tuple(
            replace(job, standing=Standing.STOPPED)
            if job.id in self.claimed and job.standing is Standing.RUNNING
            else job
            for job in super().queue()
        )


def opened(seed: int) -> ControlRoom:
    """A room that acts by itself, on a fleet with work that is paused."""
    study = small_study(seed, hours=24, jobs=60, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    return room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)


def verdicts_of(room: ControlRoom) -> list[Verdict]:
    """Everything meters said until the end of the course."""
    found: list[Verdict] = []
    while not room.over:
        room.go_on()
        found += room.verdicts
    return found


def test_honest_devices_raise_no_alarm() -> None:
    """Of every act of a day some are seen to have moved, and none not to have."""
    said = verdicts_of(opened(5))
    assert sum(one.moved is Moved.MOVED for one in said) >= 5
    assert not [one for one in said if one.moved is Moved.NOT_MOVED]


def test_a_scheduler_that_says_evicted_while_the_job_runs_on_is_caught() -> None:
    """The meter reads on: told but not moved, an alarm in the frame, the decision failed."""
    room = opened(5)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    liar = SaysEvicted(twin=honest.twin, now=honest.now)
    room.world.reach = Reach(devices=devices_of(liar))
    while not room.over and not room.world.watch.alarms:
        room.go_on()
    (alarm,) = room.world.watch.alarms.values()
    assert alarm.subject in liar.claimed
    assert "told but not moved" in alarm.said
    assert any("told but not moved" in str(one) for one in room.newest().values["alarms"])  # type: ignore[attr-defined]
    assert room.decisions(1)[0]["stage"] == "failed"
