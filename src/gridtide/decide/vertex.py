"""The same program with some numbers changed, solved from the vertex it had before: little is left to do.

A change of a limit, of work or of a price moves the best vertex by a few exchanges, where a solution from
nothing takes as long as the first. Programs may also have grown by columns and rows.
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
EXCHANGES_MAX = 15_000
"""A vertex that is further away than this is looked for from nothing."""


BLOCK = 2**40
"""Names of columns or rows of a block begin at its number times this."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Vertex:
    """Where a program was best. columns, rows: their names, growing. basis: which of them are off their bounds."""

    columns: Whole
    rows: Whole
    basis: "HighsBasis"


def names_of(family: Whole) -> Whole:
    """Names of columns or rows by their block and their place in it."""
    place = np.arange(len(family)) - np.searchsorted(family, family)
    return np.asarray(family * BLOCK + place, dtype=np.int64)


def vertex_of(
    matrix: Matrix, columns: Whole, near: Vertex | None = None
) -> tuple[Solution, Vertex | None]:
    """The optimum at a vertex, and the vertex to go on from; None where there is none or it is too large.

    columns: names, growing. near: the vertex of a program that differs in numbers, or lacks columns and rows.
    """
    if len(matrix.cost) > VERTEX_COLUMNS:
        return solution_of(matrix), None
    rows = names_of(matrix.row_family)
    if near is not None and _all_in(near.columns, columns) and _all_in(near.rows, rows):
        highs = _from_near(matrix, columns, rows, near)
        solution = solution_from(highs, "simplex from a vertex near by")
        if solution.feasible:
            return solution, Vertex(columns=columns, rows=rows, basis=highs.getBasis())
    solver = solver_for(matrix)
    highs = handed_over(matrix, solver, crossover=True)
    highs.run()
    solution = solution_from(highs, solver)
    if not solution.feasible:
        return solution, None
    return solution, Vertex(columns=columns, rows=rows, basis=highs.getBasis())


def _from_near(matrix: Matrix, columns: Whole, rows: Whole, near: Vertex) -> "_Highs":
    """HiGHS after its run from the vertex of a program this one has grown out of: new columns stand at their
    lower bound, new rows are free to move."""
    from highspy import HighsBasis, HighsBasisStatus

    basis = HighsBasis()
    basis.valid = True
    basis.col_status = _spread(
        near.basis.col_status, near.columns, columns, HighsBasisStatus.kLower
    )
    basis.row_status = _spread(near.basis.row_status, near.rows, rows, HighsBasisStatus.kBasic)
    highs = handed_over(matrix, "simplex", crossover=False)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("simplex_iteration_limit", EXCHANGES_MAX)
    highs.setBasis(basis)
    highs.run()
    return highs


def _all_in(few: Whole, many: Whole) -> bool:
    place = np.minimum(np.searchsorted(many, few), max(len(many) - 1, 0))
    return len(many) >= len(few) and bool((many[place] == few).all())


def _spread(status: list[Any], before: Whole, after: Whole, fresh: Any) -> list[Any]:
    """Status of each old name at its place among the new ones, `fresh` where a name is new."""
    spread = np.full(len(after), fresh, dtype=object)
    spread[np.searchsorted(after, before)] = status
    return list(spread)
