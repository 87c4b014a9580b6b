"""The cheapest hour of a grid: by hand on three buses, and laws of prices on drawn grids."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.finding import Infeasible
from gridtide.grid.branches import Branches
from gridtide.grid.lossless_grid import LosslessGrid, flow_after
from gridtide.grid.optimal_flow import Offers, OptimalFlow, optimal_flow
from gridtide.grid.sensitivities import sensitivities

CLOSE_KW = 0.01


def grid_of(branches: Branches) -> LosslessGrid:
    """Without shifts of phase, bus 0 the slack."""
    return LosslessGrid(
        branches=branches,
        factors=sensitivities(branches, 0),
        standing_kw=np.zeros(len(branches)),
        slack=0,
    )


def triangle(rating_kw: float = 100_000.0, emergency_kw: float | None = None) -> LosslessGrid:
    """Three buses, three equal branches: 1-2, 2-3, 1-3."""
    return grid_of(
        Branches(
            from_bus=np.asarray([0, 1, 0]),
            to_bus=np.asarray([1, 2, 2]),
            reactance_pu=np.full(3, 0.1),
            rating_kw=np.full(3, rating_kw),
            emergency_kw=np.full(3, emergency_kw or rating_kw),
        )
    )


def offers_of(*steps: tuple[int, float, float]) -> Offers:
    """Steps of (bus, most kW, price), each a unit of its own."""
    bus, most, price = (np.asarray(column) for column in zip(*steps, strict=True))
    return Offers(
        unit=np.arange(len(bus)),
        bus=bus,
        least_kw=np.zeros(len(bus)),
        most_kw=most,
        price_per_mwh=price,
    )


def test_a_triangle_by_hand() -> None:
    """150 MW drawn at bus 3, 20 a MWh at bus 1, 50 at bus 3, 1-3 rated 80 MW. Bus 1 sends two thirds over 1-3: 120 MW;
    the rest comes at 50. One MWh over 1-3 is worth (50 - 20) / (2/3) = 45, and bus 2, half way, pays 35."""
    grid = triangle(80_000.0)
    found = optimal_flow(
        grid, offers_of((0, 300e3, 20.0), (2, 300e3, 50.0)), np.asarray([0.0, 0.0, 150e3])
    )
    assert found.fed_kw == pytest.approx([120e3, 30e3])
    assert found.flow_kw == pytest.approx([40e3, 40e3, 80e3])
    assert found.price_per_mwh == pytest.approx([20.0, 35.0, 50.0])
    assert found.limits.branch.tolist() == [2] and found.limits.lost.tolist() == [-1]
    assert found.limit_price_per_mwh == pytest.approx([-45.0])
    assert found.cost_per_h == pytest.approx(120 * 20 + 30 * 50)
    assert found.shed_kw.sum() == 0.0 and found.over_kw.max() == 0.0


def test_one_outage_ahead_the_same_triangle_sends_less() -> None:
    """After the loss of 1-3 all of it goes 1-2-3: at most 90 MW by the emergency rating."""
    grid = triangle(80_000.0, 90_000.0)
    offers = offers_of((0, 300e3, 20.0), (2, 300e3, 50.0))
    found = optimal_flow(grid, offers, np.asarray([0.0, 0.0, 150e3]), outages=True)
    assert found.fed_kw == pytest.approx([90e3, 60e3])
    assert found.price_per_mwh[2] == pytest.approx(50.0)
    assert found.limits.lost[np.abs(found.limit_price_per_mwh) > 1e-6].tolist() in ([2], [1], [0])


def test_what_cannot_be_served_is_shed_at_its_price_and_named() -> None:
    """Two lines of 50 MW bring at most 75 MW to bus 3; the rest is shed there, whose price is that of shedding."""
    found = optimal_flow(
        triangle(50_000.0), offers_of((0, 300e3, 20.0)), np.asarray([0.0, 0.0, 150e3]),
        shed_price_per_mwh=3_000.0,
    )  # fmt: skip
    assert found.shed_kw == pytest.approx([0.0, 0.0, 75e3])
    assert found.price_per_mwh[2] == pytest.approx(3_000.0)


def test_output_that_must_run_beyond_all_loads_is_refused_with_how_far() -> None:
    """Nothing takes a surplus."""
    offers = Offers(
        unit=np.asarray([0]), bus=np.asarray([0]), least_kw=np.asarray([200e3]),
        most_kw=np.asarray([300e3]), price_per_mwh=np.asarray([5.0]),
    )  # fmt: skip
    with pytest.raises(Infeasible, match="50,000 kW more than all loads draw"):
        optimal_flow(triangle(), offers, np.asarray([0.0, 0.0, 150e3]))


def drawn(seed: int) -> tuple[LosslessGrid, Offers, np.ndarray]:
    """A meshed grid of up to nine buses, tight ratings, three units of three steps, loads at each bus."""
    rng = np.random.default_rng(seed)
    buses = int(rng.integers(4, 10))
    circle = [(bus, (bus + 1) % buses) for bus in range(buses)]
    chords = [tuple(rng.choice(buses, 2, replace=False)) for _ in range(int(rng.integers(1, 6)))]
    ends = np.asarray([*circle, *chords], dtype=np.int64)
    rating = rng.uniform(20e3, 90e3, len(ends))
    grid = grid_of(
        Branches(
            from_bus=ends[:, 0],
            to_bus=ends[:, 1],
            reactance_pu=rng.uniform(0.05, 0.5, len(ends)),
            rating_kw=rating,
            emergency_kw=rating * 1.2,
        )
    )
    load = rng.uniform(0.0, 40e3, buses)
    at = rng.choice(buses, 3)
    steps = [(int(bus), 60e3, float(price)) for bus in at for price in rng.uniform(5.0, 80.0, 3)]
    return grid, offers_of(*steps), load


def balance_holds(grid: LosslessGrid, found: OptimalFlow, load: np.ndarray) -> None:
    """What is fed in and shed is what is drawn."""
    assert found.fed_kw.sum() + found.shed_kw.sum() == pytest.approx(load.sum())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), outages=st.booleans())
def test_every_rating_is_kept_and_every_load_served_or_shed(seed: int, outages: bool) -> None:
    """Flows solved again from what is fed in keep normal ratings and, one outage ahead, emergency ratings."""
    grid, offers, load = drawn(seed)
    found = optimal_flow(grid, offers, load, outages=outages)
    balance_holds(grid, found, load)
    fed = np.bincount(offers.bus, found.fed_kw, minlength=len(load)) + found.shed_kw - load
    flow = grid.factors.ptdf @ fed
    assert flow == pytest.approx(found.flow_kw, abs=CLOSE_KW)
    assert (np.abs(flow) <= grid.branches.rating_kw + CLOSE_KW).all()
    if outages:
        after = np.nan_to_num(np.abs(flow_after(grid, flow)))
        assert (after <= grid.branches.emergency_kw[:, None] + CLOSE_KW).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), outages=st.booleans())
def test_a_price_at_a_bus_is_energy_and_congestion_and_what_one_more_kw_costs(
    seed: int, outages: bool
) -> None:
    """Split exactly by limit; and between the slopes of the whole cost on either side of the load as it stands."""
    grid, offers, load = drawn(seed)

    def cost(loads: np.ndarray) -> float:
        found = optimal_flow(grid, offers, loads, outages=outages)
        return 1000.0 * found.cost_per_h + 10_000.0 * float(found.shed_kw.sum())

    found = optimal_flow(grid, offers, load, outages=outages)
    congestion = found.limit_price_per_mwh @ found.limits.grows
    assert found.price_per_mwh == pytest.approx(found.energy_price_per_mwh + congestion)
    bus = seed % len(load)
    if load[bus] - found.shed_kw[bus] < 10.0:
        return
    step = np.zeros(len(load))
    step[bus] = 1.0
    at = cost(load)
    less, more = at - cost(load - step), cost(load + step) - at
    assert less - 0.02 <= found.price_per_mwh[bus] <= more + 0.02


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_without_a_limit_that_binds_one_price_holds_everywhere(seed: int) -> None:
    """Ratings without end: the price of the step that is partly filled."""
    grid, offers, load = drawn(seed)
    wide = LosslessGrid(
        branches=Branches(
            from_bus=grid.branches.from_bus, to_bus=grid.branches.to_bus,
            reactance_pu=grid.branches.reactance_pu,
            rating_kw=np.full(len(grid.branches), np.inf), emergency_kw=np.full(len(grid.branches), np.inf),
        ),
        factors=grid.factors, standing_kw=grid.standing_kw, slack=0,
    )  # fmt: skip
    found = optimal_flow(wide, offers, load, outages=True)
    assert len(found.limits) == 0
    assert found.price_per_mwh == pytest.approx(found.energy_price_per_mwh)
    order = np.argsort(offers.price_per_mwh, kind="stable")
    filled = np.cumsum(offers.most_kw[order])
    marginal = order[min(int(np.searchsorted(filled, load.sum())), len(order) - 1)]
    if load.sum() < filled[-1]:
        assert found.energy_price_per_mwh == pytest.approx(offers.price_per_mwh[marginal])
