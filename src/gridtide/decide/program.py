"""A sparse linear program written block by block, and its hand-over to HiGHS.

min cost x, row_lower <= A x <= row_upper, lower <= x <= upper. One thread, a named solver, a fixed seed
and no time limit, so that the same program gives the same bytes.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridtide.decide.endless_columns import paid_no_more
from gridtide.quiet_highs import quiet_highs

if TYPE_CHECKING:
    from highspy._core import _Highs

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

SIMPLEX_COLUMNS = 20_000
ITERATIONS_MAX = 2_000_000
SETTLED = ("Infeasible", "Unbounded", "Primal infeasible or unbounded", "Iteration limit reached")
"""Ends of HiGHS without an optimum that running again would not change."""
TINY = 1e-9
TRACE = 1e-6
"""Of prices that a solver leaves where there are none: ten times what HiGHS takes for nothing."""
NOWHERE = -1
HALF_DIGIT = float(np.finfo(np.float64).eps)


@dataclass(eq=False)
class Program:
    """Grows by columns, rows and entries; indices handed out stay valid."""

    columns: int = 0
    rows: int = 0
    cost: list[Real] = field(default_factory=list)
    lower: list[Real] = field(default_factory=list)
    upper: list[Real] = field(default_factory=list)
    row_lower: list[Real] = field(default_factory=list)
    row_upper: list[Real] = field(default_factory=list)
    row_site: list[Whole] = field(default_factory=list)
    row_step: list[Whole] = field(default_factory=list)
    entries: list[tuple[Whole, Whole, Real]] = field(default_factory=list)
    raised: list[tuple[Whole, Real]] = field(default_factory=list)

    def variables(
        self,
        shape: tuple[int, ...],
        cost: ArrayLike = 0.0,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
    ) -> Whole:
        """New columns of a shape; cost and bounds are broadcast to it. Returns their indices."""
        count = int(np.prod(shape, dtype=np.int64))
        index = np.arange(self.columns, self.columns + count, dtype=np.int64).reshape(shape)
        self.columns += count
        for values, kept in ((cost, self.cost), (lower, self.lower), (upper, self.upper)):
            kept.append(np.broadcast_to(np.asarray(values, dtype=np.float64), shape).ravel())
        return index

    def constraints(
        self,
        shape: tuple[int, ...],
        lower: ArrayLike,
        upper: ArrayLike,
        site: ArrayLike = NOWHERE,
        step: ArrayLike = NOWHERE,
    ) -> Whole:
        """New rows of a shape with their bounds. Returns their indices.

        site, step: where each row stands, broadcast to the shape; NOWHERE for rows that tie sites or
        steps together. A solver that knows the shape of a plan reads it from there.
        """
        count = int(np.prod(shape, dtype=np.int64))
        index = np.arange(self.rows, self.rows + count, dtype=np.int64).reshape(shape)
        self.rows += count
        for values, kept in ((lower, self.row_lower), (upper, self.row_upper)):
            kept.append(np.broadcast_to(np.asarray(values, dtype=np.float64), shape).ravel())
        for where, places in ((site, self.row_site), (step, self.row_step)):
            places.append(np.broadcast_to(np.asarray(where, dtype=np.int64), shape).ravel())
        return index

    def put(self, rows: Whole, columns: Whole, values: ArrayLike) -> None:
        """Entries of the matrix; the three are broadcast to one shape. Equal places add up."""
        row, column, value = np.broadcast_arrays(
            rows, columns, np.asarray(values, dtype=np.float64)
        )
        self.entries.append((row.ravel(), column.ravel(), value.ravel()))

    def cost_more(self, columns: Whole, more: ArrayLike) -> None:
        """Adds to what columns cost; both are broadcast to one shape."""
        column, cost = np.broadcast_arrays(columns, np.asarray(more, dtype=np.float64))
        self.raised.append((column.ravel(), cost.ravel()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """A program as arrays; the matrix by columns (compressed).

    row_site, row_step: where rows stand, NOWHERE for what ties sites or steps together. row_family,
    column_family: numbers of the blocks that rows and columns were added in.
    """

    cost: Real
    lower: Real
    upper: Real
    row_lower: Real
    row_upper: Real
    start: Whole
    index: Whole
    value: Real
    row_site: Whole
    row_step: Whole
    row_family: Whole
    column_family: Whole

    @property
    def column(self) -> Whole:
        """The column of each entry."""
        return np.repeat(np.arange(len(self.cost)), np.diff(self.start))


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """values: of columns; row_dual: change of the cost per unit of a row's bound; status in words.

    feasible: all rows and bounds hold. objective: cost at values. solver: its name and version. blur:
    share of a column's room up to which it may stand off a bound it would best lie on; 0 for a vertex.
    """

    values: Real
    row_dual: Real
    objective: float
    feasible: bool
    status: str
    solver: str
    blur: float = 0.0


def places_of(shape: tuple[int, ...]) -> tuple[Whole, Whole]:
    """Site and step of rows of the shape (sites, steps)."""
    return np.arange(shape[0])[:, None], np.arange(shape[1])


def matrix_of(program: Program) -> Matrix:
    """The program as arrays, entries of equal place added up."""
    row, column, value = (
        np.concatenate([entry[part] for entry in program.entries]) for part in range(3)
    )
    row, column, value = _added_up(row, column, value, program.rows)
    counts = np.bincount(column, minlength=program.columns)
    cost = np.concatenate(program.cost)
    for raised, more in program.raised:
        np.add.at(cost, raised, more)
    return Matrix(
        cost=cost,
        lower=np.concatenate(program.lower),
        upper=np.concatenate(program.upper),
        row_lower=np.concatenate(program.row_lower),
        row_upper=np.concatenate(program.row_upper),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        index=row,
        value=value,
        row_site=np.concatenate(program.row_site),
        row_step=np.concatenate(program.row_step),
        row_family=_families(program.row_lower),
        column_family=_families(program.cost),
    )


def as_written(matrix: Matrix) -> Matrix:
    """A copy to prove bounds on, before slopes and bounds of the other are changed to keep energy from burning."""
    return replace(matrix, value=matrix.value.copy(), upper=matrix.upper.copy())


def _added_up(row: Whole, column: Whole, value: Real, rows: int) -> tuple[Whole, Whole, Real]:
    """Entries by column, then row; those of equal place added up in the order they were written."""
    place = column * rows + row
    order = np.argsort(place)
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.diff(place[order]) != 0
    if new.all():
        return row[order], column[order], value[order]
    order = np.argsort(place, kind="stable")
    group = np.cumsum(new) - 1
    first = order[new]
    return row[first], column[first], summed(group, value[order], int(group[-1]) + 1)


def _families(blocks: list[Real]) -> Whole:
    return np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])


def solve(matrix: Matrix, solver: str = "", crossover: bool = True) -> Solution:
    """The optimum by HiGHS: dual simplex for small programs, interior point with crossover for large.

    solver: "simplex" or "ipx" instead of that choice; without crossover an interior point is given back. Where it
    ends neither with an optimum nor with a proof that there is none, it is run once more on the plain program.
    """
    chosen = solver or solver_for(matrix)
    highs = handed_over(matrix, chosen, crossover)
    highs.run()
    found = solution_from(highs, chosen)
    if found.feasible or found.status in SETTLED or not crossover:
        return found
    highs = handed_over(matrix, chosen, crossover)
    highs.setOptionValue("presolve", "off")
    highs.run()
    return solution_from(highs, f"{chosen} without presolve, with which it ended {found.status}")


def solver_for(matrix: Matrix) -> str:
    """The solver of HiGHS that a program of this size is given to."""
    return "simplex" if len(matrix.cost) <= SIMPLEX_COLUMNS else "ipx"


def solution_from(highs: "_Highs", named: str) -> Solution:
    """What HiGHS found after its run; named: how it is said to have been found."""
    import highspy

    status = highs.getModelStatus()
    solution = highs.getSolution()
    return Solution(
        values=np.asarray(solution.col_value, dtype=np.float64),
        row_dual=np.asarray(solution.row_dual, dtype=np.float64),
        objective=float(highs.getInfo().objective_function_value),
        feasible=status == highspy.HighsModelStatus.kOptimal,
        status=highs.modelStatusToString(status),
        solver=f"HiGHS {highs.version()} {named}",
    )


def handed_over(matrix: Matrix, solver: str, crossover: bool) -> "_Highs":
    """The program inside HiGHS, ready to run: solver named, one thread, fixed seed, no limit of time."""
    import highspy

    highs = quiet_highs(
        solver,
        ("run_crossover", "on" if crossover else "off"),
        ("simplex_iteration_limit", ITERATIONS_MAX),
    )
    highs.passModel(
        len(matrix.cost),
        len(matrix.row_lower),
        len(matrix.value),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        matrix.cost,
        matrix.lower,
        matrix.upper,
        matrix.row_lower,
        matrix.row_upper,
        matrix.start.astype(np.int32),
        matrix.index.astype(np.int32),
        matrix.value,
        np.zeros(len(matrix.cost), dtype=np.int32),
    )
    return highs


def lower_bound(matrix: Matrix, row_dual: Real) -> float:
    """A lower bound on the cost of any feasible x, for any duals: weak duality, no trust in a solver.

    Each row gives dual times the bound it pushes against, each column its reduced cost times the bound
    that is worse for it; minus infinity where that bound is missing, and not only by traces that a solver leaves. What
    rounding can have added is taken off again.
    """
    pushing = _pushing(matrix, row_dual)
    found = _bound(matrix, pushing)
    return found if np.isfinite(found) else _bound(matrix, paid_no_more(matrix, pushing, TRACE))


def _pushing(matrix: Matrix, row_dual: Real) -> Real:
    """The duals without those that push a row against a bound it has not: a solver leaves traces of such."""
    at_most = np.where(np.isinf(matrix.row_lower), np.minimum(row_dual, 0.0), row_dual)
    return np.where(np.isinf(matrix.row_upper), np.maximum(at_most, 0.0), at_most)


def _bound(matrix: Matrix, row_dual: Real) -> float:
    reduced = matrix.cost - _times(matrix, row_dual)
    rows = _worst(row_dual, matrix.row_lower, matrix.row_upper)
    columns = _worst(reduced, matrix.lower, matrix.upper)
    return float(rows.sum() + columns.sum() - _rounding(matrix, row_dual, rows, columns))


def _worst(weight: Real, lower: Real, upper: Real) -> Real:
    """The least weight * value over [lower, upper]; up to TINY against infinity counts 0."""
    bound = np.where(weight > 0, lower, upper)
    open_ended = ~np.isfinite(bound) & (np.abs(weight) <= TINY)
    product = weight * np.where(open_ended, 0.0, bound)
    return np.where(weight == 0, 0.0, product)


def _rounding(matrix: Matrix, row_dual: Real, rows: Real, columns: Real) -> float:
    """The most that the sums of a bound can be off in double precision."""
    columns_all = len(matrix.cost)
    entries = np.diff(matrix.start)
    felt = summed(matrix.column, np.abs(matrix.value * row_dual[matrix.index]), columns_all)
    reduced_off = HALF_DIGIT * (entries + 2) * (np.abs(matrix.cost) + felt)
    far = np.zeros(columns_all)
    for side in (matrix.lower, matrix.upper):
        far = np.maximum(far, np.where(np.isfinite(side), np.abs(side), 0.0))
    size = np.abs(rows[np.isfinite(rows)]).sum() + np.abs(columns[np.isfinite(columns)]).sum()
    return float((reduced_off * far).sum() + HALF_DIGIT * 64 * size)


def _times(matrix: Matrix, row_dual: Real) -> Real:
    """Transposed matrix times duals, (columns,)."""
    return summed(matrix.column, matrix.value * row_dual[matrix.index], len(matrix.cost))


def summed(place: Whole, weight: Real, count: int) -> Real:
    """Sums of weights by place, (count,)."""
    return np.asarray(np.bincount(place, weights=weight, minlength=count), dtype=np.float64)
