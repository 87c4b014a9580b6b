"""A currency or a unit mixed up: the same prices as another series, times a factor."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.alongside import Alongside, correlation
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

NAME = "level"
SAME_WITHIN = 0.08
EXACTLY = 1.001
COPY_LIKE = 0.9
NEIGHBOUR_LIKE = 0.6
RATIO_STEADY = 1.5
FAR = 5.0


def level(raw: Raw, other: Raw, both: Alongside | None) -> Check:
    """The ratio of the two where both are far from 0, and how steady it is."""
    if both is None:
        return passed(NAME, f"nothing to compare with in {other.name}")
    size = np.abs(both.theirs)
    solid = np.isfinite(both.own) & (size > 0.2 * np.nanmedian(size)) & (size > 0)
    if solid.sum() < 48:
        return passed(NAME, f"too little of {other.name} is far from 0 to tell")
    ratios = both.own[solid] / both.theirs[solid]
    low, middle, high = (float(value) for value in np.quantile(ratios, [0.1, 0.5, 0.9]))
    like = correlation(both.own, both.theirs)
    copy = both.alike and like >= COPY_LIKE and low > 0 and high / low < RATIO_STEADY
    sums = raw.currencies != other.currencies and raw.kind is Kind.PRICE
    exact = copy and high / low < EXACTLY and abs(middle - 1.0) > EXACTLY - 1.0
    if exact or (copy and abs(middle - 1.0) > SAME_WITHIN and high / low < 1.2):
        return _factor(raw, other, middle, high / low, sums)
    if like >= NEIGHBOUR_LIKE and not sums and not 1 / FAR < middle < FAR:
        return _factor(raw, other, middle, high / low if low > 0 else np.inf, sums)
    return passed(NAME, f"of the size of {other.name} (ratio {middle:.2f})")


def _factor(raw: Raw, other: Raw, middle: float, spread: float, sums: bool) -> Check:
    steady = "always" if spread < EXACTLY else "about"
    unit = "as their currencies may explain" if sums else "as between two currencies or units"
    return decide(
        NAME, raw, np.arange(len(raw.rows)),
        f"{steady} {middle:.4g} times {other.name}, {unit}",
        "Check currency and unit of both; convert by name, never by label alone.",
    )  # fmt: skip
