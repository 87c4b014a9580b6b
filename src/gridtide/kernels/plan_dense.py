"""A dense factor for the long rows of a week plan, in one thread."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]


PANEL = 64
TILE = 512


@njit(cache=True, error_model="numpy")
def cholesky(square: Real) -> bool:
    """Lower Cholesky factor in place of the lower triangle (K, K); False where a pivot is not positive.

    Written here because libraries start threads for it that cost more than they save beside other work.
    """
    n = square.shape[0]
    panel = np.empty((PANEL, n))
    for begin in range(0, n, PANEL):
        end = min(begin + PANEL, n)
        for k in range(begin, end):
            for i in range(k, n):
                own = square[i, k]
                for j in range(begin, k):
                    own -= square[i, j] * square[k, j]
                if i == k:
                    if not own > 0.0:
                        return False
                    square[k, k] = np.sqrt(own)
                else:
                    square[i, k] = own / square[k, k]
                panel[k - begin, i] = square[i, k]
        for left in range(end, n, TILE):
            for i in range(left, n):
                _taken(square[i], panel, begin, end, left, min(left + TILE, i + 1))
    return True


@njit(cache=True, error_model="numpy")
def _taken(line: Real, panel: Real, begin: int, end: int, left: int, right: int) -> None:
    """Take from a line (K,) between `left` and `right` what the columns from `begin` to `end` explain."""
    k = begin
    while k + 8 <= end:
        p = panel[k - begin : k - begin + 8]
        a, b, c, d = line[k], line[k + 1], line[k + 2], line[k + 3]
        e, f, g, h = line[k + 4], line[k + 5], line[k + 6], line[k + 7]
        for j in range(left, right):
            line[j] -= (a * p[0, j] + b * p[1, j] + c * p[2, j] + d * p[3, j]) + (
                e * p[4, j] + f * p[5, j] + g * p[6, j] + h * p[7, j]
            )
        k += 8
    while k < end:
        for j in range(left, right):
            line[j] -= line[k] * panel[k - begin, j]
        k += 1


@njit(cache=True, error_model="numpy")
def cholesky_solved(lower: Real, r: Real) -> None:
    """Solve L L' x = r in place for a lower factor (K, K)."""
    n = r.shape[0]
    for i in range(n):
        total = r[i]
        for j in range(i):
            total -= lower[i, j] * r[j]
        r[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        r[i] /= lower[i, i]
        for j in range(i):
            r[j] -= lower[i, j] * r[i]
