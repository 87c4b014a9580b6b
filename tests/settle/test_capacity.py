"""Capacity is paid where it was there through its block, and what was not is counted."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.fleet.product import Direction
from gridtide.fleet.site import Battery, Site
from gridtide.settle.capacity import SiteMeters, held_share, settle_capacity
from gridtide.testing.offering import capacity_product
from gridtide.testing.studies import small_study


def site_with(direction: Direction) -> Site:
    """A site with a lossless store of 10 kW and 20 kWh that offers one product."""
    site = small_study(0).fleet.sites[1]
    battery = Battery(
        energy_kwh=20.0,
        charge_max_kw=10.0,
        discharge_max_kw=10.0,
        charge_efficiency=1.0,
        discharge_efficiency=1.0,
        soc_min=0.1,
    )
    product = capacity_product(50.0, direction=direction, hold_h=1.0)
    return replace(site, battery=battery, products=(product,))


def meters(offered_kw: float, store_kwh: list[float], import_kw: float = 100.0) -> SiteMeters:
    """Four quarters of an hour of a store at rest, drawn from its levels as each quarter ends."""
    level = np.asarray(store_kwh)
    none = np.zeros(4)
    return SiteMeters(
        import_kw=np.full(4, import_kw),
        export_kw=none,
        charge_kw=none,
        discharge_kw=none,
        store_before_kwh=np.append(level[0], level[:-1]),
        store_kwh=level,
        import_max_kw=np.full(4, 256.0),
        export_max_kw=np.zeros(4),
        hours=np.full(4, 0.25),
        offered_kw=np.full((1, 4), offered_kw),
        block=np.zeros((1, 4), dtype=np.int64),
    )


def paid(direction: Direction, seen: SiteMeters) -> tuple[float, float]:
    """Revenue, and kilowatt-hours of capacity not held."""
    found = settle_capacity(site_with(direction), np.full((1, 4), 50.0), seen)
    return found.revenue, found.not_held_kw_h


def test_an_hour_held_is_paid_by_hand() -> None:
    """8 kW through an hour at 50 per MW and hour: 0.4."""
    assert paid(Direction.SYMMETRIC, meters(8.0, [10.0] * 4)) == pytest.approx((0.4, 0.0))


def test_a_block_is_paid_for_its_least_quarter() -> None:
    """6 kWh above the least hold 6 of 8 kW in two quarters; the hour is paid for 6, 2 kW lack for half of it."""
    seen = meters(8.0, [10.0, 8.0, 10.0, 10.0])
    assert paid(Direction.UP, seen) == pytest.approx((0.3, 1.0))


def test_room_is_asked_for_by_calls_to_draw_more() -> None:
    """With 16 of 20 kWh stored there is room for 4 of 8."""
    assert paid(Direction.DOWN, meters(8.0, [16.0] * 4)) == pytest.approx((0.2, 4.0))
    assert paid(Direction.UP, meters(8.0, [16.0] * 4)) == pytest.approx((0.4, 0.0))


def test_nobody_draws_less_than_nothing() -> None:
    """A site that draws 2 kW and may not export can take off 2."""
    share = held_share(site_with(Direction.UP), meters(8.0, [10.0] * 4, import_kw=2.0))
    assert share[0] == pytest.approx(0.25)


def test_what_may_not_be_fed_in_while_a_call_says_so_is_no_capacity() -> None:
    """At rest 8 kW may be given into the grid; in the quarters of a limit of export of 3 kW only that much."""
    seen = replace(
        meters(8.0, [20.0] * 4, import_kw=0.0), export_max_kw=np.asarray([8.0, 3.0, 3.0, 8.0])
    )
    free = replace(seen, export_max_kw=np.full(4, 8.0))
    assert paid(Direction.UP, free) == pytest.approx((0.4, 0.0))
    assert paid(Direction.UP, seen)[1] == pytest.approx(2 * 0.25 * 5.0)


def test_power_that_is_given_already_cannot_be_called() -> None:
    """A store that gives 6 of its 10 kW holds 4 of 8."""
    seen = replace(meters(8.0, [10.0] * 4), discharge_kw=np.full(4, 6.0))
    assert held_share(site_with(Direction.UP), seen)[0] == pytest.approx(0.5)
