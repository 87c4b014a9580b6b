"""Power of replicas over arrays, by the very functions of physics."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.server import server_share_w
from gridtide.physics.serving_power import serving_power_w
from gridtide.physics.serving_queue import fluid_batch

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def answering_kw(
    requests_per_s: Real,
    tokens: float,
    power: tuple[float, float, float, float],
    iteration: tuple[float, tuple[float, float]],
    valid: tuple[float, float],
    server: tuple[float, float],
) -> Real:
    """Power of one accelerator with its share of the server at each step, kW.

    requests_per_s: of one replica, (T,). power: least, range, steepness, middle. iteration: first, then per
    sequence and per its square. valid: fewest and most sequences in flight. server: rest and slope.
    """
    found = np.empty_like(requests_per_s)
    for t in range(len(requests_per_s)):
        first, (line, square) = iteration
        batch = fluid_batch(requests_per_s[t], tokens, first, line, square)
        batch = min(max(batch, valid[0]), valid[1])
        own = serving_power_w(batch, power[0], power[1], power[2], power[3])
        found[t] = server_share_w(own, server[0], server[1]) / 1000.0
    return found
