"""Times and accelerators at operating points, job by job, by the same rounding that the twin counts with."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.elastic import accelerators_at
from gridtide.physics.operating_point import seconds_at_speed


@njit(cache=True, error_model="numpy")
def seconds_at_speeds(work_s: NDArray[np.int64], speed: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole seconds that work of so many seconds at full speed takes at each speed, (n,)."""
    taken_s = np.empty(work_s.shape[0], np.int64)
    for j in range(work_s.shape[0]):
        taken_s[j] = seconds_at_speed(work_s[j], speed[j])
    return taken_s


@njit(cache=True, error_model="numpy")
def accelerators_at_shares(
    gang: NDArray[np.int64], share: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Whole accelerators that each gang takes at its share of itself, (n,)."""
    taken = np.empty(gang.shape[0], np.int64)
    for j in range(gang.shape[0]):
        taken[j] = accelerators_at(gang[j], share[j])
    return taken
