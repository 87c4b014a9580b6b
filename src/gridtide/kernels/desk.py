"""Jobs that take the slots they asked for, one after another, until one finds another job there."""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int64]


@borrowed
def taken_while_free(
    begin: int,
    job: Whole,
    wanted_place: Whole,
    wanted_offsets: Whole,
    wanted: Whole,
    gang: Whole,
    holds: Whole,
    place: Whole,
    offsets: Whole,
    count: Whole,
    slots: Whole,
    point: Whole,
    free: Whole,
) -> int:
    """The first row from `begin` on whose job cannot take what it wants; its own slots are free then. Else len(job).

    job, wanted_place: rows in the order they are asked, place -1 where a job wants nothing; its slots are
    wanted[wanted_offsets[row]:wanted_offsets[row + 1]], none where they are still to be asked for. gang: what
    they take, holds: what they were told. place, offsets, count, slots, point: what all jobs were told, at full speed
    where they take something; free: room beside it, (P, T). All are changed but gang, holds and offsets.
    """
    for row in range(begin, len(job)):
        one, there = job[row], wanted_place[row]
        if there < 0:
            continue
        for k in range(offsets[one], offsets[one] + count[one]):
            free[place[one], slots[k]] += holds[one]
        first, last = wanted_offsets[row], wanted_offsets[row + 1]
        fits = last > first
        for k in range(first, last):
            fits = fits and free[there, wanted[k]] >= gang[one]
        if not fits:
            return row
        for k in range(first, last):
            slots[offsets[one] + k - first] = wanted[k]
            free[there, wanted[k]] -= gang[one]
        count[one], place[one], point[one] = last - first, there, 0
    return len(job)
