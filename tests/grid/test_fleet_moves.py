"""A fleet that chases a price makes an overload that it does not make within the room of the grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.grid.branches import Branches
from gridtide.grid.fleet_moves import (
    Sites,
    by_price_alone,
    carried_by,
    within_the_room,
)
from gridtide.grid.lossless_grid import LosslessGrid, flow_after
from gridtide.grid.sensitivities import sensitivities

CLOSE_KW = 0.05


def ring(rating_kw: float, emergency_kw: float) -> LosslessGrid:
    """Three buses, three equal branches: 1-2, 2-3, 1-3; the first feeds."""
    branches = Branches(
        from_bus=np.asarray([0, 1, 0]),
        to_bus=np.asarray([1, 2, 2]),
        reactance_pu=np.full(3, 0.1),
        rating_kw=np.full(3, rating_kw),
        emergency_kw=np.full(3, emergency_kw),
    )
    return LosslessGrid(
        branches=branches, factors=sensitivities(branches, 0), standing_kw=np.zeros(3), slack=0
    )


def sites_at(bus: list[int], least_kw: float, most_kw: float) -> Sites:
    """Sites alike at some buses."""
    many = len(bus)
    return Sites(
        names=tuple(f"site {k}" for k in range(many)),
        bus=np.asarray(bus),
        least_kw=np.full(many, least_kw),
        most_kw=np.full(many, most_kw),
        ramp_kw_per_min=np.full(many, 1_000.0),
        move_price_per_mwh=np.full(many, 5.0),
    )


def test_the_cheapest_hours_are_filled_first_and_energy_stays() -> None:
    """Two hours, 30 and 10 a MWh: all that may move goes to the second."""
    sites = sites_at([2], 20e3, 90e3)
    moved = by_price_alone(sites, np.asarray([[50e3], [50e3]]), np.asarray([30.0, 10.0]))
    assert moved.drawn_kw == pytest.approx(np.asarray([[20e3], [80e3]]))
    assert moved.cost == pytest.approx(20 * 30 + 80 * 10)


def test_a_price_chasing_fleet_overloads_the_triangle_and_ours_does_not() -> None:
    """50 MW at bus 3 in both hours, 100 MW with its other load of 50. After the loss of 1-3 all of it goes 1-2-3,
    rated 110 MW then: of the 40 MW that would move to the cheap hour 10 fit."""
    grid = ring(100e3, 110e3)
    sites = sites_at([2], 10e3, 90e3)
    drawn, price = np.full((2, 1), 50e3), np.asarray([30.0, 10.0])
    load = np.zeros(3)
    load[2] = -100e3
    flow = np.tile(grid.factors.ptdf @ load, (2, 1))
    feeding = np.tile([1.0, 0.0, 0.0], (2, 1))
    naive = by_price_alone(sites, drawn, price)
    after = flow[1] + carried_by(grid, sites, naive.drawn_kw[1] - drawn[1], feeding[1])
    assert np.nanmax(np.abs(flow_after(grid, after))) == pytest.approx(140e3)
    ours = within_the_room(grid, sites, drawn, price, flow, feeding)
    assert ours.drawn_kw == pytest.approx(np.asarray([[40e3], [60e3]]), abs=CLOSE_KW)
    kept = flow[1] + carried_by(grid, sites, ours.drawn_kw[1] - drawn[1], feeding[1])
    assert np.nanmax(np.abs(flow_after(grid, kept))) <= 110e3 + CLOSE_KW
    assert naive.cost < ours.cost < 50 * 30 + 50 * 10


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_moves_within_the_room_make_no_overload_and_lose_no_energy(seed: int) -> None:
    """For drawn loads and prices: energy of each site kept, bounds kept, no branch over its rating or over what it
    carried before, as the grid stands and after each outage; cheaper than not moving, dearer than by price alone."""
    rng = np.random.default_rng(seed)
    grid = ring(*np.sort(rng.uniform(60e3, 140e3, 2)))
    hours = int(rng.integers(2, 6))
    sites = sites_at([1, 2], 10e3, 70e3)
    drawn = rng.uniform(10e3, 70e3, (hours, 2))
    price = rng.uniform(-10.0, 80.0, hours)
    load = np.zeros((hours, 3))
    load[:, 1:] = -drawn - rng.uniform(0.0, 50e3, (hours, 2))
    flow = load @ grid.factors.ptdf.T
    feeding = rng.dirichlet(np.ones(3), hours)
    ours = within_the_room(grid, sites, drawn, price, flow, feeding)
    assert ours.drawn_kw.sum(axis=0) == pytest.approx(drawn.sum(axis=0))
    assert (ours.drawn_kw >= sites.least_kw - CLOSE_KW).all()
    assert (ours.drawn_kw <= sites.most_kw + CLOSE_KW).all()
    for hour in range(hours):
        more = ours.drawn_kw[hour] - drawn[hour]
        now = flow[hour] + carried_by(grid, sites, more, feeding[hour])
        kept = np.maximum(grid.branches.rating_kw, np.abs(flow[hour]))
        assert (np.abs(now) <= kept + CLOSE_KW).all()
        before = np.abs(flow_after(grid, flow[hour]))
        kept_after = np.maximum(grid.branches.emergency_kw[:, None], before)
        assert (np.abs(flow_after(grid, now)) <= kept_after + CLOSE_KW).all()
    still = float(price @ drawn.sum(axis=1)) / 1000.0
    assert by_price_alone(sites, drawn, price).cost <= ours.cost + 0.01
    assert ours.cost <= still + 0.01
