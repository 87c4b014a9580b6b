"""Which bucket runs when, out of what its queue does: first come, first served."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.queues.merging import Queues

Real = NDArray[np.float64]


def told_apart(queues: Queues, work: Real, served: Real, weight: Real) -> Real:
    """Values of the queues' cells (n,).

    work: of each bucket that is to be done (K,). served: what its queue runs at the spot of each cell,
    weight: work of one unit of it (n,). Within a step every bucket runs at the same shares of the spots.
    """
    total = _totals(queues, served, weight)
    ended = np.cumsum(total, axis=1)
    done = np.cumsum(work)
    begin = np.searchsorted(queues.queue, np.arange(queues.count))
    before = done - work
    done, before = (part - before[begin][queues.queue] for part in (done, before))
    until, since = ended[queues.queue], (ended - total)[queues.queue]
    given = np.minimum(until, done[:, None]) - np.maximum(since, before[:, None])
    given = np.maximum(given, 0.0)
    of_cell = total[queues.queue[queues.bucket], queues.step]
    share = np.divide(served, of_cell, out=np.zeros_like(served), where=of_cell > 0)
    return np.asarray(given[queues.bucket, queues.step] * share)


def _totals(queues: Queues, served: Real, weight: Real) -> Real:
    """Work that each queue does in each step, every spot once, (Q, T)."""
    key = queues.queue[queues.bucket] * (int(queues.spot.max()) + 1) + queues.spot
    _, sample = np.unique(key, return_index=True)
    total = np.zeros((queues.count, queues.steps))
    place = (queues.queue[queues.bucket[sample]], queues.step[sample])
    np.add.at(total, place, served[sample] * weight[sample])
    return total
