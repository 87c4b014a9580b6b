"""Halls, stores of cold and plants are told single acts: the same decisions as in the twin, and liars are caught."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gridtide.case.live_room import room_of
from gridtide.case.load import load_case
from gridtide.fleet.device import QueuedJob, Restraint, Standing
from gridtide.fleet.site_act import MakePower
from gridtide.fleet.site_plants import ColdReading, HallReading, MadeReading
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.expecting import Draw
from gridtide.loop.left_alone import without_unknown_stores
from gridtide.loop.reach import Reach
from gridtide.loop.recovering import read_back
from gridtide.loop.releasing import let_go
from gridtide.loop.releasing_plants import plants_let_go_kw
from gridtide.loop.verifying import Moved
from gridtide.simulate.told_plants import SimulatedColdStore, SimulatedHall, SimulatedPlant
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.two_worlds import both_worlds
from gridtide.trust.modes import Mode

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(("case", "hours"), [("cold_store.toml", 10), ("plants.toml", 8)])
def test_a_case_with_plants_is_decided_alike_by_twin_and_devices(case: str, hours: int) -> None:
    """Its first hours; the whole of it by `benchmarks/live_and_twin.py`."""
    found = both_worlds(load_case(EXAMPLES / case), hours * 4)
    assert len(found.twin) > 2
    assert found.first_difference is None
    assert set(found.acts) == {"done"}


def room_of_example(case: str) -> ControlRoom:
    """A room that acts by itself over the simulated devices of an example."""
    study = load_case(EXAMPLES / case)
    return room_of(
        study, DrivenClock(study.timeline.start), MemoryStore(), MemoryIntents(), Mode.ACT
    )


@pytest.mark.parametrize("case", ["cold_store.toml", "plants.toml"])
def test_honest_halls_stores_of_cold_and_plants_raise_no_alarm(case: str) -> None:
    """Some of what they are told is seen at the meters."""
    room = room_of_example(case)
    said = []
    for _ in range(16):
        room.go_on()
        said += [
            one for one in room.verdicts if one.subject.endswith(("hall", "cold store", "plant"))
        ]
    assert any(one.moved is Moved.MOVED for one in said)
    assert not [one for one in said if one.moved is Moved.NOT_MOVED]


@dataclass(frozen=True, kw_only=True, eq=False)
class HallOnlySays(SimulatedHall):
    """A chiller that reads back what it was told, and goes on as before."""

    claimed: list[float]

    def cool_beyond(self, ticket: Ticket, heat_kw: float, until: datetime) -> Outcome:
        """Only says so."""
        self.claimed[:] = [heat_kw]
        twin, _ = self.fleet.at_present()
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="set", at=twin.now)

    def read_hall(self) -> HallReading:
        """As told."""
        return replace(super().read_hall(), heat_kw=self.claimed[-1] if self.claimed else 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class ColdOnlySays(SimulatedColdStore):
    """A store of cold that reads back what it was told, while no pump runs."""

    claimed: list[float]

    def store_cold(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Only says so."""
        self.claimed[:] = [charge_kw - discharge_kw]
        twin, _ = self.fleet.at_present()
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="set", at=twin.now)

    def read_cold(self) -> ColdReading:
        """As told."""
        return replace(super().read_cold(), heat_kw=self.claimed[-1] if self.claimed else 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantOnlySays(SimulatedPlant):
    """A plant that reads back what it was told, and runs at its rating."""

    claimed: list[float]

    def make_power(self, ticket: Ticket, made_kw: float, until: datetime) -> Outcome:
        """Only says so."""
        self.claimed[:] = [made_kw]
        twin, _ = self.fleet.at_present()
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="set", at=twin.now)

    def read_made(self) -> MadeReading:
        """As told."""
        real = super().read_made()
        return replace(real, made_kw=self.claimed[-1] if self.claimed else real.made_kw)


def lying(device: object) -> object:
    """The same device, which only says what it does."""
    match device:
        case SimulatedHall():
            return HallOnlySays(**vars(device), claimed=[])
        case SimulatedColdStore():
            return ColdOnlySays(**vars(device), claimed=[])
        case SimulatedPlant():
            return PlantOnlySays(**vars(device), claimed=[])
        case _:
            return device


@dataclass(frozen=True, kw_only=True, eq=False)
class HallSaysNothing(SimulatedHall):
    """A chiller at an end of its range."""

    def read_hall(self) -> HallReading:
        """Not of the heat."""
        return replace(super().read_hall(), heat_kw=float("nan"))


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantSaysNothing(SimulatedPlant):
    """A plant that answers, and not with what it makes."""

    def read_made(self) -> MadeReading:
        """Nothing known."""
        return replace(super().read_made(), made_kw=float("nan"))


def unknown(device: object) -> object:
    """The same device, which does not say what it does."""
    match device:
        case SimulatedHall():
            return HallSaysNothing(**vars(device))
        case SimulatedPlant():
            return PlantSaysNothing(**vars(device))
        case _:
            return device


