"""A fleet of flexible sites on a grid: where it moves its work by price alone, and by price within the grid's room.

Energy of each site over the hours stays what it was: work is moved, not left undone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.linear_program import LinearProgram
from gridtide.grid.lossless_grid import (
    TOLERANCE_KW,
    LosslessGrid,
    flow_after,
    limits_at,
)
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
ROUNDS_MAX = 60
SAME_PRICE_PER_MWH = 1e-6
"""What a kWh moved at no gain costs, so that nothing moves for nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sites:
    """F sites, (F,) each. bus: by number; least_kw, most_kw: what each may draw; ramp_kw_per_min; move_price_per_mwh:
    what a MWh costs that an outage makes it move. Raises ValueError for a least above the most."""

    names: tuple[str, ...]
    bus: Whole
    least_kw: Real
    most_kw: Real
    ramp_kw_per_min: Real
    move_price_per_mwh: Real

    def __post_init__(self) -> None:
        freeze(self, bus=np.int64)
        reals = ("least_kw", "most_kw", "ramp_kw_per_min", "move_price_per_mwh")
        freeze(self, **dict.fromkeys(reals, np.float64))
        if not (self.least_kw <= self.most_kw).all():
            raise ValueError("the least of a site is above its most")

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Moved:
    """drawn_kw: of each site in each hour, (T, F). cost: of its energy at the prices it moved by. limits: how many
    limits of branches it was asked to keep."""

    drawn_kw: Real
    cost: float
    limits: int = 0

    def __post_init__(self) -> None:
        freeze(self, drawn_kw=np.float64)


def by_price_alone(sites: Sites, drawn_kw: Real, price_per_mwh: Real) -> Moved:
    """Each site fills its cheapest hours first, whatever the grid carries; on a tie the earlier ones. drawn_kw: before,
    (T, F), whose sum over the hours each keeps; price_per_mwh: (T,)."""
    moved = np.tile(sites.least_kw, (len(drawn_kw), 1))
    left = drawn_kw.sum(axis=0) - moved.sum(axis=0)
    for hour in np.argsort(price_per_mwh, kind="stable"):
        more = np.clip(left, 0.0, sites.most_kw - sites.least_kw)
        moved[hour] += more
        left -= more
    return Moved(drawn_kw=moved, cost=_cost(moved, price_per_mwh))


def within_the_room(
    grid: LosslessGrid,
    sites: Sites,
    drawn_kw: Real,
    price_per_mwh: Real,
    flow_kw: Real,
    feeding: Real,
    outages: bool = True,
) -> Moved:
    """The cheapest moves that put no branch over its rating: neither as the grid stands nor after the loss of any one
    branch that does not split it; a branch that is over before may not be more so.

    drawn_kw, price_per_mwh: as in `by_price_alone`; flow_kw: before, (T, L); feeding: share of a kW more of load that
    each bus feeds in then, (T, N), 1 in sum. Limits are added as they are found exceeded. The moves of before are
    always among those allowed, so there is an answer.
    """
    hours = len(drawn_kw)
    program = LinearProgram()
    up, down = _moves(program, sites, drawn_kw, price_per_mwh)
    asked: set[tuple[int, int, int]] = set()
    for _ in range(ROUNDS_MAX):
        found = program.solved()
        if found is None:
            raise RuntimeError("moving nothing keeps every limit, yet none was found")
        more = found.values[up] - found.values[down]
        new = []
        for hour in range(hours):
            after = flow_kw[hour] + carried_by(grid, sites, more[hour], feeding[hour])
            worse = _made_worse(grid, flow_kw[hour], after, outages)
            new += [(hour, *pair) for pair in worse if (hour, *pair) not in asked]
        if not new:
            break
        asked.update(new)
        _keep(program, grid, sites, np.asarray(new), flow_kw, feeding, up, down)
    moved = drawn_kw + more
    return Moved(drawn_kw=moved, cost=_cost(moved, price_per_mwh), limits=len(asked))


def _moves(
    program: LinearProgram, sites: Sites, drawn_kw: Real, price_per_mwh: Real
) -> tuple[Whole, Whole]:
    """Columns of what each site draws more and less in each hour, (T, F) each, and a row for each site that says that
    both are the same over the hours."""
    hours, many = drawn_kw.shape
    price = np.repeat(price_per_mwh, many)
    room = np.maximum(sites.most_kw - drawn_kw, 0.0), np.maximum(drawn_kw - sites.least_kw, 0.0)
    up, down = (
        program.variables(hours * many, sign * price + SAME_PRICE_PER_MWH, 0.0, most.ravel())
        for sign, most in zip((1.0, -1.0), room, strict=True)
    )
    site = np.tile(np.arange(many), 2 * hours)
    value = np.repeat([1.0, -1.0], hours * many)
    program.constraints(site, np.concatenate([up, down]), value, 0.0, 0.0, many)
    return up.reshape(hours, many), down.reshape(hours, many)


def carried_by(grid: LosslessGrid, sites: Sites, more_kw: Real, feeding: Real) -> Real:
    """What more load at sites, (F,), fed from buses in shares, (N,), puts on each branch, (L,), kW."""
    fed = feeding * more_kw.sum()
    np.subtract.at(fed, sites.bus, more_kw)
    return np.asarray(grid.factors.ptdf @ fed)


def _made_worse(
    grid: LosslessGrid, before_kw: Real, after_kw: Real, outages: bool
) -> list[tuple[int, int]]:
    """Branches over the larger of their rating and their flow before, with the outage it is worst after (-1: none)."""
    rating, emergency = grid.branches.rating_kw, grid.branches.emergency_kw
    kept = np.maximum(rating, np.abs(before_kw)) + TOLERANCE_KW
    found = [(int(branch), -1) for branch in np.flatnonzero(np.abs(after_kw) > kept)]
    if not outages:
        return found
    kept_after = np.maximum(emergency[:, None], np.abs(flow_after(grid, before_kw))) + TOLERANCE_KW
    beyond = np.nan_to_num(np.abs(flow_after(grid, after_kw)) - kept_after, nan=-1.0)
    worst = beyond.argmax(axis=1)
    over = np.flatnonzero(beyond[np.arange(len(worst)), worst] > 0.0)
    return found + [(int(branch), int(worst[branch])) for branch in over]


def _keep(
    program: LinearProgram,
    grid: LosslessGrid,
    sites: Sites,
    asked: Whole,
    flow_kw: Real,
    feeding: Real,
    up: Whole,
    down: Whole,
) -> None:
    """Rows that keep limits, each an hour, a branch and the outage after which, (R, 3)."""
    hour = asked[:, 0]
    limits = limits_at(grid, asked[:, 1], asked[:, 2])
    share = np.where(limits.lost >= 0, grid.factors.lodf[limits.branch, limits.lost], 0.0)
    before = flow_kw[hour, limits.branch] + share * flow_kw[hour, limits.lost]
    most = np.maximum(limits.rating_kw, np.abs(before))
    grows = (limits.grows * feeding[hour]).sum(axis=1)[:, None] - limits.grows[:, sites.bus]
    rows = np.repeat(np.arange(len(asked)), len(sites))
    program.constraints(
        np.concatenate([rows, rows]),
        np.concatenate([up[hour].ravel(), down[hour].ravel()]),
        np.concatenate([grows.ravel(), -grows.ravel()]),
        -most - before,
        most - before,
        len(asked),
    )


def _cost(drawn_kw: Real, price_per_mwh: Real) -> float:
    return cost_per_kwh(float(price_per_mwh @ drawn_kw.sum(axis=1)))
