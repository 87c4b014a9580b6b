"""What the link rows of every site and step answer to themselves: diagonal blocks of the site matrix's inverse."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.plan_factor import Chain, Elimination
from gridtide.kernels.plan_solve import Peaks

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def link_squares(plan: Elimination, front: Real, chain: Chain, peaks: Peaks, links: int) -> Real:
    """What each site and step answers to itself in the link rows, (T, L * L, S)."""
    steps, sites = front.shape[0], front.shape[2]
    first = plan.diagonal.shape[0] - links
    n = plan.state.shape[0] // 2
    around = _state_squares(chain, n, steps, sites)
    reach = np.empty((links, 2 * n + links, sites))
    out = np.zeros((steps, links * links, sites))
    for t in range(steps):
        _reached(plan, front[t], first, links, n, reach)
        for a in range(links):
            for b in range(links):
                place = links * a + b
                for j in range(links):
                    d = plan.diagonal[first + j]
                    for s in range(sites):
                        out[t, place, s] += front[t, d, s] * reach[a, j, s] * reach[b, j, s]
                for i in range(2 * n):
                    for k in range(2 * n):
                        for s in range(sites):
                            out[t, place, s] += (
                                reach[a, links + i, s]
                                * around[t, 2 * n * i + k, s]
                                * reach[b, links + k, s]
                            )
                for p in range(peaks.link.shape[0]):
                    for q in range(peaks.link.shape[0]):
                        for s in range(sites):
                            out[t, place, s] -= (
                                peaks.link[p, a, t, s]
                                * peaks.weight[p, q, s]
                                * peaks.link[q, b, t, s]
                            )
    return out


@njit(cache=True, error_model="numpy")
def _reached(plan: Elimination, front: Real, first: int, links: int, n: int, reach: Real) -> None:
    """What a unit in each link row becomes in the link pivots and in the states, (L, L + 2N, S)."""
    reach[:] = 0.0
    sites = front.shape[1]
    for a in range(links):
        reach[a, a] = 1.0
        for j in range(a, links):
            pivot = first + j
            for line in range(plan.below_start[pivot], plan.below_start[pivot + 1]):
                place, i, ahead = plan.below[line]
                to = i - first
                if to >= links:
                    to += n * ahead
                for s in range(sites):
                    reach[a, to, s] -= front[place, s] * reach[a, j, s]


@njit(cache=True, error_model="numpy")
def _state_squares(chain: Chain, n: int, steps: int, sites: int) -> Real:
    """Inverse of the chain between the states of each step and the next, (T, 2N * 2N, S)."""
    length = steps - 1 if chain.cyclic else steps
    out = np.zeros((steps, 4 * n * n, sites))
    if n == 0:
        return out
    own = np.zeros((steps, n * n, sites))
    across = np.zeros((steps, n * n, sites))
    for t in range(length - 1, -1, -1):
        own[t] = chain.inverse[t]
        if t < length - 1:
            for i in range(n):
                for j in range(n):
                    for k in range(n):
                        for s in range(sites):
                            across[t, n * i + j, s] -= (
                                chain.onward[t, n * i + k, s] * own[t + 1, n * k + j, s]
                            )
            for i in range(n):
                for j in range(n):
                    for k in range(n):
                        for s in range(sites):
                            own[t, n * i + j, s] -= (
                                across[t, n * i + k, s] * chain.onward[t, n * j + k, s]
                            )
    if chain.cyclic:
        _closed_squares(chain, n, own, across)
    for t in range(steps):
        after = t + 1 if t + 1 < steps else 0
        for i in range(n):
            for j in range(n):
                for s in range(sites):
                    out[t, 2 * n * i + j, s] = own[t, n * i + j, s]
                    out[t, 2 * n * (n + i) + n + j, s] = own[after, n * i + j, s]
                    out[t, 2 * n * i + n + j, s] = across[t, n * i + j, s]
                    out[t, 2 * n * (n + j) + i, s] = across[t, n * i + j, s]
    return out


@njit(cache=True, error_model="numpy")
def _closed_squares(chain: Chain, n: int, own: Real, across: Real) -> None:
    """Add what the closed circle brings to the inverse of a chain."""
    steps, sites = own.shape[0], own.shape[2]
    last = steps - 1
    own[last] = chain.last
    reached = np.zeros((steps, n * n, sites))
    for t in range(last):
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    for s in range(sites):
                        reached[t, n * i + j, s] += (
                            chain.border[t, n * i + k, s] * chain.last[n * k + j, s]
                        )
    for t in range(last):
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    for s in range(sites):
                        own[t, n * i + j, s] += (
                            reached[t, n * i + k, s] * chain.border[t, n * j + k, s]
                        )
                        if t + 1 < last:
                            across[t, n * i + j, s] += (
                                reached[t, n * i + k, s] * chain.border[t + 1, n * j + k, s]
                            )
    for i in range(n):
        for j in range(n):
            for s in range(sites):
                across[last - 1, n * i + j, s] = -reached[last - 1, n * i + j, s]
                across[last, n * j + i, s] = -reached[0, n * i + j, s]
