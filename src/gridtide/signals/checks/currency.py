"""Prices whose currency is not said, or said wrong."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.plausible import PER_DOLLAR
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

NAME = "currency"
USUAL_USD_PER_MWH = (3.0, 1_000.0)
"""Between these lies the median of a wholesale price or a tariff over any long period."""
LONG_ROWS = 24 * 28


def currency(raw: Raw) -> Check:
    """Named, the one of the market, and of a size that this currency's prices have."""
    if raw.kind is not Kind.PRICE or not np.isfinite(raw.values).any():
        return passed(
            NAME, "not a price" if raw.kind is not Kind.PRICE else "no cell holds a value"
        )
    everything = np.arange(len(raw.rows))
    if not raw.currencies:
        return decide(
            NAME, raw, everything[:0], "the file does not say the currency of its prices",
            "Give it with --currency; it is never guessed.", count=len(everything),
        )  # fmt: skip
    if len(raw.currencies) > 1:
        return decide(
            NAME, raw, everything, f"prices of one series are in {' and '.join(raw.currencies)}",
            "Give each currency a series of its own.",
        )  # fmt: skip
    (named,) = raw.currencies
    if raw.market_currency not in (None, named):
        return decide(
            NAME, raw, everything,
            f"prices are said to be in {named}, while {raw.zone} settles in {raw.market_currency}",
            "Correct the label, or say that the prices were converted; --against a copy in a known currency tells.",
        )  # fmt: skip
    return _size(raw, named)


def _size(raw: Raw, named: str) -> Check:
    known = np.abs(raw.values[np.isfinite(raw.values) & (raw.values != 0)])
    if named not in PER_DOLLAR or len(known) < LONG_ROWS:
        return passed(NAME, f"prices are in {named}")
    level = float(np.median(known)) / PER_DOLLAR[named]
    low, high = USUAL_USD_PER_MWH
    if low <= level <= high:
        return passed(NAME, f"prices are in {named}")
    return decide(
        NAME, raw, np.arange(len(raw.rows)),
        f"half of the prices lie beyond {np.median(known):g} {named} per MWh, no usual price of electricity",
        "Check currency and unit: per kWh, per MWh, cents, or another currency.",
    )  # fmt: skip
