"""Row prices that pay no column without an upper bound more than it costs: peaks, power refused, lacking or too steep.

Paid a digit of rounding more, such a column would be wanted without end, and the prices would prove nothing at all.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridtide.decide.program import Matrix

Real = NDArray[np.float64]
ROUNDS = 3
ROUNDING = 1e-6
"""Share of what a column is paid up to which more than it costs is rounding; beyond that prices are what they are."""


def paid_no_more(matrix: "Matrix", row_dual: Real, trace: float = 0.0) -> Real:
    """The prices, made less by the share that endless columns are paid too much.

    trace: money a unit up to which more than a column costs is rounding too, whatever it is paid.
    """
    dual, count = row_dual, len(matrix.cost)
    endless = np.isinf(matrix.upper)
    column, row = matrix.column, matrix.index
    for _ in range(ROUNDS):
        paid = matrix.value * dual[row]
        over = np.bincount(column, paid, count) - matrix.cost
        pays = np.bincount(column, np.maximum(paid, 0.0), count)
        too_much = endless & (over > 0) & (over <= np.maximum(ROUNDING * pays, trace))
        if not too_much.any():
            break
        kept = np.where(too_much, 1.0 - over / np.where(pays > 0, pays, 1.0), 1.0)
        least = np.ones(len(dual))
        to_less = paid > 0
        np.minimum.at(least, row[to_less], kept[column[to_less]])
        dual = dual * least
    return dual
