"""Acts on jobs where no class has a meter, and more pauses at once than a cluster has in hand."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.act import PauseJob
from gridtide.fleet.device import PowerReading, QueuedJob, Standing
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.few_at_once import PAUSES_MOST
from gridtide.loop.reach import Reach
from gridtide.loop.verifying import Moved
from gridtide.loop.which_meter import sites_of_jobs_alone
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

OF_SITES = ("IT", "facility", "import", "export")


@dataclass(kw_only=True, eq=False)
class FewMeters(SimulatedFleet):
    """A fleet with meters of whole sites alone; claims: whether it answers pauses and stops nothing."""

    claims: bool = False
    claimed: set[str] = field(default_factory=set)

    def read_power(self) -> tuple[PowerReading, ...]:
        """What meters of sites say."""
        return tuple(one for one in super().read_power() if one.of.endswith(OF_SITES))

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a job, or only say so."""
        if not self.claims:
            return super().pause(ticket, job, until)
        self.claimed.add(job)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="evicted", at=self.now())

    def queue(self) -> tuple[QueuedJob, ...]:
        """As it is, with what it claims."""
        return tuple(
            replace(job, standing=Standing.STOPPED)
            if job.id in self.claimed and job.standing is Standing.RUNNING
            else job
            for job in super().queue()
        )


def opened(services: bool, claims: bool = False) -> ControlRoom:
    """A room that acts by itself over a fleet with few meters."""
    study = small_study(5, hours=24, jobs=60, accelerators=32)
    study = study if services else replace(study, services=())
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    few = FewMeters(twin=honest.twin, now=honest.now, claims=claims)
    room.world.reach = Reach(devices=devices_of(few))
    return room


def verdicts_of(room: ControlRoom, steps: int) -> list[Moved]:
    """What meters said in the first steps of a course."""
    found: list[Moved] = []
    for _ in range(steps):
        room.go_on()
        found += [one.moved for one in room.verdicts if one.subject.startswith("job-")]
    return found


def test_where_no_class_has_a_meter_that_of_all_it_tells_whether_jobs_moved() -> None:
    """Honest devices are seen to have moved, and never not to have."""
    said = verdicts_of(opened(services=False), 44)
    assert said.count(Moved.MOVED) >= 3
    assert Moved.NOT_MOVED not in said


def test_one_that_only_says_evicted_is_caught_by_the_meter_of_all_it() -> None:
    """Told but not moved, by the meter of the site."""
    room = opened(services=False, claims=True)
    while not room.over and not room.world.watch.alarms:
        room.go_on()
    (alarm,) = room.world.watch.alarms.values()
    assert " IT" in alarm.said


def test_beside_requests_the_meter_of_all_it_tells_nothing_of_jobs() -> None:
    """Requests draw what they like: cannot be told."""
    room = opened(services=True)
    assert not sites_of_jobs_alone(room.world.fleet, room.world.services)
    assert set(verdicts_of(room, 24)) <= {Moved.CANNOT_TELL}


@dataclass(kw_only=True, eq=False)
class Checkpoints(SimulatedFleet):
    """A fleet whose pauses wait for checkpoints until somebody says that they came."""

    asked: list[Ticket] = field(default_factory=list)
    said: list[Outcome] = field(default_factory=list)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """On its way."""
        self.asked.append(ticket)
        return Outcome(ticket=ticket.id, fate=Fate.UNDERWAY, said="waits", at=self.now())

    def came(self) -> tuple[Outcome, ...]:
        """What was settled since."""
        said, self.said = tuple(self.said), []
        return said

    def hangs(self) -> str:
        """Never."""
        return ""

    def close(self) -> None:
        """Nothing to end."""


def test_of_many_pauses_at_one_cluster_none_expires_while_it_waits() -> None:
    """As many as it has in hand are told; the next as soon as one came back; what is frozen is not told at all."""
    room = opened(services=False)
    world, few = room.world, room.world.reach.devices["fleet"]
    assert isinstance(few, SimulatedFleet)
    slow = Checkpoints(twin=few.twin, now=few.now)
    slow.twin.study = replace(slow.twin.study, arrivals_known=True)
    world.reach = Reach(devices=devices_of(slow))
    room.go_on()
    slow.asked.clear()
    begun = dict(world.underway.acts)
    jobs = [str(name) for name in slow.twin.study.jobs.name[:40]]
    acts = [PauseJob(job=job, until=world.step_ends) for job in jobs]
    world.turns.waiting = list(acts)
    world.tell_due(world.clock.now())
    told = len(slow.asked)
    assert told == PAUSES_MOST - len(begun)
    assert len(world.turns.waiting) == 40 - told
    for ticket in slow.asked[:5]:
        done = Outcome(ticket=ticket.id, fate=Fate.DONE, said="stopped", at=world.clock.now())
        slow.said.append(done)
    room._attend()
    assert len(slow.asked) == told + 5
    assert len({ticket.id for ticket in slow.asked}) == told + 5
    world.turns.drop()
    room._attend()
    assert len(slow.asked) == told + 5
