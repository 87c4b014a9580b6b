"""A line of set-points beside a control room: followed at once, held to the offer, silent once nothing may be told."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridtide.case.live_room import room_of
from gridtide.fleet.site import Battery
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import DrivenClock, WallClock
from gridtide.loop.set_points.led_plant import BasePoint, LedPlant, held_s
from gridtide.loop.set_points.led_site import agreed_by
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.regulating import RegulationThread
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.store_part import StorePart
from gridtide.signals.setpoint import Mode
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.lines import LineInMemory
from gridtide.testing.studies import small_study
from gridtide.testing.told_store import ToldStore
from gridtide.trust.envelope import Envelope
from gridtide.trust.modes import Mode as TrustMode
from gridtide.trust.people import Person, Role
from gridtide.trust.setpoint_rules import SetpointRules

START = datetime(2026, 3, 2, tzinfo=UTC)
RULES = SetpointRules(
    p_min_kw=-2e3, p_max_kw=2e4, ramp_kw_per_s=1e5, return_kw_per_s=1e5, cycle_s=2.0
)
OFFER = BasePoint(base_kw=5000.0, up_kw=1000.0, down_kw=800.0)
BATTERY = Battery(energy_kwh=2500.0, charge_max_kw=2500.0, discharge_max_kw=2500.0)


class Site:
    """A regulated site on a driven clock, and what may be told to it."""

    def __init__(self, soc_kwh: float = 1250.0) -> None:
        self.clock = DrivenClock(START)
        self.told = ToldStore(now=self.clock.now, soc_kwh=soc_kwh)
        self.store = LedStore(name="north store", device=self.told)
        self.line = LineInMemory()
        self.base: BasePoint | None = OFFER
        self.regulation = Regulation(
            site="north",
            line="line of north",
            rules=RULES,
            channel=self.line,
            plant=LedPlant(
                store=StorePart(store=self.store, battery=BATTERY, hold_s=held_s(2.0)), cycle_s=2.0
            ),
            agreed=lambda now: self.base,
        )

    def tick(self, p_set_kw: float | None = None, after_s: float = 2.0) -> None:
        self.clock.wait_until(self.clock.now() + timedelta(seconds=after_s))
        if p_set_kw is not None:
            self.line.set(p_set_kw, self.clock.now())
        self.regulation.tick(self.clock.now())

    def lead_in(self) -> None:
        for _ in range(4):
            self.tick(OFFER.base_kw)


def test_the_store_draws_what_a_set_point_lacks_of_the_base_point() -> None:
    """Less asked is given by the store, more is taken by it."""
    site = Site()
    site.lead_in()
    site.tick(4400.0)
    assert site.told.drawn_kw() == pytest.approx(-600.0)
    site.tick(5500.0)
    assert site.told.drawn_kw() == pytest.approx(500.0)
    values = site.regulation.values()
    assert (values["follows"], values["signal"], values["response_kw"]) == (True, -0.5, -500.0)
    assert site.line.said[-1].p_kw == pytest.approx(5500.0)


def test_a_plan_that_changes_moves_no_store_while_nobody_sends_set_points() -> None:
    """Slow as the way back to the schedule is, a new base point is no set-point; nor is one after a while of none."""
    site = Site()
    site.regulation.rules = replace(RULES, return_kw_per_s=1.0)
    for base_kw in (5000.0, 6200.0, None, 3100.0, 3100.0, 900.0):
        site.base = None if base_kw is None else replace(OFFER, base_kw=base_kw)
        site.tick()
        assert (site.told.drawn_kw(), site.regulation.values()["response_kw"]) == (0.0, 0.0)
    assert site.regulation.values()["target_kw"] == 900.0


def test_a_site_that_may_be_led_again_begins_on_its_base_point_whatever_was_asked_meanwhile() -> (
    None
):
    """Set-points that came while nothing could be told leave no bump behind."""
    site = Site()
    site.regulation.rules = replace(RULES, return_kw_per_s=1.0)
    site.base = None
    for _ in range(6):
        site.tick(4400.0)
    site.base = OFFER
    site.tick(4400.0)
    assert abs(site.told.drawn_kw()) <= 2.0 + 1e-9
    assert site.regulation.values()["target_kw"] == pytest.approx(OFFER.base_kw, abs=2.0)


def test_set_points_reach_a_store_that_refused_what_its_room_told_it() -> None:
    """Refused or not, the store has seen the room's ticket: set-points are told on that one."""
    site = Site()
    now = site.clock.now()
    ticket = Ticket(id="a", epoch=1, sequence=5, issued_at=now, expires_at=now + timedelta(hours=1))
    site.told.refuses = True
    outcome = site.store.exchange(ticket, 9e9, 0.0, now + timedelta(hours=1))
    assert outcome.fate is Fate.REFUSED
    site.told.refuses = False
    site.lead_in()
    site.tick(4400.0)
    assert site.told.drawn_kw() == pytest.approx(-600.0)
    assert (site.told.tickets[-1].epoch, site.told.tickets[-1].sequence) == (1, 5)


