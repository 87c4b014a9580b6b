"""What plants make step by step when they follow what they are told."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401
from gridtide.physics.reactor import reactor_after_kw

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def follow(
    wanted_kw: Real,
    runs: NDArray[np.bool_],
    plant: tuple[float, float, float],
    now_kw: float,
    hours: Real,
    made_kw: Real,
) -> None:
    """Fill made_kw, (T,): towards what is wanted as fast as a plant can, 0 while it stands, from its least when back.

    plant: rating [kW], least share of it, share of it by which its power changes a minute. now_kw: what it makes
    before the first step, NaN where unknown. A change counts over the shorter of a step and the one before.
    """
    rated_kw, least_share, ramp_per_min = plant
    before_kw = now_kw
    for t in range(wanted_kw.shape[0]):
        if not runs[t]:
            made_kw[t] = before_kw = 0.0
            continue
        minutes = 60.0 * min(hours[t], hours[max(t - 1, 0)])
        if np.isnan(before_kw):
            minutes = np.inf
            before_kw = rated_kw
        elif before_kw == 0.0:
            before_kw = least_share * rated_kw
        before_kw = reactor_after_kw(
            before_kw, wanted_kw[t], rated_kw, minutes, ramp_per_min, least_share
        )
        made_kw[t] = before_kw
