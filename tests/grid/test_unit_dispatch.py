"""Units of an hour: lowest outputs, curtailment at a price, who feeds one kilowatt more."""

import numpy as np
import pytest

from gridtide.grid.branches import Branches
from gridtide.grid.lossless_grid import LosslessGrid
from gridtide.grid.sensitivities import sensitivities
from gridtide.grid.unit_dispatch import Running, dispatched, feeding_shares
from gridtide.grid.units import Units

BLOCK = 2


def ring(rating_kw: float = 1e9) -> LosslessGrid:
    """Three buses, three equal branches."""
    branches = Branches(
        from_bus=np.asarray([0, 1, 0]),
        to_bus=np.asarray([1, 2, 2]),
        reactance_pu=np.full(3, 0.1),
        rating_kw=np.full(3, rating_kw),
        emergency_kw=np.full(3, rating_kw),
    )
    return LosslessGrid(
        branches=branches, factors=sensitivities(branches, 0), standing_kw=np.zeros(3), slack=0
    )


def units_of(*rows: tuple[int, float, float, float]) -> Units:
    """Units of (bus, lowest kW, highest kW, price), two steps each, the second 5 dearer unless it is free."""
    bus, lowest, highest, price = (np.asarray(column) for column in zip(*rows, strict=True))
    many = len(rows)
    zero = np.zeros(many)
    return Units(
        names=tuple(f"unit {k}" for k in range(many)),
        bus=bus,
        area=("1",) * many,
        fuel=("any",) * many,
        technology=("any",) * many,
        min_kw=lowest,
        max_kw=highest,
        block_kw=np.repeat(highest[:, None] / BLOCK, BLOCK, axis=1),
        block_price_per_mwh=price[:, None] + np.where(price > 0.0, 5.0, 0.0)[:, None] * [0.0, 1.0],
        no_load_cost_per_h=zero,
        start_cost=zero,
        ramp_kw_per_min=zero,
        outage_rate=zero,
        repair_h=zero,
        min_up_h=zero,
        min_down_h=zero,
        inertia_s=zero,
        rated_kva=highest,
        machine_pu=zero,
        transformer_pu=zero,
        carbon_g_per_kwh=zero,
        currency="USD",
    )


def at_bus_3(load_kw: float) -> np.ndarray:
    """All of a load at the third bus."""
    return np.asarray([0.0, 0.0, load_kw])


def test_a_unit_keeps_its_lowest_output_or_is_stopped() -> None:
    """100 at 20, lowest 40; 100 at 30, lowest 60. 120 drawn: the second would give 20, less than half of 60, and is
    stopped only if the rest can be served; it cannot, so both run and the first gives way."""
    units = units_of((0, 40e3, 100e3, 20.0), (1, 60e3, 100e3, 30.0))
    found = dispatched(ring(), units, at_bus_3(120e3), units.max_kw)
    assert found.running is Running.KEPT_ON
    assert found.fed_kw == pytest.approx([60e3, 60e3])
    found = dispatched(ring(), units, at_bus_3(90e3), units.max_kw)
    assert found.fed_kw == pytest.approx([90e3, 0.0])
    assert found.cost_per_h == pytest.approx(50 * 20 + 40 * 25)


def test_lowest_outputs_that_cannot_be_kept_are_said_not_to_be() -> None:
    """30 drawn, 40 the lowest of the only unit."""
    units = units_of((0, 40e3, 100e3, 20.0))
    found = dispatched(ring(), units, at_bus_3(30e3), units.max_kw)
    assert found.running is Running.NOT_KEPT and found.fed_kw == pytest.approx([30e3])


def test_what_is_free_is_taken_first_and_its_curtailment_is_counted_and_priced() -> None:
    """Free power of 150 behind lines that bring 75; at 60 a MWh curtailed even a dear step is no reason to take less,
    and the price at the free bus is that of curtailing less, below 0."""
    units = units_of((0, 0.0, 150e3, 0.0), (2, 0.0, 100e3, 40.0))
    tight = ring(50e3)
    found = dispatched(tight, units, at_bus_3(120e3), units.max_kw)
    assert found.fed_kw == pytest.approx([75e3, 45e3])
    assert found.curtailed_kw == pytest.approx(75e3)
    assert found.optimum.price_per_mwh[0] == pytest.approx(0.0)
    priced = dispatched(tight, units, at_bus_3(120e3), units.max_kw, curtail_price_per_mwh=60.0)
    assert priced.fed_kw == pytest.approx(found.fed_kw)
    assert priced.optimum.price_per_mwh[0] == pytest.approx(-60.0)
    assert priced.cost_per_h == pytest.approx(found.cost_per_h) == pytest.approx(45 * 40)


def test_one_kilowatt_more_is_fed_by_units_that_run_and_have_a_cost() -> None:
    """Shares of their room; what is free gives all it can already."""
    units = units_of((0, 0.0, 50e3, 0.0), (1, 0.0, 100e3, 20.0), (2, 0.0, 100e3, 90.0))
    found = dispatched(ring(), units, at_bus_3(110e3), units.max_kw)
    assert feeding_shares(units, found) == pytest.approx([0.0, 1.0, 0.0])
    full = dispatched(ring(), units, at_bus_3(150e3), units.max_kw)
    assert feeding_shares(units, full) == pytest.approx([0.0, 0.0, 1.0])


def test_with_emergency_ratings_kept_ahead_it_costs_no_less() -> None:
    """The loss of 1-3 leaves one way, rated 90: the dear unit at the load runs."""
    units = units_of((0, 0.0, 200e3, 20.0), (2, 0.0, 200e3, 50.0))
    plain = dispatched(ring(90e3), units, at_bus_3(120e3), units.max_kw)
    ahead = dispatched(ring(90e3), units, at_bus_3(120e3), units.max_kw, outages=True)
    assert plain.fed_kw == pytest.approx([120e3, 0.0])
    assert ahead.fed_kw == pytest.approx([90e3, 30e3])
    known = dispatched(ring(90e3), units, at_bus_3(120e3), units.max_kw, known=ahead)
    assert known.cost_per_h <= ahead.cost_per_h