def test_what_the_room_tells_the_store_is_the_base_of_set_points() -> None:
    """A planned charge goes on under the set-points, by one teller only, and ends when it should."""
    site = Site()
    site.lead_in()
    now = site.clock.now()
    ticket = Ticket(id="a", epoch=1, sequence=7, issued_at=now, expires_at=now + timedelta(hours=1))
    told = len(site.told.tickets)
    outcome = site.store.exchange(ticket, 300.0, 0.0, now + timedelta(seconds=5))
    assert outcome.fate is Fate.DONE and len(site.told.tickets) == told
    site.tick(4900.0)
    assert site.told.drawn_kw() == pytest.approx(200.0)
    assert (site.told.tickets[-1].epoch, site.told.tickets[-1].sequence) == (1, 7)
    site.tick(4900.0, after_s=4.0)
    assert site.told.drawn_kw() == pytest.approx(-100.0)


def test_nothing_beyond_the_offer_or_the_store_is_told_and_it_is_counted() -> None:
    """The offer bounds both ways; an empty store gives nothing."""
    site = Site()
    site.lead_in()
    site.tick(3000.0)
    assert site.told.drawn_kw() == pytest.approx(-OFFER.up_kw)
    assert site.regulation.course.saturated == 1
    empty = Site(soc_kwh=0.05 * BATTERY.energy_kwh)
    empty.lead_in()
    empty.tick(4500.0)
    assert empty.told.drawn_kw() == pytest.approx(0.0)
    assert empty.regulation.course.saturated == 1


def test_once_nothing_may_be_told_the_next_tick_tells_nothing_and_the_store_rests_by_itself() -> (
    None
):
    """Freeze, release, observing and closing all take what holds away."""
    site = Site()
    site.lead_in()
    site.tick(4400.0)
    told = len(site.told.tickets)
    site.base = None
    site.tick(4200.0)
    assert len(site.told.tickets) == told and site.line.said[-1].mode is Mode.LOCAL
    site.tick(4200.0, after_s=3 * RULES.cycle_s)
    assert site.told.drawn_kw() == 0.0 and site.regulation.values()["follows"] is False


def test_a_store_that_breaks_is_named_and_the_next_tick_goes_on() -> None:
    """A device that raises ends no thread."""
    site = Site()
    site.lead_in()
    site.told.breaks = True
    site.tick(4400.0)
    assert "RuntimeError" in str(site.regulation.values()["fault"])
    site.told.breaks = False
    site.tick(4400.0)
    assert site.regulation.values()["fault"] == "" and site.told.drawn_kw() == pytest.approx(-600.0)


def test_ten_minutes_are_scored_and_shown_at_two_seconds() -> None:
    """A store that follows at once scores almost everything; the last ten minutes are there to be drawn."""
    site = Site()
    site.lead_in()
    for number in range(330):
        site.tick(OFFER.base_kw - 900.0 * ((number % 40) / 20.0 - 1.0))
    values = site.regulation.values()
    assert isinstance(values["score"], float) and values["score"] > 0.9
    assert isinstance(values["last"], dict) and len(values["last"]["signal"]) == 300
    assert site.regulation.short() == {key: values[key] for key in site.regulation.short()}


