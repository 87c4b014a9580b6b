"""What the runs of jobs feel of a signal that changes from slot to slot: loops over jobs."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def sums_of_runs(running: Real, offsets: Whole, start: Whole, end: Whole) -> Real:
    """Sum of the signal over the runs offsets[j]:offsets[j+1] of each job, (n,). running: its running sum, (T+1,)."""
    felt = np.empty(offsets.shape[0] - 1)
    for j in range(felt.shape[0]):
        own = 0.0
        for run in range(offsets[j], offsets[j + 1]):
            own += running[end[run]] - running[start[run]]
        felt[j] = own
    return felt
