"""A shift in time against another series: throughout, from some day on, or in summer only."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.alongside import (
    BLOCK_S,
    LEAST_SHARED,
    REACH_S,
    Alongside,
    alongside,
    beside_the_day,
    changes_clipped,
    correlation,
    moved,
)
from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.local_clock import CHANGING, offset_s
from gridtide.signals.raw import Raw, Real

NAME = "lag"
LIKE_ENOUGH = {True: 0.4, False: 0.35}
"""Correlation of changes that two copies of one place, and two places, must have before a lag is believed. Of all
pairs of seventeen zones only coupled neighbours reach 0.25 at any lag."""
AGREED = 0.75
BETTER_BY = 3
"""Fortnights that two lags must explain beyond what one does."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fortnights:
    """The best lag [steps] of each fortnight that both know, its start, and how alike the two then are."""

    starts_s: Real
    lags: NDArray[np.int64]
    likeness: Real


def lag(raw: Raw, other: Raw) -> Check:
    """The move in time with which changes of both agree best, fortnight by fortnight; a majority decides.

    Of two places only what departs from the usual day is compared, for days resemble each other all over the world.
    """
    both = alongside(raw, other) if raw.kind is other.kind else None
    found = _fortnights(both) if both is not None else None
    if both is None or found is None:
        return passed(NAME, f"{other.name} is of another kind, or shares too little time")
    if float(np.median(found.likeness)) < LIKE_ENOUGH[both.alike]:
        return passed(NAME, f"too unlike {other.name} to tell ({np.median(found.likeness):.2f})")
    hours = both.step_s / 3600.0
    usual, votes = Counter(found.lags.tolist()).most_common(1)[0]
    agreed, told = max(
        _seasonal(raw, found, hours), _turned(raw, found, hours), key=lambda one: one[0]
    )
    if agreed >= votes + BETTER_BY:
        return decide(
            NAME, raw, np.arange(len(raw.rows)), f"agrees best with {other.name} {told}",
            "Check the zone of the times in each part; a clock on the wall was taken for UTC, or the source changed.",
        )  # fmt: skip
    if votes >= AGREED * len(found.lags):
        return _steady(raw, other, both, usual)
    return passed(NAME, f"no one lag agrees best with {other.name} throughout")


def _fortnights(both: Alongside) -> Fortnights | None:
    reach = int(REACH_S // both.step_s)
    own, theirs = changes_clipped(both.own), changes_clipped(both.theirs)
    if not both.alike:
        own, theirs = beside_the_day(own, both.step_s), beside_the_day(theirs, both.step_s)
    shifted = [moved(theirs, steps) for steps in range(-reach, reach + 1)]
    rows = int(BLOCK_S // both.step_s)
    starts, lags, likeness = [], [], []
    for first in range(0, len(own), rows):
        part = slice(first, first + rows)
        if np.sum(np.isfinite(own[part]) & np.isfinite(theirs[part])) < LEAST_SHARED:
            continue
        scores = np.asarray([correlation(own[part], one[part]) for one in shifted])
        best = int(np.argmax(scores + 1e-9 * (np.arange(len(scores)) == reach)))
        starts.append(both.times_s[first])
        lags.append(best - reach)
        likeness.append(scores[best])
    if not lags:
        return None
    return Fortnights(
        starts_s=np.asarray(starts), lags=np.asarray(lags), likeness=np.asarray(likeness)
    )


def _steady(raw: Raw, other: Raw, both: Alongside, steps: int) -> Check:
    unmoved = correlation(both.own, both.theirs)
    if steps == 0:
        return passed(NAME, f"agrees best with {other.name} unshifted (correlation {unmoved:.2f})")
    better = correlation(both.own, moved(both.theirs, steps)) - unmoved
    return decide(
        NAME, raw, np.arange(len(raw.rows)),
        f"agrees best with {other.name} when moved by {_hours(steps * both.step_s / 3600.0)} (better by {better:.2f})",
        "Check whether times were converted to UTC twice, or mark the end of an interval.",
    )  # fmt: skip


def _hours(value: float) -> str:
    return f"{value:+g} h" if value else "0 h"


def _seasonal(raw: Raw, found: Fortnights, hours: float) -> tuple[int, str]:
    """How many fortnights have one lag by winter and another by summer time of some clock; 0 where too few do."""
    best = (0, "")
    for clock in dict.fromkeys([raw.clock, *CHANGING.values()]):
        if clock is None:
            continue
        zone = ZoneInfo(clock)
        ahead = np.asarray([offset_s(stamp + BLOCK_S / 2, zone) for stamp in found.starts_s])
        summer = ahead > ahead.min()
        if min(summer.sum(), (~summer).sum()) < 4:
            continue
        (warm, often), (cold, other) = (
            Counter(found.lags[part].tolist()).most_common(1)[0] for part in (summer, ~summer)
        )
        if warm != cold and often + other >= max(0.85 * len(found.lags), best[0] + 1):
            parts = f"{_hours(warm * hours)} in summer and {_hours(cold * hours)} in winter"
            best = (often + other, f"when moved by {parts}")
    return best


def _turned(raw: Raw, found: Fortnights, hours: float) -> tuple[int, str]:
    """How many fortnights have one lag before some day and another after it; 0 where too few do."""
    count = len(found.lags)
    best = (0, 0, 0, 0)
    for cut in range(3, count - 2):
        (before, one), (after, two) = (
            Counter(part.tolist()).most_common(1)[0]
            for part in (found.lags[:cut], found.lags[cut:])
        )
        best = max(best, (one + two, -cut, before, after))
    agreed, cut, before, after = best[0], -best[1], best[2], best[3]
    turns = sum(one != other for one, other in pairwise(found.lags.tolist()))
    if before == after or agreed < 0.9 * count or turns > 0.2 * count:
        return 0, ""
    day = when(raw, found.starts_s[cut])[:10]
    parts = f"{_hours(before * hours)} until about {day} and by {_hours(after * hours)} after"
    return agreed, f"when moved by {parts}"
