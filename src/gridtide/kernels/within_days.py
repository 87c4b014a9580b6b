"""Load moved within each day from its highest steps to its lowest: a loop over days."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@njit(cache=True, error_model="numpy")
def move(load_kw: Real, by: Real, order: Whole, may_leave_kw: Real, may_come_kw: Real) -> None:
    """Move load, kW, (D, day), from the step of each day with the highest `by` to the one with the lowest.

    order: steps of each day from the lowest `by` to the highest. may_leave_kw, may_come_kw: what a step may give away
    and take in. Nothing moves between equals. The load is changed in place.
    """
    for day in range(load_kw.shape[0]):
        low, high = 0, load_kw.shape[1] - 1
        taker, giver = order[day, low], order[day, high]
        give, take = may_leave_kw[day, giver], may_come_kw[day, taker]
        while low < high and by[day, taker] < by[day, giver]:
            amount = min(give, take)
            if amount > 0.0:
                load_kw[day, giver] -= amount
                load_kw[day, taker] += amount
            if give <= take:
                take -= amount
                high -= 1
                giver = order[day, high]
                give = may_leave_kw[day, giver]
            else:
                give -= amount
                low += 1
                taker = order[day, low]
                take = may_come_kw[day, taker]
