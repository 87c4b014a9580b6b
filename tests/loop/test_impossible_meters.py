"""What no honest meter can read is unknown to the room, named with its limit, and believed again once it can be."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, SimulatedStore, devices_of
from gridtide.fleet.device import PowerReading, StoreReading
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.loop.verifying import Moved
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode


@dataclass(kw_only=True, eq=False)
class LyingMeters(SimulatedFleet):
    """A fleet one of whose meters reads something else, while `lies` says so."""

    lies: dict[str, float]
    late_s: float = 0.0

    def read_power(self) -> tuple[PowerReading, ...]:
        """What it reads, and the lie, that was read so many seconds before."""
        late = timedelta(seconds=self.late_s)
        return tuple(
            replace(one, kw=self.lies[one.of], measured_at=one.measured_at - late)
            if one.of in self.lies
            else one
            for one in super().read_power()
        )


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


def test_meters_that_were_read_one_after_the_other_are_not_held_against_each_other() -> None:
    """A site may leap between two seconds."""
    room, fleet, _ = opened()
    fleet.lies["north export"], fleet.late_s = 1e6, 1.0
    room.go_on()
    assert room.world.seen is not None
    assert np.isfinite(room.world.seen.import_kw[1]) and not named(room)


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


def test_what_a_doubted_meter_should_read_stands_in_and_is_named_everywhere() -> None:
    """Plans go on from it; frame, alarm and chain say so; once the meter can be believed it counts again."""
    room, fleet, _ = opened()
    fleet.lies["north IT"] = 1e6
    room.go_on()
    room.go_on()
    read = {one.of: one.kw for one in SimulatedFleet.read_power(fleet)}
    stands = {one.column: one.kw for one in room.world.doubted.instead}
    assert set(stands) == {"it_kw"} and stands["it_kw"] == pytest.approx(read["north IT"], rel=0.5)
    assert room.world.state().it_kw[1] == stands["it_kw"]
    frame = room.newest().values
    assert frame["expected"] == ["north IT"]
    sites = frame["sites"]
    assert isinstance(sites, list) and sites[1]["it_kw"] == round(stands["it_kw"], 3)
    assert "instead counts north IT" in named(room)[0] and "the plan in force" in named(room)[0]
    written = [one.text for one in room.minutes.store.entries() if "meters doubted" in one.text]
    assert len(written) == 1 and "instead" in written[0]
    fleet.lies.clear()
    room.go_on()
    assert "expected" not in room.newest().values


def test_grid_meters_are_told_by_the_building_its_supply_and_its_store() -> None:
    """To what they really read, within what the power model leaves; the peak of the month knows nothing of it."""
    room, fleet, _ = opened()
    room.go_on()
    assert room.world.seen is not None and room.world.peak_kw is not None
    fleet.lies["north import"] = 1e7
    peak_kw = float(room.world.peak_kw[1])
    room.go_on()
    stand = {one.of: one.kw for one in room.world.doubted.instead}["north import"]
    read = {one.of: one.kw for one in SimulatedFleet.read_power(fleet)}
    assert stand == pytest.approx(read["north import"], rel=1e-6, abs=1e-6)
    assert room.world.state().grid_power_kw[1] == stand - read["north export"]
    assert float(room.world.peak_kw[1]) == peak_kw


def test_no_act_is_called_moved_by_what_stands_in() -> None:
    """A store whose meters are doubted followed or not: nobody can tell, however well a forecast fits."""
    room, fleet, _ = opened()
    told = set[str]()
    for _ in range(40):
        fleet.lies["north import"] = 1e7
        room.go_on()
        told |= {one.subject for one in room.verdicts if one.subject == "north store"}
        moved = [one for one in room.verdicts if one.subject == "north store"]
        assert all(one.moved is Moved.CANNOT_TELL for one in moved)
        assert room.world.doubted.instead
    assert told


def test_own_supply_is_told_by_its_forecast_and_a_building_by_its_model() -> None:
    """Of the weather that is known; a building around the racks that are metered."""
    room, fleet, _ = opened()
    number = next(n for n, one in enumerate(room.mandate.fleet.sites) if one.supplies)
    name = room.mandate.fleet.sites[number].name
    fleet.lies |= {f"{name} supply": -5.0, f"{name} facility": -5.0}
    for _ in range(30):
        room.go_on()
        stand = {one.column: one for one in room.world.doubted.instead}
        read = {one.of: one.kw for one in SimulatedFleet.read_power(fleet)}
        assert stand["facility_kw"].kw == pytest.approx(read[f"{name} facility"], rel=1e-6)
        assert stand["supply_kw"].kw == pytest.approx(read[f"{name} supply"], rel=0.8, abs=60.0)
        assert "forecast" in stand["supply_kw"].by
