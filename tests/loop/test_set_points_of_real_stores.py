"""A store that is heard and told beside the loop, and the meter in front of it, under a line of set-points."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import PowerReading, StoreReading, UnreachableError
from gridtide.fleet.site import Battery
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.beside import Beside, beside
from gridtide.loop.clock import DrivenClock, WallClock, steady_s
from gridtide.loop.named_meters import NamedMeters
from gridtide.loop.set_points.led_plant import BasePoint, Connection, LedPlant, held_s
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.site_meter import SiteMeter, site_meter
from gridtide.loop.set_points.store_part import StorePart
from gridtide.signals.setpoint import Mode, Quality
from gridtide.testing.lines import LineInMemory
from gridtide.trust.setpoint_rules import SetpointRules

START = datetime(2026, 3, 2, tzinfo=UTC)
BATTERY = Battery(energy_kwh=1.0, charge_max_kw=300.0, discharge_max_kw=300.0)
OFFER = BasePoint(base_kw=600.0, up_kw=200.0, down_kw=150.0)
CONNECTION = Connection(least_kw=0.0, most_kw=700.0)
CYCLE_S = 2.0
SLIP_KWH = 1e-6
"""What a store moves in the microseconds that a clock rounds away."""
RULES = SetpointRules(
    p_min_kw=0.0, p_max_kw=2e3, ramp_kw_per_s=1e5, return_kw_per_s=1e5, cycle_s=CYCLE_S
)


@dataclass(eq=False)
class RealSite:
    """A store that does at once what it is told until that ends, and a meter in front of it; both may fall silent."""

    clock: DrivenClock
    load_kw: float = OFFER.base_kw
    soc_kwh: float = 0.5
    kw: float = 0.0
    until: datetime = START
    told: list[float] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def pass_s(self, seconds: float) -> None:
        """Time goes on; the store moves as it was told, with its losses, until its lease ends."""
        now = self.clock.now()
        moves_s = min(seconds, max((self.until - now).total_seconds(), 0.0))
        gain = BATTERY.charge_efficiency if self.kw > 0 else 1.0 / BATTERY.discharge_efficiency
        self.soc_kwh += self.kw * gain * moves_s / 3600.0
        self.clock.wait_until(now + timedelta(seconds=seconds))

    def drawn_kw(self) -> float:
        return self.kw if self.clock.now() < self.until else 0.0

    def read_store(self) -> StoreReading:
        if "store" in self.silent:
            raise UnreachableError("silent")
        kw = self.drawn_kw()
        return StoreReading(
            of="north store",
            soc_kwh=self.soc_kwh,
            charge_kw=max(kw, 0.0),
            discharge_kw=max(-kw, 0.0),
            measured_at=self.clock.now(),
        )

    def read_power(self) -> tuple[PowerReading, ...]:
        if "meter" in self.silent:
            raise UnreachableError("silent")
        reading = PowerReading(
            of="north import",
            kw=self.load_kw + self.drawn_kw(),
            measured_at=self.clock.now(),
            method="meter",
        )
        return (reading,)

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        self.kw, self.until = charge_kw - discharge_kw, until
        self.told.append(self.kw)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="told", at=self.clock.now())


def a_plant(site: RealSite) -> LedPlant:
    """Its store and meter under set-points."""
    return LedPlant(
        store=StorePart(
            store=LedStore(name="north store", device=site),
            battery=BATTERY,
            hold_s=held_s(CYCLE_S),
            heard_beside=True,
        ),
        cycle_s=CYCLE_S,
        connection=CONNECTION,
        meter=SiteMeter(site="north", devices=(site,)),
        follows=True,
        base=OFFER,
    )


def said(plant: LedPlant) -> tuple[str, float | None]:
    """Who says by how much less the site draws, and that."""
    return plant.response_of.value, plant.response_kw


@given(
    ticks=st.lists(
        st.tuples(
            st.floats(-500.0, 2000.0),
            st.floats(300.0, 900.0),
            st.floats(0.2, 9.0),
            st.sampled_from(["", "store", "meter"]),
        ),
        max_size=20,
    ),
    soc_kwh=st.floats(0.05, 1.0),
)
def test_whatever_is_asked_store_offer_and_connection_hold_at_every_tick(
    ticks: list[tuple[float, float, float, str]], soc_kwh: float
) -> None:
    """Set-points, load, silence of store and meter, and ticks that come late: nothing told moves the store by more than
    the offer, empties or overfills it before it ends, or goes beyond what is left of the connection as last seen."""
    site = RealSite(clock=DrivenClock(START), soc_kwh=soc_kwh)
    plant = a_plant(site)
    for target_kw, load_kw, after_s, silent in ticks:
        site.pass_s(after_s)
        assert BATTERY.soc_min - SLIP_KWH <= site.soc_kwh <= BATTERY.energy_kwh + SLIP_KWH
        site.load_kw, site.silent = load_kw, {silent} - {""}
        told = len(site.told)
        plant.aim(target_kw, site.clock.now())
        for kw in site.told[told:]:
            assert -OFFER.up_kw <= kw <= OFFER.down_kw
            seen_kw = plant.load.kw(site.clock.now())
            drawn_kw = OFFER.base_kw if seen_kw is None else seen_kw
            assert kw <= max(CONNECTION.most_kw - drawn_kw, 0.0) + 1e-9
            assert kw >= min(CONNECTION.least_kw - drawn_kw, 0.0) - 1e-9


def test_a_store_that_does_not_say_what_it_holds_is_told_nothing_and_rests_by_its_lease() -> None:
    """Three cycles after its last word; that is named, and counts as saturated."""
    site = RealSite(clock=DrivenClock(START))
    plant = a_plant(site)
    plant.aim(500.0, site.clock.now())
    assert site.drawn_kw() == pytest.approx(-100.0)
    site.silent = {"store"}
    told = len(site.told)
    site.pass_s(3 * CYCLE_S + 0.1)
    plant.aim(450.0, site.clock.now())
    assert (len(site.told), site.drawn_kw()) == (told, 0.0)
    assert "nothing is told" in plant.unheard and plant.saturated


def test_the_response_is_the_meter_s_then_the_store_s_then_nobody_s() -> None:
    """Who says it is said; telemetry is not topical by the store, invalid where nobody measures, never 0."""
    site = RealSite(clock=DrivenClock(START), load_kw=620.0)
    plant = a_plant(site)
    plant.follows = False
    found = plant.aim(500.0, site.clock.now())
    assert said(plant) == ("meter", 80.0) and (found.p_kw, found.quality) == (520.0, Quality.GOOD)
    site.silent = {"meter"}
    found = plant.aim(500.0, site.clock.now())
    assert said(plant) == ("store", 100.0) and found.quality is Quality.NOT_TOPICAL
    site.silent = {"meter", "store"}
    found = plant.aim(500.0, site.clock.now())
    assert said(plant) == ("nobody", None) and found.quality is Quality.INVALID


def test_a_site_that_draws_otherwise_than_planned_is_held_to_its_set_point_as_metered() -> None:
    """The store makes good what strays, within the offer; led by the schedule it makes good nothing."""
    site = RealSite(clock=DrivenClock(START), load_kw=640.0)
    plant = a_plant(site)
    for _ in range(6):
        site.pass_s(CYCLE_S)
        found = plant.aim(550.0, site.clock.now())
    assert found.p_kw == pytest.approx(550.0) and not plant.saturated
    plant.follows = False
    plant.aim(OFFER.base_kw, site.clock.now())
    assert site.drawn_kw() == 0.0


@dataclass(eq=False)
class Slow(RealSite):
    """A store that does not come back from being told before it is let."""

    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        self.begun.set()
        assert self.go_on.wait(10.0)
        return super().exchange(ticket, charge_kw, discharge_kw, until)


def test_a_slow_store_is_told_the_newest_set_point_never_those_that_waited() -> None:
    """Nobody waits for it meanwhile; what came after is told after."""
    clock = WallClock()
    site = Slow(clock=DrivenClock(START))
    wrapped = beside(site, "north store", clock.now, steady_s)
    led = LedStore(name="north store", device=wrapped, led=True)  # type: ignore[arg-type]
    for kw in (-10.0, -20.0, -30.0, -40.0):
        now = clock.now()
        led.follow(kw, now, now + timedelta(seconds=6))
        assert site.begun.wait(10.0)
    site.go_on.set()
    for _ in range(500):
        if site.told == [-10.0, -40.0]:
            break
        clock.wait_until(clock.now() + timedelta(seconds=0.01))
    assert site.told == [-10.0, -40.0]
    assert led.came() == () and led.failed == ""
    wrapped.close()


def test_a_meter_is_asked_only_where_it_is_read_beside_the_loop() -> None:
    """One that would make a tick wait is not."""
    site = RealSite(clock=DrivenClock(START))
    feed = NamedMeters(meter=site, names={"north import": "north import"}, now=site.clock.now)
    assert site_meter("north", {"feed": feed}) is None
    wrapped: Beside = beside(feed, "feed", site.clock.now, steady_s)
    assert site_meter("north", {"feed": wrapped}) is not None
    stored: Beside = beside(site, "north store", site.clock.now, steady_s)
    assert site_meter("north", {"north store": stored}) is None


def test_what_nobody_measured_is_shown_as_unknown_and_scored_as_nothing_given() -> None:
    """Ten minutes without a meter and a store that answers reads score nothing; time led by set-points is counted."""
    site, line = RealSite(clock=DrivenClock(START)), LineInMemory()
    regulation = Regulation(
        site="north",
        line="line",
        rules=RULES,
        channel=line,
        plant=replace(a_plant(site), follows=False),
        agreed=lambda now: OFFER,
    )
    for number in range(330):
        site.pass_s(CYCLE_S)
        if number == 4:
            site.silent = {"meter", "store"}
        line.set(OFFER.base_kw - 90.0 * ((number % 40) / 20.0 - 1.0), site.clock.now())
        regulation.tick(site.clock.now())
    values = regulation.values()
    assert line.said[-1].mode is Mode.AUTO and line.said[-1].quality is Quality.INVALID
    assert (values["response_of"], values["response_kw"]) == ("nobody", None)
    assert isinstance(values["score"], float) and values["score"] < 0.5
    assert isinstance(values["availability"], float) and values["availability"] > 0.98
    last = values["last"]
    assert isinstance(last, dict) and last["response"][-1] is None
    assert values["unmeasured_ticks"] > 300  # type: ignore[operator]


class Stuck(RealSite):
    """A store that says done and does nothing."""

    def drawn_kw(self) -> float:
        return 0.0


def test_a_store_that_takes_set_points_and_does_not_move_is_an_alarm() -> None:
    """Whatever it answers: after a minute of what the meter shows; one that follows never is."""
    for site, wrong in (
        (Stuck(clock=DrivenClock(START)), True),
        (RealSite(clock=DrivenClock(START)), False),
    ):
        line = LineInMemory()
        regulation = Regulation(
            site="north",
            line="line",
            rules=RULES,
            channel=line,
            plant=replace(a_plant(site), follows=False),
            agreed=lambda now: OFFER,
        )
        for number in range(40):
            site.pass_s(CYCLE_S)
            line.set(OFFER.base_kw - (0.0 if number < 5 else 120.0), site.clock.now())
            site.soc_kwh = 0.5
            regulation.tick(site.clock.now())
        assert ("told but not moved" in regulation.wrong) is wrong


@dataclass(eq=False)
class StandsStill(RealSite):
    """Its meter gives the same digits from some instant on, as new readings."""

    from_s: float = float("inf")
    last_kw: float = 0.0

    def read_power(self) -> tuple[PowerReading, ...]:
        (reading,) = super().read_power()
        if (self.clock.now() - START).total_seconds() < self.from_s:
            self.last_kw = reading.kw
        return (replace(reading, kw=self.last_kw),)


def test_a_meter_that_stands_still_while_the_store_moves_is_not_believed() -> None:
    """Telemetry is invalid, the fault is named and noted, the response is what the store reads; one that moves again is
    believed again, and one that stands still while nothing moves is no fault."""
    site, line = StandsStill(clock=DrivenClock(START)), LineInMemory()
    plant = replace(a_plant(site), follows=False)
    regulation = Regulation(
        site="north", line="line", rules=RULES, channel=line, plant=plant, agreed=lambda now: OFFER
    )

    def ticks(count: int, swing_kw: float) -> None:
        for number in range(count):
            site.pass_s(CYCLE_S)
            site.load_kw = OFFER.base_kw + 0.01 * (number % 7)
            site.soc_kwh = 0.5
            line.set(OFFER.base_kw - swing_kw * (1.0 + 0.5 * (number % 3)), site.clock.now())
            regulation.tick(site.clock.now())

    ticks(20, 60.0)
    assert regulation.wrong == "" and said(plant)[0] == "meter"
    ticks(5, 0.0)
    site.from_s = (site.clock.now() - START).total_seconds()
    ticks(40, 0.0)
    assert "stands still" not in regulation.wrong
    ticks(40, 60.0)
    assert "stands still" in regulation.wrong and said(plant)[0] == "store"
    assert line.said[-1].quality.value == Quality.INVALID.value
    assert plant.response_kw == pytest.approx(-site.drawn_kw())
    assert any("repeated itself" in note.what for note in regulation.notes)
    site.from_s = float("inf")
    ticks(10, 60.0)
    assert regulation.wrong == "" and said(plant)[0] == "meter"
    assert line.said[-1].quality.value == Quality.GOOD.value


@dataclass(eq=False)
class FarAway(RealSite):
    """A store whose acts take a while to come back."""

    took: float = 0.1

    def took_s(self) -> float | None:
        return self.took


def test_a_way_that_is_slower_than_a_cycle_carries_no_set_points_and_is_tried_again() -> None:
    """It is named with what it took; after a minute one set-point tries it, and quick again it is led again."""
    site = FarAway(clock=DrivenClock(START))
    plant = a_plant(site)
    plant.aim(500.0, site.clock.now())
    assert site.drawn_kw() == pytest.approx(-100.0) and plant.told_s == 0.1
    site.took, told = 3.5, len(site.told)
    for _ in range(20):
        site.pass_s(CYCLE_S)
        plant.aim(450.0, site.clock.now())
    assert len(site.told) == told and site.drawn_kw() == 0.0
    assert "took 3.5 s" in plant.unheard and plant.saturated
    for _ in range(12):
        site.pass_s(CYCLE_S)
        plant.aim(450.0, site.clock.now())
    assert len(site.told) == told + 1
    site.took = 0.2
    site.pass_s(CYCLE_S)
    plant.aim(450.0, site.clock.now())
    assert plant.unheard == "" and site.drawn_kw() < 0.0
