"""How long jobs will really run, judged by those of their class and limit that have ended."""

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
ENOUGH = 8
Ended = tuple[Whole, Whole, Whole]
"""Of jobs that have ended: class, declared limit and run time, s, (m,) each."""


def estimated_s(declared_s: Whole, work_class: Whole, ended: Ended) -> Whole:
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


def longer_share(
    span_s: tuple[int, int], declared_s: int, work_class: int, ended: Ended
) -> float | None:
    """How often jobs of a class ran longer than the end of a span, of those that ran longer than its beginning.

    span_s: work done, and work that fits, seconds of a job whose limit is declared_s; judged as a share of the limit.
    None where fewer than ENOUGH jobs of the class ran as long as that one has.
    """
    kinds, limits_s, ran_s = ended
    mine = kinds == work_class
    used_s = np.minimum(ran_s[mine] / np.maximum(limits_s[mine], 1), 1.0) * declared_s
    as_long = used_s > span_s[0]
    if as_long.sum() < ENOUGH:
        return None
    return float((used_s[as_long] > span_s[1]).mean())


def _by_limit(declared_s: Whole, limits_s: Whole, used: Real, otherwise: Real) -> Real:
    """Mean share of the limit by limit, where enough jobs had it."""
    limits, group, counts = np.unique(limits_s, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=used) / counts
    index = np.minimum(np.searchsorted(limits, declared_s), len(limits) - 1)
    known = (limits[index] == declared_s) & (counts[index] >= ENOUGH)
    return np.where(known, means[index], otherwise)
