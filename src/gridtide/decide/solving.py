"""By which method a program is solved: exactly where it is small, by its shape where it is large.

Large programs whose work may stand in queues, and which are small then, are solved exactly as that; others go
to the structured interior-point method; where their shape is another, or its numbers give out, they are solved
site by site at prices; where that cannot be either, HiGHS solves them, and it has the last word where a method says
that no plan holds. The answer says which it was, and why not another.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gridtide.decide.decomposition.method import Round, decomposed
from gridtide.decide.decomposition.split import Unsplit
from gridtide.decide.endless_columns import paid_no_more
from gridtide.decide.program import NOWHERE, SIMPLEX_COLUMNS, Matrix, Solution, lower_bound, solve
from gridtide.decide.proof import violation_of
from gridtide.decide.queues.merging import Unqueued
from gridtide.decide.queues.method import by_queues
from gridtide.decide.structured.forced import Forced, forced
from gridtide.decide.structured.interior_point import INFEASIBLE, Interior, Progress, interior_point
from gridtide.decide.structured.newton import Refused
from gridtide.decide.structured.shape import Shape, Unshaped
from gridtide.decide.structured.shaping import STEPS_MIN, shape_of

STRUCTURED_GAP = 1e-5
DECOMPOSED_GAP = 1e-4
MANY_LONG_ROWS = 1_000
"""Rows over many steps (buckets of work) beyond which a plan is solved to DECOMPOSED_GAP: windows of thousands of
buckets at prices that are nearly equal are hard for every method, and the last digit takes a third of the time."""
MANY_COLUMNS = 1_000_000
"""Columns beyond which the same holds: rows of steps tie so many sites that their prices need hundreds of rounds for
every further digit, without any work at all."""
LONG_ROWS_MAX = 4_000
"""Rows over many steps beyond which the structured method's dense part takes longest."""
HOLDS = 1e-6
"""Worst relative miss of a row up to which a structured solution counts as feasible."""


def solution_of(
    matrix: Matrix, gap: float = STRUCTURED_GAP, exact_columns: int = SIMPLEX_COLUMNS
) -> Solution:
    """The best method for the program's size and shape; `solver` says which, and why not another.

    exact_columns: size up to which an exact vertex is worth its time.
    """
    if len(matrix.cost) <= exact_columns:
        return solve(matrix)
    steps = int(matrix.row_step.max(initial=NOWHERE)) + 1
    if 0 < steps < STEPS_MIN:
        return _because(solve(matrix), [f"as {steps} steps are too few for another method"])
    try:
        return by_queues(matrix, solve, SIMPLEX_COLUMNS)
    except (Unqueued, Unsplit):
        pass
    methods: list[tuple[str, Callable[[], Solution]]] = [
        ("structured method", lambda: structured(matrix, gap)),
        ("decomposition", lambda: by_sites(matrix, max(gap, DECOMPOSED_GAP))),
    ]
    tied = int(((matrix.row_site == NOWHERE) & (matrix.row_step == NOWHERE)).sum())
    if tied > MANY_LONG_ROWS or len(matrix.cost) > MANY_COLUMNS:
        gap = max(gap, DECOMPOSED_GAP)
    first = f"with {tied:,} rows over many steps" if tied > LONG_ROWS_MAX else ""
    if first:
        methods.reverse()
    why = [first] if first else []
    for name, method in methods:
        try:
            found = method()
        except (Unshaped, Unsplit, Refused) as reason:
            why.append(f"as the {name} refused: {reason}")
            continue
        if found.feasible:
            return _because(found, why)
        why.append(f"as the {name} says that no plan holds: {found.status}")
        break
    return _because(solve(matrix), why)


def _because(found: Solution, why: list[str]) -> Solution:
    return replace(found, solver=", ".join([found.solver, *why]))


def by_sites(matrix: Matrix, gap: float, told: Callable[[Round], None] | None = None) -> Solution:
    """Values within `gap` of the best, relative to their cost, by prices and one program a site.

    told: hears every round. Raises Unsplit where the program is none of sites, Refused where the gap was
    not reached.
    """
    end = decomposed(matrix, gap, told)
    if not np.isfinite(end.cost):
        raise Refused("it found no plan whose rows hold")
    apart = max(end.cost - end.bound, 0.0) / max(abs(end.cost), 1e-300)
    if not apart <= gap:
        raise Refused(f"after {len(end.rounds)} rounds cost and bound are {apart:.1e} apart")
    steps = sum(turn.steps for turn in end.rounds)
    return Solution(
        values=end.values,
        row_dual=end.row_dual,
        objective=end.cost,
        feasible=True,
        status=f"within {apart:.1e} of the bound",
        solver=(
            f"dual decomposition, {len(end.rounds)} rounds, {steps} first-order steps, one program a site"
        ),
        blur=float(np.sqrt(gap)),
    )


def structured(
    matrix: Matrix, gap: float, told: Callable[[Progress], None] | None = None
) -> Solution:
    """Values within `gap` of the best, relative to their cost, by the shape of the plan.

    told: hears every round. Raises Unshaped where the program has another shape, Refused where the
    numbers gave out before the gap was reached.
    """
    held = forced(matrix)
    shape = shape_of(held.matrix)
    constant = float(matrix.cost @ held.matrix.lower)
    end = interior_point(shape, gap, constant, told)
    if end.ended == INFEASIBLE:
        return _without_plan(held, shape, end)
    if end.ended != "gap":
        raise Refused(f"it ended after {len(end.trail)} rounds: {end.ended}")
    values, row_dual = unshaped(held, shape, end)
    _, relative = violation_of(matrix, values)
    if not relative <= HOLDS:
        raise Refused(f"a row is missed by {relative:.1e} of its size")
    bound = lower_bound(matrix, row_dual)
    cost = float(matrix.cost @ values)
    return Solution(
        values=values,
        row_dual=row_dual,
        objective=cost,
        feasible=True,
        status=f"within {max(cost - bound, 0.0) / max(abs(cost), 1e-300):.1e} of the bound",
        solver=(
            f"structured interior point, {len(end.trail)} rounds, "
            f"{sum(turn.cg_rounds for turn in end.trail)} of conjugate gradients"
        ),
        blur=float(np.sqrt(gap)),
    )


def _without_plan(held: Forced, shape: Shape, end: Interior) -> Solution:
    """The proof that nothing holds: row prices whose bound lies above the cost of anything."""
    values, row_dual = unshaped(held, shape, end)
    return Solution(
        values=values,
        row_dual=row_dual,
        objective=np.inf,
        feasible=False,
        status="infeasible: a lower bound lies above what anything can cost",
        solver=f"structured interior point, {len(end.trail)} rounds",
    )


def unshaped(held: Forced, shape: Shape, end: Interior) -> tuple[np.ndarray, np.ndarray]:
    """Values of the program's columns and prices of its rows."""
    matrix = held.matrix
    count = len(matrix.cost)
    place = shape.place[:count]
    scaled = (end.x * shape.scale)[np.maximum(place, 0)]
    idle = np.where(matrix.cost < 0, matrix.upper - matrix.lower, 0.0)
    values = matrix.lower + np.where(place >= 0, scaled, idle)
    values = np.clip(values, matrix.lower, matrix.upper)
    row_dual = (end.y * shape.row_scale)[shape.row_place] * shape.price
    return values, held.priced(paid_no_more(matrix, row_dual))
