"""The cheapest way to let promises and limits give way until the rest can hold, at stated prices."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Act, Elastic, priced
from gridtide.decide.conflict.trying import NOTHING, Tries
from gridtide.decide.program import Matrix, lower_bound

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """amounts: what each way gives, (G,), in its unit, peaks among them; the rest is as it was. cost: at the
    stated prices. saves: by how much less it would cost if a way gave one more unit for free, (G,): the price of
    the limit in that step.

    lower_bound: no relaxation of the same ways costs less. holds: whether the program was solved again with
    these amounts (and a millionth), and no more, and had a solution.
    """

    amounts: Real
    saves: Real
    cost: float
    lower_bound: float
    holds: bool


def cheapest_relaxation(
    tries: Tries, may: Mask | None = None, left_out: Mask | None = None
) -> Relaxation | None:
    """The cheapest amounts of the ways that may give (all by default); None where they are not enough.

    left_out: ways that give for nothing, so that one conflict is looked at alone.
    """
    elastic = tries.elastic
    every = np.ones(len(elastic.member), dtype=bool)
    may = (every if may is None else may) | (elastic.act == Act.PEAK)
    free = ~every if left_out is None else left_out
    price, most = np.where(free, 0.0, elastic.price), np.where(may | free, elastic.most, 0.0)
    found = tries.cheapest(price, most)
    if found is None:
        return None
    given, row_dual = found
    given = np.where(price > 0.0, given, 0.0)
    amounts = np.where(free | (given <= NOTHING), 0.0, given)
    return Relaxation(
        amounts=amounts,
        saves=np.where(free, 0.0, np.maximum(tries.saved_by(row_dual), 0.0)),
        cost=float((amounts * elastic.price).sum()),
        lower_bound=lower_bound(_limited(elastic, price, most), row_dual),
        holds=tries.holds_with(amounts, free),
    )


def _limited(elastic: Elastic, price: Real, most: Real) -> Matrix:
    """The program with these prices and no way giving more than this."""
    matrix = priced(elastic, price)
    upper = matrix.upper.copy()
    upper[elastic.first :] = most
    return replace(matrix, upper=upper)
