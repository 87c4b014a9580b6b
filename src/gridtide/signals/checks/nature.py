"""Forecasts and tariffs that stand where outcomes of a market or a meter are expected."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.rests import TARIFF_LEVELS
from gridtide.signals.raw import DAY_S, Raw
from gridtide.signals.signal import Kind

NAME = "nature"


def nature(raw: Raw) -> Check:
    """A name that says forecast without a time of issue; a price of a few levels."""
    known = np.isfinite(raw.values)
    if raw.forecast:
        return decide(
            NAME, raw, np.flatnonzero(known)[:0],
            "the values are forecasts, and no time of issue stands beside them",
            "Give them as forecasts, with the time at which they were known; there is no error to learn here.",
            count=int(known.sum()),
        )  # fmt: skip
    if raw.kind is not Kind.PRICE or known.sum() < 24 * 28:
        return passed(NAME, "nothing in it says forecast or tariff")
    levels = _levels_a_year(raw)
    if levels <= TARIFF_LEVELS:
        return decide(
            NAME, raw, np.flatnonzero(known)[:0],
            f"the price takes {levels} values in a year: a tariff, not the outcome of a market",
            "Give it as a tariff.", count=int(known.sum()),
        )  # fmt: skip
    return passed(NAME, "a price of many values, as a market makes them")


def _levels_a_year(raw: Raw) -> int:
    year = (raw.stamps_s // (365 * DAY_S)).astype(np.int64)
    known = np.isfinite(raw.values)
    return max(
        len(np.unique(raw.values[known & (year == number)])) for number in np.unique(year[known])
    )
