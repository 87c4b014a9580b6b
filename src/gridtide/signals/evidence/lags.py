"""By how much one series is late against another, fortnight by fortnight."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from gridtide.signals.evidence.alongside import (
    BLOCK_S,
    LEAST_SHARED,
    REACH_S,
    Alongside,
    beside_the_day,
    changes_clipped,
    correlation,
    moved,
)
from gridtide.signals.raw import Real, Whole

LIKE_ENOUGH = {True: 0.4, False: 0.35}
"""Correlation of changes that two copies of one place, and two places, must have before a lag is believed;
benchmarks/doctor.py prints what pairs of zones have."""
AGREED = 0.75


@dataclass(frozen=True, kw_only=True, eq=False)
class Fortnights:
    """The best lag [steps] of each fortnight that both know, its start, and how alike the two then are."""

    starts_s: Real
    lags: Whole
    likeness: Real


def fortnights(both: Alongside) -> Fortnights | None:
    """The lags at which changes of both agree best, up to twelve hours; None where no fortnight is shared.

    Of two places only what departs from the usual day is compared, for days resemble each other all over the world.
    """
    reach = int(REACH_S // both.step_s)
    own, theirs = changes_clipped(both.own), changes_clipped(both.theirs)
    if not both.alike:
        own, theirs = beside_the_day(own, both.step_s), beside_the_day(theirs, both.step_s)
    padded = np.pad(theirs, reach, constant_values=np.nan)
    rows = int(BLOCK_S // both.step_s)
    starts, lags, likeness = [], [], []
    for first in range(0, len(own), rows):
        part = slice(first, first + rows)
        if np.sum(np.isfinite(own[part]) & np.isfinite(theirs[part])) < LEAST_SHARED:
            continue
        mine = own[part]
        beside = padded[first : first + len(mine) + 2 * reach]
        shifted = np.lib.stride_tricks.sliding_window_view(beside, len(mine))
        scores = np.asarray([correlation(mine, one) for one in shifted])
        best = int(np.argmax(scores + 1e-9 * (np.arange(len(scores)) == reach)))
        starts.append(both.times_s[first])
        lags.append(best - reach)
        likeness.append(scores[best])
    if not lags:
        return None
    return Fortnights(
        starts_s=np.asarray(starts), lags=np.asarray(lags), likeness=np.asarray(likeness)
    )


def believed(both: Alongside, found: Fortnights | None) -> bool:
    """Whether the two are alike enough for their lags to mean anything."""
    return found is not None and float(np.median(found.likeness)) >= LIKE_ENOUGH[both.alike]


def steady(found: Fortnights) -> tuple[int, ...]:
    """The lag [steps] of three fortnights in four, or two neighbouring ones that share them; empty without."""
    usual, votes = Counter(found.lags.tolist()).most_common(1)[0]
    if votes >= AGREED * len(found.lags):
        return (usual,)
    between = max(usual - 1, usual + 1, key=lambda lag: int(np.sum(found.lags == lag)))
    shared = float(np.mean(np.isin(found.lags, (usual, between))))
    return (usual, between) if 0 not in (usual, between) and shared >= AGREED else ()


def at_best(both: Alongside, found: Fortnights | None) -> Alongside:
    """The two with the other moved by their steady lag, as they are where there is none."""
    lag = steady(found) if found is not None and believed(both, found) else ()
    return replace(both, theirs=moved(both.theirs, lag[0])) if lag else both
