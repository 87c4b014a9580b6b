"""Row prices that pay no column without an upper bound more than it costs: peaks, power refused, lacking or too steep.

Paid a digit of rounding more, such a column would be wanted without end, and the prices would prove nothing at all.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, summed

Real = NDArray[np.float64]
ROUNDS = 3
ROUNDING = 1e-6
"""Share of what a column is paid up to which more than it costs is rounding; beyond that prices are what they are."""


def paid_no_more(matrix: Matrix, row_dual: Real) -> Real:
    """The prices, made less by the share that endless columns are paid too much."""
    dual, count = row_dual, len(matrix.cost)
    endless = np.isinf(matrix.upper)
    column, row = matrix.column, matrix.index
    for _ in range(ROUNDS):
        paid = matrix.value * dual[row]
        over = summed(column, paid, count) - matrix.cost
        pays = summed(column, np.maximum(paid, 0.0), count)
        too_much = endless & (over > 0) & (over <= ROUNDING * pays)
        if not too_much.any():
            break
        kept = np.where(too_much, 1.0 - over / np.where(pays > 0, pays, 1.0), 1.0)
        least = np.ones(len(dual))
        to_less = paid > 0
        np.minimum.at(least, row[to_less], kept[column[to_less]])
        dual = dual * least
    return dual
