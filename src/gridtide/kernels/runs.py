"""Where jobs end that run through, and what runs feel of a signal that changes from slot to slot: over jobs."""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.bits import ONE
from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@borrowed
def run_through(start: Whole, length: Whole, slots: int, end: Whole) -> bool:
    """Write the end of one run a job, (n,); whether all of them begin and end within the slots."""
    inside = True
    for j in range(start.shape[0]):
        end[j] = start[j] + length[j]
        inside &= (start[j] >= 0) & (end[j] <= slots)
    return inside


@borrowed
def totals_of_runs(
    running: Real, offsets: Whole, start: Whole, end: Whole, power_kw: Real, slot_h: float, totals: Real
) -> None:  # fmt: skip
    """Write signal times energy, /1000, over the runs offsets[j]:offsets[j+1] of each job, (n,).

    running: running sum of the signal, (T+1,). slot_h: hours a slot lasts. Places are counted without a sign, so that
    none is looked for from the end.
    """
    run = np.uint64(offsets[0])
    for j in range(totals.shape[0]):
        felt, behind = 0.0, np.uint64(offsets[j + 1])
        while run < behind:
            felt += running[np.uint64(end[run])] - running[np.uint64(start[run])]
            run += ONE
        totals[j] = felt * power_kw[j] * slot_h / 1000.0
