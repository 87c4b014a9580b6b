"""One elastic program solved many times, with other ways closed each time, from where the last solve ended.

Only costs differ between solves: a closed way costs 1 a unit, an open one nothing. So every solve starts from
values that hold, and the least cost is above 0 exactly where the closed ways cannot all stay closed. The prices
of rows then name those that matter: the others may be opened without touching the proof.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Elastic
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
        import highspy

        count, first = len(closed), self.elastic.first
        columns = np.arange(first, first + count, dtype=np.int32)
        self._highs.changeColsCost(count, columns, closed.astype(np.float64))
        self._highs.run()
        self.solves += 1
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NothingHolds(self._highs.modelStatusToString(status))
        lacking = float(self._highs.getInfo().objective_function_value)
        if lacking <= TOLERANCE:
            return None
        row_dual = np.asarray(self._highs.getSolution().row_dual, dtype=np.float64)
        felt = summed(self._ways, self._value * row_dual[self._index], count)
        return lacking, closed & (felt > FELT)


def priced(elastic: Elastic, price: Real) -> Matrix:
    """The program with these prices of its ways and no other costs."""
    cost = elastic.matrix.cost.copy()
    cost[elastic.first :] = price
    return replace(elastic.matrix, cost=cost)
