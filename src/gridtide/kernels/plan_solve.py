"""Solves with the factors of a week plan: one whole site, its answer in the link rows alone, and the
coupling rows of steps by conjugate gradients with an exact operator.

Long rows (work) are eliminated by a dense Schur complement, rows of steps (demand) are iterated on.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.plan_factor import Chain, Elimination
from gridtide.kernels.plan_rows import Cells, Flows

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


PANEL = 16


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


@njit(cache=True, error_model="numpy")
def spread_flows(flows: Flows, weight: Real, v: Real, r: Real) -> None:
    """r (L, T, S) += weight (L, T, C) times v (T, R), by flow."""
    for b in range(weight.shape[0]):
        for t in range(weight.shape[1]):
            for c in range(weight.shape[2]):
                r[b, t, flows.site[c]] += weight[b, t, c] * v[t, flows.row[c]]


@njit(cache=True, error_model="numpy")
def gathered_flows(flows: Flows, weight: Real, h: Real, sign: float, out: Real) -> None:
    """out (T, R) += sign * weight (L, T, C) times h (L, T, S), by flow."""
    for b in range(weight.shape[0]):
        for t in range(weight.shape[1]):
            for c in range(weight.shape[2]):
                out[t, flows.row[c]] += sign * weight[b, t, c] * h[b, t, flows.site[c]]


@njit(cache=True, error_model="numpy")
def spread_cells(cells: Cells, weight: Real, w: Real, r: Real) -> None:
    """r (L, T * S) += weight (L, n) times w (K,), by cell."""
    for b in range(weight.shape[0]):
        for c in range(weight.shape[1]):
            r[b, cells.at[c]] += weight[b, c] * w[cells.row[c]]


@njit(cache=True, error_model="numpy")
def gathered_cells(cells: Cells, weight: Real, h: Real, out: Real) -> None:
    """out (K,) += weight (L, n) times h (L, T * S), by cell."""
    for b in range(weight.shape[0]):
        for k in range(out.shape[0]):
            total = 0.0
            for c in range(cells.begin[k], cells.begin[k + 1]):
                total += weight[b, c] * h[b, cells.at[c]]
            out[k] += total


@njit(cache=True, error_model="numpy")
def _of_one_site(site: Whole) -> Whole:
    """Pairs of flows that reach the same site, (pairs, 2)."""
    count = 0
    for c in range(site.shape[0]):
        for e in range(site.shape[0]):
            count += site[c] == site[e]
    out = np.empty((count, 2), np.int64)
    count = 0
    for c in range(site.shape[0]):
        for e in range(site.shape[0]):
            if site[c] == site[e]:
                out[count, 0], out[count, 1] = c, e
                count += 1
    return out


@njit(cache=True, error_model="numpy")
def step_blocks(flows: Flows, weight: Real, squares: Real, diagonal: Real) -> Real:
    """Inverse of what the rows of each step see of each other, (T, R, R): the preconditioner."""
    links, steps = weight.shape[0], weight.shape[1]
    rows = diagonal.shape[1]
    pairs = _of_one_site(flows.site)
    out = np.zeros((steps, rows, rows))
    for t in range(steps):
        for r in range(rows):
            out[t, r, r] = diagonal[t, r]
        for pair in range(pairs.shape[0]):
            c, e = pairs[pair]
            s = flows.site[c]
            for a in range(links):
                for b in range(links):
                    out[t, flows.row[c], flows.row[e]] -= (
                        weight[a, t, c] * squares[t, links * a + b, s] * weight[b, t, e]
                    )
        _inverted_block(out[t], diagonal[t])
    return out


@njit(cache=True, error_model="numpy")
def _inverted_block(block: Real, diagonal: Real) -> None:
    """Inverse in place by Gauss and Jordan; a pivot that vanished counts as its row's diagonal."""
    n = block.shape[0]
    for k in range(n):
        pivot = block[k, k]
        if not pivot > 1e-10 * diagonal[k]:
            pivot = max(1e-10 * diagonal[k], 1e-300)
        inverse = 1.0 / pivot
        block[k, k] = 1.0
        for j in range(n):
            block[k, j] *= inverse
        for i in range(n):
            if i == k:
                continue
            factor = block[i, k]
            block[i, k] = 0.0
            for j in range(n):
                block[i, j] -= factor * block[k, j]


@njit(cache=True, error_model="numpy")
def preconditioned(blocks: Real, r: Real, out: Real) -> None:
    """out (T, R) = blocks (T, R, R) times r (T, R)."""
    for t in range(r.shape[0]):
        for i in range(r.shape[1]):
            out[t, i] = 0.0
        for j in range(r.shape[1]):
            felt = r[t, j]
            for i in range(r.shape[1]):
                out[t, i] += blocks[t, j, i] * felt


