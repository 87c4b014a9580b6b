"""How long jobs will really run, judged by those of their class and limit that have ended."""

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
ENOUGH = 8


def estimated_s(declared_s: Whole, work_class: Whole, ended: tuple[Whole, Whole, Whole]) -> Whole:
    """Expected run time of each job, seconds, never above its declared limit, (n,).

    ended: (class, declared limit, run time) of jobs that have ended. The mean run time over the limit of
    ENOUGH jobs with the same class and limit, else of the same class; a class with fewer is taken at its
    limit. A mean, because what a plan may win or lose by a job grows with its length.
    """
    share = np.ones(len(declared_s))
    kinds, limits_s, ran_s = ended
    used = np.minimum(ran_s / np.maximum(limits_s, 1), 1.0)
    for kind in np.unique(work_class):
        mine, past = work_class == kind, kinds == kind
        if past.sum() < ENOUGH:
            continue
        share[mine] = float(used[past].mean())
        share[mine] = _by_limit(declared_s[mine], limits_s[past], used[past], share[mine])
    return np.maximum(1, np.ceil(declared_s * share)).astype(np.int64)


def _by_limit(declared_s: Whole, limits_s: Whole, used: Real, otherwise: Real) -> Real:
    """Mean share of the limit by limit, where enough jobs had it."""
    limits, group, counts = np.unique(limits_s, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=used) / counts
    index = np.minimum(np.searchsorted(limits, declared_s), len(limits) - 1)
    known = (limits[index] == declared_s) & (counts[index] >= ENOUGH)
    return np.where(known, means[index], otherwise)
