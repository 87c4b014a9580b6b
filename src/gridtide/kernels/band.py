"""A symmetric positive matrix whose entries lie close to its diagonal: put together, factored, solved with.

band[j, d] is the entry of row j + d and column j, so that each column of the lower triangle lies together; what would
lie below the last row is nothing.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@njit(cache=True, error_model="numpy")
def squares_into(
    band: Real, start: Whole, row: Whole, value: Real, theta: Real, floor: float
) -> None:
    """band = A diag(theta) A' + floor. Columns of A: row, value between start[j] and start[j + 1], rows in order."""
    band[:] = 0.0
    band[:, 0] = floor
    for j in range(start.shape[0] - 1):
        weight = theta[j]
        for one in range(start[j], start[j + 1]):
            felt = weight * value[one]
            for other in range(one, start[j + 1]):
                band[row[one], row[other] - row[one]] += felt * value[other]


@njit(cache=True, error_model="numpy")
def factored_in_place(band: Real, least: float) -> None:
    """The band becomes its Cholesky factor; a pivot below `least` counts as endless: its row takes no part."""
    count, wide = band.shape
    for j in range(count):
        if not band[j, 0] > least:
            band[j, 0] = 1e64
        pivot = np.sqrt(band[j, 0])
        band[j, 0] = pivot
        last = min(wide, count - j)
        for d in range(1, last):
            band[j, d] /= pivot
        for d in range(1, last):
            factor = band[j, d]
            if factor != 0.0:
                for e in range(last - d):
                    band[j + d, e] -= factor * band[j, d + e]


@njit(cache=True, error_model="numpy")
def solved_in_place(band: Real, sides: Real) -> None:
    """Right-hand sides become solutions, (rows, many); band: the factor."""
    count, wide = band.shape
    many = sides.shape[1]
    for j in range(count):
        pivot = 1.0 / band[j, 0]
        for k in range(many):
            sides[j, k] *= pivot
        for d in range(1, min(wide, count - j)):
            factor = band[j, d]
            if factor != 0.0:
                for k in range(many):
                    sides[j + d, k] -= factor * sides[j, k]
    for j in range(count - 1, -1, -1):
        for d in range(1, min(wide, count - j)):
            factor = band[j, d]
            if factor != 0.0:
                for k in range(many):
                    sides[j, k] -= factor * sides[j + d, k]
        pivot = 1.0 / band[j, 0]
        for k in range(many):
            sides[j, k] *= pivot
