"""A sparse linear program written block by block, and its hand-over to HiGHS.

min cost x, row_lower <= A x <= row_upper, lower <= x <= upper. One thread, a named solver, a fixed seed
and no time limit, so that the same program gives the same bytes.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

SIMPLEX_COLUMNS = 20_000
ITERATIONS_MAX = 2_000_000
TINY = 1e-9


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
    entries: list[tuple[Whole, Whole, Real]] = field(default_factory=list)

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

    def constraints(self, shape: tuple[int, ...], lower: ArrayLike, upper: ArrayLike) -> Whole:
        """New rows of a shape with their bounds. Returns their indices."""
        count = int(np.prod(shape, dtype=np.int64))
        index = np.arange(self.rows, self.rows + count, dtype=np.int64).reshape(shape)
        self.rows += count
        for values, kept in ((lower, self.row_lower), (upper, self.row_upper)):
            kept.append(np.broadcast_to(np.asarray(values, dtype=np.float64), shape).ravel())
        return index

    def put(self, rows: Whole, columns: Whole, values: ArrayLike) -> None:
        """Entries of the matrix; the three are broadcast to one shape. Equal places add up."""
        row, column, value = np.broadcast_arrays(
            rows, columns, np.asarray(values, dtype=np.float64)
        )
        self.entries.append((row.ravel(), column.ravel(), value.ravel()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """A program as arrays; the matrix by columns (compressed)."""

    cost: Real
    lower: Real
    upper: Real
    row_lower: Real
    row_upper: Real
    start: Whole
    index: Whole
    value: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """values: of columns; row_dual: change of the cost per unit of a row's bound; status in words.

    feasible: all rows and bounds hold. objective: cost at values. solver: its name and version.
    """

    values: Real
    row_dual: Real
    objective: float
    feasible: bool
    status: str
    solver: str


def matrix_of(program: Program) -> Matrix:
    """The program as arrays, entries of equal place added up, by a stable sort."""
    row, column, value = (
        np.concatenate([entry[part] for entry in program.entries]) for part in range(3)
    )
    place = column * program.rows + row
    distinct, inverse = np.unique(place, return_inverse=True)
    summed = np.bincount(inverse, weights=value, minlength=len(distinct))
    counts = np.bincount(distinct // program.rows, minlength=program.columns)
    return Matrix(
        cost=np.concatenate(program.cost),
        lower=np.concatenate(program.lower),
        upper=np.concatenate(program.upper),
        row_lower=np.concatenate(program.row_lower),
        row_upper=np.concatenate(program.row_upper),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        index=(distinct % program.rows).astype(np.int64),
        value=summed.astype(np.float64),
    )


def solve(matrix: Matrix) -> Solution:
    """The optimum by HiGHS: dual simplex for small programs, interior point with crossover for large."""
    import highspy
    from highspy._core import _Highs

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(matrix.cost), len(matrix.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = matrix.cost, matrix.lower, matrix.upper
    lp.row_lower_, lp.row_upper_ = matrix.row_lower, matrix.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.start.astype(np.int32)
    lp.a_matrix_.index_ = matrix.index.astype(np.int32)
    lp.a_matrix_.value_ = matrix.value
    highs = _Highs()  # the public subclass greets on stdout before it can be told to be silent
    chosen = "simplex" if len(matrix.cost) <= SIMPLEX_COLUMNS else "ipx"
    for option, setting in (
        ("output_flag", False),
        ("solver", chosen),
        ("threads", 1),
        ("parallel", "off"),
        ("random_seed", 0),
        ("run_crossover", "on"),
        ("simplex_iteration_limit", ITERATIONS_MAX),
    ):
        highs.setOptionValue(option, setting)
    highs.passModel(lp)
    highs.run()
    status = highs.getModelStatus()
    solution = highs.getSolution()
    return Solution(
        values=np.asarray(solution.col_value, dtype=np.float64),
        row_dual=np.asarray(solution.row_dual, dtype=np.float64),
        objective=float(highs.getInfo().objective_function_value),
        feasible=status == highspy.HighsModelStatus.kOptimal,
        status=highs.modelStatusToString(status),
        solver=f"HiGHS {highs.version()} {chosen}",
    )


def lower_bound(matrix: Matrix, row_dual: Real) -> float:
    """A lower bound on the cost of any feasible x, for any duals: weak duality, no trust in a solver.

    Each row gives dual times the bound it pushes against, each column its reduced cost times the bound
    that is worse for it; minus infinity where that bound is missing.
    """
    reduced = matrix.cost - _times(matrix, row_dual)
    return _worst(row_dual, matrix.row_lower, matrix.row_upper) + _worst(
        reduced, matrix.lower, matrix.upper
    )


def _worst(weight: Real, lower: Real, upper: Real) -> float:
    """Sum of the least weight * value over [lower, upper]; up to TINY against infinity counts 0."""
    bound = np.where(weight > 0, lower, upper)
    open_ended = ~np.isfinite(bound) & (np.abs(weight) <= TINY)
    product = weight * np.where(open_ended, 0.0, bound)
    return float(np.sum(np.where(weight == 0, 0.0, product)))


def _times(matrix: Matrix, row_dual: Real) -> Real:
    """Transposed matrix times duals, (columns,)."""
    column = np.repeat(np.arange(len(matrix.cost)), np.diff(matrix.start))
    felt = matrix.value * row_dual[matrix.index]
    return np.asarray(
        np.bincount(column, weights=felt, minlength=len(matrix.cost)), dtype=np.float64
    )
