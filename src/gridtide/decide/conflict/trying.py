"""One elastic program solved many times, with other ways closed each time, from where the last solve ended.

Only costs differ between solves: a closed way costs 1 a unit, an open one nothing. So every solve starts from
values that hold, and the least cost is above 0 exactly where the closed ways cannot all stay closed. The prices
of rows then name those that matter: the others may be opened without touching the proof.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Act, Elastic
from gridtide.decide.program import SIMPLEX_COLUMNS, Matrix, handed_over, summed

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
TOLERANCE = 1e-4
"""Units (kW, accelerators, accelerator-hours) that closed ways may lack together and still count as closed."""
FELT = 1e-7
PRIMAL = 4
"""The simplex method of HiGHS that goes on from values that hold."""


class NothingHolds(Exception):
    """The program has no solution even with every promise and limit out of the way."""


class Tries:
    """The elastic program inside HiGHS; `solves` counts how often it was solved."""

    def __init__(self, elastic: Elastic) -> None:
        self.elastic = elastic
        self.solves = 0
        begins = elastic.matrix.start[elastic.first :]
        self._ways = np.repeat(np.arange(len(elastic.member)), np.diff(begins))
        self._index = elastic.matrix.index[begins[0] :]
        self._value = elastic.matrix.value[begins[0] :]
        chosen = "simplex" if len(elastic.matrix.cost) <= SIMPLEX_COLUMNS else "ipx"
        self._highs = handed_over(priced(elastic, np.ones(len(elastic.member))), chosen, True)

    def conflict_in(self, closed: Mask) -> tuple[float, Mask] | None:
        """What is lacking with these ways closed and those of them that matter; None where all can stay closed.

        Raises NothingHolds where there is no solution even with all open.
        """
        if not self._runs(closed.astype(np.float64), self.elastic.most):
            raise NothingHolds(self._highs.modelStatusToString(self._highs.getModelStatus()))
        lacking = float(self._highs.getInfo().objective_function_value)
        if lacking <= TOLERANCE:
            return None
        row_dual = np.asarray(self._highs.getSolution().row_dual, dtype=np.float64)
        felt = summed(self._ways, self._value * row_dual[self._index], len(closed))
        return lacking, closed & (felt > FELT)

    def cheapest(self, price: Real, most: Real) -> tuple[Real, Real] | None:
        """What each way gives at these prices, each up to `most`, and the prices of rows; None where not enough."""
        if not self._runs(price, most):
            return None
        solution = self._highs.getSolution()
        values = np.asarray(solution.col_value, dtype=np.float64)[self.elastic.first :]
        return np.maximum(values, 0.0), np.asarray(solution.row_dual, dtype=np.float64)

    def saved_by(self, row_dual: Real) -> Real:
        """What one more unit of each way would save if it came for free, (G,), at these prices of rows."""
        peaks = np.unique(self._index[self.elastic.act[self._ways] == Act.PEAK])
        own = ~np.isin(self._index, peaks)
        pulled = self._value * row_dual[self._index]
        return summed(self._ways[own], pulled[own], len(self.elastic.member))

    def holds_with(self, amounts: Real) -> bool:
        """Whether everything else can hold when ways give no more than these amounts."""
        return self._runs(np.zeros(len(amounts)), amounts)

    def _runs(self, price: Real, most: Real) -> bool:
        """Solves with these prices and limits of the ways, from where the last solve ended."""
        import highspy

        count, first = len(price), self.elastic.first
        columns = np.arange(first, first + count, dtype=np.int32)
        self._highs.changeColsCost(count, columns, price)
        self._highs.changeColsBounds(count, columns, np.zeros(count), most)
        ends = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
        for _ in range(2):
            self._highs.run()
            self.solves += 1
            self._highs.setOptionValue("solver", "simplex")
            self._highs.setOptionValue("simplex_strategy", PRIMAL)
            status = self._highs.getModelStatus()
            if status in ends:
                return bool(status == ends[0])
            self._highs.clearSolver()
        raise ArithmeticError(f"HiGHS ended with {self._highs.modelStatusToString(status)} twice")


def priced(elastic: Elastic, price: Real) -> Matrix:
    """The program with these prices of its ways and no other costs."""
    cost = elastic.matrix.cost.copy()
    cost[elastic.first :] = price
    return replace(elastic.matrix, cost=cost)
