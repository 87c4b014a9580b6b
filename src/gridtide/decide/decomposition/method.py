"""A dual decomposition: prices on the rows that link work to sites, each site alone, a plan recovered from them.

Prices come from a first-order method; sites answer them alone, which gives a bound for any prices; a plan is
recovered by evening out what ties sites and letting each site fit the rest to it. Ended by the gap, by the last
round, in which prices are finest, or where the first-order method ran out of steps; never by seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.bounding import dual_answer
from gridtide.decide.decomposition.first_prices import ROUNDS_MAX, near_prices
from gridtide.decide.decomposition.recovery import recovered
from gridtide.decide.decomposition.scaled import scaled
from gridtide.decide.decomposition.split import Unsplit, split_of
from gridtide.decide.program import Matrix, lower_bound
from gridtide.decide.proof import violation_of

Real = NDArray[np.float64]
TOLERANCES = (1e-4, 1e-5, 1e-6)
"""Of the first-order method, round by round."""
SITES_MIN = 2
HOLDS = 1e-6
"""Worst relative miss of a row up to which values count as a plan."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """Cost of the best plan and best bound so far, in money; rounds of the first-order method in this one."""

    cost: float
    bound: float
    steps: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Decomposed:
    """The best plan (values, inf cost without one), the row prices of the best bound, and the rounds."""

    values: Real
    row_dual: Real
    cost: float
    bound: float
    rounds: tuple[Round, ...]


def decomposed(
    matrix: Matrix, gap: float, told: Callable[[Round], None] | None = None
) -> Decomposed:
    """Plan and bound within `gap` of each other, relative to the cost, or as near as the last round came.

    told: hears every round. Raises Unsplit where the program is none of sites, Refused where numbers gave out.
    """
    units = scaled(matrix)
    own = units.matrix
    split = split_of(own)
    if split.sites < SITES_MIN:
        raise Unsplit(f"{split.sites} site; nothing to split")
    best = Decomposed(
        values=np.zeros(0), row_dual=np.zeros(0), cost=np.inf, bound=-np.inf, rounds=()
    )
    for tolerance in TOLERANCES:
        near, price, steps = near_prices(own, tolerance)
        row_dual = units.row_dual(dual_answer(own, units.most, split, price))
        values = units.values(recovered(own, split, near))
        values = np.clip(values, matrix.lower, matrix.upper)
        best = _better(matrix, best, values, row_dual, steps)
        if told is not None:
            told(best.rounds[-1])
        reached = best.cost - best.bound <= gap * abs(best.cost)
        if reached or steps >= ROUNDS_MAX:
            break
    return best


def _better(
    matrix: Matrix, best: Decomposed, values: Real, row_dual: Real, steps: int
) -> Decomposed:
    cost, bound = float(matrix.cost @ values), lower_bound(matrix, row_dual)
    if not violation_of(matrix, values)[1] <= HOLDS:
        cost = np.inf
    dearer, looser = cost >= best.cost, bound <= best.bound
    if dearer:
        values, cost = best.values, best.cost
    if looser:
        row_dual, bound = best.row_dual, best.bound
    told = Round(cost=cost, bound=bound, steps=steps)
    return Decomposed(
        values=values, row_dual=row_dual, cost=cost, bound=bound, rounds=(*best.rounds, told)
    )
