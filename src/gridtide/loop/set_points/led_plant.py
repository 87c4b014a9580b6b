"""A site that is aimed at a power: its store and its running work make what a target lacks of what is drawn beside."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gridtide.decide.regulate import Store
from gridtide.fleet.device import StoreReading
from gridtide.loop.fast import PlantReading
from gridtide.loop.set_points.led_store import drawn_now_kw
from gridtide.loop.set_points.site_meter import LoadSeen, Metered, SiteMeter
from gridtide.loop.set_points.store_part import StorePart
from gridtide.loop.set_points.watched_meter import WatchedMeter
from gridtide.loop.set_points.way import HELD_CYCLES
from gridtide.loop.set_points.work_part import WorkPart
from gridtide.signals.setpoint import Quality

SATURATED_KW = 1e-3
LEFT_SHARE = 0.25
"""Of the offer: where points lie so far apart that more is left, it cannot be given."""
FRESH_LEAST_S = 6.0
"""Beside the loop devices are read every two seconds: three readings may be lost."""


class ResponseOf(StrEnum):
    """What says by how much less than its base point a site draws."""

    METER = "meter"
    STORE = "store"
    BOARDS = "boards"
    DEVICES = "store and boards"
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


def held_s(cycle_s: float) -> float:
    """For how long anything is told, s: three cycles."""
    return HELD_CYCLES * cycle_s


def fresh_s(cycle_s: float) -> float:
    """How old a reading may be, s."""
    return max(held_s(cycle_s), FRESH_LEAST_S)


@dataclass(kw_only=True, eq=False)
class LedPlant:
    """Satisfies AimsPlant. store, work: what is moved, one of both at least. cycle_s: between two set-points; what is
    told holds for `hold_s`. base: what holds now, None where nothing is told. follows: whether a set-point leads it,
    and not the schedule.

    meter: at the connection; with one, what the site really draws beside what is moved is what that is moved against.
    A store or boards that do not say what they do for `fresh_s` are told nothing, so that they rest by their lease.

    response_kw: by how much less than its base point the site draws, None where nobody knows; response_of: who says so.
    unheard: what was told last and not taken, or cannot be told. saturated: whether offer, connection, store and work
    kept it from going as far as it was aimed. up_kw, down_kw: how much less and more it could draw now.
    """

    cycle_s: float
    store: StorePart | None = None
    work: WorkPart | None = None
    connection: Connection = Connection()
    meter: SiteMeter | None = None
    follows: bool = False
    base: BasePoint | None = None
    response_kw: float | None = 0.0
    response_of: ResponseOf = ResponseOf.TOLD
    saturated: bool = False
    metered_kw: float | None = None
    up_kw: float = 0.0
    down_kw: float = 0.0
    unheard: str = ""
    load: LoadSeen = field(default_factory=LoadSeen)
    watched: WatchedMeter = field(default_factory=WatchedMeter)
    _p_kw: float = field(default=0.0, init=False)
    _per_kw: float = field(default=1.0, init=False)
    _of_boards: int = field(default=0, init=False)

    @property
    def hold_s(self) -> float:
        """For how long an exchange or a bound is told, s."""
        return held_s(self.cycle_s)

    @property
    def fresh_s(self) -> float:
        """How old a reading may be, s."""
        return fresh_s(self.cycle_s)

    @property
    def pending(self) -> bool:
        """Whether something is still to be told."""
        return self.work is not None and self.work.pending

    def begin(self) -> None:
        """Make ready before the first set-point."""
        if self.work is not None:
            self.work.begin()

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Have store and work make what a target lacks, as far as offer and connection, power and content, menus and
        promises reach; what is measured right after: nothing follows within a reading."""
        if self.base is None:
            self._lead(False)
            self.saturated = False
            return self._seen(self._rests_kw(now), now)
        self._lead(True)
        self._per_kw = 1.0 if self.work is None else self.work.per_kw(self.base.base_kw)
        reading, _ = self._read(now)
        silent = self._is_silent(reading, now)
        if silent and not (self.work and self.work.seen):
            self.saturated, self.unheard = True, self._said(silent)
            return self._seen(self._rests_kw(now), now)
        drawn_kw = self._told_kw(self.base, target_kw, silent, now)
        self.unheard = self._said(silent)
        return self._seen(drawn_kw, now)

    @property
    def told_s(self) -> float | None:
        """How long what is moved took to take what it was told last, s; None where nobody knows."""
        ways = [] if self.store is None else [self.store.way]
        ways += [] if self.work is None else self.work.ways
        took = [one.took_s for one in ways if one.took_s is not None]
        return max(took, default=None)

    def _lead(self, led: bool) -> None:
        if self.store is not None:
            self.store.store.led = led
        if self.work is not None:
            self.work.lead(led)

    def _is_silent(self, reading: StoreReading | None, now: datetime) -> bool:
        """Whether there is a store to which nothing can be told: it does not say what it holds, or the way is slow."""
        if self.store is None or not self.store.heard_beside:
            return False
        return not self.store.way.is_open(now) or reading is None

    def _said(self, silent: bool) -> str:
        """What is wrong with what is moved; empty while nothing is."""
        said = []
        if self.store is not None and silent:
            said.append(self.store.way.said or _silent(self.store, self.fresh_s))
        elif self.store is not None:
            said.append(self.store.store.failed)
        if self.work is not None:
            said.append(self.work.unheard)
        return "; ".join(one for one in said if one)

    def _rests_kw(self, now: datetime) -> float:
        """What the store draws where no set-point moves it."""
        return 0.0 if self.store is None else self.store.store.base_kw(now)

    def _boards_kw(self) -> tuple[float, float, float, float]:
        """What boards draw, and would as their room told them, at the meter; how much less and more they could draw
        than that. Nothing of boards that do not say what they draw."""
        if self.work is None:
            return 0.0, 0.0, 0.0, 0.0
        drawn_kw = sum(one.drawn_kw or 0.0 for one in self.work.seen)
        rests_kw = sum(one.rests_kw or 0.0 for one in self.work.seen)
        less_kw, more_kw = self.work.reach_kw()
        found = (drawn_kw, rests_kw, less_kw, more_kw)
        return tuple(self._per_kw * one for one in found)  # type: ignore[return-value]

    def _less_kw(self) -> float:
        """How much less boards draw at the points that they were told, at the meter, by their menus."""
        seen = () if self.work is None else self.work.seen
        return self._per_kw * sum(one.less_kw for one in seen)

    def _told_kw(self, base: BasePoint, target_kw: float, silent: bool, now: datetime) -> float:
        """Tell store and boards; what the store is to draw, below 0 to give: set-point and load together never move
        both by more than the offer from where they rest, nor a store beyond what it holds, nor the site beyond its
        connection."""
        _, boards_rest_kw, less_kw, more_kw = self._boards_kw()
        load_kw = self._load_kw(base, boards_rest_kw, now)
        rests_kw = self._rests_kw(now) + boards_rest_kw
        asked_kw = min(max(target_kw, base.base_kw - base.up_kw), base.base_kw + base.down_kw)
        wanted_kw = asked_kw - load_kw
        granted_kw = min(max(wanted_kw, rests_kw - base.up_kw), rests_kw + base.down_kw)
        until = now + timedelta(seconds=self.hold_s)
        if self.work is not None:
            nothing = (Store(), 0.0)
            store = nothing if self.store is None or silent else self.store.regulates(now)
            self.work.follow(rests_kw - granted_kw, store, base.base_kw, now, until)
        boards_kw = self._boards_kw()[0]
        least_kw, most_kw = self._store_reach_kw(load_kw + boards_kw, silent, now)
        drawn_kw = min(max(granted_kw - boards_kw, least_kw), most_kw)
        lowest_kw = max(least_kw + boards_rest_kw - less_kw, rests_kw - base.up_kw)
        highest_kw = min(most_kw + boards_rest_kw + more_kw, rests_kw + base.down_kw)
        reached_kw = min(max(wanted_kw, lowest_kw), highest_kw)
        self.saturated = abs(target_kw - load_kw - reached_kw) > SATURATED_KW
        told_kw = boards_rest_kw - self._less_kw()
        left_kw = granted_kw - told_kw - min(max(granted_kw - told_kw, least_kw), most_kw)
        self.saturated |= abs(left_kw) > LEFT_SHARE * max(base.up_kw, base.down_kw)
        if self.store is not None and not silent:
            self.store.store.follow(drawn_kw, now, until)
        return drawn_kw

    def _store_reach_kw(self, beside_kw: float, silent: bool, now: datetime) -> tuple[float, float]:
        """Least and most that the store may draw beside so much, within its power, content and the connection."""
        if self.store is None or silent:
            return 0.0, 0.0
        rests_kw = self._rests_kw(now)
        least_kw, most_kw = self.store.reach_kw(now)
        floor_kw = min(self.connection.least_kw - beside_kw, max(rests_kw, 0.0))
        ceiling_kw = max(self.connection.most_kw - beside_kw, min(rests_kw, 0.0))
        return max(least_kw, floor_kw), min(most_kw, ceiling_kw)

    def _load_kw(self, base: BasePoint, boards_rest_kw: float, now: datetime) -> float:
        """What the site draws beside store and boards: as metered while it follows, else by plan, whose errors nothing
        makes good unasked."""
        metered_kw = self.load.kw(now) if self.follows else None
        planned_kw = base.base_kw - self._rests_kw(now) - boards_rest_kw
        return planned_kw if metered_kw is None else metered_kw

    def _read(self, now: datetime) -> tuple[StoreReading | None, Metered | None]:
        """What store and meter say now, each None where it is silent or says nothing new for `fresh_s`, the meter also
        where it is not believed."""
        store = None if self.store is None else self.store.read()
        store = store if store is not None and self._is_fresh(store.measured_at, now) else None
        if self.work is not None:
            self.work.look(now)
            seen = len(self.work.seen)
            if seen != self._of_boards:
                self._of_boards = seen
                self.load.forget()
        metered = None if self.meter is None else self.meter.read()
        if metered is not None and not self._is_fresh(metered.measured_at, now):
            metered = None
        if metered is not None and not self._believed(metered, store):
            self.load.forget()
            metered = None
        if metered is not None and (store is not None or self.store is None):
            drawn_kw = self._boards_kw()[0] + (0.0 if store is None else drawn_now_kw(store))
            at = metered.measured_at if store is None else store.measured_at
            self.load.note(metered, drawn_kw, at)
        return store, metered

    def _believed(self, metered: Metered, store: StoreReading | None) -> bool:
        """Whether the meter still measures, by what store and boards say they do."""
        base = self.base
        if base is None:
            return self.watched.look(metered, None, 0.0)
        moved_kw = self._boards_kw()[0] + (0.0 if store is None else drawn_now_kw(store))
        known = store is not None or (self.work is not None and bool(self.work.seen))
        return self.watched.look(
            metered, moved_kw if known else None, max(base.up_kw, base.down_kw)
        )

    def _is_fresh(self, at: datetime, now: datetime) -> bool:
        return (now - at).total_seconds() <= self.fresh_s

    def _seen(self, told_kw: float, now: datetime) -> PlantReading:
        store, metered = self._read(now)
        self.metered_kw = None if metered is None else metered.kw
        drawn_kw = told_kw if store is None else drawn_now_kw(store)
        least_kw, most_kw = (drawn_kw, drawn_kw) if self.store is None else self.store.reach_kw(now)
        boards_kw, rests_kw, less_kw, more_kw = self._boards_kw()
        self.up_kw = max(drawn_kw - least_kw, 0.0) + max(boards_kw - rests_kw + less_kw, 0.0)
        self.down_kw = max(most_kw - drawn_kw, 0.0) + max(rests_kw + more_kw - boards_kw, 0.0)
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
        base_kw = self.base.base_kw
        if metered is not None:
            self.response_of, self.response_kw = ResponseOf.METER, base_kw - metered.kw
            self._p_kw = metered.kw
            return Quality.GOOD
        says = self._says(store)
        self.response_of = says
        if says is ResponseOf.NOBODY:
            self.response_kw = None
            return Quality.INVALID
        boards_kw, rests_kw, _, _ = self._boards_kw()
        less_kw = self._rests_kw(now) - drawn_kw + rests_kw - boards_kw
        self.response_kw, self._p_kw = less_kw, base_kw - less_kw
        if self.watched.said:
            return Quality.INVALID
        return Quality.GOOD if self.meter is None else Quality.NOT_TOPICAL

    def _says(self, store: StoreReading | None) -> ResponseOf:
        """Who says what is moved where no meter does: everything that is moved must."""
        boards = self.work is not None
        if self.work is not None and len(self.work.seen) < len(self.work.places):
            return ResponseOf.NOBODY
        if self.store is None:
            return ResponseOf.BOARDS if boards else ResponseOf.NOBODY
        if store is not None:
            return ResponseOf.DEVICES if boards else ResponseOf.STORE
        return ResponseOf.NOBODY if self.store.heard_beside else ResponseOf.TOLD


def _silent(store: StorePart, fresh_s: float) -> str:
    name = store.store.name
    return f"{name} has not said for {fresh_s:g} s what it holds; nothing is told to it"
