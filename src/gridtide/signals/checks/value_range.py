"""Values that cannot be."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.plausible import PLAUSIBLE, plausible
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

NAME = "range"


def value_range(raw: Raw) -> Check:
    """By the kind; a negative price is legal."""
    if raw.kind not in PLAUSIBLE:
        return passed(NAME, "no physical range is known for this kind")
    limits = plausible(raw.kind, raw.currencies[0] if len(raw.currencies) == 1 else None)
    low, high = (limit * (100.0 if raw.per_cent else 1.0) for limit in limits)
    wrong = np.flatnonzero((raw.values < low) | (raw.values > high))
    if len(wrong):
        worst = raw.values[wrong[np.argmax(np.abs(raw.values[wrong]))]]
        return decide(
            NAME, raw, wrong, f"{len(wrong)} values lie outside {low:g} to {high:g}, such as {worst:g}",
            "Check the unit; a fraction, a percentage or another currency looks like this.",
        )  # fmt: skip
    negative = int(np.sum(raw.values < 0))
    legal = negative and raw.kind is Kind.PRICE
    more = f"; {negative:,} are negative, which is legal" if legal else ""
    return passed(NAME, f"every value lies in {low:g} to {high:g}{more}")
