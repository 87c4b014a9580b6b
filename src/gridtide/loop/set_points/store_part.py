"""What a store gives of a set-point: as far as its power and what it holds reach."""

from dataclasses import dataclass, field
from datetime import datetime

from gridtide.decide.regulate import Store
from gridtide.decide.regulated_parts import store_of
from gridtide.fleet.device import StoreReading
from gridtide.fleet.site import Battery
from gridtide.loop.set_points.led_store import LedStore, read_or_none
from gridtide.loop.set_points.way import HELD_CYCLES, Way


@dataclass(kw_only=True, eq=False)
class StorePart:
    """hold_s: for how long an exchange is told. heard_beside: whether the store is heard and told beside the loop: then
    what it says ages. soc_kwh: as it said last. way: to it, which must be quicker than a cycle."""

    store: LedStore
    battery: Battery
    hold_s: float
    heard_beside: bool = False
    soc_kwh: float | None = None
    way: Way = field(init=False)
    _soc_at: datetime | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.way = Way(
            name=self.store.name, device=self.store.device, cycle_s=self.hold_s / HELD_CYCLES
        )

    def read(self) -> StoreReading | None:
        """What it says now, None where it is silent."""
        reading = read_or_none(self.store)
        if reading is not None:
            self.soc_kwh, self._soc_at = reading.soc_kwh, reading.measured_at
        return reading

    def reach_kw(self, now: datetime) -> tuple[float, float]:
        """Least and most that it can draw for as long as it is told; less than 0 is giving. Before a reading arrived,
        it may have moved as fast as it can."""
        battery = self.battery
        if self.soc_kwh is None:
            return -battery.discharge_max_kw, battery.charge_max_kw
        hold_h = self.hold_s / 3600.0
        since_h = self._age_s(now) / 3600.0 if self.heard_beside else 0.0
        floor_kwh = battery.energy_kwh * battery.soc_min
        gives_kwh = (self.soc_kwh - floor_kwh) * battery.discharge_efficiency
        there_kwh = max(gives_kwh - battery.discharge_max_kw * since_h, 0.0)
        takes_kwh = battery.energy_kwh - self.soc_kwh
        room_kwh = max(takes_kwh - battery.charge_max_kw * since_h, 0.0)
        return (
            -min(battery.discharge_max_kw, there_kwh / hold_h),
            min(battery.charge_max_kw, room_kwh / hold_h),
        )

    def regulates(self, now: datetime) -> tuple[Store, float]:
        """The store as a regulator knows it, and what it holds, kWh; half of what it may hold before it said so."""
        store = store_of(self.battery, -self.store.base_kw(now))
        held_kwh = 0.5 * (store.least_kwh + store.most_kwh)
        return store, held_kwh if self.soc_kwh is None else self.soc_kwh

    def values(self) -> dict[str, float | None]:
        """What it holds, and between what."""
        battery = self.battery
        return {
            "soc_kwh": self.soc_kwh,
            "soc_least_kwh": battery.energy_kwh * battery.soc_min,
            "energy_kwh": battery.energy_kwh,
        }

    def _age_s(self, now: datetime) -> float:
        return 0.0 if self._soc_at is None else max((now - self._soc_at).total_seconds(), 0.0)
