"""Solves with the factors of a week plan: one whole site, and its answer in the link rows alone."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.plan_factor import Chain, Elimination

Real = NDArray[np.float64]


class Peaks(NamedTuple):
    """Border columns of every site, solved: m = site matrix^-1 times column, in the link rows (B, L, T, S);
    weight: inverse of 1 / theta + column' m, (B, B, S)."""

    link: Real
    weight: Real


@njit(cache=True, error_model="numpy")
def _through_chain(chain: Chain, r: Real, n: int, work: Real) -> None:
    """Solve the chain in place for r (N, T, S)."""
    steps, sites = r.shape[1], r.shape[2]
    length = steps - 1 if chain.cyclic else steps
    for t in range(1, length):
        for i in range(n):
            for k in range(n):
                for s in range(sites):
                    r[i, t, s] -= chain.onward[t - 1, n * k + i, s] * r[k, t - 1, s]
    for t in range(length - 1, -1, -1):
        for i in range(n):
            for s in range(sites):
                work[i, s] = 0.0
            for k in range(n):
                for s in range(sites):
                    work[i, s] += chain.inverse[t, n * i + k, s] * r[k, t, s]
            if t < length - 1:
                for k in range(n):
                    for s in range(sites):
                        work[i, s] -= chain.onward[t, n * i + k, s] * r[k, t + 1, s]
        for i in range(n):
            for s in range(sites):
                r[i, t, s] = work[i, s]
    if chain.cyclic == 0:
        return
    last = steps - 1
    for i in range(n):
        for s in range(sites):
            work[i, s] = r[i, last, s]
        for k in range(n):
            for s in range(sites):
                work[i, s] -= chain.first_coupling[n * k + i, s] * r[k, 0, s]
                work[i, s] -= chain.last_coupling[n * k + i, s] * r[k, length - 1, s]
    for i in range(n):
        for s in range(sites):
            r[i, last, s] = 0.0
        for k in range(n):
            for s in range(sites):
                r[i, last, s] += chain.last[n * i + k, s] * work[k, s]
    for t in range(length):
        for i in range(n):
            for k in range(n):
                for s in range(sites):
                    r[i, t, s] -= chain.border[t, n * i + k, s] * r[k, last, s]


@njit(cache=True, error_model="numpy")
def site_solved(plan: Elimination, front: Real, chain: Chain, r: Real) -> None:
    """Solve the matrix of every site, border columns left out, in place for r (rows, T, S)."""
    steps, sites = r.shape[1], r.shape[2]
    pivots = plan.diagonal.shape[0]
    n = r.shape[0] - pivots
    for t in range(steps):
        for j in range(pivots):
            for line in range(plan.below_start[j], plan.below_start[j + 1]):
                place, i, ahead = plan.below[line]
                to = t + ahead if t + ahead < steps else 0
                for s in range(sites):
                    r[i, to, s] -= front[t, place, s] * r[j, t, s]
    if n > 0:
        _through_chain(chain, r[pivots:], n, np.empty((n, sites)))
    for t in range(steps):
        for j in range(pivots - 1, -1, -1):
            d = plan.diagonal[j]
            for s in range(sites):
                r[j, t, s] *= front[t, d, s]
            for line in range(plan.below_start[j], plan.below_start[j + 1]):
                place, i, ahead = plan.below[line]
                to = t + ahead if t + ahead < steps else 0
                for s in range(sites):
                    r[j, t, s] -= front[t, place, s] * r[i, to, s]


@njit(cache=True, error_model="numpy")
def link_solved(
    plan: Elimination, front: Real, chain: Chain, peaks: Peaks, r: Real, out: Real, state: Real
) -> None:
    """out (L, T, S) = what the link rows answer to r (L, T, S), border columns included; r is used up.

    state: room for the states (N, T, S).
    """
    links, steps, sites = r.shape
    first = plan.diagonal.shape[0] - links
    n = state.shape[0]
    pull = np.zeros((peaks.link.shape[0], sites))
    for b in range(peaks.link.shape[0]):
        for i in range(links):
            for t in range(steps):
                for s in range(sites):
                    pull[b, s] += peaks.link[b, i, t, s] * r[i, t, s]
    state[:] = 0.0
    for t in range(steps):
        for j in range(links):
            pivot = first + j
            for line in range(plan.below_start[pivot], plan.below_start[pivot + 1]):
                place, i, ahead = plan.below[line]
                if i < first + links:
                    for s in range(sites):
                        r[i - first, t, s] -= front[t, place, s] * r[j, t, s]
                else:
                    to = t + ahead if t + ahead < steps else 0
                    for s in range(sites):
                        state[i - first - links, to, s] -= front[t, place, s] * r[j, t, s]
    if n > 0:
        _through_chain(chain, state, n, np.empty((n, sites)))
    for t in range(steps):
        for j in range(links - 1, -1, -1):
            pivot = first + j
            d = plan.diagonal[pivot]
            for s in range(sites):
                out[j, t, s] = front[t, d, s] * r[j, t, s]
            for line in range(plan.below_start[pivot], plan.below_start[pivot + 1]):
                place, i, ahead = plan.below[line]
                if i < first + links:
                    for s in range(sites):
                        out[j, t, s] -= front[t, place, s] * out[i - first, t, s]
                else:
                    to = t + ahead if t + ahead < steps else 0
                    for s in range(sites):
                        out[j, t, s] -= front[t, place, s] * state[i - first - links, to, s]
    _less_peaks(peaks, pull, out)


@njit(cache=True, error_model="numpy")
def _less_peaks(peaks: Peaks, pull: Real, out: Real) -> None:
    links, steps, sites = out.shape
    share = np.empty(sites)
    for b in range(pull.shape[0]):
        share[:] = 0.0
        for c in range(pull.shape[0]):
            for s in range(sites):
                share[s] += peaks.weight[b, c, s] * pull[c, s]
        for i in range(links):
            for t in range(steps):
                for s in range(sites):
                    out[i, t, s] -= peaks.link[b, i, t, s] * share[s]
