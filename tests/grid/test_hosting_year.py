"""How much load every bus takes in every hour: equal to looking at all pairs, and to the flow solved again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.grid.branches import Branches
from gridtide.grid.hosting_capacity import hosted_at
from gridtide.grid.hosting_year import HostingYear, hosting_year
from gridtide.grid.sensitivities import Sensitivities, flows_kw, sensitivities

Real = NDArray[np.float64]


def drawn_grid(seed: int) -> Branches:
    """A connected grid of up to nine buses, with chords that make most branches ones that may be lost."""
    rng = np.random.default_rng(seed)
    buses = int(rng.integers(3, 10))
    tree = [(int(rng.integers(0, bus)), bus) for bus in range(1, buses)]
    chords = [tuple(rng.choice(buses, 2, replace=False)) for _ in range(int(rng.integers(2, 9)))]
    ends = np.asarray([*tree, *chords], dtype=np.int64)
    rating = rng.uniform(50e3, 200e3, len(ends))
    return Branches(
        from_bus=ends[:, 0],
        to_bus=ends[:, 1],
        reactance_pu=rng.uniform(0.05, 0.5, len(ends)),
        rating_kw=rating,
        emergency_kw=rating * rng.uniform(1.0, 1.2, len(ends)),
    )


def drawn_hours(grid: Branches, found: Sensitivities, seed: int, hours: int) -> Real:
    """Flows of some hours, (H, L)."""
    fed = np.random.default_rng(seed).normal(0.0, 25e3, (hours, grid.buses))
    fed -= fed.mean(axis=1, keepdims=True)
    return np.asarray(fed @ found.ptdf.T)


def at_the_slack(grid: Branches) -> Real:
    """All that is added is fed at bus 0."""
    return np.asarray(np.eye(grid.buses)[0])


def year_of(grid: Branches, seed: int, hours: int, outages: bool) -> tuple[HostingYear, Real]:
    """All buses of a drawn grid over some hours."""
    found = sensitivities(grid, slack=0)
    flow = drawn_hours(grid, found, seed, hours)
    buses = np.arange(grid.buses)
    return hosting_year(grid, found, flow, at_the_slack(grid), buses, outages), flow


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_what_is_left_out_never_binds(seed: int, outages: bool) -> None:
    """Every hour and bus is that of looking at every pair alone, with the same branch and the same outage."""
    grid = drawn_grid(seed)
    found = sensitivities(grid, slack=0)
    year, flow = year_of(grid, seed + 1, 200, outages)
    for hour in range(0, 200, 23):
        for bus in range(grid.buses):
            alone = hosted_at(grid, found, flow[hour], bus, outages)
            assert year.hosted_kw[hour, bus] == pytest.approx(alone.hosted_kw, rel=1e-9, abs=1e-6)
            if np.isfinite(alone.hosted_kw):
                again = after_kw(grid, found, flow[hour], year, hour, bus)
                assert again == pytest.approx(1.0, abs=1e-9)


def after_kw(
    grid: Branches, found: Sensitivities, flow: Real, year: HostingYear, hour: int, bus: int
) -> float:
    """Loading of the branch that binds once the load that is hosted is there, solved again by Kirchhoff's laws."""
    lost, branch = int(year.lost[hour, bus]), int(year.branch[hour, bus])
    weight = 1.0 / np.asarray(grid.reactance_pu)
    if lost >= 0:
        weight[lost] = 0.0
    incidence = np.zeros((len(grid), grid.buses))
    rows = np.arange(len(grid))
    np.add.at(incidence, (rows, grid.from_bus), 1.0)
    np.add.at(incidence, (rows, grid.to_bus), -1.0)
    fed = np.linalg.lstsq(found.ptdf, flow, rcond=None)[0]
    fed[0] = 0.0
    fed[bus] -= year.hosted_kw[hour, bus]
    fed[0] -= fed.sum()
    angle = np.linalg.lstsq(incidence.T @ (weight[:, None] * incidence), fed, rcond=None)[0]
    solved = weight * (incidence @ angle)
    rating = grid.rating_kw if lost < 0 else grid.emergency_kw
    return float(abs(solved[branch]) / rating[branch])


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_outages_never_leave_more_room_where_emergency_ratings_are_the_normal_ones(
    seed: int,
) -> None:
    """N-1 looks at all that N-0 does, and more."""
    grid = drawn_grid(seed)
    now, _ = year_of(grid, seed, 50, outages=False)
    after, _ = year_of(grid, seed, 50, outages=True)
    assert (after.hosted_kw <= now.hosted_kw).all()


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 30), st.floats(1.0, 2.0))
def test_a_higher_rating_never_leaves_less_room(seed: int, which: int, more: float) -> None:
    """Of any branch, at every bus, in every hour."""
    grid = drawn_grid(seed)
    before, _ = year_of(grid, seed, 50, outages=True)
    factor = np.ones(len(grid))
    factor[which % len(grid)] = more
    raised = Branches(
        from_bus=grid.from_bus,
        to_bus=grid.to_bus,
        reactance_pu=grid.reactance_pu,
        rating_kw=grid.rating_kw * factor,
        emergency_kw=grid.emergency_kw * factor,
    )
    after, _ = year_of(raised, seed, 50, outages=True)
    assert (after.hosted_kw >= before.hosted_kw).all()


