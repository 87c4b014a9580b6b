"""How long jobs will really run, judged by those of their class that have ended."""

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
ENOUGH = 8
QUANTILE = 0.7


def estimated_s(declared_s: Whole, work_class: Whole, ended: tuple[Whole, Whole, Whole]) -> Whole:
    """Expected run time of each job, seconds, never above its declared limit, (n,).

    ended: (class, declared limit, run time) of jobs that have ended. A class with ENOUGH of them gives
    the QUANTILE of run time over limit; a class with fewer is taken at its limit.
    """
    expected = declared_s.astype(np.float64)
    kinds, limits_s, ran_s = ended
    for kind in np.unique(work_class):
        mine = kinds == kind
        if mine.sum() < ENOUGH:
            continue
        share = float(np.quantile(ran_s[mine] / np.maximum(limits_s[mine], 1), QUANTILE))
        chosen = work_class == kind
        expected[chosen] = declared_s[chosen] * min(share, 1.0)
    return np.maximum(1, np.ceil(expected)).astype(np.int64)
