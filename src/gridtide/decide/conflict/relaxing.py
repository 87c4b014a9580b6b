"""The cheapest way to let promises and limits give way until the rest can hold, at stated prices."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Elastic
from gridtide.decide.conflict.trying import priced
from gridtide.decide.program import Matrix, lower_bound, solve

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
ROUNDED_UP = 1e-6
NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """amounts: what each way gives, (G,), in its unit; the rest is as it was. cost: at the stated prices.

    lower_bound: no relaxation of the same ways costs less. holds: whether the program was solved again with
    these amounts, and no more, and had a solution.
    """

    amounts: Real
    cost: float
    lower_bound: float
    holds: bool


def cheapest_relaxation(
    elastic: Elastic, may: Mask | None = None, left_out: Mask | None = None
) -> Relaxation | None:
    """The cheapest amounts of the ways that may give (all by default); None where they are not enough.

    left_out: ways that give for nothing, so that one conflict is looked at alone.
    """
    every = np.ones(len(elastic.member), dtype=bool)
    may = every if may is None else may
    free = ~every if left_out is None else left_out
    most = np.where(may | free, elastic.most, 0.0)
    matrix = limited(priced(elastic, np.where(free, 0.0, elastic.price)), elastic, most)
    solution = solve(matrix)
    if not solution.feasible:
        return None
    given = np.maximum(solution.values[elastic.first :], 0.0)
    amounts = np.where(free | (given <= NOTHING), 0.0, given)
    return Relaxation(
        amounts=amounts,
        cost=float((amounts * elastic.price).sum()),
        lower_bound=lower_bound(matrix, solution.row_dual),
        holds=holds_with(elastic, np.where(free, elastic.most, amounts)),
    )


def holds_with(elastic: Elastic, amounts: Real) -> bool:
    """Whether everything else can hold when ways give at most these amounts (to a millionth)."""
    matrix = priced(elastic, np.zeros(len(amounts)))
    return solve(limited(matrix, elastic, amounts * (1.0 + ROUNDED_UP))).feasible


def limited(matrix: Matrix, elastic: Elastic, most: Real) -> Matrix:
    """The program with no way giving more than this."""
    upper = matrix.upper.copy()
    upper[elastic.first :] = most
    return replace(matrix, upper=upper)
