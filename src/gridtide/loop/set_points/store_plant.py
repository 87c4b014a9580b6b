"""A site that is aimed at a power by its store, which makes what a target lacks of the power drawn without it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gridtide.fleet.device import StoreReading
from gridtide.fleet.site import Battery
from gridtide.loop.fast import PlantReading
from gridtide.loop.set_points.led_store import LedStore, drawn_now_kw, read_or_none
from gridtide.loop.set_points.site_meter import LoadSeen, Metered, SiteMeter
from gridtide.signals.setpoint import Quality

SATURATED_KW = 1e-3
FRESH_CYCLES = 3
FRESH_LEAST_S = 6.0
"""Beside the loop devices are read every two seconds: three readings may be lost."""


class ResponseOf(StrEnum):
    """What says by how much less than its base point a site draws."""

    METER = "meter"
    STORE = "store"
    TOLD = "told"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class BasePoint:
    """What holds for a site now: what it draws at its connection by plan, kW, less what it feeds in; how much less
    (up_kw) and more (down_kw) it offered."""

    base_kw: float
    up_kw: float
    down_kw: float


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What a site may draw at the least, below 0 feed in at the most, and draw at the most, kW."""

    least_kw: float = float("-inf")
    most_kw: float = float("inf")


@dataclass(kw_only=True, eq=False)
class StorePlant:
    """Satisfies AimsPlant. cycle_s: between two set-points; what it tells holds for `hold_s`. base: what holds now,
    None where nothing is told. follows: whether a set-point leads it, and not the schedule.

    meter: at the connection; with one, what the site really draws beside its store is what the store is moved against.
    heard_beside: whether the store is heard and told beside the loop: then what it says ages, and nothing is told to
    one that is older than `fresh_s`, so that it rests by its lease.

    response_kw: by how much less than its base point the site draws, None where nobody knows; response_of: who says so.
    unheard: why the store did not take what it was told last, or cannot be told. saturated: whether offer, store or
    connection kept it from going as far as it was aimed. up_kw, down_kw: how much less and more it could draw now.
    """

    store: LedStore
    battery: Battery
    cycle_s: float
    connection: Connection = Connection()
    meter: SiteMeter | None = None
    heard_beside: bool = False
    follows: bool = False
    base: BasePoint | None = None
    response_kw: float | None = 0.0
    response_of: ResponseOf = ResponseOf.TOLD
    saturated: bool = False
    soc_kwh: float | None = None
    metered_kw: float | None = None
    up_kw: float = 0.0
    down_kw: float = 0.0
    unheard: str = ""
    load: LoadSeen = field(default_factory=LoadSeen)
    _p_kw: float = field(default=0.0, init=False)
    _soc_at: datetime | None = field(default=None, init=False)

    @property
    def hold_s(self) -> float:
        """For how long an exchange is told, s: three cycles."""
        return FRESH_CYCLES * self.cycle_s

    @property
    def fresh_s(self) -> float:
        """How old a reading may be, s."""
        return max(self.hold_s, FRESH_LEAST_S)

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Have the store make what a target lacks, as far as offer, store and connection reach; what is measured right
        after: no store follows within a reading."""
        if self.base is None:
            self.store.led, self.saturated = False, False
            return self._seen(self.store.base_kw(now), now)
        self.store.led = True
        reading, _ = self._read(now)
        if self.heard_beside and reading is None:
            self.saturated = True
            self.unheard = f"{self.store.name} has not said for {self.fresh_s:g} s what it holds; nothing is told to it"
            return self._seen(self.store.base_kw(now), now)
        drawn_kw = self._drawn_kw(self.base, target_kw, now)
        self.store.follow(drawn_kw, now, now + timedelta(seconds=self.hold_s))
        self.unheard = self.store.failed
        return self._seen(drawn_kw, now)

    def _drawn_kw(self, base: BasePoint, target_kw: float, now: datetime) -> float:
        """What the store is to draw, below 0 to give: set-point and load together never move it by more than the offer
        from where it rests, nor beyond what it holds, nor the site beyond its connection."""
        rests_kw, load_kw = self.store.base_kw(now), self._load_kw(base, now)
        asked_kw = min(max(target_kw, base.base_kw - base.up_kw), base.base_kw + base.down_kw)
        wanted_kw = asked_kw - load_kw
        granted_kw = min(max(wanted_kw, rests_kw - base.up_kw), rests_kw + base.down_kw)
        least_kw, most_kw = self._reach_kw(now)
        floor_kw = min(self.connection.least_kw - load_kw, max(rests_kw, 0.0))
        ceiling_kw = max(self.connection.most_kw - load_kw, min(rests_kw, 0.0))
        least_kw, most_kw = max(least_kw, floor_kw), min(most_kw, ceiling_kw)
        drawn_kw = min(max(granted_kw, least_kw), most_kw)
        self.saturated = abs(target_kw - load_kw - drawn_kw) > SATURATED_KW
        return drawn_kw

    def _load_kw(self, base: BasePoint, now: datetime) -> float:
        """What the site draws beside its store: as metered while it follows, else by plan, whose errors no store
        makes good unasked."""
        metered_kw = self.load.kw(now) if self.follows else None
        return base.base_kw - self.store.base_kw(now) if metered_kw is None else metered_kw

    def _reach_kw(self, now: datetime) -> tuple[float, float]:
        """Least and most that the store can draw for as long as it is told; less than 0 is giving. Before a reading
        arrived, it may have moved as fast as it can."""
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

    def _age_s(self, now: datetime) -> float:
        return 0.0 if self._soc_at is None else max((now - self._soc_at).total_seconds(), 0.0)

    def _read(self, now: datetime) -> tuple[StoreReading | None, Metered | None]:
        """What store and meter say now, each None where it is silent or says nothing new for `fresh_s`."""
        store = read_or_none(self.store)
        if store is not None:
            self.soc_kwh, self._soc_at = store.soc_kwh, store.measured_at
        metered = None if self.meter is None else self.meter.read()
        store = store if store is not None and self._is_fresh(store.measured_at, now) else None
        if metered is not None and not self._is_fresh(metered.measured_at, now):
            metered = None
        if store is not None and metered is not None:
            self.load.note(metered, drawn_now_kw(store), store.measured_at)
        return store, metered

    def _is_fresh(self, at: datetime, now: datetime) -> bool:
        return (now - at).total_seconds() <= self.fresh_s

    def _seen(self, told_kw: float, now: datetime) -> PlantReading:
        store, metered = self._read(now)
        self.metered_kw = None if metered is None else metered.kw
        drawn_kw = told_kw if store is None else drawn_now_kw(store)
        least_kw, most_kw = self._reach_kw(now)
        self.up_kw, self.down_kw = max(drawn_kw - least_kw, 0.0), max(most_kw - drawn_kw, 0.0)
        quality = self._responded(store, metered, drawn_kw, now)
        return PlantReading(
            p_kw=self._p_kw, up_kw=self.up_kw, down_kw=self.down_kw, quality=quality
        )

    def _responded(
        self, store: StoreReading | None, metered: Metered | None, drawn_kw: float, now: datetime
    ) -> Quality:
        """Take up what the site draws, and by how much that is less than its base point; how good that is."""
        if self.base is None:
            self.response_kw = 0.0
            self.response_of = ResponseOf.NOBODY if metered is None else ResponseOf.METER
            self._p_kw = 0.0 if metered is None else metered.kw
            return Quality.INVALID if metered is None else Quality.GOOD
        base_kw, by_store_kw = self.base.base_kw, self.store.base_kw(now) - drawn_kw
        if metered is not None:
            self.response_of, self.response_kw = ResponseOf.METER, base_kw - metered.kw
            self._p_kw = metered.kw
            return Quality.GOOD
        if store is None and self.heard_beside:
            self.response_of, self.response_kw = ResponseOf.NOBODY, None
            return Quality.INVALID
        self.response_of = ResponseOf.TOLD if store is None else ResponseOf.STORE
        self.response_kw, self._p_kw = by_store_kw, base_kw - by_store_kw
        return Quality.GOOD if self.meter is None else Quality.NOT_TOPICAL
