"""One Newton system of a fleet's plan: A theta A' dy = r, solved by its shape and never written down.

Rows of sites are eliminated site by site, border columns stay unknowns of their own, long rows become a
dense Schur complement, rows of steps are left to conjugate gradients: their error stays in those rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import summed
from gridtide.decide.structured.shape import Shape, column_parts, row_parts
from gridtide.kernels.plan_dense import cholesky, cholesky_solved
from gridtide.kernels.plan_factor import FLOOR, NONE, Chain, assembled, chained, eliminated
from gridtide.kernels.plan_long import work_schur
from gridtide.kernels.plan_solve import Peaks, link_solved, site_solved
from gridtide.kernels.plan_squares import link_squares
from gridtide.kernels.plan_steps import (
    Coupling,
    Room,
    gathered_cells,
    gathered_flows,
    spread_cells,
    spread_flows,
    step_blocks,
    step_rows_solved,
)

Real = NDArray[np.float64]
FAR = 1e300


class Refused(Exception):
    """The numbers of a system cannot be trusted; says where."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Factors:
    """Everything a solve needs. border: site matrix^-1 times border columns, (B, rows, T, S); weight:
    (B, B, S), see Peaks."""

    front: Real
    chain: Chain
    peaks: Peaks
    border: Real
    tie: Coupling
    room: Room


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """dy over rows, steps of the border columns (B, S), prices of rows of steps for a warm start, rounds."""

    dy: Real
    border: Real
    step: Real
    rounds: int


def factored(shape: Shape, theta: Real) -> Factors:
    """Factors for these scalings of columns. Raises Refused when they are not positive."""
    sizes = shape.sizes
    parts = column_parts(sizes, theta)
    front = np.empty((sizes.steps, shape.elimination.places, sizes.sites))
    assembled(
        shape.entries, parts.site, shape.elimination, shape.cells, parts.cell, shape.flows,
        parts.flow, front,
    )  # fmt: skip
    eliminated(shape.elimination, front)
    chain = _chain(shape)
    chained(shape.elimination, front, chain)
    room = Room(
        pushed=np.empty((sizes.links, sizes.steps, sizes.sites)),
        answered=np.empty((sizes.links, sizes.steps, sizes.sites)),
        state=np.empty((sizes.states, sizes.steps, sizes.sites)),
    )
    border, peaks = _bordered(shape, parts.border, front, chain)
    tie = _tied(shape, theta, front, chain, peaks)
    return Factors(front=front, chain=chain, peaks=peaks, border=border, tie=tie, room=room)


def _chain(shape: Shape) -> Chain:
    sizes = shape.sizes
    blocks = sizes.states**2
    closes = blocks if shape.cyclic else 0
    return Chain(
        inverse=np.empty((sizes.steps, blocks, sizes.sites)),
        onward=np.zeros((sizes.steps, blocks, sizes.sites)),
        border=np.zeros((sizes.steps, closes, sizes.sites)),
        last=np.zeros((closes, sizes.sites)),
        first_coupling=np.zeros((closes, sizes.sites)),
        last_coupling=np.zeros((closes, sizes.sites)),
        cyclic=int(shape.cyclic),
    )


def _bordered(shape: Shape, theta: Real, front: Real, chain: Chain) -> tuple[Real, Peaks]:
    """Border columns solved, and the weights with which they come in."""
    sizes, given = shape.sizes, shape.borders
    solved = np.zeros((sizes.borders, sizes.slot_rows, sizes.steps, sizes.sites))
    seen = np.zeros((sizes.borders, sizes.borders, sizes.sites))
    for number in range(sizes.borders):
        own = given.number == number
        np.add.at(solved[number].reshape(-1), given.row[own], given.value[own])
        site_solved(shape.elimination, front, chain, solved[number])
        felt = given.value * solved[number].reshape(-1)[given.row]
        np.add.at(seen[:, number], (given.number, given.site), felt)
    with np.errstate(divide="ignore"):
        own = np.where(theta > 0, 1.0 / np.maximum(theta, 1.0 / FAR), FAR)
    for number in range(sizes.borders):
        seen[number, number] += own[number]
    weight = np.linalg.inv(seen.transpose(2, 0, 1)).transpose(1, 2, 0)
    first = sizes.locals
    peaks = Peaks(
        link=np.ascontiguousarray(solved[:, first : first + sizes.links]),
        weight=np.ascontiguousarray(weight),
    )
    return solved, peaks


def _tied(shape: Shape, theta: Real, front: Real, chain: Chain, peaks: Peaks) -> Coupling:
    """What ties sites together, factored."""
    sizes, parts = shape.sizes, column_parts(shape.sizes, theta)
    cell_weight = shape.cells.link * (parts.cell * shape.cells.value)
    flow_weight = shape.flows.link * (parts.flow * shape.flows.value)
    alone = summed(
        shape.alone.row, parts.alone * shape.alone.value**2, sizes.rows - sizes.site_rows
    )
    own_work = summed(shape.cells.row, parts.cell * shape.cells.value**2, sizes.long)
    own_long = alone[: sizes.long] + own_work
    schur: Real = np.diag(_floored(own_long))
    if sizes.cells:
        work_schur(
            shape.elimination, front, chain, peaks, shape.cells, cell_weight, shape.runs,
            sizes.states, schur,
        )  # fmt: skip
    step: Real = alone[sizes.long :].reshape(sizes.steps, sizes.step_rows).copy()
    own = parts.flow * shape.flows.value**2
    for row in range(sizes.step_rows):
        step[:, row] += own[:, shape.flows.row == row].sum(axis=1)
    step = _floored(step)
    squares = link_squares(shape.elimination, front, chain, peaks, sizes.links)
    blocks = step_blocks(shape.flows, flow_weight, squares, step)
    return Coupling(
        cell_weight=cell_weight,
        flow_weight=flow_weight,
        long_lower=_cholesky(schur),
        step_diagonal=step,
        step_blocks=blocks,
    )


