"""A feed or a sensor that froze: one value for longer than this series ever rests."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.rests import TARIFF_LEVELS, at_rest
from gridtide.signals.raw import DAY_S, Raw, Real, Truth, Whole
from gridtide.signals.signal import Kind

NAME = "constant runs"
EDGE_SHARE = 0.002
"""Of the rows of a year may lie beyond a value that still counts as its edge; error codes do."""
MOSTLY = 0.5
"""A series that repeats itself this often, as set-points do, rests by nature; its longest rests tell its habit."""


def constant_runs(raw: Raw) -> Check:
    """Against the series' own habit of repeating itself; floors, caps, zeros of calm and night are no faults."""
    values = raw.values
    same = np.concatenate([[False], values[1:] == values[:-1]])
    starts = np.flatnonzero(~same)
    lengths = np.diff(np.append(starts, len(values)))
    if len(lengths) < 10 or len(np.unique(values[np.isfinite(values)])) <= TARIFF_LEVELS:
        return passed(NAME, "too few changes to tell")
    may_last = _legal(raw)
    legal = may_last[starts]
    if legal.all():
        return passed(NAME, "every value is one that may last")
    rests = float(np.mean(same[~may_last])) > MOSTLY
    habit = max(24.0, 10.0 * float(np.quantile(lengths if rests else lengths[~legal], 0.99)))
    frozen = (lengths > habit) & ~legal & ~np.isnan(values[starts])
    if raw.kind is Kind.PRICE:
        frozen &= ~_returned_to(values[starts], lengths)
    if not frozen.any():
        return passed(NAME, f"no value lasts longer than this series' habit ({habit:.0f} rows)")
    longest = int(np.argmax(np.where(frozen, lengths, 0)))
    return decide(
        NAME, raw, starts[frozen],
        f"{int(frozen.sum())} runs of one value, the longest {lengths[longest]} rows from "
        f"{when(raw, raw.stamps_s[starts[longest]])}",
        "Check whether a sensor or a feed was frozen.",
    )  # fmt: skip


def _returned_to(levels: Real, lengths: Whole) -> Truth:
    """Whether a price was held for more than twelve rows at another time, too, as by order of a regulator; no feed
    freezes twice at one value."""
    held, times = np.unique(levels[lengths > 12], return_counts=True)
    return np.isin(levels, held[times > 1])


def _legal(raw: Raw) -> Truth:
    """Whether a value may last: at the edge of its year, or where a price rests."""
    year = (raw.stamps_s // (365.25 * DAY_S)).astype(np.int64)
    extreme = np.zeros(len(raw.values), dtype=np.bool_)
    for number in np.unique(year):
        inside = (year == number) & np.isfinite(raw.values)
        if inside.any():
            part = np.sort(raw.values[inside])
            beyond = int(EDGE_SHARE * len(part))
            low, high = part[beyond], part[len(part) - 1 - beyond]
            extreme |= inside & ((raw.values <= low) | (raw.values >= high))
    return extreme | at_rest(raw) if raw.kind is Kind.PRICE else extreme
