"""What losses put on branches is what a flow solved again has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.grid.branches import Branches
from gridtide.grid.lossless_grid import LosslessGrid
from gridtide.grid.screening import screened
from gridtide.grid.sensitivities import sensitivities

CLOSE_KW = 0.01


def grid_of(
    ends: list[tuple[int, int]], reactance_pu: np.ndarray, rating_kw: float
) -> LosslessGrid:
    """Bus 0 the slack."""
    at = np.asarray(ends)
    branches = Branches(
        from_bus=at[:, 0],
        to_bus=at[:, 1],
        reactance_pu=reactance_pu,
        rating_kw=np.full(len(at), rating_kw),
        emergency_kw=np.full(len(at), rating_kw),
    )
    return LosslessGrid(
        branches=branches,
        factors=sensitivities(branches, 0),
        standing_kw=np.zeros(len(at)),
        slack=0,
    )


def flow_by_angles(grid: LosslessGrid, fed_kw: np.ndarray, without: int) -> np.ndarray:
    """A flow by the matrix of susceptances, built here, one branch left out."""
    branches = grid.branches
    weight = 1.0 / branches.reactance_pu
    if without >= 0:
        weight = np.where(np.arange(len(branches)) == without, 0.0, weight)
    across = np.zeros((len(branches), grid.buses))
    across[np.arange(len(branches)), branches.from_bus] = 1.0
    across[np.arange(len(branches)), branches.to_bus] = -1.0
    matrix = across.T @ np.diag(weight) @ across
    angle = np.zeros(grid.buses)
    angle[1:] = np.linalg.solve(matrix[1:, 1:], fed_kw[1:])
    return np.asarray(weight * (across @ angle))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_losses_of_branches_and_units_equal_flows_solved_again(seed: int) -> None:
    """The worst branch and how far it is over, of each; a unit is made up by the others in shares of their room."""
    rng = np.random.default_rng(seed)
    ends = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3), (3, 4)]
    grid = grid_of(ends, rng.uniform(0.05, 0.4, len(ends)), float(rng.uniform(15e3, 40e3)))
    drawn = rng.uniform(0.0, 30e3, 5)
    bus = np.asarray([0, 2, 3])
    fed_kw = rng.dirichlet(np.ones(3)) * drawn.sum()
    room_kw = rng.uniform(0.0, 50e3, 3)
    injected = np.bincount(bus, fed_kw, minlength=5) - drawn
    flow = flow_by_angles(grid, injected, -1)
    found = screened(grid, flow, drawn, bus, fed_kw, room_kw)
    assert found.branch.tolist() == [*range(7), -1, -1, -1]
    assert found.unit.tolist() == [-1] * 7 + [0, 1, 2]
    assert found.cut_off_kw.tolist() == [0.0] * 6 + [drawn[4], 0.0, 0.0, 0.0]
    rating = grid.branches.emergency_kw
    for loss in [*range(6), 7, 8, 9]:
        fed = np.array(injected)
        if loss >= 7:
            unit = loss - 7
            others = np.where(np.arange(3) == unit, 0.0, room_kw)
            made_up = min(fed_kw[unit], others.sum())
            np.add.at(fed, bus, others * made_up / others.sum())
            fed[bus[unit]] -= fed_kw[unit]
            assert found.lacking_kw[loss] == pytest.approx(fed_kw[unit] - made_up, abs=CLOSE_KW)
        again = flow_by_angles(grid, fed, loss if loss < 6 else -1)
        over = np.maximum(np.abs(again) - rating, 0.0)
        assert found.loading[loss] == pytest.approx((np.abs(again) / rating).max())
        assert found.all_over_kw[loss] == pytest.approx(over.sum(), abs=CLOSE_KW)
        worst = found.worst[loss]
        assert abs(found.flow_kw[loss]) == pytest.approx(abs(again[worst]), abs=CLOSE_KW)
