"""Factors of the scaled normal matrix of a week plan: local rows of each site and step eliminated by a
fixed list of steps, what is left chained over time in small blocks, cyclic where the plan is.

Rows of a site and step stand in the order local, link, state; a front adds the states of the next step.
The list of steps is worked out once from where entries can be at all; every line of it runs over all
sites at once.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.plan_rows import Cells, Flows, SiteEntries

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

FLOOR = 1e-13
NONE = 1e-11
"""Part of a pivot that is added to it, so that rows of any size are kept; pivot of a row without columns, whose
residual is nothing but rounding and must not become a price."""
"""Added to every pivot, in scaled units: an empty row stays harmless."""


class Elimination(NamedTuple):
    """Places in a front (a flat lower triangle with what can be there) and the steps of its elimination.

    sums: (place, entry, entry) that add a column's square; link: places of link pairs (L, L);
    diagonal: place of each pivot. below_start, below: per pivot (place, row slot, ahead) of what stands
    below it. update_start, update: per pivot (place, place, place): first -= second * third / pivot.
    state: places of the states' square, own and next together (2N, 2N). places: how many there are.
    """

    sums: Whole
    link: Whole
    diagonal: Whole
    below_start: Whole
    below: Whole
    update_start: Whole
    update: Whole
    state: Whole
    places: int


class Chain(NamedTuple):
    """States over time; N states, blocks flat as N * i + j: inverse pivots and inverse times coupling
    (T, N*N, S); border (T, N*N, S) and last (N*N, S) close the circle where `cyclic` is 1."""

    inverse: Real
    onward: Real
    border: Real
    last: Real
    first_coupling: Real
    last_coupling: Real
    cyclic: int


@njit(cache=True, error_model="numpy")
def assembled(
    entries: SiteEntries, theta: Real, plan: Elimination, cells: Cells, cell_theta: Real,
    flows: Flows, flow_theta: Real, front: Real,
) -> None:  # fmt: skip
    """front (T, places, S) = squares of all columns of each site and step, weighted by theta."""
    steps, sites = front.shape[0], front.shape[2]
    front[:] = 0.0
    for t in range(steps):
        for line in range(plan.sums.shape[0]):
            place, one, two = plan.sums[line]
            v = entries.column[one]
            for s in range(sites):
                front[t, place, s] += (
                    entries.value[one, t, s] * entries.value[two, t, s] * theta[v, t, s]
                )
    links = plan.link.shape[0]
    for c in range(cells.at.shape[0]):
        t, s = cells.at[c] // sites, cells.at[c] % sites
        for i in range(links):
            for j in range(i + 1):
                front[t, plan.link[i, j], s] += cells.link[i, c] * cells.link[j, c] * cell_theta[c]
    for t in range(flow_theta.shape[0]):
        for c in range(flow_theta.shape[1]):
            s = flows.site[c]
            for i in range(links):
                for j in range(i + 1):
                    front[t, plan.link[i, j], s] += (
                        flows.link[i, t, c] * flows.link[j, t, c] * flow_theta[t, c]
                    )


@njit(cache=True, error_model="numpy")
def eliminated(plan: Elimination, front: Real) -> None:
    """Local and link rows out of every front, in place: pivots become their inverses, places below
    them multipliers, places of states what is left."""
    steps, sites = front.shape[0], front.shape[2]
    whole = np.empty((plan.diagonal.shape[0], sites))
    for t in range(steps):
        for pivot in range(plan.diagonal.shape[0]):
            for s in range(sites):
                whole[pivot, s] = front[t, plan.diagonal[pivot], s]
        for pivot in range(plan.diagonal.shape[0]):
            d = plan.diagonal[pivot]
            for s in range(sites):
                own = whole[pivot, s]
                front[t, d, s] = 1.0 / (front[t, d, s] + (FLOOR * own if own > 0.0 else NONE))
            for line in range(plan.update_start[pivot], plan.update_start[pivot + 1]):
                place, one, two = plan.update[line]
                for s in range(sites):
                    front[t, place, s] -= front[t, one, s] * front[t, two, s] * front[t, d, s]
            for line in range(plan.below_start[pivot], plan.below_start[pivot + 1]):
                place = plan.below[line, 0]
                for s in range(sites):
                    front[t, place, s] *= front[t, d, s]


@njit(cache=True, error_model="numpy")
def _inverted(block: Real, n: int, work: Real) -> None:
    """Inverse of symmetric positive blocks (n * n, S) in place, by Gauss and Jordan without pivoting."""
    sites = block.shape[1]
    for k in range(n):
        for s in range(sites):
            work[s] = 1.0 / block[n * k + k, s]
            block[n * k + k, s] = 1.0
        for j in range(n):
            for s in range(sites):
                block[n * k + j, s] *= work[s]
        for i in range(n):
            if i == k:
                continue
            for s in range(sites):
                work[s] = block[n * i + k, s]
                block[n * i + k, s] = 0.0
            for j in range(n):
                for s in range(sites):
                    block[n * i + j, s] -= work[s] * block[n * k + j, s]


@njit(cache=True, error_model="numpy")
def _times(one: Real, two: Real, n: int, sign: float, out: Real, turned: bool) -> None:
    """out += sign * one two, or sign * one' two; blocks (n * n, S)."""
    sites = out.shape[1]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                p = n * k + i if turned else n * i + k
                for s in range(sites):
                    out[n * i + j, s] += sign * one[p, s] * two[n * k + j, s]


