"""A year that is fed at least cost within all ratings: beside one linear program with every rating in it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from gridtide.grid.branches import Branches
from gridtide.grid.grid_over_year import GridOverYear
from gridtide.grid.hosting_redispatched import hosting_redispatched
from gridtide.grid.hosting_system import HostingSystem, standing_of
from gridtide.grid.hosting_year import hosting_year
from gridtide.grid.network import Machines, injected_kw, lossless_kw
from gridtide.grid.secure_year import FedYear, fed_year
from gridtide.grid.sensitivities import Sensitivities, sensitivities
from gridtide.grid.system_year import SystemYear, bus_load_kw
from gridtide.grid.units import Units
from gridtide.testing.instances.networks import network

Real = NDArray[np.float64]
HOURS = 12


def grid_of(seed: int) -> Branches:
    """Six buses in a ring with two chords: any branch may be lost."""
    rng = np.random.default_rng(seed)
    rating = rng.uniform(60e3, 150e3, 8)
    return Branches(
        from_bus=np.asarray([0, 1, 2, 3, 4, 5, 0, 1]),
        to_bus=np.asarray([1, 2, 3, 4, 5, 0, 3, 4]),
        reactance_pu=rng.uniform(0.05, 0.3, 8),
        rating_kw=rating,
        emergency_kw=1.1 * rating,
    )


def units_of(seed: int) -> Units:
    """Five units of two steps each, at drawn buses and prices; the last depends on the weather."""
    rng = np.random.default_rng(seed + 1)
    block = rng.uniform(20e3, 80e3, (5, 2))
    price = np.cumsum(rng.uniform(1.0, 30.0, (5, 2)), axis=1)
    price[4] = 0.0
    many = {
        name: np.zeros(5)
        for name in (
            "min_kw", "no_load_cost_per_h", "start_cost", "ramp_kw_per_min", "outage_rate", "repair_h", "min_up_h",
            "min_down_h", "inertia_s", "rated_kva", "machine_pu", "transformer_pu", "carbon_g_per_kwh",
        )
    }  # fmt: skip
    return Units(
        names=tuple("abcde"),
        bus=rng.integers(0, 6, 5),
        area=("1",) * 5,
        fuel=("Gas",) * 5,
        technology=("CT",) * 5,
        max_kw=block.sum(axis=1),
        block_kw=block,
        block_price_per_mwh=price,
        currency="USD",
        **many,
    )


def year_of(seed: int, units: Units) -> SystemYear:
    """Twelve hours of one area."""
    rng = np.random.default_rng(seed + 2)
    share = rng.uniform(0.1, 1.0, 6)
    available = np.full((HOURS, 5), np.nan)
    available[:, 4] = units.max_kw[4] * rng.uniform(0.0, 1.0, HOURS)
    return SystemYear(
        areas=("1",),
        load_kw=rng.uniform(0.2, 0.5, (HOURS, 1)) * units.max_kw.sum(),
        bus_area=np.zeros(6, dtype=np.int64),
        bus_share=share / share.sum(),
        available_kw=available,
    )


def shift_kw(grid: Branches, seed: int) -> Real:
    """What two branches shift in every other system, (L,): base x shift / reactance."""
    shifting = (np.arange(len(grid)) % 5 == 2) & (seed % 2 == 1)
    rng = np.random.default_rng(seed + 3)
    shift = np.deg2rad(rng.uniform(-8.0, 8.0, len(grid)))
    return np.where(shifting, 100e3 * shift / grid.reactance_pu, 0.0)


def around_kw(grid: Branches, shifted_kw: Real) -> Real:
    """What shifts alone drive on each branch, as the grid stands and after every outage in the order of
    `ratings_of`: angles solved again without the branch, whose shift is lost with it."""
    order = np.arange(len(grid))
    ends = np.zeros((len(grid), 6))
    ends[order, grid.from_bus], ends[order, grid.to_bus] = 1.0, -1.0
    found = []
    for kept in [order, *(order[order != lost] for lost in order)]:
        stiff = ends[kept] / grid.reactance_pu[kept, None]
        angle = np.linalg.lstsq(ends[kept].T @ stiff, ends[kept].T @ shifted_kw[kept])[0]
        found.append(stiff @ angle - shifted_kw[kept])
    return np.concatenate(found)


def ratings_of(grid: Branches, found: Sensitivities) -> tuple[Real, Real]:
    """Effect of each bus on every branch as the grid stands and after every outage, and the rating of each."""
    rows, most = [found.ptdf], [grid.rating_kw]
    for lost in range(len(grid)):
        after = found.ptdf + np.outer(found.lodf[:, lost], found.ptdf[lost])
        kept = np.arange(len(grid)) != lost
        rows.append(after[kept])
        most.append(grid.emergency_kw[kept])
    return np.vstack(rows), np.concatenate(most)


def best(
    grid: Branches,
    found: Sensitivities,
    units: Units,
    year: SystemYear,
    around: Real,
    hour: int,
    bus: int | None,
) -> float | None:
    """Least cost per hour, or with a bus the most load at it; None where nothing keeps all ratings."""
    effect, rating = ratings_of(grid, found)
    drawn = bus_load_kw(year)[hour]
    of_unit = np.repeat(np.arange(5), 2)
    most = units.block_kw.ravel().copy()
    available = year.available_kw[hour, 4]
    most[8], most[9] = min(most[8], available), np.clip(available - most[8], 0.0, most[9])
    columns = effect[:, units.bus[of_unit]]
    cost = units.block_price_per_mwh.ravel() / 1000.0
    equal = np.ones((1, 10))
    if bus is not None:
        columns = np.column_stack([columns, -effect[:, bus]])
        cost, most = np.append(np.zeros(10), -1.0), np.append(most, 1e9)
        equal = np.append(equal, [[-1.0]], axis=1)
    passing = effect @ drawn - around
    found_best = linprog(
        cost,
        A_ub=np.vstack([columns, -columns]),
        b_ub=np.concatenate([rating + passing, rating - passing]),
        A_eq=equal,
        b_eq=[drawn.sum()],
        bounds=np.column_stack([np.zeros(len(most)), most]),
        method="highs",
    )
    return float(abs(found_best.fun)) if found_best.status == 0 else None


def over_year(
    grid: Branches, found: Sensitivities, units: Units, year: SystemYear, around: Real
) -> GridOverYear:
    """With no load but that of areas."""
    return GridOverYear(
        branches=grid,
        found=found,
        units=units,
        year=year,
        drawn_kw=np.zeros(6),
        standing_kw=around[: len(grid)],
    )


def fed(
    seed: int, secure: bool = True
) -> tuple[Branches, Sensitivities, Units, SystemYear, Real, FedYear]:
    """A drawn system, what its shifts drive around, and its dispatch."""
    grid, units = grid_of(seed), units_of(seed)
    found, year = sensitivities(grid, slack=0), year_of(seed, units)
    around = around_kw(grid, shift_kw(grid, seed))
    course = fed_year(over_year(grid, found, units, year, around), secure)
    return grid, found, units, year, around, course


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_each_hour_is_fed_at_least_cost_within_all_ratings(seed: int) -> None:
    """Its cost is that of a program with every rating and outage in it; flows keep them; supply meets load."""
    grid, found, units, year, around, course = fed(seed)
    effect, rating = ratings_of(grid, found)
    drawn = bus_load_kw(year)
    for hour in range(HOURS):
        least = best(grid, found, units, year, around, hour, None)
        if least is None:
            assert course.over_kw[hour] > 0.0 or course.unfed_kw[hour] > 0.0
            continue
        assert course.cost_per_h[hour] == pytest.approx(least, rel=1e-6, abs=1e-3)
        net = np.bincount(units.bus, course.fed_kw[hour], minlength=6) - drawn[hour]
        assert net.sum() == pytest.approx(0.0, abs=1e-3)
        assert (np.abs(effect @ net + around) <= rating + 1.1).all()
        assert course.flow_kw[hour] == pytest.approx(found.ptdf @ net + around[:8], abs=1e-3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_cheapest_first_is_never_dearer_and_stays_where_it_keeps_all_ratings(seed: int) -> None:
    """Only hours that it would overload are dispatched again."""
    *_, secure = fed(seed)
    *_, merit = fed(seed, secure=False)
    assert (secure.merit_cost_per_h <= secure.cost_per_h + 1e-6).all()
    same = ~secure.redispatched
    assert (secure.fed_kw[same] == merit.fed_kw[same]).all()
    assert not merit.redispatched.any()
    assert (merit.over_kw[same] == 0.0).all() and (merit.over_kw[~same] > 0.0).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(0, 5), st.booleans())
def test_the_load_that_a_dispatch_can_serve_is_that_of_one_program_with_every_rating(
    seed: int, bus: int, outages: bool
) -> None:
    """Never less than with units that rise in a fixed share from a dispatch that keeps the ratings."""
    grid, found, units, year, around, course = fed(seed)
    most = hosting_redispatched(over_year(grid, found, units, year, around), bus, outages)
    fixed = hosting_year(
        grid,
        found,
        course.flow_kw,
        np.bincount(units.bus, units.max_kw, minlength=6) / units.max_kw.sum(),
        np.asarray([bus]),
        outages,
    )
    spare = most_left(units, year, course)
    for hour in range(HOURS):
        if course.over_kw[hour] > 0.0 or course.unfed_kw[hour] > 0.0:
            continue
        if outages:
            alone = best(grid, found, units, year, around, hour, bus)
            assert alone is not None
            assert most.hosted_kw[hour, 0] == pytest.approx(alone, rel=1e-6, abs=2.0)
        if fixed.hosted_kw[hour, 0] <= spare[hour]:
            assert most.hosted_kw[hour, 0] >= fixed.hosted_kw[hour, 0] - 2.0


def most_left(units: Units, year: SystemYear, course: FedYear) -> Real:
    """The load to which every unit can still rise in its fixed share, (H,)."""
    available = np.where(np.isnan(year.available_kw), units.max_kw, year.available_kw)
    share = units.max_kw / units.max_kw.sum()
    return np.asarray(((available - course.fed_kw) / share).min(axis=1))


def test_shifts_of_phase_are_in_the_flows_of_every_hour() -> None:
    """As `lossless_kw` has them for a network whose buses draw and feed what they do in that hour."""
    drawn = network(3)
    assert drawn.circuits.shift_deg.any() and len(drawn.buses) >= 6
    units = units_of(3)
    year = year_of(3, units)
    buses = len(drawn.buses)
    share = np.concatenate([year.bus_share, np.zeros(buses - 6)])
    spread = replace(year, bus_area=np.zeros(buses, dtype=np.int64), bus_share=share)
    system = HostingSystem(
        network=drawn,
        units=units,
        year=spread,
        branch_names=tuple(str(k) for k in range(len(drawn.branches))),
        branch_out=np.zeros(len(drawn.branches)),
    )
    standing = standing_of(system, secure=False)
    load_kw = bus_load_kw(spread)
    for hour in range(HOURS):
        machines = Machines(
            bus=np.append(units.bus, drawn.feeding_bus),
            fed_kw=np.append(standing.fed.fed_kw[hour], 0.0),
            held_pu=np.ones(len(units) + 1),
        )
        there = replace(drawn, buses=replace(drawn.buses, load_kw=load_kw[hour]), machines=machines)
        assert injected_kw(there).sum() == pytest.approx(0.0, abs=1e-6)
        alone = lossless_kw(there, standing.found.ptdf)
        assert standing.fed.flow_kw[hour] == pytest.approx(alone, abs=1e-3)
