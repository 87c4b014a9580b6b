"""Every job at home in one piece as soon as there is room: what is compared with."""

import numpy as np
from numba import njit

from gridtide.kernels.mass_choice import Long
from gridtide.kernels.mass_response import Options, Order, Work
from gridtide.kernels.slot_choice import NEVER, earliest_start, take


@njit(cache=True, error_model="numpy")
def at_once(order: Order, work: Work, options: Options, free: Long) -> Long:
    """First slot of each job in the order given, NEVER where its window holds no room, (n,); free is used up."""
    release, deadline = work[0], work[1]
    site, gang, slots, delay, _ = options
    start = np.full(release.shape[0], NEVER)
    for j in order:
        s = site[j, 0]
        if s < 0:
            continue
        first = release[j] + delay[j, 0]
        start[j] = earliest_start(free[s, : deadline[j]], gang[j, 0], first, slots[j, 0])
        if start[j] >= 0:
            take(free[s], start[j], start[j] + slots[j, 0], gang[j, 0])
    return start