@njit(cache=True, error_model="numpy")
def chained(plan: Elimination, front: Real, chain: Chain) -> None:
    """The chain of states from eliminated fronts: block tridiagonal, the last block as border if cyclic."""
    steps, sites = front.shape[0], front.shape[2]
    n = plan.state.shape[0] // 2
    if n == 0:
        return
    blocks = n * n
    coupling = np.zeros((steps, blocks, sites))
    work = np.empty(sites)
    for t in range(steps):
        for i in range(n):
            for j in range(n):
                own = plan.state[max(i, j), min(i, j)]
                came = plan.state[n + max(i, j), n + min(i, j)]
                before = t - 1 if t > 0 else steps - 1
                for s in range(sites):
                    value = front[t, own, s] + front[before, came, s]
                    if i == j:
                        value += FLOOR * value if value > 0.0 else NONE - value
                    chain.inverse[t, n * i + j, s] = value
                    coupling[t, n * i + j, s] = front[t, plan.state[n + j, i], s]
    length = steps - 1 if chain.cyclic else steps
    for t in range(length):
        if t > 0:
            _times(coupling[t - 1], chain.onward[t - 1], n, -1.0, chain.inverse[t], True)
        _inverted(chain.inverse[t], n, work)
        chain.onward[t] = 0.0
        if t < length - 1:
            _times(chain.inverse[t], coupling[t], n, 1.0, chain.onward[t], False)
    if chain.cyclic:
        _closed(chain, coupling, n, work)


@njit(cache=True, error_model="numpy")
def _closed(chain: Chain, coupling: Real, n: int, work: Real) -> None:
    """Border of a cyclic chain: what the last block adds to every other."""
    steps, sites = coupling.shape[0], coupling.shape[2]
    length = steps - 1
    for i in range(n):
        for j in range(n):
            for s in range(sites):
                chain.first_coupling[n * i + j, s] = coupling[steps - 1, n * j + i, s]
                chain.last_coupling[n * i + j, s] = coupling[steps - 2, n * i + j, s]
    border = chain.border
    border[:] = 0.0
    border[0] = chain.first_coupling
    border[length - 1] += chain.last_coupling
    for t in range(1, length):
        _times(chain.onward[t - 1], border[t - 1], n, -1.0, border[t], True)
    for t in range(length - 1, -1, -1):
        scaled = np.zeros_like(border[t])
        _times(chain.inverse[t], border[t], n, 1.0, scaled, False)
        if t < length - 1:
            _times(chain.onward[t], border[t + 1], n, -1.0, scaled, False)
        border[t] = scaled
    chain.last[:] = chain.inverse[steps - 1]
    _times(chain.first_coupling, border[0], n, -1.0, chain.last, True)
    _times(chain.last_coupling, border[length - 1], n, -1.0, chain.last, True)
    _inverted(chain.last, n, work)
