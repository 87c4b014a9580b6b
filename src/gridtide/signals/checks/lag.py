"""A shift in time against another series: throughout, from some day on, or in summer only."""

from collections import Counter
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.alongside import BLOCK_S, Alongside, correlation, moved
from gridtide.signals.evidence.lags import Fortnights, believed, steady
from gridtide.signals.evidence.local_clock import CHANGING, offset_s
from gridtide.signals.raw import Raw

NAME = "lag"
BETTER_BY = 3
"""Fortnights that two lags must explain beyond what one does."""


def lag(raw: Raw, other: Raw, both: Alongside | None, found: Fortnights | None) -> Check:
    """The move in time with which changes of both agree best; a majority of fortnights decides."""
    if both is None or found is None:
        return passed(NAME, f"{other.name} is of another kind, or shares too little time")
    if not believed(both, found):
        return passed(NAME, f"too unlike {other.name} to tell ({np.median(found.likeness):.2f})")
    hours = both.step_s / 3600.0
    votes = Counter(found.lags.tolist()).most_common(1)[0][1]
    agreed, told = max(
        _seasonal(raw, found, hours), _turned(raw, found, hours), key=lambda one: one[0]
    )
    if agreed >= votes + BETTER_BY:
        return decide(
            NAME, raw, np.arange(len(raw.rows)), f"agrees best with {other.name} {told}",
            "Check the zone of the times in each part; a clock on the wall was taken for UTC, or the source changed.",
        )  # fmt: skip
    usual = steady(found)
    if usual:
        return _throughout(raw, other, both, usual)
    return passed(NAME, f"no one lag agrees best with {other.name} throughout")


def _throughout(raw: Raw, other: Raw, both: Alongside, steps: tuple[int, ...]) -> Check:
    """One lag, or one that lies between two steps, as after a mean over an even number of rows."""
    unmoved = correlation(both.own, both.theirs)
    if steps == (0,):
        return passed(NAME, f"agrees best with {other.name} unshifted (correlation {unmoved:.2f})")
    told = " or ".join(_hours(number * both.step_s / 3600.0) for number in steps)
    better = correlation(both.own, moved(both.theirs, steps[0])) - unmoved
    return decide(
        NAME, raw, np.arange(len(raw.rows)),
        f"agrees best with {other.name} when moved by {told} (better by {better:.2f})",
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
