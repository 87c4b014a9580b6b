"""Devices that do not answer: what they would have said is unknown, never 0; they are named; the loop goes on."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, SimulatedStore, devices_of
from gridtide.fleet.act import Exchange
from gridtide.fleet.device import (
    PowerReading,
    QueuedJob,
    Restraint,
    StoreReading,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role

ANN = Person(name="Ann", role=Role.APPROVER)
BOB = Person(name="Bob", role=Role.APPROVER)


@dataclass(kw_only=True, eq=False)
class SilentMeters(SimulatedFleet):
    """A fleet whose meters are off while `off`."""

    off: bool = True

    def read_power(self) -> tuple[PowerReading, ...]:
        """Nothing, while they are off."""
        if self.off:
            raise UnreachableError("meters of the fleet: no answer; look at their gateway")
        return super().read_power()


@dataclass(frozen=True, kw_only=True, eq=False)
class SilentStore(SimulatedStore):
    """A store that never says what it holds."""

    def read_store(self) -> StoreReading:
        """Nothing."""
        raise UnreachableError("north store: no answer; look at its inverter")


@dataclass(kw_only=True, eq=False)
class CutOff(SimulatedFleet):
    """A fleet that does not say what it holds while `off`."""

    off: bool = False

    def restraints(self) -> tuple[Restraint, ...]:
        """Nothing, while it is cut off."""
        if self.off:
            raise UnreachableError("fleet: not heard; is its agent running?")
        return super().restraints()


def cut_off_and_released() -> tuple[ControlRoom, CutOff]:
    """A room that acts, on a fleet that held something as it was cut off; then a person let go of everything."""
    room, honest = opened()
    fleet = CutOff(twin=honest.twin, now=honest.now)
    room.world.reach = Reach(devices=devices_of(fleet))
    for _ in range(6):
        room.go_on()
    assert fleet.restraints()
    fleet.off = True
    room.go_on()
    assert room.release(BOB, "storm").held
    room.go_on()
    fleet.off = False
    assert fleet.restraints()
    return room, fleet


def test_what_was_cut_off_when_people_let_go_is_let_go_once_it_is_heard() -> None:
    """Nothing is forgotten because a site did not say what it held in that instant; each once."""
    room, fleet = cut_off_and_released()
    room.go_on()
    assert not fleet.restraints()
    told = len(fleet.gate.outcomes)
    room.go_on()
    assert len(fleet.gate.outcomes) == told


def test_what_was_cut_off_is_left_alone_where_people_have_the_room_act_again_meanwhile() -> None:
    """Two who thaw end the release, also for devices that it did not reach."""
    room, fleet = cut_off_and_released()
    assert room.thaw(ANN, "over").needs == 1
    assert room.thaw(BOB, "over").held
    room.go_on()
    assert fleet.restraints()


def opened() -> tuple[ControlRoom, SilentMeters]:
    """A room that acts by itself, on a fleet whose meters are off."""
    study = small_study(5, hours=24, jobs=30, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    silent = SilentMeters(twin=honest.twin, now=honest.now)
    room.world.reach = Reach(devices=devices_of(silent))
    return room, silent


def test_meters_that_are_off_are_unknown_and_named_until_they_answer() -> None:
    """NaN in the world, nothing in the frame but null, an alarm with what to look at; all gone when they are back."""
    room, fleet = opened()
    for _ in range(3):
        room.go_on()
    assert room.world.seen is not None
    assert np.isnan(room.world.seen.import_kw).all()
    frame = room.newest().values
    assert [site["import_kw"] for site in frame["sites"]] == [None, None]  # type: ignore[attr-defined]
    assert any("gateway" in str(one) for one in frame["alarms"])  # type: ignore[attr-defined]
    assert room.unready()
    fleet.off = False
    room.go_on()
    assert np.isfinite(room.world.seen.import_kw).all()
    assert not room.unready()


def test_a_store_that_is_silent_stops_no_turn() -> None:
    """Its charge is unknown; jobs are still decided and promises kept."""
    room, fleet = opened()
    fleet.off = False
    devices = devices_of(fleet)
    devices["north store"] = SilentStore(fleet=fleet, site=1)
    room.world.reach = Reach(devices=devices)
    for _ in range(6):
        room.go_on()
    assert room.world.seen is not None
    assert np.isnan(room.world.seen.soc_kwh[1])
    assert room.decisions(1)


@dataclass(frozen=True, kw_only=True, eq=False)
class BrokenStore(SimulatedStore):
    """A store whose device raises what none may."""

    def read_store(self) -> StoreReading:
        """Never returns anything."""
        raise KeyError("soc")

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Never returns anything."""
        raise KeyError("power")


def test_a_device_that_breaks_counts_as_one_that_does_not_answer() -> None:
    """It is named with what it raised, an act on it has failed, and the loop goes on."""
    room, fleet = opened()
    fleet.off = False
    devices = devices_of(fleet)
    devices["north store"] = BrokenStore(fleet=fleet, site=1)
    room.world.reach = Reach(devices=devices)
    room.go_on()
    assert "north store: store does not answer: broke: KeyError: 'soc'" in room.unready()
    act = Exchange(store="north store", charge_kw=1.0, discharge_kw=0.0, until=room.world.now)
    (done,) = room.world.tell_acts([act], "by hand", {})
    assert done.outcome.fate is Fate.FAILED and "KeyError: 'power'" in done.outcome.said
    room.go_on()


def test_jobs_do_not_vanish_while_their_scheduler_is_silent() -> None:
    """What it listed last still counts, and it is named."""
    room, fleet = opened()
    fleet.off = False
    for _ in range(4):
        room.go_on()
    listed = room.world.active().name.tolist()
    assert listed

    def silent() -> tuple[QueuedJob, ...]:
        raise UnreachableError("scheduler: no answer; look at slurmctld")

    fleet.queue = silent  # type: ignore[method-assign]
    assert room.world.active().name.tolist() == listed
    assert "fleet: queue" in room.world.reach.silent
