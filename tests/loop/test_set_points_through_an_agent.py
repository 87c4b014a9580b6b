"""A store behind a site agent under set-points: the agent dials in, keeps its bounds, and ends what nobody renews."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from gridtide.devices.far_site import FarStore, SiteDesk
from gridtide.doors.agent.running import report_of
from gridtide.fleet.site import Battery
from gridtide.loop.beside import Beside, Pace, beside
from gridtide.loop.clock import WallClock, steady_s
from gridtide.loop.set_points.led_plant import BasePoint, LedPlant, held_s
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.set_points.store_part import StorePart
from gridtide.loop.site_agent import AgentMemory, AgentTerms, SiteAgent
from gridtide.testing.told_store import ToldStore
from gridtide.trust.bounds import Bounds
from gridtide.wire.agent_line import Poll

OFFER = BasePoint(base_kw=600.0, up_kw=200.0, down_kw=150.0)
BATTERY = Battery(energy_kwh=500.0, charge_max_kw=300.0, discharge_max_kw=300.0)
CYCLE_S = 1.0


class NoDisk:
    """Keeps nothing."""

    def write(self, memory: AgentMemory) -> None:
        """Nothing outlives this test."""


@contextmanager
def dialling(agent: SiteAgent, desk: SiteDesk, store: ToldStore) -> Iterator[None]:
    """The agent asks its brain again and again, as over a line that is quick."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.01):
            report = report_of({"battery": store}, store.now())
            poll = Poll(wait_s=0.0, taken=(), outcomes=agent.pending(), report=report)
            reply = desk.polled(poll)
            agent.heard(reply.acknowledged)
            for order in reply.orders:
                agent.take(order.device, order.ticket, order.act)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def until_it_draws(plant: LedPlant, store: ToldStore, target_kw: float, wanted_kw: float) -> None:
    """Aim until the store does what is wanted."""
    clock = WallClock()
    for _ in range(200):
        plant.aim(target_kw, clock.now())
        if store.drawn_kw() == pytest.approx(wanted_kw):
            return
        clock.wait_until(clock.now() + timedelta(seconds=0.02))
    raise AssertionError(f"{store.drawn_kw()} kW, {plant.unheard}")


def test_a_store_behind_an_agent_follows_within_the_bounds_of_its_site_and_the_way_is_measured() -> (
    None
):
    """What its agent refuses is named; where nobody dials in any more nothing is told, and the store rests."""
    clock = WallClock()
    store = ToldStore(now=clock.now, soc_kwh=250.0)
    desk = SiteDesk(site="north", now=clock.now, stale_s=1.0)
    memory = AgentMemory(bounds={"battery": Bounds(discharge_max_kw=120.0)})
    terms = AgentTerms(devices={"battery": store}, schedule=(), silent_after_s=60.0)
    agent = SiteAgent(terms, memory, NoDisk(), clock.now, steady_s, lambda what, who, said: None)
    pace = Pace(read_every_s=0.05, read_oldest_s=2.0)
    far: Beside = beside(
        FarStore(desk, "battery", "north store"), "north store", clock.now, steady_s, pace
    )
    led = LedStore(name="north store", device=far)  # type: ignore[arg-type]
    part = StorePart(store=led, battery=BATTERY, hold_s=held_s(CYCLE_S), heard_beside=True)
    plant = LedPlant(cycle_s=CYCLE_S, store=part, base=OFFER)
    with dialling(agent, desk, store):
        far.start()
        until_it_draws(plant, store, 500.0, -100.0)
        assert plant.told_s is not None and 0.0 < plant.told_s < CYCLE_S
        for _ in range(50):
            plant.aim(450.0, clock.now())
            if "120" in plant.unheard:
                break
            clock.wait_until(clock.now() + timedelta(seconds=0.02))
        assert "120" in plant.unheard and store.drawn_kw() >= -120.0
    until_it_draws(plant, store, 450.0, 0.0)
    far.close()