@njit(cache=True, error_model="numpy")
def cholesky(square: Real) -> bool:
    """Lower Cholesky factor in place of the lower triangle (K, K); False where a pivot is not positive.

    Written here because libraries start threads for it that cost more than they save beside other work.
    """
    n = square.shape[0]
    panel = np.empty((PANEL, n))
    for begin in range(0, n, PANEL):
        end = min(begin + PANEL, n)
        for k in range(begin, end):
            if not square[k, k] > 0.0:
                return False
            square[k, k] = np.sqrt(square[k, k])
            for i in range(k + 1, n):
                square[i, k] /= square[k, k]
                panel[k - begin, i] = square[i, k]
            for i in range(k + 1, n):
                for j in range(k + 1, min(i + 1, end)):
                    square[i, j] -= square[i, k] * square[j, k]
        for i in range(end, n):
            for k in range(begin, end):
                own = square[i, k]
                for j in range(end, i + 1):
                    square[i, j] -= own * panel[k - begin, j]
    return True


@njit(cache=True, error_model="numpy")
def cholesky_solved(lower: Real, r: Real) -> None:
    """Solve L L' x = r in place for a lower factor (K, K)."""
    n = r.shape[0]
    for i in range(n):
        total = r[i]
        for j in range(i):
            total -= lower[i, j] * r[j]
        r[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        r[i] /= lower[i, i]
        for j in range(i):
            r[j] -= lower[i, j] * r[i]


class Coupling(NamedTuple):
    """What ties sites together, factored: weights of cells (L, n) and flows (L, T, C); lower Cholesky
    factor of the long rows (K, K); diagonal (T, R) and preconditioner (T, R, R) of the rows of steps."""

    cell_weight: Real
    flow_weight: Real
    long_lower: Real
    step_diagonal: Real
    step_blocks: Real


class Room(NamedTuple):
    """Scratch arrays: two of the link rows (L, T, S), one of the states (N, T, S)."""

    pushed: Real
    answered: Real
    state: Real


@njit(cache=True, error_model="numpy")
def _stepped(
    plan: Elimination, front: Real, chain: Chain, peaks: Peaks, cells: Cells, flows: Flows,
    tie: Coupling, room: Room, v: Real, out: Real,
) -> None:  # fmt: skip
    """out (T, R) = the exact operator of the rows of steps times v."""
    links, steps, sites = room.pushed.shape
    room.pushed[:] = 0.0
    spread_flows(flows, tie.flow_weight, v, room.pushed)
    link_solved(plan, front, chain, peaks, room.pushed, room.answered, room.state)
    if tie.long_lower.shape[0] > 0:
        long = np.zeros(tie.long_lower.shape[0])
        gathered_cells(cells, tie.cell_weight, room.answered.reshape(links, steps * sites), long)
        cholesky_solved(tie.long_lower, long)
        room.pushed[:] = 0.0
        spread_flows(flows, tie.flow_weight, v, room.pushed)
        spread_cells(cells, tie.cell_weight, long, room.pushed.reshape(links, steps * sites))
        link_solved(plan, front, chain, peaks, room.pushed, room.answered, room.state)
    for t in range(steps):
        for r in range(v.shape[1]):
            out[t, r] = tie.step_diagonal[t, r] * v[t, r]
    gathered_flows(flows, tie.flow_weight, room.answered, -1.0, out)


@njit(cache=True, error_model="numpy")
def _dot(one: Real, two: Real) -> float:
    total = 0.0
    for t in range(one.shape[0]):
        for r in range(one.shape[1]):
            total += one[t, r] * two[t, r]
    return total


@njit(cache=True, error_model="numpy")
def step_rows_solved(
    plan: Elimination, front: Real, chain: Chain, peaks: Peaks, cells: Cells, flows: Flows,
    tie: Coupling, room: Room, wanted: Real, v: Real, tolerance: float, rounds_max: int,
) -> int:  # fmt: skip
    """Conjugate gradients from v (T, R) on, in place, to a preconditioned residual of `tolerance` times
    that of `wanted`; returns the rounds taken."""
    residual, step, image, turned = (
        np.empty_like(v), np.empty_like(v), np.empty_like(v), np.empty_like(v)
    )  # fmt: skip
    preconditioned(tie.step_blocks, wanted, turned)
    goal = tolerance * tolerance * _dot(wanted, turned)
    _stepped(plan, front, chain, peaks, cells, flows, tie, room, v, image)
    for t in range(v.shape[0]):
        for r in range(v.shape[1]):
            residual[t, r] = wanted[t, r] - image[t, r]
    preconditioned(tie.step_blocks, residual, turned)
    step[:] = turned
    size = _dot(residual, turned)
    for turn in range(rounds_max):
        if not size > goal:
            return turn
        _stepped(plan, front, chain, peaks, cells, flows, tie, room, step, image)
        bent = _dot(step, image)
        if not bent > 0.0:
            return turn
        length = size / bent
        for t in range(v.shape[0]):
            for r in range(v.shape[1]):
                v[t, r] += length * step[t, r]
                residual[t, r] -= length * image[t, r]
        preconditioned(tie.step_blocks, residual, turned)
        before = size
        size = _dot(residual, turned)
        for t in range(v.shape[0]):
            for r in range(v.shape[1]):
                step[t, r] = turned[t, r] + size / before * step[t, r]
    return rounds_max