def _floored(diagonal: Real) -> Real:
    """A little more of each, and something where there is nothing."""
    return np.where(diagonal > 0.0, diagonal * (1.0 + FLOOR), NONE)


def _cholesky(schur: Real) -> Real:
    if not np.isfinite(schur).all():
        raise Refused("the Schur complement of the long rows is not finite")
    ridge = 0.0
    for _ in range(6):
        lower: Real = schur + np.diag(ridge * np.diag(schur))
        if cholesky(lower):
            return lower
        ridge = max(1e-13, ridge * 10.0)
    raise Refused("the Schur complement of the long rows is not positive")


def solved(
    shape: Shape, factors: Factors, r: Real, pull: Real, start: Real, tolerance: float, rounds: int
) -> Answer:
    """dy for the right-hand side r over rows, where the border columns' own pull (B, S) is left out of r.

    start: first guess of the rows of steps (T, R); tolerance of their preconditioned residual.
    """
    sizes, tie = shape.sizes, factors.tie
    wanted = row_parts(sizes, r)
    first, last = sizes.locals, sizes.locals + sizes.links
    alone, _ = _site_answer(shape, factors, wanted.site, pull)
    flat = alone[first:last].reshape(sizes.links, -1)
    long = wanted.long.copy()
    missing = np.zeros(sizes.long)
    gathered_cells(shape.cells, tie.cell_weight, flat, missing)
    long -= missing
    step = wanted.step.copy()
    gathered_flows(shape.flows, tie.flow_weight, alone[first:last], -1.0, step)
    v = start.copy()
    rounds_taken = 0
    if sizes.step_rows:
        _add_long_to_step(shape, factors, long, step)
        rounds_taken = step_rows_solved(
            shape.elimination, factors.front, factors.chain, factors.peaks, shape.cells,
            shape.flows, tie, factors.room, step, v, tolerance, rounds,
        )  # fmt: skip
    w = _long_answer(shape, factors, long, v)
    pushed = wanted.site.copy()
    link = np.zeros((sizes.links, sizes.steps, sizes.sites))
    spread_cells(shape.cells, tie.cell_weight, w, link.reshape(sizes.links, -1))
    spread_flows(shape.flows, tie.flow_weight, v, link)
    pushed[first:last] -= link
    site, border = _site_answer(shape, factors, pushed, pull)
    dy = np.concatenate([site.reshape(-1), w, v.reshape(-1)])
    if not np.isfinite(dy).all():
        raise Refused("a Newton step is not finite")
    return Answer(dy=dy, border=border, step=v, rounds=rounds_taken)


def _site_answer(shape: Shape, factors: Factors, r: Real, pull: Real) -> tuple[Real, Real]:
    """Rows of sites solved with their border columns: (rows, T, S) and steps of the columns (B, S)."""
    given, sizes = shape.borders, shape.sizes
    site = r.copy()
    site_solved(shape.elimination, factors.front, factors.chain, site)
    felt = np.zeros((sizes.borders, sizes.sites))
    np.add.at(felt, (given.number, given.site), given.value * site.reshape(-1)[given.row])
    border = np.einsum("bcs,cs->bs", factors.peaks.weight, felt - pull)
    for number in range(sizes.borders):
        site -= factors.border[number] * border[number]
    return site, border


def _link_answer(shape: Shape, factors: Factors, link: Real) -> Real:
    room = factors.room
    room.pushed[:] = link
    link_solved(
        shape.elimination, factors.front, factors.chain, factors.peaks, room.pushed, room.answered,
        room.state,
    )  # fmt: skip
    return room.answered


def _add_long_to_step(shape: Shape, factors: Factors, long: Real, step: Real) -> None:
    """What the long rows' own right-hand side means for the rows of steps."""
    sizes, tie = shape.sizes, factors.tie
    if sizes.long == 0:
        return
    w = long.copy()
    cholesky_solved(tie.long_lower, w)
    link = np.zeros((sizes.links, sizes.steps, sizes.sites))
    spread_cells(shape.cells, tie.cell_weight, w, link.reshape(sizes.links, -1))
    gathered_flows(shape.flows, tie.flow_weight, _link_answer(shape, factors, link), 1.0, step)


def _long_answer(shape: Shape, factors: Factors, long: Real, v: Real) -> Real:
    """Prices of the long rows, given those of the rows of steps."""
    sizes, tie = shape.sizes, factors.tie
    if sizes.long == 0:
        return np.zeros(0)
    link = np.zeros((sizes.links, sizes.steps, sizes.sites))
    spread_flows(shape.flows, tie.flow_weight, v, link)
    w = long.copy()
    gathered_cells(
        shape.cells,
        tie.cell_weight,
        _link_answer(shape, factors, link).reshape(sizes.links, -1),
        w,
    )
    cholesky_solved(tie.long_lower, w)
    return w
