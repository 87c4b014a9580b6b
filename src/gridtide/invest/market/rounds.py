"""A price found in rounds: the market names prices, fleets name courses at them, and what is scheduled moves by a
part of the way to what they named (conditional gradient, Frank and Wolfe 1956, with parts 2 / (round + 2)).

What is scheduled is a mean of courses that each keep all promises, so it keeps them too. Every round gives a bound:
no course of the fleets costs less than what is scheduled, less what the answers would save at the prices of the
round.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.market.clearing import Cleared, Clearing
from gridtide.invest.market.response import cheapest_kw

Real = NDArray[np.float64]
ROUNDS = 16
CLOSE = 1e-4


@dataclass(frozen=True, kw_only=True)
class Trail:
    """costs: of what was scheduled, round by round; bound: that no schedule costs less than; close: whether
    rounds ended because cost and bound are close, not at their limit."""

    costs: tuple[float, ...]
    bound: float
    close: bool

    @property
    def gap(self) -> float:
        """How far the cheapest round is above the bound, as a share of its cost."""
        least = min(self.costs)
        return max(least - self.bound, 0.0) / max(abs(least), 1e-9)


def part_way(turn: int) -> float:
    """Of the way that a round goes, by its number from 0."""
    return 2.0 / (turn + 2.0)


def all_the_way(turn: int) -> float:
    """What fleets name is scheduled as it is: each round's price is what the last one's answers made."""
    return 1.0


def by_rounds(
    clearing: Clearing,
    begin_kw: Real,
    rounds: int = ROUNDS,
    part: Callable[[int], float] = part_way,
) -> tuple[Cleared, Trail]:
    """The cheapest schedule of the rounds, and how they went. begin_kw: what is scheduled first, (C, T); part: of the
    way to what fleets name that a round goes."""
    scheduled = begin_kw
    best = clearing.cleared(scheduled, offers=True)
    now, costs, bound = best, [best.cost], -np.inf
    for turn in range(rounds):
        answer = cheapest_kw(clearing.window, now.felt_per_kwh)
        bound = max(bound, now.cost + float((now.felt_per_kwh * (answer - scheduled)).sum()))
        if best.cost - bound <= CLOSE * abs(best.cost):
            return best, Trail(costs=tuple(costs), bound=bound, close=True)
        scheduled = scheduled + part(turn) * (answer - scheduled)
        now = clearing.cleared(scheduled, offers=True)
        costs.append(now.cost)
        best = now if now.cost < best.cost else best
    return best, Trail(costs=tuple(costs), bound=bound, close=False)
