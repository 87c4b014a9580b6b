"""A dense factor for the long rows of a week plan, in one thread."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]


PANEL = 16


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
            if not square[k, k] > 0.0:
                return False
            square[k, k] = np.sqrt(square[k, k])
            for i in range(k + 1, n):
                square[i, k] /= square[k, k]
                panel[k - begin, i] = square[i, k]
            for i in range(k + 1, n):
                for j in range(k + 1, min(i + 1, end)):
                    square[i, j] -= square[i, k] * square[j, k]
        for i in range(end, n):
            for k in range(begin, end):
                own = square[i, k]
                for j in range(end, i + 1):
                    square[i, j] -= own * panel[k - begin, j]
    return True


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
