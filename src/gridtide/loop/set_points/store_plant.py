"""A site that is aimed at a power by its store, which makes what a target lacks of the planned power."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gridtide.fleet.site import Battery
from gridtide.loop.fast import PlantReading
from gridtide.loop.set_points.led_store import TOOK, LedStore, drawn_now_kw, read_or_none

SATURATED_KW = 1e-3
FRESH_CYCLES = 3


@dataclass(frozen=True, kw_only=True)
class BasePoint:
    """What holds for a site now: what it draws at its connection by plan, kW, less what it feeds in; how much less
    (up_kw) and more (down_kw) it offered."""

    base_kw: float
    up_kw: float
    down_kw: float


@dataclass(kw_only=True, eq=False)
class StorePlant:
    """Satisfies AimsPlant. cycle_s: between two set-points; what it tells holds for `hold_s`. base: what holds now,
    None where nothing is told. response_kw: by how much less than its base point the site draws, by its store.
    measured: whether the store said so within three cycles; otherwise it is what was told. unheard: why the store did
    not take what it was told last. saturated: whether offer or store kept it from going as far as it was aimed.
    """

    store: LedStore
    battery: Battery
    cycle_s: float
    base: BasePoint | None = None
    response_kw: float = 0.0
    measured: bool = False
    saturated: bool = False
    soc_kwh: float | None = None
    unheard: str = ""

    @property
    def hold_s(self) -> float:
        """For how long an exchange is told, s: three cycles."""
        return FRESH_CYCLES * self.cycle_s

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Have the store make what a target lacks of the base point, as far as offer and store reach; what it says
        right after: no store follows within a reading."""
        if self.base is None:
            self.store.led = False
            return self._seen(self.store.base_kw(now), now, 0.0)
        self.store.led = True
        rests_kw, wanted_kw = self.store.base_kw(now), self.base.base_kw - target_kw
        granted_kw = min(max(wanted_kw, -self.base.down_kw), self.base.up_kw)
        least_kw, most_kw = self._reach_kw()
        drawn_kw = min(max(rests_kw - granted_kw, least_kw), most_kw)
        self.saturated = abs(rests_kw - wanted_kw - drawn_kw) > SATURATED_KW
        self._tell(drawn_kw, now)
        return self._seen(drawn_kw, now, self.base.base_kw)

    def _tell(self, drawn_kw: float, now: datetime) -> None:
        outcome = self.store.follow(drawn_kw, now, now + timedelta(seconds=self.hold_s))
        if outcome is None:
            return
        took = outcome.fate in TOOK
        self.unheard = "" if took else outcome.said

    def _reach_kw(self) -> tuple[float, float]:
        """Least and most that the store can draw for as long as it is told; less than 0 is giving."""
        battery = self.battery
        if self.soc_kwh is None:
            return -battery.discharge_max_kw, battery.charge_max_kw
        hold_h = self.hold_s / 3600.0
        there_kwh = max(self.soc_kwh - battery.energy_kwh * battery.soc_min, 0.0)
        room_kwh = max(battery.energy_kwh - self.soc_kwh, 0.0)
        return (
            -min(battery.discharge_max_kw, there_kwh / hold_h),
            min(battery.charge_max_kw, room_kwh / hold_h),
        )

    def _seen(self, drawn_kw: float, now: datetime, base_kw: float) -> PlantReading:
        reading = read_or_none(self.store)
        fresh = reading is not None and (now - reading.measured_at).total_seconds() <= self.hold_s
        self.soc_kwh = self.soc_kwh if reading is None else reading.soc_kwh
        self.measured = fresh
        if reading is not None and fresh:
            drawn_kw = drawn_now_kw(reading)
        self.response_kw = self.store.base_kw(now) - drawn_kw if self.base is not None else 0.0
        least_kw, most_kw = self._reach_kw()
        return PlantReading(
            p_kw=base_kw - self.response_kw,
            up_kw=max(drawn_kw - least_kw, 0.0),
            down_kw=max(most_kw - drawn_kw, 0.0),
        )
