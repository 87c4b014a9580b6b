"""Values that cannot be."""

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.plausible import PLAUSIBLE, plausible
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

NAME = "range"
CODES = tuple(10.0**digits - 1.0 for digits in range(5, 10))
"""Whole numbers of five nines and more: what loggers write for no value. Four are a limit of European markets."""


def value_range(raw: Raw) -> Check:
    """By the kind; a negative price is legal."""
    if raw.kind not in PLAUSIBLE:
        return passed(NAME, "no physical range is known for this kind")
    limits = plausible(raw.kind, raw.currencies[0] if len(raw.currencies) == 1 else None)
    low, high = (limit * (100.0 if raw.per_cent else 1.0) for limit in limits)
    wrong = np.flatnonzero((raw.values < low) | (raw.values > high) | _codes(raw.values))
    if len(wrong):
        worst = raw.values[wrong[np.argmax(np.abs(raw.values[wrong]))]]
        return decide(
            NAME, raw, wrong,
            f"{len(wrong)} values lie outside {low:g} to {high:g} or are codes of nines, such as {worst:g}",
            "Check the unit; a fraction, a percentage or another currency looks like this.",
        )  # fmt: skip
    negative = int(np.sum(raw.values < 0))
    legal = negative and raw.kind is Kind.PRICE
    more = f"; {negative:,} are negative, which is legal" if legal else ""
    return passed(NAME, f"every value lies in {low:g} to {high:g}{more}")


def _codes(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Codes of nines that lie beyond all other values."""
    coded = np.isin(np.abs(values), CODES)
    others = values[~coded & np.isfinite(values)]
    if not coded.any() or not len(others):
        return coded
    return np.asarray(coded & ((values < others.min()) | (values > others.max())))