@pytest.mark.parametrize(
    ("case", "subject", "words"),
    [("cold_store.toml", "here", "draws"), ("plants.toml", "north plant", "plant says")],
)
def test_one_that_only_says_so_is_caught_by_the_meters_of_its_site(
    case: str, subject: str, words: str
) -> None:
    """What is claimed does not show where power is metered: an alarm with both figures."""
    room = room_of_example(case)
    devices = {name: lying(one) for name, one in room.world.reach.devices.items()}
    room.world.reach = Reach(devices=devices)
    for _ in range(96):
        room.go_on()
        if room.world.watch.at_sites:
            break
    name, alarm = next(iter(room.world.watch.at_sites.items()))
    assert name.startswith(subject) and words in alarm.said and "told were" in alarm.said
    assert any(name == one["subject"] for one in room.newest().values["alarms"])  # type: ignore[attr-defined]


def test_a_plant_of_which_nobody_says_what_it_holds_is_read_back_after_a_crash() -> None:
    """What was told is listed with its end, and let go by its name."""
    room = room_of_example("plants.toml")
    room.go_on()
    held = {one.subject: one for _, one in room.world.reach.restraints()}
    assert held["north plant"].kind == "made" and held["north plant"].until > room.world.now


class Lost(MemoryIntents):
    """Outcomes are lost while `off`."""

    off = True

    def came(self, outcomes: Sequence[Outcome]) -> None:
        """As asked, or not."""
        if not self.off:
            super().came(outcomes)


def test_what_nobody_knows_of_a_plant_is_read_back() -> None:
    """An act whose outcome was lost is settled by what its device holds: done where it holds, else told again."""
    room = room_of_example("plants.toml")
    act = MakePower(plant="north plant", made_kw=200.0, until=room.world.step_ends)
    room.world.intents = intents = Lost()
    (done,) = room.world.tell_acts([act], "a decision", {})
    intents.off = False
    (found,) = read_back(room.world)
    assert (found.ticket, found.fate) == (done.ticket.id, Fate.DONE)


def test_halls_stores_of_cold_and_plants_are_let_go_within_the_ramp_of_their_site() -> None:
    """Each with what it moves at the meter at most, before jobs begin."""
    room = room_of_example("plants.toml")
    for _ in range(4):
        room.go_on()
    fleet = room.mandate.fleet
    site = fleet.sites[0]
    slow = replace(site, contract=replace(site.contract, ramp_max_kw_per_min=10.0))
    plants = plants_let_go_kw(room.world.reach, fleet)
    (number, kw) = plants["north plant"]
    assert number == 0 and 150.0 <= kw <= 300.0
    now = room.world.now
    held = [
        ("fleet", Restraint(subject="north plant", kind="made", value="", until=now)),
        ("fleet", Restraint(subject="job", kind="begin", value="", until=now)),
    ]
    queue = {
        "job": QueuedJob(
            id="job",
            name="job",
            standing=Standing.QUEUED,
            accelerators=8,
            nodes=1,
            submitted_at=now,
        )
    }
    drawn = {"job": Draw(of="north training", kw=5.0)}
    there = replace(fleet, sites=(slow,))
    first, last = let_go(held, queue, drawn, {}, there, now, plants)
    assert (first.subject, last.subject) == ("north plant", "job")
    assert last.at - first.at >= timedelta(minutes=kw / 10.0 - 1.0)


@pytest.mark.parametrize("case", ["cold_store.toml", "plants.toml"])
def test_what_does_not_say_what_it_does_is_let_go_as_if_it_did_all_it_can(case: str) -> None:
    """A hall whose chiller is at an end of its range: releasing waits for it, and does not break on it."""
    room = room_of_example(case)
    for _ in range(4):
        room.go_on()
    reach, fleet = room.world.reach, room.mandate.fleet
    said = plants_let_go_kw(reach, fleet)
    unsure = Reach(devices={name: unknown(one) for name, one in reach.devices.items()})
    plants = plants_let_go_kw(unsure, fleet)
    assert plants.keys() == said.keys() and len(said)
    assert all(kw >= said[name][1] and kw > 0.0 for name, (_, kw) in plants.items())
    now = room.world.now
    held = [("it", Restraint(subject=one, kind="", value="", until=now)) for one in plants]
    slow = [
        replace(one, contract=replace(one.contract, ramp_max_kw_per_min=10.0))
        for one in fleet.sites
    ]
    assert len(let_go(held, {}, {}, {}, replace(fleet, sites=tuple(slow)), now, plants)) == len(
        held
    )


def test_a_hall_outside_its_temperatures_is_left_alone() -> None:
    """Decisions are made as if it were not there; so is a store of cold that nobody reads."""
    room = room_of_example("cold_store.toml")
    twin = room.world.reach.devices["fleet"].twin  # type: ignore[attr-defined]
    twin.cold.air_c[0] = 28.5
    mandate, _ = without_unknown_stores(room.mandate, room.world, {})
    assert mandate.fleet.sites[0].hall is None and mandate.fleet.sites[0].cold_store is not None
    gone = {name: one for name, one in room.world.reach.devices.items() if "cold" not in name}
    room.world.reach = Reach(devices=gone)
    mandate, _ = without_unknown_stores(room.mandate, room.world, {})
    assert mandate.fleet.sites[0].cold_store is None
