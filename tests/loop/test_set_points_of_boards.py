"""Running work under a line of set-points: boards give what the store cannot, within points, promises and leases."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.dispatch import OF_JOBS, Dispatch, placement_of
from gridtide.fleet.board_bound import FREE, BoardBound
from gridtide.fleet.device import PowerReading, Restraint, UnreachableError
from gridtide.fleet.jobs import rows
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.site import Battery
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.set_points.led_place import LIES_S, LedPlace, SomeBoards
from gridtide.loop.set_points.led_plant import BasePoint, LedPlant, fresh_s, held_s
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.moved_boards import MovedBoards
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.site_meter import SiteMeter
from gridtide.loop.set_points.slowable import HANDOVER_S
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
            PowerReading(of=unit, kw=self.drawn_kw(unit), measured_at=now, method="simulated")
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


def test_a_site_with_jobs_alone_follows_by_the_points_of_its_boards_as_metered() -> None:
    """As near as whole points come, and back to full speed at once when nothing less is asked."""
    led = Led()
    for less_kw in (2.5, 5.0, 0.0, 4.0, 6.0):
        led.tick(less_kw, times=3)
        assert led.less_kw() == pytest.approx(less_kw, abs=1.3)
        values = led.regulation.values()
        assert values["response_of"] == "meter" and values["fault"] == ""
    led.tick(0.0, times=2)
    assert led.hall.caps == {} and led.less_kw() == pytest.approx(0.0, abs=1e-9)


def test_work_is_slowed_only_for_what_the_store_cannot_give() -> None:
    """A store with energy answers alone; an empty one leaves all of it to boards."""
    full = Led(soc_kwh=5.0)
    full.tick(3.0, times=3)
    assert full.hall.caps == {} and full.less_kw() == pytest.approx(3.0)
    full.tick(6.0, times=3)
    assert full.hall.caps and full.less_kw() == pytest.approx(6.0, abs=0.2)
    empty = Led(soc_kwh=0.5)
    empty.tick(4.0, times=3)
    assert empty.hall.store is not None and empty.hall.store.drawn_kw() >= 0.0
    assert empty.less_kw() == pytest.approx(4.0, abs=0.2)


def test_slowed_work_is_never_behind_by_more_than_its_promise_bears() -> None:
    """At the rail until its slack is used up: then its boards are back at its point, and that counts as saturated."""
    led = Led(orders_of(slack_s=60))
    led.tick(6.0, times=250)
    assert 30.0 < led.slowed.lost_s(led.job) <= 60.0 - HANDOVER_S
    assert led.hall.caps == {} and led.regulation.plant.saturated
    assert led.less_kw() == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("orders", "spare_s", "said"),
    [
        (orders_of(movable=False), None, "may not be slowed"),
        (orders_of(slack_s=0), None, ""),
        (orders_of(), 10.0, ""),
    ],
)
def test_work_that_may_not_wait_is_left_alone(
    orders: Orders, spare_s: float | None, said: str
) -> None:
    """Not movable, without slack, or ended by its scheduler at its limit whatever its speed."""
    led = Led(orders)
    if spare_s is not None:
        led.slowed.runs("north/training", {led.job: spare_s})
    led.tick(5.0, times=4)
    assert led.hall.caps == {} and led.slowed.lost_s(led.job) == 0.0
    assert said in str(led.regulation.values()["boards_held"])


def test_a_job_that_nobody_decides_on_keeps_the_boards_that_it_runs_on_at_their_point() -> None:
    """Nobody would count what it loses."""
    led = Led()
    led.slowed.runs("north/training", {led.job: np.inf, "stranger": np.inf})
    led.tick(5.0, times=4)
    assert led.hall.caps == {}
    assert "stranger" in str(led.regulation.values()["boards_held"])


def test_a_service_that_answers_on_its_boards_keeps_them_at_their_point() -> None:
    """Nobody's answers come later because the grid asked for less."""
    orders = orders_of()
    shares = orders.dispatch.shares.copy()
    shares[0, 0, PLACE] = 0.5
    led = Led(replace(orders, dispatch=replace(orders.dispatch, shares=shares)))
    led.tick(5.0, times=4)
    assert led.hall.caps == {}
    assert "service" in str(led.regulation.values()["boards_held"])


