"""How much more load a bus takes before a branch is full, as the grid stands and after any one outage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.branches import Branches
from gridtide.grid.sensitivities import Sensitivities

Real = NDArray[np.float64]
NONE = -1
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """hosted_kw: load that may be added, inf where nothing binds, below 0 where the grid is over its ratings already.

    branch: the one that is full then; lost: the outage it is full after, -1 for none.
    """

    hosted_kw: float
    branch: int
    lost: int


def hosted_at(
    branches: Branches, found: Sensitivities, flow_kw: Real, bus: int, outages: bool
) -> Hosting:
    """The most load at a bus, fed from the slack, by normal ratings as the grid stands and, with outages, by emergency
    ratings after the loss of any branch that does not split it. flow_kw: before, (L,)."""
    best = _least(
        np.asarray(flow_kw), -found.ptdf[:, bus], branches.rating_kw, Hosting(
            hosted_kw=np.inf, branch=NONE, lost=NONE
        ), NONE
    )  # fmt: skip
    if not outages:
        return best
    for lost in np.flatnonzero(~found.is_bridge).tolist():
        after = flow_kw + found.lodf[:, lost] * flow_kw[lost]
        grows = -(found.ptdf[:, bus] + found.lodf[:, lost] * found.ptdf[lost, bus])
        after[lost], grows[lost] = 0.0, 0.0
        best = _least(after, grows, branches.emergency_kw, best, lost)
    return best


def _least(flow_kw: Real, grows: Real, rating_kw: Real, best: Hosting, lost: int) -> Hosting:
    with np.errstate(divide="ignore"):
        room = np.where(
            grows > TINY,
            (rating_kw - flow_kw) / grows,
            np.where(grows < -TINY, (rating_kw + flow_kw) / -grows, np.inf),
        )
    branch = int(np.argmin(room))
    if room[branch] >= best.hosted_kw:
        return best
    return Hosting(hosted_kw=float(room[branch]), branch=branch, lost=lost)
