"""Flows without losses, outages and the load a bus takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.grid.branches import Branches, bridges
from gridtide.grid.hosting_capacity import hosted_at
from gridtide.grid.sensitivities import flows_after_kw, flows_kw, sensitivities


def ring(ratings_kw: float = 100_000.0) -> Branches:
    """Three buses, three equal branches: 1-2, 2-3, 1-3."""
    return Branches(
        from_bus=np.asarray([0, 1, 0]),
        to_bus=np.asarray([1, 2, 2]),
        reactance_pu=np.full(3, 0.1),
        rating_kw=np.full(3, ratings_kw),
        emergency_kw=np.full(3, ratings_kw),
    )


def test_net_1_flows_outage_and_hosting_of_a_triangle() -> None:
    """150 MW at bus 3: 50/50/100; without 1-3 150/150; LODF(1-2, 1-3) = 1; ratings of 100 host 150 and 100 MW."""
    grid = ring()
    found = sensitivities(grid, slack=0)
    flow = flows_kw(found, np.asarray([150e3, 0.0, -150e3]))
    assert flow == pytest.approx([50e3, 50e3, 100e3])
    assert flows_after_kw(found, flow, lost=2)[:2] == pytest.approx([150e3, 150e3])
    assert found.lodf[0, 2] == pytest.approx(1.0)
    empty = np.zeros(3)
    alone = hosted_at(grid, found, empty, bus=2, outages=False)
    assert alone.hosted_kw == pytest.approx(150e3)
    assert (alone.branch, alone.lost) == (2, -1)
    assert hosted_at(grid, found, empty, bus=2, outages=True).hosted_kw == pytest.approx(100e3)


def drawn(seed: int) -> Branches:
    """A connected grid of up to twelve buses with chords, and twins of some branches."""
    rng = np.random.default_rng(seed)
    buses = int(rng.integers(3, 12))
    tree = [(int(rng.integers(0, bus)), bus) for bus in range(1, buses)]
    chords = [tuple(rng.choice(buses, 2, replace=False)) for _ in range(int(rng.integers(0, 8)))]
    ends = np.asarray([*tree, *chords], dtype=np.int64)
    count = len(ends)
    return Branches(
        from_bus=ends[:, 0],
        to_bus=ends[:, 1],
        reactance_pu=rng.uniform(0.05, 0.5, count),
        rating_kw=rng.uniform(50e3, 200e3, count),
        emergency_kw=rng.uniform(200e3, 300e3, count),
    )


def without(grid: Branches, lost: int) -> Branches:
    """The grid with one branch less."""
    names = ("from_bus", "to_bus", "reactance_pu", "rating_kw", "emergency_kw")
    return Branches(**{name: np.delete(getattr(grid, name), lost) for name in names})


@given(st.integers(0, 10_000))
def test_an_outage_by_factors_is_the_flow_solved_again_and_bridges_are_what_has_no_way_around(
    seed: int,
) -> None:
    """For every branch of drawn grids, parallel ones among them."""
    grid = drawn(seed)
    found = sensitivities(grid, slack=0)
    injection = np.random.default_rng(seed + 1).normal(0.0, 50e3, grid.buses)
    injection[0] -= injection.sum()
    flow = flows_kw(found, injection)
    splits = bridges(grid)
    for lost in range(len(grid)):
        left = without(grid, lost)
        if splits[lost]:
            if left.buses == grid.buses and len(left):
                reach = {0}
                for _ in range(grid.buses):
                    for one, other in zip(left.from_bus, left.to_bus, strict=True):
                        if one in reach or other in reach:
                            reach |= {int(one), int(other)}
                assert len(reach) < grid.buses
            continue
        again = flows_kw(sensitivities(left, slack=0), injection)
        after = np.delete(flows_after_kw(found, flow, lost), lost)
        assert after == pytest.approx(again, abs=1e-5)


@given(st.integers(0, 10_000), st.booleans())
def test_a_bus_takes_what_it_is_said_to_and_not_a_kilowatt_more(seed: int, outages: bool) -> None:
    """At the hosted load every rating holds, as the grid stands and after any outage; one per cent more breaks one."""
    grid = drawn(seed)
    found = sensitivities(grid, slack=0)
    bus = grid.buses - 1
    hosted = hosted_at(grid, found, np.zeros(len(grid)), bus, outages)

    def holds(load_kw: float) -> bool:
        injection = np.zeros(grid.buses)
        injection[0], injection[bus] = load_kw, -load_kw
        flow = flows_kw(found, injection)
        held = bool((np.abs(flow) <= grid.rating_kw * (1 + 1e-9)).all())
        for lost in np.flatnonzero(~found.is_bridge) if outages else []:
            after = np.abs(flows_after_kw(found, flow, int(lost)))
            held &= bool((after <= grid.emergency_kw * (1 + 1e-9)).all())
        return held

    assert holds(hosted.hosted_kw)
    assert not holds(1.01 * hosted.hosted_kw)


def test_a_grid_in_parts_a_loop_to_itself_and_no_reactance_are_refused() -> None:
    """Each with its reason."""
    nought = np.zeros(1, dtype=np.int64)
    names = {"rating_kw": np.ones(1), "emergency_kw": np.ones(1)}
    with pytest.raises(ValueError, match="to itself"):
        Branches(from_bus=nought, to_bus=nought, reactance_pu=np.ones(1), **names)
    with pytest.raises(ValueError, match="a reactance is 0"):
        Branches(from_bus=nought, to_bus=nought + 1, reactance_pu=np.zeros(1), **names)
    parts = Branches(
        from_bus=np.asarray([0, 2]),
        to_bus=np.asarray([1, 3]),
        reactance_pu=np.ones(2),
        rating_kw=np.ones(2),
        emergency_kw=np.ones(2),
    )
    with pytest.raises(ValueError, match="several parts"):
        sensitivities(parts, slack=0)
