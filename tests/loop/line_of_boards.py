"""A hall of boards under a line of set-points on a driven clock, and what orders run there."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from gridtide.decide.dispatch import OF_JOBS, Dispatch, placement_of
from gridtide.fleet.board_bound import FREE, BoardBound
from gridtide.fleet.device import PowerReading, Restraint, UnreachableError
from gridtide.fleet.jobs import rows
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.site import Battery
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.set_points.led_place import LedPlace, SomeBoards
from gridtide.loop.set_points.led_plant import BasePoint, LedPlant, fresh_s, held_s
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.moved_boards import MovedBoards
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.site_meter import SiteMeter
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.set_points.store_part import StorePart
from gridtide.loop.set_points.work_part import WorkPart
from gridtide.loop.world import Orders
from gridtide.testing.lines import LineInMemory
from gridtide.testing.studies import START, small_study
from gridtide.testing.told_store import ToldStore
from gridtide.timeline import epoch_s, regular
from gridtide.trust.setpoint_rules import SetpointRules

COUNT = 16
POINTS = tuple(
    OperatingPoint(name=f"{kw:g}", speed=speed, it_kw_per_accelerator=kw)
    for kw, speed in ((1.0, 1.0), (0.85, 0.93), (0.7, 0.85), (0.55, 0.72))
)
BOUNDS = (FREE, *(BoardBound(cap_kw=one.it_kw_per_accelerator) for one in POINTS[1:]))
STUDY = small_study(3, accelerators=COUNT, points=POINTS)
PLACE, CYCLE_S = 2, 2.0
BESIDE_KW = 12.0
PER_KW = 1.08
"""What conversion and fans draw beside a kilowatt of boards, about as the building is modelled."""
OFFER = BasePoint(base_kw=BESIDE_KW + PER_KW * COUNT, up_kw=6.0, down_kw=6.0)
RULES = SetpointRules(
    p_min_kw=0.0, p_max_kw=1e3, ramp_kw_per_s=1e4, return_kw_per_s=1e4, cycle_s=CYCLE_S
)


def orders_of(slack_s: int = 7200, point: int = 0, movable: bool = True) -> Orders:
    """One gang on all boards of the place for two hours, with so much time after its slots."""
    horizon = regular(START, timedelta(minutes=15), 16)
    end_s = epoch_s(START) + 7200
    jobs = replace(
        rows(STUDY.jobs, np.array([0])),
        accelerators=np.array([COUNT]),
        declared_s=np.array([7200]),
        deadline_s=np.array([end_s + slack_s]),
        movable=np.array([movable]),
        elastic=np.array([False]),
    )
    nothing = dict.fromkeys(OF_JOBS, np.zeros(1))
    columns = nothing | {"place": np.array([PLACE]), "point": np.array([point])}
    sites, places = len(STUDY.fleet.sites), len(STUDY.fleet.places)
    dispatch = Dispatch(
        made_at=START,
        policy="test",
        placement=placement_of(horizon, [np.arange(8)], columns),
        shares=np.zeros((1, 1, places, 16)),
        charge_kw=np.zeros((sites, 16)),
        discharge_kw=np.zeros((sites, 16)),
        import_held_kw=np.full(sites, np.inf),
        raise_price_per_kw=np.zeros(sites),
        it_price_per_kwh=np.zeros((sites, 16)),
        issue=START,
    )
    return Orders(jobs=jobs, dispatch=dispatch, promised=np.array([True]))


@dataclass(eq=False)
class Hall:
    """Boards that work at full load under caps by lease, and the meter in front of them and of a store."""

    clock: DrivenClock = field(default_factory=lambda: DrivenClock(START))
    caps: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    lying: set[str] = field(default_factory=set)
    silent: bool = False
    mute: set[str] = field(default_factory=set)
    store: ToldStore | None = None
    full_kw: float = 1.0

    def drawn_kw(self, unit: str) -> float:
        cap_kw, until = self.caps.get(unit, (np.inf, START))
        held = until > self.clock.now() and unit not in self.lying
        return min(self.full_kw, cap_kw) if held else self.full_kw

    def all_kw(self) -> float:
        return sum(self.drawn_kw(unit) for unit in self.units())

    def units(self) -> list[str]:
        return [f"gpu-{number}" for number in range(COUNT)]

    def read_power(self) -> tuple[PowerReading, ...]:
        if self.silent:
            raise UnreachableError("silent")
        now = self.clock.now()
        return tuple(
            PowerReading(
                of=unit,
                kw=np.nan if unit in self.mute else self.drawn_kw(unit),
                measured_at=now,
                method="simulated",
            )
            for unit in self.units()
        )

    def restraints(self) -> tuple[Restraint, ...]:
        now = self.clock.now()
        return tuple(
            Restraint(subject=unit, kind="cap", value=f"{kw:g} kW", until=until)
            for unit, (kw, until) in self.caps.items()
            if until > now
        )

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        stopped = self.gate.stopped(ticket, unit, self.clock.now())
        if stopped is None:
            self.caps[unit] = (cap_kw, until)
            stopped = self.gate.settled(ticket, Fate.DONE, "capped", self.clock.now())
        return stopped

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        self.caps.pop(subject, None)
        return self.gate.settled(ticket, Fate.DONE, "free", self.clock.now())

    @property
    def meter(self) -> "HallMeter":
        return HallMeter(self)


@dataclass(eq=False)
class HallMeter:
    """What is drawn at the connection, with what conversion draws beside boards."""

    hall: Hall

    def read_power(self) -> tuple[PowerReading, ...]:
        stored_kw = 0.0 if self.hall.store is None else self.hall.store.drawn_kw()
        kw = BESIDE_KW + PER_KW * self.hall.all_kw() + stored_kw
        now = self.hall.clock.now()
        return (PowerReading(of="north import", kw=kw, measured_at=now, method="meter"),)


class Led:
    """A hall under a line, and what holds for it."""

    def __init__(self, orders: Orders | None = None, soc_kwh: float | None = None) -> None:
        self.hall = hall = Hall()
        self.base: BasePoint | None = OFFER
        orders = orders or orders_of()
        self.orders = orders
        self.job = str(orders.jobs.name[0])
        self.slowed = Slowed(spare={"north/training": {self.job: np.inf}})
        self.boards = MovedBoards(name="agent", device=hall, fast=hall)
        place = LedPlace(
            place=PLACE, parts=(SomeBoards(boards=self.boards),), count=COUNT, bounds=BOUNDS
        )
        self.work = WorkPart(
            fleet=STUDY.fleet,
            facility=STUDY.fleet.sites[1].facility,
            places=(place,),
            orders=lambda: self.orders,
            slowed=self.slowed,
            hold_s=held_s(CYCLE_S),
            oldest_s=fresh_s(CYCLE_S),
        )
        self.line = LineInMemory()
        plant = LedPlant(
            cycle_s=CYCLE_S, work=self.work, meter=SiteMeter(site="north", devices=(hall.meter,))
        )
        if soc_kwh is not None:
            hall.store = ToldStore(now=hall.clock.now, soc_kwh=soc_kwh)
            battery = Battery(energy_kwh=10.0, charge_max_kw=4.0, discharge_max_kw=4.0)
            store = LedStore(name="north store", device=hall.store)
            plant.store = StorePart(store=store, battery=battery, hold_s=held_s(CYCLE_S))
        self.regulation = Regulation(
            site="north",
            line="line of north",
            rules=RULES,
            channel=self.line,
            plant=plant,
            agreed=lambda now: self.base,
        )
        for _ in range(6):
            self.tick(0.0)

    def tick(self, less_kw: float | None, times: int = 1, after_s: float = CYCLE_S) -> None:
        for _ in range(times):
            self.hall.clock.wait_until(self.hall.clock.now() + timedelta(seconds=after_s))
            if less_kw is not None:
                self.line.set(OFFER.base_kw - less_kw, self.hall.clock.now())
            self.regulation.tick(self.hall.clock.now())

    def less_kw(self) -> float:
        """How much less the hall draws at its meter than its base point."""
        (reading,) = self.hall.meter.read_power()
        return OFFER.base_kw - reading.kw
