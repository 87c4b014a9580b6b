"""A plan by its queues: smaller where much work need not be told apart, checked once it is told apart again."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.bounding import tie_prices
from gridtide.decide.decomposition.split import Split, split_of
from gridtide.decide.program import NOWHERE, Matrix, Solution, lower_bound, summed
from gridtide.decide.proof import violation_of
from gridtide.decide.queues.merging import Queues, Unqueued, queues_of
from gridtide.decide.queues.queue_program import QueueProgram, queue_program
from gridtide.decide.queues.telling_apart import told_apart

Real = NDArray[np.float64]
EXACT = 1e-6
"""Relative distance of cost and bound, on the plain program, up to which queues count as exact."""
HOLDS = 1e-6


def by_queues(
    matrix: Matrix, solve: Callable[[Matrix], Solution], columns_max: int = 2**31
) -> Solution:
    """The plain program's optimum by way of its queues, with a bound of the plain program.

    solve: finds the optimum of the smaller program. columns_max: the most columns it may have. Raises Unqueued
    where work does not queue up, where the queues are more than that, or where the buckets could not be told
    apart again at the same cost.
    """
    tying = (matrix.row_site == NOWHERE) & (matrix.row_step == NOWHERE)
    others = len(matrix.cost) - int(tying[matrix.index].sum())
    if others > columns_max:
        raise Unqueued(f"without any work that waits it has {others:,} columns")
    split = split_of(matrix)
    queues = queues_of(matrix, split)
    smaller = queue_program(matrix, split, queues)
    columns = len(smaller.matrix.cost)
    if columns > columns_max:
        raise Unqueued(f"its {queues.count} queues still take {columns:,} columns")
    found = solve(smaller.matrix)
    if not found.feasible:
        raise Unqueued(f"the program of queues is {found.status}")
    values = _values(matrix, split, queues, smaller, found.values)
    missed = violation_of(matrix, values)[1]
    if not missed <= HOLDS:
        raise Unqueued(f"told apart again, a row is missed by {missed:.1e}")
    row_dual = _row_dual(matrix, split, queues, smaller, found.row_dual)
    cost, bound = float(matrix.cost @ values), lower_bound(matrix, row_dual)
    apart = max(cost - bound, 0.0) / max(abs(cost), 1e-300)
    if not apart <= EXACT:
        raise Unqueued(f"cost and bound of the plain program are {apart:.1e} apart")
    return Solution(
        values=values,
        row_dual=row_dual,
        objective=cost,
        feasible=True,
        status=found.status,
        solver=(
            f"{found.solver}, {len(queues.row)} buckets of work in queues ({queues.count}), "
            f"{columns:,} columns instead of {len(matrix.cost):,}"
        ),
        blur=found.blur,
    )


def _values(
    matrix: Matrix, split: Split, queues: Queues, smaller: QueueProgram, found: Real
) -> Real:
    kept = smaller.column >= 0
    values = np.where(kept, found[np.maximum(smaller.column, 0)], 0.0)
    free = np.flatnonzero(split.free)
    undone = summed(split.tie[free], split.weight[free] * values[free], split.ties)
    work = np.maximum(queues.work - undone[split.row_tie[queues.row]], 0.0)
    served = np.maximum(found[smaller.cell], 0.0)
    values[queues.cell] = told_apart(queues, work, served, split.weight[queues.cell])
    return np.clip(values, matrix.lower, matrix.upper)


def _row_dual(
    matrix: Matrix, split: Split, queues: Queues, smaller: QueueProgram, found: Real
) -> Real:
    """Prices of sites and requests as they are; of each bucket, what its last unit costs at them."""
    row_dual = np.where(smaller.row >= 0, found[np.maximum(smaller.row, 0)], 0.0)
    sites = np.where(split.row_tie < 0, row_dual, 0.0)
    paid = summed(split.column, matrix.value * sites[matrix.index], len(matrix.cost))
    tie = tie_prices(matrix, split, matrix.cost - paid)
    row_dual[queues.row] = tie[split.row_tie[queues.row]]
    return row_dual
