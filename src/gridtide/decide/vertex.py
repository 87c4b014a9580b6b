"""The same program with some numbers changed, solved from the vertex it had before: little is left to do.

A change of a limit, of work or of a price moves the best vertex by a few exchanges, where a solution from
nothing takes as long as the first. Programs may also have grown, block by block at the end of each.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Solution, handed_over, solution_from, solver_for
from gridtide.decide.solving import solution_of

if TYPE_CHECKING:
    from highspy._core import HighsBasis, _Highs

Whole = NDArray[np.int64]

VERTEX_COLUMNS = 400_000
"""Up to this size a vertex is worth its time; beyond it every program is solved by its shape."""
EXCHANGES_MAX = 30_000
"""A vertex that is further away than this is looked for from nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Vertex:
    """Where a program was best. matrix: that program. basis: which of its columns and rows are off bounds."""

    matrix: Matrix
    basis: "HighsBasis"


def vertex_of(matrix: Matrix, near: Vertex | None = None) -> tuple[Solution, Vertex | None]:
    """The optimum at a vertex, and the vertex to go on from; None where there is none or it is too large.

    near: the vertex of a program that differs in numbers, or lacks columns and rows at the ends of blocks.
    """
    if len(matrix.cost) > VERTEX_COLUMNS:
        return solution_of(matrix), None
    if near is not None and _has_grown(near.matrix, matrix):
        highs = _from_near(matrix, near)
        solution = solution_from(highs, "simplex from a vertex near by")
        if solution.feasible:
            return solution, Vertex(matrix=matrix, basis=highs.getBasis())
    return _from_nothing(matrix)


def solved_again(matrix: Matrix, near: Vertex | None) -> Solution:
    """The optimum of a program that differs in numbers from one whose vertex is known."""
    if near is None:
        return solution_of(matrix)
    return vertex_of(matrix, near)[0]


def _from_nothing(matrix: Matrix) -> tuple[Solution, Vertex | None]:
    solver = solver_for(matrix)
    highs = handed_over(matrix, solver, crossover=True)
    highs.run()
    solution = solution_from(highs, solver)
    known = Vertex(matrix=matrix, basis=highs.getBasis()) if solution.feasible else None
    return solution, known


def _from_near(matrix: Matrix, near: Vertex) -> "_Highs":
    """HiGHS after its run from the vertex of a program this one has grown out of."""
    highs = handed_over(matrix, "simplex", crossover=False)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("simplex_iteration_limit", EXCHANGES_MAX)
    highs.setBasis(_carried(near, matrix))
    highs.run()
    return highs


def _has_grown(small: Matrix, large: Matrix) -> bool:
    """Whether every block of columns and rows is there still, none shorter."""
    pairs = (
        (small.column_family, large.column_family),
        (small.row_family, large.row_family),
    )
    return all(
        before.max(initial=-1) == after.max(initial=-1)
        and bool((np.bincount(before) <= np.bincount(after, minlength=1)).all())
        for before, after in pairs
    )


def _carried(near: Vertex, matrix: Matrix) -> "HighsBasis":
    """The vertex in the larger program: new columns stand at their lower bound, new rows are free to move."""
    from highspy import HighsBasis, HighsBasisStatus

    basis = HighsBasis()
    basis.valid = True
    basis.col_status = _spread(
        near.basis.col_status,
        near.matrix.column_family,
        matrix.column_family,
        HighsBasisStatus.kLower,
    )
    basis.row_status = _spread(
        near.basis.row_status, near.matrix.row_family, matrix.row_family, HighsBasisStatus.kBasic
    )
    return basis


def _spread(status: list[Any], before: Whole, after: Whole, fresh: Any) -> list[Any]:
    """Status of each old place at the same place of its block, `fresh` where the block has grown."""
    place = np.arange(len(before)) - np.searchsorted(before, before)
    spread = np.full(len(after), fresh, dtype=object)
    spread[np.searchsorted(after, before) + place] = status
    return list(spread)
