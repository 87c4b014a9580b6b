"""Which connection costs least: by hand, and what holds whatever it costs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.grid.waiting_work import WaitingStep, WaitingWork, waited
from gridtide.invest.interconnection import ConnectionCosts, battery_kwh, ways_to_connect

COSTS = ConnectionCosts(
    currency="USD",
    curtailed_per_mwh=1_000.0,
    energy_per_mwh=50.0,
    reinforcement_per_kw_year=10.0,
    battery_per_kw_year=5.0,
    battery_per_kwh_year=20.0,
    battery_round_trip=0.8,
    genset_per_kw_year=30.0,
    genset_per_mwh=250.0,
)
ROOM = np.asarray([200.0, 60.0, 80.0, 200.0])
WORK = WaitingWork(
    of="a fleet",
    currency="CNY",
    steps=(WaitingStep(duration_h=4.0, kw=15.0, price_per_kwh=0.5, drawn_later=1.0),),
    catch_up_kw=50.0,
)


def test_every_way_by_hand() -> None:
    """100 kW where 40 and 20 kWh lack in two hours; off after outages 10 kWh of them, and 2 expected."""
    quick = np.asarray([200.0, 95.0, 95.0, 200.0])
    lines = np.asarray([0.0, 40.0, 5.0])
    costs = replace(COSTS, per_waiting_currency=0.2)
    held = waited(100.0, ROOM, WORK, 24)
    ways = ways_to_connect(100.0, ROOM, quick, 2.0, lines, costs, (held, "CNY"))
    told = {way.name: way for way in ways}
    assert [way.cost_per_year for way in ways] == sorted(way.cost_per_year for way in ways)
    assert told["firm, branches reinforced"].cost_per_year == pytest.approx(450.0)
    assert told["flexible, off before an outage"].cost_per_year == pytest.approx(60.0)
    assert told["flexible, off after an outage"].cost_per_year == pytest.approx(12.0)
    assert told["flexible with a genset"].cost_per_year == pytest.approx(40.0 * 30.0 + 60.0 * 0.2)
    battery = told["flexible with a battery"]
    assert dict(battery.built) == {"battery_kw": 40.0, "battery_kwh": pytest.approx(60.0)}
    assert battery.cost_per_year == pytest.approx(200.0 + 1_200.0 + 15.0 * 0.05)
    waits = told["flexible, work waits"]
    assert waits.unserved_kwh == pytest.approx(30.0)
    assert waits.cost_per_year == pytest.approx(30.0 * 0.5 * 0.2 + 30.0)


def test_another_currency_needs_a_rate() -> None:
    """Both are named, and the key that mends it."""
    held = waited(100.0, ROOM, WORK, 24)
    with pytest.raises(BadInput, match=r"USD, while .* CNY; .*per_waiting_currency"):
        ways_to_connect(100.0, ROOM, ROOM, 0.0, np.zeros(1), COSTS, (held, "CNY"))


@given(st.lists(st.floats(0.0, 200.0), min_size=2, max_size=40), st.floats(0.5, 1.0))
def test_the_battery_serves_every_hour_and_a_smaller_one_does_not(
    rooms: list[float], round_trip: float
) -> None:
    """Run through the year twice from full, hour by hour: it never lacks; with one hundredth less it does."""
    room, size = np.asarray(rooms), 100.0
    least = battery_kwh(size, room, round_trip)
    lack = np.maximum(size - room, 0.0)
    if not np.isfinite(least):
        assert lack.sum() > 0.0
        return
    assert runs_dry(least, room, size, round_trip) is False
    if least > 1.0:
        assert runs_dry(0.99 * least, room, size, round_trip)


def runs_dry(capacity: float, room: np.ndarray[tuple[int], np.dtype[np.float64]], size: float,
             round_trip: float) -> bool:  # fmt: skip
    """Whether a battery that begins full has too little in some hour."""
    strongest = max(0.0, float((size - room).max()))
    held = capacity
    for one in [*room, *room]:
        held += min(max(one - size, 0.0), strongest) * round_trip - max(size - one, 0.0)
        held = min(held, capacity)
        if held < -1e-6:
            return True
    return False


def test_no_battery_is_large_enough_where_room_lacks_more_than_it_gives() -> None:
    """Each hour lacks; nothing fills it."""
    assert battery_kwh(100.0, np.asarray([90.0, 90.0]), 0.9) == np.inf