def test_caps_are_told_for_three_cycles_and_end_by_themselves_once_nothing_may_be_told() -> None:
    """Frozen, released or closed: from the next tick on nothing is told, and boards go back by their lease."""
    led = Led()
    led.tick(5.0, times=2)
    now = led.hall.clock.now()
    assert {until for _, until in led.hall.caps.values()} <= {
        now + timedelta(seconds=held_s(CYCLE_S)) - timedelta(seconds=CYCLE_S * k) for k in (0, 1)
    }
    led.base = None
    before = dict(led.hall.caps)
    led.tick(5.0)
    assert led.hall.caps == before
    led.tick(5.0, after_s=held_s(CYCLE_S))
    assert led.less_kw() == pytest.approx(0.0)


def test_what_the_room_tells_boards_is_the_base_of_set_points() -> None:
    """Its point is told on under set-points, and it reads back what it told."""
    led = Led(orders_of(point=1))
    now = led.hall.clock.now()
    led.base = replace(OFFER, base_kw=OFFER.base_kw - PER_KW * 0.15 * COUNT)
    ends = now + timedelta(minutes=2)
    for number, unit in enumerate(led.hall.units()):
        ticket = Ticket(id=f"{number}", epoch=1, sequence=5, issued_at=now, expires_at=ends)
        assert led.boards.cap(ticket, unit, 0.85, ends).fate is Fate.DONE
    led.tick(5.0, times=4)
    assert led.hall.all_kw() == pytest.approx(0.7 * COUNT)
    assert {one.value for one in led.boards.restraints()} == {"0.85 kW"}
    led.tick(2.4, times=4)
    assert led.hall.all_kw() == pytest.approx(0.85 * COUNT)
    led.tick(0.0, times=4)
    assert led.hall.all_kw() == pytest.approx(COUNT)


def test_boards_that_take_a_cap_and_draw_on_are_named_and_left_alone() -> None:
    """Whatever their agent answers: their own reading says so, and the meter shows it."""
    led = Led()
    led.hall.lying = {"gpu-3"}
    led.tick(5.0, times=int(LIES_S / CYCLE_S) + 4)
    assert "gpu-3" in led.regulation.wrong
    led.tick(5.0, times=4)
    assert led.hall.caps == {} or led.less_kw() == pytest.approx(0.0, abs=1e-6)
    assert led.regulation.plant.saturated


def test_boards_that_do_not_say_what_they_draw_are_told_nothing() -> None:
    """What they were told ends by its lease."""
    led = Led()
    led.tick(5.0, times=3)
    led.hall.silent = True
    led.tick(5.0, times=4)
    assert led.less_kw() == pytest.approx(0.0)
    assert "does not say" in led.regulation.wrong


@settings(max_examples=25, deadline=None)
@given(
    asked=st.lists(st.tuples(st.floats(-20.0, 20.0), st.floats(0.2, 8.0)), max_size=25),
    slack_s=st.integers(0, 300),
    soc_kwh=st.none() | st.floats(0.5, 10.0),
)
def test_whatever_is_asked_points_promises_and_leases_hold(
    asked: list[tuple[float, float]], slack_s: int, soc_kwh: float | None
) -> None:
    """Every cap is one of the menu and ends within three cycles; no job is behind by more than its slack."""
    led = Led(orders_of(slack_s=slack_s), soc_kwh)
    menu = {bound.cap_kw for bound in BOUNDS if bound.cap_kw is not None}
    for less_kw, after_s in asked:
        led.tick(less_kw, after_s=after_s)
        now = led.hall.clock.now()
        for cap_kw, until in led.hall.caps.values():
            assert cap_kw in menu and until <= now + timedelta(seconds=held_s(CYCLE_S))
        assert led.slowed.lost_s(led.job) <= max(slack_s - HANDOVER_S, 0.0) + 1e-6


def test_what_a_newer_decision_knows_of_slowed_work_is_not_taken_off_its_slack_again() -> None:
    """What was lost before it was made is in its slots; what came after, or was too new to be known, is not."""
    slowed = Slowed()
    for minute in range(10):
        slowed.lose("job", START + timedelta(minutes=minute), 6.0)
    assert slowed.lost_s("job") == pytest.approx(60.0)
    assert slowed.since_s("job", START) == pytest.approx(60.0)
    assert slowed.since_s("job", START + timedelta(minutes=5)) == pytest.approx(30.0)
    other = Slowed()
    other.take_up(slowed.plain(), START, more_s=3.0)
    assert other.plain() == {"job": pytest.approx(63.0)}
