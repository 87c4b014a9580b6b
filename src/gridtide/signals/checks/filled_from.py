"""Values that were taken from another zone's series."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.alongside import Alongside
from gridtide.signals.raw import DAY_S, Raw

NAME = "filled from"
DAYS = 14
"""Coupled markets often share a price for hours; none has been seen to share it for so many days without end."""


def filled_from(raw: Raw, other: Raw, both: Alongside | None) -> Check:
    """A fortnight or more in which both of two places are equal, row by row."""
    if both is None or both.alike:
        return passed(NAME, f"{other.name} is no series of another place")
    equal = np.isfinite(both.own) & (both.own == both.theirs)
    moving = np.concatenate([[False], np.diff(both.own) != 0])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8)))
    least = int(DAYS * DAY_S // both.step_s)
    runs = [
        (first, last)
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if last - first >= least and moving[first:last].mean() > 1 / 3
    ]
    if not runs:
        return passed(NAME, f"goes its own way beside {other.name}")
    first, last = max(runs, key=lambda run: run[1] - run[0])
    start, end = both.times_s[first], both.times_s[last - 1]
    return decide(
        NAME, raw, (raw.stamps_s >= start) & (raw.stamps_s <= end),
        f"equals {other.name} from {when(raw, start)} to {when(raw, end)}, row by row",
        "Leave the period out; it belongs to the other zone.",
    )  # fmt: skip
