"""Capacity for the grid in a real room: offered where a line of set-points calls it, else refused."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gridtide.case.real_room import read_real
from gridtide.finding import BadInput
from gridtide.fleet.device import Restraint, StoreReading
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.set_points.base_point import base_point
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import DEVICES, START, Feed, Queue, a_case, opened, over
from gridtide.trust.people import Person, Role

BATTERY = """
[site.battery]
energy_kwh = 1000
charge_max_kw = 300
discharge_max_kw = 300
"""
OFFER = """
[[site.offer]]
product = "{product}"
direction = "symmetric"
price_per_mw_h = 300
offered_max_kw = 150
hold_h = 0.5
"""
STORE = """
[[device]]
name = "battery"
kind = "modbus-battery"
store = "north"
host = "127.0.0.1"
"""
LINE = """
[[setpoint]]
site = "north"
line = "modbus"
port = 5020
"""


class Half:
    """A store that is half full and rests until it is told."""

    def __init__(self, clock: DrivenClock) -> None:
        self.clock = clock

    def read_store(self) -> StoreReading:
        """Half of what it holds."""
        at = self.clock.now()
        return StoreReading(
            of="north store", soc_kwh=500.0, charge_kw=0.0, discharge_kw=0.0, measured_at=at
        )

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Done."""
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="told", at=self.clock.now())

    def restraints(self) -> tuple[Restraint, ...]:
        """None that outlives a step."""
        return ()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Done."""
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="let go", at=self.clock.now())


def test_regulation_that_a_line_calls_is_offered_and_is_what_set_points_may_ask(
    tmp_path: Path,
) -> None:
    """The offer of the orders in force stands around the base point, until the next hour is decided."""
    clock = DrivenClock(START + timedelta(hours=4, minutes=32))
    offer = OFFER.format(product="regulation")
    path = a_case(tmp_path, hall("north"), BATTERY, offer, DEVICES, STORE, LINE)
    read = read_real(path, clock.now)
    real = over(read, Queue(clock), Feed(clock), **{"north store": Half(clock)})
    room, kept = opened(real, tmp_path, clock)
    by, offered = Person(name="li", role=Role.APPROVER), []
    for _ in range(7):
        room.go_on()
        for asked in room.proposals():
            said = room.approve(str(asked["id"]), str(asked["digest"]), by, "the store is free")
            assert said.held or asked["stage"] != "proposed"
        base = base_point(room.mandate.fleet, 0, room.orders, (0.0, 0.0), room.world.now)
        offered.append(0.0 if base is None else min(base.up_kw, base.down_kw))
    kept.close()
    assert room.undecided == "" and room.orders is not None
    assert offered[0] == 0.0 and offered[-1] > 0.0


@pytest.mark.parametrize("lacks", ["a line", "regulation"])
def test_capacity_that_nobody_calls_is_refused_by_name(tmp_path: Path, lacks: str) -> None:
    """A reserve comes by no set-point; a site without a line hears none."""
    product = "regulation" if lacks == "a line" else "reserve"
    line = "" if lacks == "a line" else LINE + "offer_kw = 50\n"
    offer = OFFER.format(product=product)
    path = a_case(tmp_path, hall("north"), BATTERY, offer, DEVICES, STORE, line)
    with pytest.raises(BadInput, match="capacity for the grid, called by no line of north"):
        read_real(path, lambda: START)
