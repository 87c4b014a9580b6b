"""What a kilowatt at a bus, and what an outage, puts on every branch: PTDF and LODF of the flow without losses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import Branches, bridges

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivities:
    """ptdf: kW on each branch for a kW fed in at a bus and taken out at the slack, (L, N). lodf: share of the flow of
    branch k that branch l takes over when k is lost, (L, L), NaN in the columns of bridges, whose loss splits the grid.
    """

    ptdf: Real
    lodf: Real
    is_bridge: Mask

    def __post_init__(self) -> None:
        freeze(self, ptdf=np.float64, lodf=np.float64, is_bridge=np.bool_)


def sensitivities(branches: Branches, slack: int) -> Sensitivities:
    """PTDF = diag(b) A B^-1 with the slack left out, LODF from it. Raises ValueError for a grid in several parts.

    Source: Wood, Wollenberg, Sheblé, Power Generation, Operation and Control; a bridge is found by the graph, since the
    formula divides by nothing there.
    """
    lines, buses = len(branches), branches.buses
    incidence = np.zeros((lines, buses))
    rows = np.arange(lines)
    incidence[rows, branches.from_bus] = 1.0
    incidence[rows, branches.to_bus] = -1.0
    weighted = incidence / branches.reactance_pu[:, None]
    others = np.delete(np.arange(buses), slack)
    matrix = incidence[:, others].T @ weighted[:, others]
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError as fault:
        raise ValueError("the grid is in several parts; a slack feeds one") from fault
    ptdf = np.zeros((lines, buses))
    ptdf[:, others] = weighted[:, others] @ inverse
    is_bridge = bridges(branches)
    moved = ptdf[:, branches.from_bus] - ptdf[:, branches.to_bus]
    own = np.where(is_bridge, np.nan, 1.0 - np.diagonal(moved))
    lodf = moved / own
    lodf[rows, rows] = np.where(is_bridge, np.nan, -1.0)
    return Sensitivities(ptdf=ptdf, lodf=lodf, is_bridge=is_bridge)


def flows_kw(found: Sensitivities, injection_kw: Real) -> Real:
    """Flow of each branch, from its first bus to its second, (L,). injection_kw: fed in at each bus, loads below 0."""
    return np.asarray(found.ptdf @ injection_kw)


def flows_after_kw(found: Sensitivities, flow_kw: Real, lost: int) -> Real:
    """Flow of each branch when one is lost, (L,), 0 on it. Raises ValueError for a bridge."""
    if found.is_bridge[lost]:
        raise ValueError(f"branch {lost} is a bridge: its loss splits the grid")
    after: Real = flow_kw + found.lodf[:, lost] * flow_kw[lost]
    after[lost] = 0.0
    return after
