"""A grid whose flows are the product of a matrix and what is fed in at its buses, as it stands and after any outage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.branches import Branches
from gridtide.grid.network import Network, lossless, shifts_kw
from gridtide.grid.sensitivities import Sensitivities, sensitivities

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NONE = -1
TOLERANCE_KW = 1e-3
"""By how much a flow may stand over its rating and not count: what a solver takes for nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LosslessGrid:
    """branches: with ratings of active power; factors: PTDF and LODF; standing_kw: what shifts of phase drive around
    while nothing is fed in, (L,); slack: the bus against which PTDF counts."""

    branches: Branches
    factors: Sensitivities
    standing_kw: Real
    slack: int

    def __post_init__(self) -> None:
        freeze_new(self, standing_kw=np.float64)

    @property
    def buses(self) -> int:
        """How many there are."""
        return int(self.factors.ptdf.shape[1])


def lossless_grid(network: Network) -> LosslessGrid:
    """The network without losses. Raises BadInput without the extra `grid`."""
    branches = lossless(network)
    factors = sensitivities(branches, network.feeding_bus)
    driven_kw, shifted_kw = shifts_kw(network, branches)
    return LosslessGrid(
        branches=branches,
        factors=factors,
        standing_kw=factors.ptdf @ driven_kw - shifted_kw,
        slack=network.feeding_bus,
    )


def flow_of(grid: LosslessGrid, fed_kw: Real) -> Real:
    """Flow of each branch, (..., L), for what is fed in at each bus, loads below 0, (..., N); the slack feeds what
    lacks."""
    return np.asarray(fed_kw @ grid.factors.ptdf.T + grid.standing_kw)


def flow_after(grid: LosslessGrid, flow_kw: Real) -> Real:
    """Flow of each branch after the loss of each alone, (L, K), 0 on the lost one, NaN where the loss splits the grid.
    flow_kw: before, (L,)."""
    after: Real = flow_kw[:, None] + grid.factors.lodf * flow_kw
    order = np.arange(len(flow_kw))
    after[order, order] = np.where(grid.factors.is_bridge, np.nan, 0.0)
    return after


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """R limits of flows, (R,) each. branch: that is limited; lost: the outage after which, -1 for none; rating_kw: in
    both directions; grows: kW of it for a kW fed in at each bus, (R, N); standing_kw: with nothing fed in."""

    branch: Whole
    lost: Whole
    rating_kw: Real
    grows: Real
    standing_kw: Real

    def __len__(self) -> int:
        return len(self.branch)


def limits_at(grid: LosslessGrid, branch: Whole, lost: Whole) -> Limits:
    """Limits of branches, each as the grid stands, lost -1, or after an outage; ratings as they hold then."""
    ptdf, lodf = grid.factors.ptdf, grid.factors.lodf
    after = lost >= 0
    share = np.where(after, lodf[branch, lost], 0.0)[:, None]
    return Limits(
        branch=branch,
        lost=lost,
        rating_kw=np.where(
            after, grid.branches.emergency_kw[branch], grid.branches.rating_kw[branch]
        ),
        grows=ptdf[branch] + share * ptdf[lost],
        standing_kw=grid.standing_kw[branch] + share[:, 0] * grid.standing_kw[lost],
    )


def exceeded(grid: LosslessGrid, flow_kw: Real, outages: bool) -> tuple[Whole, Whole]:
    """Branches that are over a rating and the outage it is worst after, -1 as the grid stands: one of each kind for
    each branch, (R,) each. outages: whether the loss of any one branch that splits nothing is looked at."""
    over = np.flatnonzero(np.abs(flow_kw) > grid.branches.rating_kw + TOLERANCE_KW)
    branch, lost = over, np.full(len(over), NONE)
    if outages and not grid.factors.is_bridge.all():
        after = np.nan_to_num(np.abs(flow_after(grid, flow_kw)), nan=0.0)
        worst = after.argmax(axis=1)
        most = after[np.arange(len(worst)), worst]
        over = np.flatnonzero(most > grid.branches.emergency_kw + TOLERANCE_KW)
        branch, lost = np.concatenate([branch, over]), np.concatenate([lost, worst[over]])
    return branch, lost
