"""Acts whose outcome comes later: told once, written down when it comes, and held against meters only then."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, SimulatedStore, devices_of
from gridtide.fleet.act import PauseJob
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.beside import Pace, beside
from gridtide.loop.clock import DrivenClock, steady_s
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.loop.verifying import Moved
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

LONG = timedelta(minutes=45)


@dataclass(kw_only=True, eq=False)
class SlowFleet(SimulatedFleet):
    """A fleet whose pauses are on their way until somebody says what comes of them."""

    waiting: dict[str, tuple[Ticket, str, datetime]] = field(default_factory=dict)
    said: list[Outcome] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """On its way, where it is for long; a short one is done at once."""
        if until - self.now() < LONG:
            return super().pause(ticket, job, until)
        self.waiting[job] = (ticket, job, until)
        self.asked.append(job)
        return Outcome(ticket=ticket.id, fate=Fate.UNDERWAY, said="on its way", at=self.now())

    def settle(self, job: str, fate: Fate) -> None:
        """Stop it for good, or not at all."""
        ticket, _, until = self.waiting.pop(job)
        said = Outcome(ticket=ticket.id, fate=fate, said="said so", at=self.now())
        if fate is Fate.DONE:
            again = replace(ticket, id=f"late {ticket.id}", expires_at=until)
            said = replace(super().pause(again, job, until), ticket=ticket.id)
        self.said.append(said)

    def came(self) -> tuple[Outcome, ...]:
        """What was settled since."""
        said, self.said = tuple(self.said), []
        return said

    def hangs(self) -> str:
        """Never."""
        return ""

    def close(self) -> None:
        """Nothing to end."""


def opened() -> tuple[ControlRoom, SlowFleet]:
    """A room that acts by itself on a slow fleet, until a first pause is on its way."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    slow = SlowFleet(twin=honest.twin, now=honest.now)
    room.world.reach = Reach(devices=devices_of(slow))
    while not slow.waiting:
        room.go_on()
    return room, slow


def test_what_is_on_its_way_is_told_once_and_has_no_outcome_yet() -> None:
    """Nobody tells it again at the next step edge; a crash now would read it back."""
    room, fleet = opened()
    (job, *_) = fleet.waiting
    acts = sum(room.fates.values())
    unsettled = {one.ticket.id for one in room.world.intents.unsettled()}
    assert fleet.waiting[job][0].id in unsettled
    assert "underway" not in room.fates
    room.go_on()
    assert fleet.asked.count(job) == 1
    assert not [one for one in room.world.unheard if one.outcome.fate is Fate.UNDERWAY]
    assert sum(room.fates.values()) >= acts


def test_what_came_about_is_written_down_counted_and_seen_at_meters() -> None:
    """Its outcome stands in the intents and in the counts, and meters say that power moved."""
    room, fleet = opened()
    job, (ticket, _, _) = next(iter(fleet.waiting.items()))
    room.go_on()
    done = room.fates["done"]
    fleet.settle(job, Fate.DONE)
    room.go_on()
    (told,) = room.world.intents.told(ticket.id)
    assert told.outcome is not None and told.outcome.fate is Fate.DONE
    assert room.fates["done"] > done
    assert [one.moved for one in room.verdicts if one.subject == job] == [Moved.MOVED]


def test_what_did_not_come_about_is_held_no_more_and_told_again() -> None:
    """An abandoned pause: the job runs on, is no alarm of a meter, and is told anew as the orders still say."""
    room, fleet = opened()
    job, (_, _, until) = next(iter(fleet.waiting.items()))
    assert room.world.told[job].held_until == until
    fleet.settle(job, Fate.ABANDONED)
    room._attend()
    assert room.world.told[job].held_until is None
    assert room.fates["abandoned"] == 1
    acts = [one.act for one in room.world.done if one.outcome.fate is Fate.ABANDONED]
    assert acts == [PauseJob(job=job, until=until)]
    room.go_on()
    assert not room.world.watch.alarms


def test_pauses_that_take_longer_than_a_step_raise_no_false_alarm() -> None:
    """A whole course in which every other slow pause comes about, some steps later, and the others are given up."""
    room, fleet = opened()
    count = 0
    while not room.over:
        room.go_on()
        old = [
            job
            for job, (ticket, _, _) in fleet.waiting.items()
            if ticket.expires_at < room.world.now
        ]
        for job in old:
            count += 1
            fleet.settle(job, Fate.DONE if count % 2 else Fate.ABANDONED)
        assert not room.world.watch.alarms
    assert count > 3


@dataclass(frozen=True, kw_only=True, eq=False)
class HangingStore(SimulatedStore):
    """A store that never comes back from what it is told."""

    told: list[str]

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """For ever."""
        self.told.append(ticket.id)
        threading.Event().wait()
        raise AssertionError


def test_a_store_that_hangs_for_ever_holds_up_no_step_and_is_named() -> None:
    """The course goes on to its end with jobs told and power read; the store is told one thing, and said to hang."""
    room, fleet = opened()
    store = HangingStore(fleet=fleet, site=1, told=[])
    made = beside(store, "north store", room.clock.now, steady_s, Pace(read_oldest_s=1e6))
    made.start()
    room.world.reach = Reach(devices={**devices_of(fleet), "north store": made})
    while not room.over and not (store.told and room.world.reach.silent):
        room.go_on()
    assert any("north store: no word" in said for said in room.unready())
    assert any("north store: no word" in str(one) for one in room.newest().values["alarms"])  # type: ignore[attr-defined]
    for _ in range(4):
        room.go_on()
    assert len(store.told) == 1
    assert not room.stuck and not room.undecided
    room.close()
