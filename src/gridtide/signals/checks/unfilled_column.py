"""A column that was never filled: empty, or the same value throughout."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.raw import DAY_S, Raw
from gridtide.signals.signal import Kind

NAME = "unfilled column"


def unfilled_column(raw: Raw) -> Check:
    """No variance over thirty days is no measurement; a flat price may be a tariff."""
    known = raw.values[np.isfinite(raw.values)]
    everything = np.arange(len(raw.rows))
    if not len(known) and not raw.words:
        return decide(
            NAME, raw, everything, "no cell holds a value", "Leave the column out of this series."
        )
    span_s = raw.stamps_s[-1] - raw.stamps_s[0]
    flat = len(known) > 0 and bool((known == known[0]).all()) and span_s >= 30 * DAY_S
    if flat and known[0] == 0:
        return decide(
            NAME, raw, everything, "every value is 0 for 30 days or more",
            "Treat the column as missing, not as a measurement of 0.",
        )  # fmt: skip
    if flat and raw.kind is not Kind.PRICE:
        return decide(
            NAME, raw, everything, f"every value is {known[0]:g} for 30 days or more",
            "Check whether it was measured; a quantity of a grid is never at rest for so long.",
        )  # fmt: skip
    return passed(NAME, "the column is filled")
