"""Long rows (work with a window) out of a week plan: what they see of each other through every site.

Site by site, with the long rows of the site innermost: one factor is read once for all of them.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.plan_factor import Chain, Elimination
from gridtide.kernels.plan_rows import Cells
from gridtide.kernels.plan_solve import Peaks

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def work_schur(
    plan: Elimination, front: Real, chain: Chain, peaks: Peaks, cells: Cells, weight: Real,
    runs: Whole, states: int, schur: Real,
) -> None:  # fmt: skip
    """schur (K, K) -= cells' weights times what the sites answer to them.

    weight (L, n) of cells in the link rows. runs: (runs, 4) site, long row, first cell, last cell + 1,
    sorted by site, then by long row.
    """
    links, steps, sites = weight.shape[0], front.shape[0], front.shape[2]
    run = 0
    while run < runs.shape[0]:
        end = run
        while end < runs.shape[0] and runs[end, 0] == runs[run, 0]:
            end += 1
        lanes = end - run
        site = runs[run, 0]
        pushed = np.zeros((links, steps, lanes))
        for q in range(lanes):
            for c in range(runs[run + q, 2], runs[run + q, 3]):
                for b in range(links):
                    pushed[b, cells.at[c] // sites, q] += weight[b, c]
        _answered(plan, front, chain, peaks, site, states, pushed)
        _seen(cells, weight, runs[run:end], sites, pushed, schur)
        run = end


@njit(cache=True, error_model="numpy")
def _seen(cells: Cells, weight: Real, runs: Whole, sites: int, answered: Real, schur: Real) -> None:
    """schur -= what each long row of a site feels of itself and of those behind it, on both sides."""
    lanes = runs.shape[0]
    felt = np.empty(lanes)
    for q in range(lanes):
        felt[:] = 0.0
        for c in range(runs[q, 2], runs[q, 3]):
            t = cells.at[c] // sites
            for b in range(weight.shape[0]):
                own = weight[b, c]
                for p in range(q, lanes):
                    felt[p] += own * answered[b, t, p]
        k = runs[q, 1]
        schur[k, k] -= felt[q]
        for p in range(q + 1, lanes):
            schur[k, runs[p, 1]] -= felt[p]
            schur[runs[p, 1], k] -= felt[p]


@njit(cache=True, error_model="numpy")
def _answered(
    plan: Elimination, front: Real, chain: Chain, peaks: Peaks, site: int, states: int, r: Real
) -> None:
    """The link rows' answer of one site to r (L, T, lanes), in place, border columns included."""
    links, steps, lanes = r.shape
    first = plan.diagonal.shape[0] - links
    pull = np.zeros((peaks.link.shape[0], lanes))
    for p in range(peaks.link.shape[0]):
        for b in range(links):
            for t in range(steps):
                m = peaks.link[p, b, t, site]
                for q in range(lanes):
                    pull[p, q] += m * r[b, t, q]
    state = np.zeros((states, steps, lanes))
    for t in range(steps):
        for j in range(links):
            pivot = first + j
            for line in range(plan.below_start[pivot], plan.below_start[pivot + 1]):
                place, i, ahead = plan.below[line]
                m = front[t, place, site]
                if i < first + links:
                    for q in range(lanes):
                        r[i - first, t, q] -= m * r[j, t, q]
                else:
                    to = t + ahead if t + ahead < steps else 0
                    for q in range(lanes):
                        state[i - first - links, to, q] -= m * r[j, t, q]
    if states > 0:
        _through(chain, site, state)
    for t in range(steps):
        for j in range(links - 1, -1, -1):
            pivot = first + j
            m = front[t, plan.diagonal[pivot], site]
            for q in range(lanes):
                r[j, t, q] *= m
            for line in range(plan.below_start[pivot], plan.below_start[pivot + 1]):
                place, i, ahead = plan.below[line]
                m = front[t, place, site]
                if i < first + links:
                    for q in range(lanes):
                        r[j, t, q] -= m * r[i - first, t, q]
                else:
                    to = t + ahead if t + ahead < steps else 0
                    for q in range(lanes):
                        r[j, t, q] -= m * state[i - first - links, to, q]
    for p in range(peaks.link.shape[0]):
        for o in range(peaks.link.shape[0]):
            share = peaks.weight[p, o, site]
            for b in range(links):
                for t in range(steps):
                    m = peaks.link[p, b, t, site] * share
                    for q in range(lanes):
                        r[b, t, q] -= m * pull[o, q]


@njit(cache=True, error_model="numpy")
def _through(chain: Chain, site: int, r: Real) -> None:
    """Solve the chain of one site in place for r (N, T, lanes)."""
    n, steps, lanes = r.shape
    length = steps - 1 if chain.cyclic else steps
    work = np.empty((n, lanes))
    for t in range(1, length):
        for i in range(n):
            for k in range(n):
                m = chain.onward[t - 1, n * k + i, site]
                for q in range(lanes):
                    r[i, t, q] -= m * r[k, t - 1, q]
    for t in range(length - 1, -1, -1):
        work[:] = 0.0
        for i in range(n):
            for k in range(n):
                m = chain.inverse[t, n * i + k, site]
                for q in range(lanes):
                    work[i, q] += m * r[k, t, q]
                if t < length - 1:
                    m = chain.onward[t, n * i + k, site]
                    for q in range(lanes):
                        work[i, q] -= m * r[k, t + 1, q]
        r[:, t] = work
    if chain.cyclic:
        _closing(chain, site, r, work)


@njit(cache=True, error_model="numpy")
def _closing(chain: Chain, site: int, r: Real, work: Real) -> None:
    """The last block of a cyclic chain, and what it takes from every other."""
    n, steps, lanes = r.shape
    last = steps - 1
    for i in range(n):
        for q in range(lanes):
            work[i, q] = r[i, last, q]
        for k in range(n):
            one, two = chain.first_coupling[n * k + i, site], chain.last_coupling[n * k + i, site]
            for q in range(lanes):
                work[i, q] -= one * r[k, 0, q] + two * r[k, last - 1, q]
    for i in range(n):
        r[i, last] = 0.0
        for k in range(n):
            m = chain.last[n * i + k, site]
            for q in range(lanes):
                r[i, last, q] += m * work[k, q]
    for t in range(last):
        for i in range(n):
            for k in range(n):
                m = chain.border[t, n * i + k, site]
                for q in range(lanes):
                    r[i, t, q] -= m * r[k, last, q]
