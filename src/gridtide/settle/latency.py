"""Answer times of services over a course, weighted by requests."""

import numpy as np
from numpy.typing import NDArray


def weighted_quantile(
    values: NDArray[np.float64], weights: NDArray[np.float64], share: float
) -> float | None:
    """The value below which `share` of the weight lies; None without weight. Any equal shapes."""
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return None
    order = np.argsort(values[known], kind="stable")
    sorted_values, sorted_weights = values[known][order], weights[known][order]
    filled = np.cumsum(sorted_weights)
    index = int(np.searchsorted(filled, share * filled[-1], side="left"))
    return float(sorted_values[min(index, len(sorted_values) - 1)])
