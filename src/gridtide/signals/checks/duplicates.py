"""Times that stand twice."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.raw import Raw

NAME = "duplicates"


def duplicates(raw: Raw) -> Check:
    """Whether the rows agree or contradict each other, too."""
    again = np.concatenate([[False], np.diff(raw.stamps_s) == 0])
    if not again.any():
        return passed(NAME, "no time stands twice")
    at = np.flatnonzero(again)
    one, other = raw.values[at - 1], raw.values[at]
    differ = int(np.sum((one != other) & ~(np.isnan(one) & np.isnan(other))))
    first = np.unique(raw.stamps_s[at], return_index=True)[1]
    told = f"{len(at)} rows repeat a time"
    told += f", {differ} of them with another value" if differ else ", with the same value"
    if raw.naive:
        told += "; the clock may have gone back"
    return decide(NAME, raw, at[first] - 1, told, "Keep one row for each time.")
