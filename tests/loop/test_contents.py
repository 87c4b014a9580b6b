"""A store that is doubted holds what its own power says, wider with time; no more than is sure of it is used."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, SimulatedStore, devices_of
from gridtide.fleet.device import StoreReading
from gridtide.fleet.site import Battery
from gridtide.loop.clock import DrivenClock
from gridtide.loop.contents import Content, gone_on, usable
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BATTERY = Battery(energy_kwh=100.0, charge_max_kw=40.0, discharge_max_kw=40.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class LeapingStore(SimulatedStore):
    """A store that says it holds something else, while `says` has it."""

    says: dict[str, float]

    def read_store(self) -> StoreReading:
        """What it reads, and the lie."""
        honest = super().read_store()
        return replace(honest, soc_kwh=self.says.get("soc_kwh", honest.soc_kwh))


def opened() -> tuple[ControlRoom, SimulatedFleet, dict[str, float], MemoryStore]:
    """A room that acts by itself, its fleet, what its northern store says wrongly, and its chain."""
    study = small_study(5, hours=24, jobs=30, accelerators=32)
    chain = MemoryStore()
    room = room_of(study, DrivenClock(study.timeline.start), chain, MemoryIntents(), Mode.ACT)
    fleet = room.world.reach.devices["fleet"]
    assert isinstance(fleet, SimulatedFleet)
    says: dict[str, float] = {}
    devices = devices_of(fleet)
    devices["north store"] = LeapingStore(fleet=fleet, site=1, says=says)
    room.world.reach = Reach(devices=devices)
    room.go_on()
    return room, fleet, says, chain


def test_a_doubted_store_counts_with_what_its_power_says() -> None:
    """What it truly holds lies inside the band all along; the store is used, inside it; alarm and record say so."""
    room, fleet, says, chain = opened()
    battery = room.mandate.fleet.sites[1].battery
    assert battery is not None
    says["soc_kwh"] = 2 * battery.energy_kwh
    moved = 0.0
    widths = []
    for step in range(12):
        room.go_on()
        found = room.world.doubted.in_doubt()[1]
        true_kwh = float(fleet.twin.soc_kwh[1])
        assert found.low_kwh <= true_kwh <= found.high_kwh
        widths.append(found.high_kwh - found.low_kwh)
        assert room.world.seen is not None
        moved += float(room.world.seen.charge_kw[1] + room.world.seen.discharge_kw[1])
        turn = room.turn
        if turn is not None and step > 0:
            narrower = turn.situation.fleet.sites[1].battery
            assert narrower is None or narrower.energy_kwh < battery.energy_kwh
    assert widths == sorted(widths) and widths[-1] < battery.energy_kwh
    assert moved > 0.0
    alarms = room.newest().values["alarms"]
    assert isinstance(alarms, list)
    said = [str(one["said"]) for one in alarms if one["kind"] == "impossible"]
    assert any("by its own power since it was believed" in one for one in said)
    assert any("north store" in e.text and "by its own power" in e.text for e in chain.entries())


@given(
    st.lists(st.tuples(st.floats(-40, 40), st.floats(0.5, 1.0)), min_size=1, max_size=40),
    st.floats(5, 95),
    st.floats(0.96, 1.04),
)
def test_what_a_store_holds_lies_inside_the_band(
    steps: list[tuple[float, float]], start_kwh: float, off: float
) -> None:
    """Whatever it does, with a meter that is off by a few per cent; what is used of it is there in any case."""
    true_kwh = start_kwh
    found = Content(
        low_kwh=start_kwh,
        high_kwh=start_kwh,
        until=NOON,
        believed_at=NOON,
        believed_kwh=start_kwh,
    )
    for number, (kw, share) in enumerate(steps, start=1):
        asked_kwh = 0.25 * kw * share
        gained_kwh = asked_kwh * (0.955 if asked_kwh > 0 else 1 / 0.955)
        after_kwh = min(max(true_kwh + gained_kwh, 5.0), 100.0)
        gained_kwh = after_kwh - true_kwh
        metered_kw = gained_kwh / 0.25 / (0.955 if gained_kwh > 0 else 1 / 0.955)
        true_kwh = after_kwh
        found = gone_on(found, BATTERY, metered_kw * off, NOON + timedelta(minutes=15 * number))
        assert found.low_kwh - 1e-9 <= true_kwh <= found.high_kwh + 1e-9
    site = replace(small_study(5, hours=2, jobs=1).fleet.sites[1], battery=BATTERY)
    sure = usable(site, found)
    if sure is not None:
        narrower, holds_kwh = sure
        assert narrower.battery is not None
        least_kwh = narrower.battery.soc_min * narrower.battery.energy_kwh
        assert np.isclose(least_kwh, 5.0)
        assert holds_kwh <= max(true_kwh, 5.0) + 1e-9
        assert true_kwh + narrower.battery.energy_kwh - holds_kwh <= 100.0 + 1e-9


def test_a_store_whose_power_nobody_reads_is_soon_left_alone() -> None:
    """After hours anything can be in it."""
    found = Content(low_kwh=50.0, high_kwh=50.0, until=NOON, believed_at=NOON, believed_kwh=50.0)
    later = gone_on(found, BATTERY, float("nan"), NOON + timedelta(hours=2))
    site = replace(small_study(5, hours=2, jobs=1).fleet.sites[1], battery=BATTERY)
    assert (later.low_kwh, later.high_kwh) == (0.0, 100.0)
    assert usable(site, later) is None and usable(site, found) is not None
    assert usable(replace(site, battery=None), found) is None