def test_net_1_over_hours_and_fed_from_elsewhere() -> None:
    """The triangle of equal branches of 100 MW: 150 MW at N-0, 100 at N-1; half fed at bus 2: 200 and 100 MW."""
    grid = Branches(
        from_bus=np.asarray([0, 1, 0]),
        to_bus=np.asarray([1, 2, 2]),
        reactance_pu=np.full(3, 0.1),
        rating_kw=np.full(3, 100e3),
        emergency_kw=np.full(3, 100e3),
    )
    found = sensitivities(grid, slack=0)
    flow = np.stack([flows_kw(found, np.asarray([kw, 0.0, -kw])) for kw in (0.0, 30e3)])
    third, slack = np.asarray([2]), np.asarray([1.0, 0.0, 0.0])
    now = hosting_year(grid, found, flow, slack, third, outages=False)
    assert now.hosted_kw[:, 0] == pytest.approx([150e3, 120e3])
    after = hosting_year(grid, found, flow, slack, third, outages=True)
    assert after.hosted_kw[:, 0] == pytest.approx([100e3, 70e3])
    halves = np.asarray([0.5, 0.5, 0.0])
    shared = hosting_year(grid, found, flow[:1], halves, third, outages=False)
    assert shared.hosted_kw[0, 0] == pytest.approx(200e3)
    shared = hosting_year(grid, found, flow[:1], halves, third, outages=True)
    assert shared.hosted_kw[0, 0] == pytest.approx(100e3)
    with pytest.raises(ValueError, match="add up to 1"):
        hosting_year(grid, found, flow, slack / 2.0, third, outages=True)


def test_what_a_branch_does_not_notice_does_not_bind_it() -> None:
    """A branch that carries less than the least share of the added load is not held to bind by it."""
    grid = drawn_grid(3)
    found = sensitivities(grid, slack=0)
    flow = drawn_hours(grid, found, 4, 30)
    bus, fed = np.asarray([1]), at_the_slack(grid)
    every = hosting_year(grid, found, flow, fed, bus, outages=True)
    large = hosting_year(grid, found, flow, fed, bus, outages=True, least_effect=0.3)
    none = hosting_year(grid, found, flow, fed, bus, outages=True, least_effect=3.0)
    assert (large.hosted_kw >= every.hosted_kw).all()
    assert np.isinf(none.hosted_kw).all() and (none.branch == -1).all() and (none.lost == -1).all()
