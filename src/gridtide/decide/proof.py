"""Is a plan what it says? Cost, bound and violation of a solution, read from the program alone.

Nothing here knows how a solution was found.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Solution, lower_bound, summed

Real = NDArray[np.float64]
TINY = 1e-9
"""Numbers below it count as it when a miss is put in relation to them."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """cost: of the values. lower_bound: no values that hold cost less. violation: by how much the worst
    row or bound is missed, in its own unit; relative: in shares of the largest number of its row."""

    cost: float
    lower_bound: float
    violation: float
    relative: float

    @property
    def gap(self) -> float:
        """Cost less bound, in money; never below 0."""
        return max(self.cost - self.lower_bound, 0.0)


def proof_of(matrix: Matrix, solution: Solution) -> Proof:
    """The program evaluated at a solution's values and row prices."""
    missed, relative = violation_of(matrix, solution.values)
    return Proof(
        cost=float(matrix.cost @ solution.values),
        lower_bound=lower_bound(matrix, solution.row_dual),
        violation=missed,
        relative=relative,
    )


def violation_of(matrix: Matrix, values: Real) -> tuple[float, float]:
    """The worst miss of a row or bound: in its own unit, and as a share of the largest number that rows
    or columns of its family have."""
    rows = len(matrix.row_lower)
    terms = matrix.value * values[matrix.column]
    sums = summed(matrix.index, terms, rows)
    off = _outside(sums, matrix.row_lower, matrix.row_upper)
    beyond = _outside(values, matrix.lower, matrix.upper)
    largest = np.zeros(int(matrix.row_family.max(initial=0)) + 1)
    np.maximum.at(largest, matrix.row_family[matrix.index], np.abs(terms))
    widest = np.zeros(int(matrix.column_family.max(initial=0)) + 1)
    np.maximum.at(widest, matrix.column_family, np.abs(values))
    shares = (
        off / np.maximum(largest, TINY)[matrix.row_family],
        beyond / np.maximum(widest, TINY)[matrix.column_family],
    )
    worst = max(float(off.max(initial=0.0)), float(beyond.max(initial=0.0)))
    return worst, max(float(share.max(initial=0.0)) for share in shares)


def _outside(value: Real, lower: Real, upper: Real) -> Real:
    return np.maximum(np.maximum(lower - value, value - upper), 0.0)
