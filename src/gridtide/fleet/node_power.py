"""How the power of servers is distributed when that of their accelerators is known."""

import numpy as np
from numpy.typing import NDArray

from gridtide.physics.server import server_power_w

Real = NDArray[np.float64]


def server_quantiles_w(
    accelerator_w: Real, gangs: dict[int, float], probabilities: Real, accelerators: int = 8
) -> Real:
    """Power of servers at some probabilities [0-1], (P,), W.

    accelerator_w: power of an accelerator in equally likely cases, (Q,), W. gangs: how many accelerators of a server
    draw the same at a time (a divisor of them) -> share of the servers' time; shares sum to 1. Servers add their own
    part (`physics/server.py`). Exact but for bins of 1 W.
    """
    levels = np.bincount(np.rint(accelerator_w).astype(np.int64)) / len(accelerator_w)
    together = np.zeros(accelerators * (len(levels) - 1) + 1)
    for gang, share in sorted(gangs.items()):
        stretched = np.zeros(gang * (len(levels) - 1) + 1)
        stretched[::gang] = levels
        summed = np.ones(1)
        for _ in range(accelerators // gang):
            summed = np.convolve(summed, stretched)
        together += share * summed
    reached = np.searchsorted(np.cumsum(together), probabilities, side="left")
    least = np.minimum(reached, len(together) - 1)
    return np.asarray([server_power_w(float(one)) for one in least])
