"""Values that the file itself marks as estimates."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.raw import Raw

NAME = "estimated"


def estimates(raw: Raw) -> Check:
    """Their share of the values that are there."""
    known = np.isfinite(raw.values)
    if raw.estimated is None or not known.any():
        return passed(NAME, "nothing marks estimates")
    marked = np.flatnonzero(raw.estimated & known)
    if not len(marked):
        return passed(NAME, "no value is marked as estimated")
    share = len(marked) / int(known.sum())
    told = f"{share:.0%}" if share >= 0.01 else f"{len(marked)} rows, {share:.2%},"
    return decide(
        NAME, raw, marked, f"{told} of the values are estimates",
        "Say so beside every result, and leave them out of accuracy figures.",
    )  # fmt: skip
