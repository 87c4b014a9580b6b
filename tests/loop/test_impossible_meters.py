"""What no honest meter can read is unknown to the room, named with its limit, and believed again once it can be."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, SimulatedStore, devices_of
from gridtide.fleet.device import PowerReading, StoreReading
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode


@dataclass(kw_only=True, eq=False)
class LyingMeters(SimulatedFleet):
    """A fleet one of whose meters reads something else, while `lies` says so."""

    lies: dict[str, float]

    def read_power(self) -> tuple[PowerReading, ...]:
        """What it reads, and the lie."""
        return tuple(replace(one, kw=self.lies.get(one.of, one.kw)) for one in super().read_power())


@dataclass(frozen=True, kw_only=True, eq=False)
class LeapingStore(SimulatedStore):
    """A store that says it holds something else, while `says` has it."""

    says: dict[str, float]

    def read_store(self) -> StoreReading:
        """What it reads, and the lie."""
        honest = super().read_store()
        return replace(honest, soc_kwh=self.says.get("soc_kwh", honest.soc_kwh))


def opened() -> tuple[ControlRoom, LyingMeters, dict[str, float]]:
    """A room that acts by itself, its fleet, and what its northern store says wrongly."""
    study = small_study(5, hours=24, jobs=30, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    fleet = LyingMeters(twin=honest.twin, now=honest.now, lies={})
    says: dict[str, float] = {}
    devices = devices_of(fleet)
    devices["north store"] = LeapingStore(fleet=fleet, site=1, says=says)
    room.world.reach = Reach(devices=devices)
    room.go_on()
    return room, fleet, says


def named(room: ControlRoom) -> list[str]:
    """What is said to be impossible now."""
    alarms = room.newest().values["alarms"]
    assert isinstance(alarms, list)
    return [str(one["said"]) for one in alarms if one["kind"] == "impossible"]


def test_honest_meters_are_never_doubted() -> None:
    """Through a whole day of a store that is moved, with exact meters."""
    room, _, _ = opened()
    for _ in range(60):
        room.go_on()
        assert not named(room)


@pytest.mark.parametrize(
    ("meter", "kw", "column", "why"),
    [
        ("north IT", 1e6, "it_kw", "its nodes can draw"),
        ("north import", 1e7, "import_kw", "its connection carries"),
        ("north export", -5.0, "export_kw", "below 0"),
        ("north facility", 0.0, "facility_kw", "inside a facility"),
    ],
)
def test_a_meter_that_reads_what_cannot_be_is_unknown_until_it_can(
    meter: str, kw: float, column: str, why: str
) -> None:
    """Others of its site and of other sites stand, the loop goes on, and an honest reading ends it."""
    room, fleet, _ = opened()
    fleet.lies[meter] = kw
    room.go_on()
    assert room.world.seen is not None
    assert np.isnan(getattr(room.world.seen, column)[1])
    assert np.isfinite(room.world.seen.import_kw[0])
    assert any(why in one for one in named(room))
    fleet.lies.clear()
    room.go_on()
    assert np.isfinite(getattr(room.world.seen, column)[1]) and not named(room)


def test_meters_whose_balance_no_store_can_close_are_all_unknown() -> None:
    """Nobody can say which of them is wrong."""
    room, fleet, _ = opened()
    fleet.lies["north export"] = 1e6
    room.go_on()
    assert room.world.seen is not None
    gone = (room.world.seen.import_kw[1], room.world.seen.export_kw[1])
    assert np.isnan(gone).all() and np.isfinite(room.world.seen.it_kw[1])
    assert any("one of these meters is wrong" in one for one in named(room))


def test_a_store_that_leaps_is_left_alone_until_what_it_says_can_be() -> None:
    """A lie that lasts is not believed at the next step either; beyond its energy never."""
    room, _, says = opened()
    battery = room.mandate.fleet.sites[1].battery
    assert battery is not None and room.world.seen is not None
    says["soc_kwh"] = 2 * battery.energy_kwh
    for _ in range(3):
        room.go_on()
        assert np.isnan(room.world.state().soc_kwh[1]) and np.isnan(room.world.seen.soc_kwh[1])
    assert any("store says" in one for one in named(room))
    says.clear()
    room.go_on()
    assert np.isfinite(room.world.state().soc_kwh[1]) and not named(room)


def test_an_import_above_its_contract_stands() -> None:
    """It happens, and must be seen: only what no connection carries is doubted."""
    room, fleet, _ = opened()
    most_kw = room.mandate.fleet.sites[1].contract.import_max_kw
    fleet.lies |= {"north import": 1.2 * most_kw, "north facility": 1.2 * most_kw}
    room.go_on()
    assert room.world.seen is not None and room.world.seen.import_kw[1] == 1.2 * most_kw
