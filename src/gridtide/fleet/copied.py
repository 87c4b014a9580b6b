"""Tables that claim to be measured and are another table times a constant."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CELLS = 3
"""Fewer cells than this prove nothing."""

CLOSE = 1e-4
"""Ratios that differ by less are the same: measured ones differ by far more."""


def constant_multiple(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """The factor when `other` is `one` times a constant in every cell, (n,) each; else None.

    Two measurements scatter; the same ratio in three cells or more is a sheet of figures made from another one.
    """
    if len(one) != len(other) or len(one) < CELLS or (one <= 0).any():
        return None
    ratios = other / one
    middle = float(np.median(ratios))
    return middle if float(np.abs(ratios - middle).max()) <= CLOSE * abs(middle) else None


def copies(rows: Sequence[tuple[str, NDArray[np.float64]]]) -> list[tuple[str, str, float]]:
    """Each named row that is a constant multiple of an earlier one: its name, the earlier name, the factor."""
    found: list[tuple[str, str, float]] = []
    first: list[tuple[str, NDArray[np.float64]]] = []
    for name, row in rows:
        for earlier, values in first:
            factor = constant_multiple(values, row)
            if factor is not None:
                found.append((name, earlier, factor))
                break
        else:
            first.append((name, row))
    return found
