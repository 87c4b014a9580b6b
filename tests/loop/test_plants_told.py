"""Halls, stores of cold and plants are told single acts: the same decisions as in the twin, and liars are caught."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from gridtide.case.live_room import room_of
from gridtide.case.load import load_case
from gridtide.fleet.site_plants import ColdReading, HallReading, MadeReading
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
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


@pytest.mark.parametrize(
    ("case", "subject", "words"),
    [("cold_store.toml", "here", "draws"), ("plants.toml", "north plant", "it says")],
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
