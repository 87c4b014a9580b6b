"""A linear program inside HiGHS that grows by rows and columns between runs, as limits are found to matter.

One thread, dual simplex, a fixed seed and no limit of time, so that the same program gives the same bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridtide.quiet_highs import quiet_highs

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """values, reduced_cost: of each column, (C,); row_dual: change of the objective per unit of a row's bound, (R,)."""

    values: Real
    reduced_cost: Real
    row_dual: Real
    objective: float


class LinearProgram:
    """min cost x with lower <= x <= upper and rows between bounds; every run starts from the basis of the last."""

    def __init__(self) -> None:
        import highspy

        self._highspy = highspy
        self._highs = quiet_highs("simplex")
        self.columns = self.rows = 0

    def variables(
        self, count: int, cost: ArrayLike = 0.0, lower: ArrayLike = 0.0, upper: ArrayLike = np.inf
    ) -> Whole:
        """New columns, in no row yet; cost and bounds are broadcast. Returns their numbers."""
        none = np.empty(0, dtype=np.int32)
        wide = [
            np.broadcast_to(np.asarray(one, dtype=np.float64), count).copy()
            for one in (cost, lower, upper)
        ]
        self._highs.addCols(
            count, wide[0], wide[1], wide[2], 0, np.zeros(count, dtype=np.int32), none, np.empty(0)
        )
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def constraints(
        self,
        row: Whole,
        column: Whole,
        value: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
        count: int,
    ) -> Whole:
        """New rows numbered from 0 among themselves; row, column and value, broadcast to one shape, place entries, no
        place twice. Returns their numbers."""
        placed = np.broadcast_arrays(row, column, np.asarray(value, dtype=np.float64))
        rows, columns, values = (one.ravel() for one in placed)
        order = np.argsort(rows, kind="stable")
        starts = np.searchsorted(rows[order], np.arange(count)).astype(np.int32)
        bounds = [
            np.broadcast_to(np.asarray(one, dtype=np.float64), count).copy()
            for one in (lower, upper)
        ]
        self._highs.addRows(
            count,
            bounds[0],
            bounds[1],
            len(order),
            starts,
            columns[order].astype(np.int32),
            values[order].astype(np.float64),
        )
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def price(self, columns: Whole, cost: ArrayLike) -> None:
        """Other costs for some columns, broadcast to them."""
        wide = np.broadcast_to(np.asarray(cost, dtype=np.float64), len(columns)).copy()
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), wide)

    def bound(self, columns: Whole, lower: ArrayLike, upper: ArrayLike) -> None:
        """Other bounds for some columns, broadcast to them."""
        wide = [
            np.broadcast_to(np.asarray(one, dtype=np.float64), len(columns)).copy()
            for one in (lower, upper)
        ]
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), wide[0], wide[1])

    def solved(self) -> Optimum | None:
        """The optimum; None where no values keep all rows and bounds."""
        self._highs.run()
        if self._highs.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        return Optimum(
            values=np.asarray(solution.col_value, dtype=np.float64),
            reduced_cost=np.asarray(solution.col_dual, dtype=np.float64),
            row_dual=np.asarray(solution.row_dual, dtype=np.float64),
            objective=float(self._highs.getInfo().objective_function_value),
        )
