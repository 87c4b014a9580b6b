"""After an outage the smallest move of compute clears the overload, or says how far it is from that."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.grid.branches import Branches
from gridtide.grid.corrective import Movable, both, corrected
from gridtide.grid.lossless_grid import LosslessGrid, flow_after
from gridtide.grid.sensitivities import sensitivities

CLOSE_KW = 0.05


def grid_of(ends: list[tuple[int, int]], rating_kw: float) -> LosslessGrid:
    """Equal branches."""
    at = np.asarray(ends)
    branches = Branches(
        from_bus=at[:, 0],
        to_bus=at[:, 1],
        reactance_pu=np.full(len(at), 0.1),
        rating_kw=np.full(len(at), rating_kw),
        emergency_kw=np.full(len(at), rating_kw),
    )
    return LosslessGrid(
        branches=branches,
        factors=sensitivities(branches, 0),
        standing_kw=np.zeros(len(at)),
        slack=0,
    )


def movable(
    bus: list[int], up_kw: list[float], down_kw: list[float], price: float = 5.0
) -> Movable:
    """What may move, both ways at one price."""
    return Movable(
        names=tuple(f"at {one}" for one in bus),
        bus=np.asarray(bus),
        up_kw=np.asarray(up_kw),
        down_kw=np.asarray(down_kw),
        up_price_per_mwh=np.full(len(bus), price),
        down_price_per_mwh=np.full(len(bus), price),
    )


def lost_of_triangle(load_kw: float) -> tuple[LosslessGrid, np.ndarray]:
    """A load at bus 3 of a triangle rated 100 MW, 1-3 lost: all of it goes 1-2-3."""
    grid = grid_of([(0, 1), (1, 2), (0, 2)], 100e3)
    flow = grid.factors.ptdf @ np.asarray([load_kw, 0.0, -load_kw])
    return grid, flow_after(grid, flow)[:, 2]


def test_twenty_too_much_are_moved_to_the_bus_that_feeds() -> None:
    """120 MW over 2-3 and 1-2, rated 100: 20 move from bus 3 to bus 1, at 5 a MWh on either side."""
    grid, flow = lost_of_triangle(120e3)
    found = corrected(grid, flow, 2, movable([0, 2], [0.0, 50e3], [40e3, 0.0]))
    assert found.clears
    assert found.fed_more_kw == pytest.approx([-20e3, 20e3], abs=CLOSE_KW)
    assert found.moved_kw == pytest.approx(20e3, abs=CLOSE_KW)
    assert found.cost_per_h == pytest.approx(200.0, abs=0.01)
    assert np.abs(found.flow_kw).max() == pytest.approx(100e3, abs=CLOSE_KW)


def test_too_little_room_is_named_with_how_far_and_generation_helps() -> None:
    """Only 15 of the 20 may come down in time: 5 stay over on both branches; units bring the rest."""
    grid, flow = lost_of_triangle(120e3)
    compute = movable([0, 2], [0.0, 15e3], [40e3, 0.0])
    found = corrected(grid, flow, 2, compute)
    assert not found.clears
    assert found.left_kw[:2] == pytest.approx([5e3, 5e3], abs=CLOSE_KW)
    helped = corrected(grid, flow, 2, both(compute, movable([0, 2], [0.0, 8e3], [8e3, 0.0], 40.0)))
    assert helped.clears


def test_nothing_moves_where_nothing_is_over() -> None:
    """A cleared outage asks for no move, whatever moves would earn."""
    grid, flow = lost_of_triangle(90e3)
    found = corrected(grid, flow, 2, movable([0, 2], [50e3, 50e3], [50e3, 50e3], -30.0))
    assert found.clears and found.moved_kw == 0.0


def test_the_loss_of_a_bridge_is_refused() -> None:
    """It splits the grid: no move crosses it."""
    grid = grid_of([(0, 1), (1, 2), (0, 2), (2, 3)], 100e3)
    with pytest.raises(ValueError, match="bridge"):
        corrected(grid, np.zeros(4), 3, movable([0, 3], [1.0, 1.0], [1.0, 1.0]))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_after_a_move_no_branch_is_over_and_nothing_moved_beyond_its_room(seed: int) -> None:
    """For drawn grids and outages; where it does not clear, more room never leaves more over."""
    rng = np.random.default_rng(seed)
    ends = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (0, 2), (1, 3), (2, 4)]
    grid = grid_of(ends, float(rng.uniform(20e3, 60e3)))
    fed = rng.uniform(-60e3, 60e3, 5)
    fed -= fed.mean()
    lost = int(rng.integers(0, len(ends)))
    flow = flow_after(grid, grid.factors.ptdf @ fed)[:, lost]
    room = rng.uniform(0.0, 40e3, (2, 4))
    at = [int(bus) for bus in rng.choice(5, 4)]
    what = movable(at, list(room[0]), list(room[1]))
    found = corrected(grid, flow, lost, what)
    assert (found.fed_more_kw <= what.up_kw + CLOSE_KW).all()
    assert (found.fed_more_kw >= -what.down_kw - CLOSE_KW).all()
    assert found.fed_more_kw.sum() == pytest.approx(0.0, abs=CLOSE_KW)
    again = grid.factors.ptdf @ (fed + np.bincount(at, found.fed_more_kw, minlength=5))
    again = flow_after(grid, again)[:, lost]
    assert again == pytest.approx(found.flow_kw, abs=CLOSE_KW)
    over = np.maximum(np.abs(again) - grid.branches.emergency_kw, 0.0)
    assert over == pytest.approx(found.left_kw, abs=CLOSE_KW)
    if found.clears:
        assert over.max() <= CLOSE_KW
    wider = corrected(grid, flow, lost, movable(at, list(2.0 * room[0]), list(2.0 * room[1])))
    assert wider.left_kw.sum() <= found.left_kw.sum() + CLOSE_KW
