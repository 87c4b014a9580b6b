"""Acts held against metered power: honest devices raise no alarm, a scheduler that only says "evicted" is caught."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from gridtide.case.build import study_of
from gridtide.case.live_room import room_of
from gridtide.case.load import read_case
from gridtide.devices.simulated_fleet import SimulatedFleet, SimulatedStore, devices_of
from gridtide.fleet.device import QueuedJob, RouteReading, Standing, StoreReading
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


def test_honest_jobs_at_slower_points_raise_no_alarm() -> None:
    """A day of measured power caps: what runs at one is seen to, again and again."""
    path = Path(__file__).resolve().parents[2] / "examples" / "slower_work.toml"
    study = study_of(read_case(path), path.parent)
    room = room_of(
        study, DrivenClock(study.timeline.start), MemoryStore(), MemoryIntents(), Mode.ACT
    )
    said: list[Verdict] = []
    for _ in range(48):
        room.go_on()
        said += room.verdicts
    at_points = [one for one in said if "at full speed" in one.said]
    assert sum(one.moved is Moved.MOVED for one in at_points) >= 5
    assert not [one for one in said if one.moved is Moved.NOT_MOVED]


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


@dataclass(frozen=True, kw_only=True, eq=False)
class OnlySays(SimulatedStore):
    """A store that answers done and reads back what it was told, while nothing flows."""

    claimed: list[tuple[float, float]]

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Only says so."""
        self.claimed[:] = [(charge_kw, discharge_kw)]
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="set", at=self.fleet.now())

    def read_store(self) -> StoreReading:
        """As told."""
        charge_kw, discharge_kw = self.claimed[-1] if self.claimed else (0.0, 0.0)
        return replace(super().read_store(), charge_kw=charge_kw, discharge_kw=discharge_kw)


@dataclass(kw_only=True, eq=False)
class SplitsItsOwnWay(SimulatedFleet):
    """A router that takes what it is told and sends every request to its last place."""

    def read_routes(self) -> tuple[RouteReading, ...]:
        """All at the last place."""
        return tuple(
            replace(
                one,
                answered_per_s=tuple(
                    (name, one.asked_per_s if number == len(one.answered_per_s) - 1 else 0.0)
                    for number, (name, _) in enumerate(one.answered_per_s)
                ),
            )
            for one in super().read_routes()
        )


def test_a_store_that_only_says_so_is_caught_by_the_meters_around_it() -> None:
    """What a site draws does not change with what its store claims: an alarm that names both figures."""
    room = opened(5)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    lying = {
        name: OnlySays(fleet=one.fleet, site=one.site, claimed=[])
        for name, one in devices_of(honest).items()
        if isinstance(one, SimulatedStore)
    }
    assert lying
    room.world.reach = Reach(devices={**devices_of(honest), **lying})
    while not room.over and not room.world.watch.at_sites:
        room.go_on()
    subject, alarm = next(iter(room.world.watch.at_sites.items()))
    assert subject in lying and "told were" in alarm.said and "look at its controller" in alarm.said
    assert any(subject == one["subject"] for one in room.newest().values["alarms"])  # type: ignore[attr-defined]


@dataclass(kw_only=True, eq=False)
class StaysAtHome(SimulatedFleet):
    """A router that answers done and goes on as before."""

    def route(self, ticket: Ticket, *told: object) -> Outcome:
        """Only says so."""
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="split", at=self.now())


def alarm_of_routes(kind: type[SimulatedFleet]) -> str:
    """What is said first of the requests of a fleet of a kind."""
    room = opened(5)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    room.world.reach = Reach(devices=devices_of(kind(twin=honest.twin, now=honest.now)))
    while not room.over and not room.world.watch.at_sites:
        room.go_on()
    (alarm,) = [one for one in room.world.watch.at_sites.values() if " from " in one.subject]
    return alarm.said


def test_a_router_that_goes_on_as_before_is_caught() -> None:
    """Requests that were told to be answered elsewhere: the place that is farthest off is named with both shares."""
    assert "of what came, told were" in alarm_of_routes(StaysAtHome)


def test_a_router_that_claims_what_no_machine_answered_is_caught_by_power() -> None:
    """A place that is said to answer draws nothing for the service."""
    assert "requests a second at 0.0 kW" in alarm_of_routes(SplitsItsOwnWay)
