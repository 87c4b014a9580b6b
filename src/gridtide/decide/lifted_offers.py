"""Prices of what is offered to the grid, carried from coarse steps to the fine ones inside them."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.constraints.offers import OfferRows, not_held_cost_per_kw
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.program import Matrix, summed

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def lift_offers(dual: Real, fine: OfferRows, told: Real, coarse: OfferRows, shown: Whole) -> None:
    """Puts the prices of power, meter and energy into `dual`, over the rows of the fine program.

    A power is shared among the moments of a step; energy counts where the step begins and ends. told: prices of the
    coarse rows. shown: the coarse step that each fine one lies in, (T,).
    """
    count = np.bincount(shown)[shown].astype(np.float64)
    for name in ("meter", "power", "surely"):
        _carry(dual, getattr(fine, name), told, getattr(coarse, name)[..., shown], count)
    begins = np.append(True, shown[1:] != shown[:-1])
    ends = np.append(shown[1:] != shown[:-1], True)
    for rows, theirs, here in (
        (fine.starts, coarse.starts, begins),
        (fine.ends, coarse.ends, ends),
    ):
        _carry(dual, rows, told, np.where(here, theirs[..., shown], -1), np.ones(len(shown)))


def _carry(dual: Real, rows: Whole, told: Real, theirs: Whole, count: Real) -> None:
    """The price of each row that both programs have, by the number of moments that share it."""
    both = (rows >= 0) & (theirs >= 0)
    shared = np.broadcast_to(count, rows.shape)[both]
    dual[rows[both]] = told[theirs[both]] / shared


def price_blocks(
    dual: Real, rows: OfferRows, matrix: Matrix, columns: Columns, facts: Facts
) -> None:
    """Prices of blocks and of what stands, put into `dual`: the best answer to those of all other rows.

    A block is worth what its steps are worth together, each of them the same; what stands is held or lacking,
    whichever is cheaper.
    """
    felt = summed(matrix.column, matrix.value * dual[matrix.index], len(matrix.cost))
    reduced = (matrix.cost - felt)[columns.offered]
    for index in range(len(facts.offers)):
        tied = rows.blocks[index] >= 0
        number = np.cumsum(~tied)
        mean = np.bincount(number, weights=reduced[index]) / np.maximum(np.bincount(number), 1)
        rest = np.cumsum(mean[number] - reduced[index])
        before = np.append(0.0, rest[:-1])
        dual[rows.blocks[index, tied]] = before[tied]
    stands = rows.standing >= 0
    lacking = np.broadcast_to(not_held_cost_per_kw(facts), stands.shape)
    dual[rows.standing[stands]] = np.minimum(reduced, lacking)[stands]