def test_a_set_point_is_told_at_once_not_at_the_next_cycle() -> None:
    """The thread is woken by the line; closing it ends it and gives the line up."""
    clock, threads = WallClock(), list[RegulationThread]()
    line = LineInMemory(lambda: threads[0].heard())
    told = ToldStore(now=clock.now, soc_kwh=1250.0)
    rules = SetpointRules(
        p_min_kw=0.0,
        p_max_kw=1e4,
        ramp_kw_per_s=1e6,
        return_kw_per_s=1e6,
        cycle_s=60.0,
        local_after_s=600.0,
        fresh_cycles=1,
    )
    regulation = Regulation(
        site="north",
        line="line",
        rules=rules,
        channel=line,
        plant=LedPlant(
            store=StorePart(
                store=LedStore(name="north store", device=told),
                battery=BATTERY,
                hold_s=held_s(60.0),
            ),
            cycle_s=60.0,
        ),
        agreed=lambda now: OFFER,
    )
    threads.append(RegulationThread(regulation=regulation, clock=clock))
    threads[0].start()
    for asked_kw in (4900.0, 4500.0, 5200.0):
        line.set(asked_kw, clock.now())
        patience = 400
        while told.drawn_kw() != pytest.approx(asked_kw - OFFER.base_kw) and patience:
            patience -= 1
            time.sleep(0.02)
        assert patience
    threads[0].close()
    assert line.closed and threads[0].thread is not None and not threads[0].thread.is_alive()


def test_a_room_leaves_a_site_its_plan_and_offer_at_any_instant_until_it_is_frozen() -> None:
    """Between two seconds as well; from the freeze on nothing may be told."""
    study = small_study(4, hours=24, jobs=24, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), TrustMode.EMERGENCY)
    agreed = agreed_by(room, 1, (400.0, 300.0))
    assert agreed(clock.now()) is None
    room.go_on()
    now = clock.now() + timedelta(milliseconds=500)
    base, plan = agreed(now), room.memory.plan
    assert base is not None and plan is not None
    step = plan.horizon.step_holding(clock.now())
    planned_kw = plan.import_kw[1, step] - plan.export_kw[1, step]
    assert base == BasePoint(base_kw=float(planned_kw), up_kw=400.0, down_kw=300.0)
    assert room.freeze(Person(name="first", role=Role.OPERATOR), "look").held
    assert agreed(now) is None


def test_a_plan_that_nobody_approved_moves_nothing_and_the_one_in_force_goes_on() -> None:
    """The newest plan is no base point while it waits; approved, its own is, whatever plan is the newest. A standing
    offer is what the envelope leaves the site in act, and nothing in advise."""
    study = small_study(4, hours=24, jobs=24, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), TrustMode.ACT)
    name, agreed = study.fleet.sites[1].name, agreed_by(room, 1, (400.0, 300.0))
    signed = Envelope(moved_max_kw=((name, 350.0),))
    room.desk.autonomy = replace(room.desk.autonomy, envelope=signed)
    room.go_on()
    assert room.memory.plan is not None and agreed(clock.now()) is None
    (asked, *_) = room.proposals()
    first = Person(name="first", role=Role.APPROVER)
    assert room.approve(str(asked["id"]), str(asked["digest"]), first, "cheap").held
    room.go_on()
    assert room.orders is not None
    plan = room.orders.plan
    room.memory = replace(room.memory, plan=None)
    base = agreed(clock.now())
    assert base is not None and plan is not None and room.orders.plan is plan
    step = plan.horizon.step_holding(clock.now())
    planned_kw = float(plan.import_kw[1, step] - plan.export_kw[1, step])
    assert base == BasePoint(base_kw=planned_kw, up_kw=350.0, down_kw=300.0)
    assert room.change_mode("advise", first, "look").held
    assert agreed(clock.now()) is None
