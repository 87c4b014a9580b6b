"""After an outage: the smallest move that brings every branch back under its emergency rating, and what it costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.linear_program import LinearProgram
from gridtide.grid.lossless_grid import LosslessGrid
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
CLOSE_KW = 1e-3
TIE = 1e-4
"""Weight of cost beside size: of two moves as small the cheaper is taken."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Movable:
    """What may move within the time an outage allows, M in all, (M,) each. bus: where; up_kw, down_kw: by how much more
    or less it may feed in, both 0 or more: a load that falls feeds in more; up_price_per_mwh, down_price_per_mwh: what
    a MWh of each costs."""

    names: tuple[str, ...]
    bus: Whole
    up_kw: Real
    down_kw: Real
    up_price_per_mwh: Real
    down_price_per_mwh: Real

    def __post_init__(self) -> None:
        reals = ("up_kw", "down_kw", "up_price_per_mwh", "down_price_per_mwh")
        freeze(self, bus=np.int64, **dict.fromkeys(reals, np.float64))
        if min(self.up_kw.min(initial=0.0), self.down_kw.min(initial=0.0)) < 0.0:
            raise ValueError("a room to move is below 0")

    def __len__(self) -> int:
        return len(self.bus)


def both(one: Movable, other: Movable) -> Movable:
    """What may move of either."""
    joined = {
        name: np.concatenate([getattr(one, name), getattr(other, name)])
        for name in ("bus", "up_kw", "down_kw", "up_price_per_mwh", "down_price_per_mwh")
    }
    return Movable(names=one.names + other.names, **joined)


@dataclass(frozen=True, kw_only=True, eq=False)
class Correction:
    """fed_more_kw: by how much each feeds in more, less below 0, (M,), adding up to 0. moved_kw: half of all that
    changes: what is taken here and put there. cost_per_h. flow_kw: after it, (L,). left_kw: by how much each branch is
    still over its emergency rating, (L,), 0 everywhere where the outage is cleared."""

    fed_more_kw: Real
    moved_kw: float
    cost_per_h: float
    flow_kw: Real
    left_kw: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("fed_more_kw", "flow_kw", "left_kw"), np.float64))

    @property
    def clears(self) -> bool:
        """Whether every branch is within its emergency rating."""
        return bool(self.left_kw.max(initial=0.0) <= CLOSE_KW)


def corrected(grid: LosslessGrid, flow_kw: Real, lost: int, movable: Movable) -> Correction:
    """The least that must stay over emergency ratings, in kW of all branches together, and at that the smallest move,
    the cheapest of those as small.

    flow_kw: after the loss of branch `lost`, 0 on it, (L,); -1 where none is lost. Nothing moves beyond its room, and
    what is taken at one place is put at another. Where nothing clears it `left_kw` says how far it is from that.
    """
    ptdf = _ptdf_after(grid, lost)
    rating = grid.branches.emergency_kw
    reach = np.abs(ptdf[:, movable.bus]) @ np.maximum(movable.up_kw, movable.down_kw)
    near = np.flatnonzero(np.abs(flow_kw) + reach > rating)
    program = LinearProgram()
    up = program.variables(len(movable), 0.0, 0.0, movable.up_kw)
    down = program.variables(len(movable), 0.0, 0.0, movable.down_kw)
    over = program.variables(len(near), 1.0)
    moves = np.concatenate([up, down])
    signs = np.repeat([1.0, -1.0], len(movable))
    program.constraints(np.zeros_like(moves), moves, signs, 0.0, 0.0, 1)
    _keep(program, ptdf[np.ix_(near, movable.bus)], flow_kw[near], rating[near], moves, over)
    found = program.solved()
    if found is None:
        raise RuntimeError("a program that may exceed every rating has no optimum")
    least = np.maximum(found.values[over], 0.0)
    program.bound(over, 0.0, np.where(least > CLOSE_KW / 10, least, 0.0) + CLOSE_KW / 10)
    program.price(over, 0.0)
    prices = np.concatenate([movable.up_price_per_mwh, movable.down_price_per_mwh])
    program.price(moves, 1.0 + TIE * prices / np.abs(prices).max(initial=1.0))
    found = program.solved() or found
    more, less = found.values[up], found.values[down]
    fed_more = more - less
    after = flow_kw + ptdf[:, movable.bus] @ fed_more
    return Correction(
        fed_more_kw=fed_more,
        moved_kw=float(np.abs(fed_more).sum() / 2.0),
        cost_per_h=cost_per_kwh(
            float(more @ movable.up_price_per_mwh + less @ movable.down_price_per_mwh)
        ),
        flow_kw=after,
        left_kw=np.where(np.abs(after) - rating > CLOSE_KW, np.abs(after) - rating, 0.0),
    )


def _ptdf_after(grid: LosslessGrid, lost: int) -> Real:
    ptdf, lodf = grid.factors.ptdf, grid.factors.lodf
    if lost < 0:
        return ptdf
    if grid.factors.is_bridge[lost]:
        raise ValueError(f"branch {lost} is a bridge: its loss splits the grid")
    after: Real = ptdf + lodf[:, lost, None] * ptdf[lost]
    after[lost] = 0.0
    return after


def _keep(
    program: LinearProgram, grows: Real, flow_kw: Real, rating_kw: Real, moves: Whole, over: Whole
) -> None:
    """Two rows for each branch: its flow in either direction is at most its rating and what it is over."""
    many, wide = grows.shape
    order = np.arange(many)
    rows = np.concatenate([np.repeat(order, 2 * wide), order])
    columns = np.concatenate([np.tile(moves, many), over])
    both_signs = np.concatenate([grows, -grows], axis=1).ravel()
    for sign in (1.0, -1.0):
        value = np.concatenate([sign * both_signs, np.full(many, -1.0)])
        program.constraints(rows, columns, value, -np.inf, rating_kw - sign * flow_kw, many)
