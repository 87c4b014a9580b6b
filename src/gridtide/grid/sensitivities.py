"""What a kilowatt at a bus, and what an outage, puts on every branch: PTDF and LODF of the flow without losses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.finding import BadInput, Finding
from gridtide.grid.branches import Branches, bridges, parts

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
AT_ONCE = 256
"""Columns that are solved at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivities:
    """ptdf: kW on each branch for a kW fed in at a bus and taken out at the slack, (L, N). lodf: share of the flow of
    branch k that branch l takes over when k is lost, (L, L), NaN in the columns of bridges, whose loss splits the grid.
    """

    ptdf: Real
    lodf: Real
    is_bridge: Mask

    def __post_init__(self) -> None:
        freeze_new(self, ptdf=np.float64, lodf=np.float64, is_bridge=np.bool_)


@dataclass(frozen=True, kw_only=True)
class _Factored:
    """A flow without losses, factored once. angles: of every bus [rad on the base of the reactances] for injections at
    each, (N, M) for (N, M); weighted, incidence: sparse, (L, N)."""

    angles: Callable[[Real], Real]
    weighted: Any
    incidence: Any


def sensitivities(branches: Branches, slack: int) -> Sensitivities:
    """PTDF = diag(b) A B^-1 with the slack left out, LODF from it. Raises ValueError for a grid in several parts,
    BadInput without the extra `grid`.

    Source: Wood, Wollenberg, Sheblé, Power Generation, Operation and Control; a bridge is found by the graph, since the
    formula divides by nothing there.
    """
    lines, buses = len(branches), branches.buses
    factored = _factored(branches, slack)
    ptdf = np.empty((lines, buses))
    for chosen in _chunks(np.arange(buses)):
        fed = np.zeros((buses, len(chosen)))
        fed[chosen, np.arange(len(chosen))] = 1.0
        ptdf[:, chosen] = factored.weighted @ factored.angles(fed)
    lodf = np.full((lines, lines), np.nan)
    is_bridge = bridges(branches)
    for lost, shares in _shares(factored, np.flatnonzero(~is_bridge)):
        lodf[:, lost] = shares
    return Sensitivities(ptdf=ptdf, lodf=lodf, is_bridge=is_bridge)


def outage_shares(branches: Branches, slack: int, lost: Whole) -> Iterator[tuple[Whole, Real]]:
    """Columns of the LODF some at once, for grids whose whole matrix is too large: branches that are lost, (M,), and
    the share of their flow that each branch takes over, (L, M). lost: none of them a bridge.

    Raises ValueError for a bridge and for a grid in several parts, BadInput without the extra `grid`.
    """
    if bridges(branches)[lost].any():
        raise ValueError("one of the branches is a bridge: its loss splits the grid")
    return _shares(_factored(branches, slack), lost)


def solved_flows_kw(branches: Branches, slack: int, injection_kw: Real) -> Real:
    """As `flows_kw`, solved once for one injection, (N,), without factors of all buses. Raises as `sensitivities`."""
    factored = _factored(branches, slack)
    return np.asarray(factored.weighted @ factored.angles(np.asarray(injection_kw)[:, None]))[:, 0]


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


def _factored(branches: Branches, slack: int) -> _Factored:
    try:
        from scipy import sparse
        from scipy.sparse.linalg import splu
    except ModuleNotFoundError:
        raise BadInput([without_the_extra("scipy")]) from None
    if parts(branches).any():
        raise ValueError("the grid is in several parts; a slack feeds one")
    lines, buses = len(branches), branches.buses
    rows = np.arange(lines)
    incidence = sparse.csr_array(
        (
            np.repeat([1.0, -1.0], lines),
            (np.tile(rows, 2), np.concatenate([branches.from_bus, branches.to_bus])),
        ),
        shape=(lines, buses),
    )
    weighted = sparse.diags_array(1.0 / branches.reactance_pu) @ incidence
    others = np.delete(np.arange(buses), slack)
    factors = splu((incidence.T @ weighted).tocsc()[others][:, others].tocsc())

    def angles(injected: Real) -> Real:
        found = np.zeros_like(injected)
        found[others] = factors.solve(np.ascontiguousarray(injected[others]))
        return found

    return _Factored(angles=angles, weighted=weighted, incidence=incidence)


def _shares(factored: _Factored, lost: Whole) -> Iterator[tuple[Whole, Real]]:
    for chosen in _chunks(lost):
        across = factored.incidence[chosen].T.toarray()
        moved = factored.weighted @ factored.angles(across)
        order = np.arange(len(chosen))
        shares = moved / (1.0 - moved[chosen, order])
        shares[chosen, order] = -1.0
        yield chosen, shares


def _chunks(numbers: Whole) -> Iterator[Whole]:
    for at in range(0, len(numbers), AT_ONCE):
        yield numbers[at : at + AT_ONCE]


def without_the_extra(package: str) -> Finding:
    """What is answered where a study of a network lacks a package of the extra `grid`."""
    return Finding(
        subject="study of a network",
        value=f"{package} is not installed",
        limit="the extra `grid`",
        mend="pip install 'gridtide[grid]'",
    )
