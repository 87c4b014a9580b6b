"""Rows of steps of a week plan (requests): conjugate gradients with the exact operator, long rows folded in.

The preconditioner is what the rows of one step see of each other, exactly, and nothing of other steps.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.plan_dense import cholesky_solved
from gridtide.kernels.plan_factor import Chain, Elimination
from gridtide.kernels.plan_rows import Cells, Flows
from gridtide.kernels.plan_solve import Peaks, link_solved

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


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
