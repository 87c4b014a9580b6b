"""A currency or a unit mixed up: the same prices as another series, times a factor."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.alongside import BLOCK_S, Alongside, correlation
from gridtide.signals.raw import Raw, Real, Truth
from gridtide.signals.signal import Kind

NAME = "level"
SAME_WITHIN = 0.08
EXACTLY = 1.001
COPY_LIKE = 0.9
NEIGHBOUR_LIKE = 0.6
RATIO_STEADY = 1.5
FAR = 5.0
LEAST_OF_A_BLOCK = 48
STEADY_IN_BLOCK = 1.2
STEADY_SIDE = 1.05


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
    turn = _turn(both, solid) if both.alike else None
    if turn is not None:
        return _turned(raw, other, turn)
    if like >= NEIGHBOUR_LIKE and not sums and not 1 / FAR < middle < FAR:
        return _factor(raw, other, middle, high / low if low > 0 else np.inf, sums)
    return passed(NAME, f"of the size of {other.name} (ratio {middle:.2f})")


Turn = tuple[float, float, float]
"""An instant, and the ratio before and after it."""


def _turn(both: Alongside, solid: Truth) -> Turn | None:
    """Where a copy changes its size for good; None where it does not, or more than once.

    Ratios are steady within nearly every fortnight and on either side of the turn, and far apart across it.
    """
    fortnight = (both.times_s // BLOCK_S).astype(np.int64)
    starts, sizes = [], []
    for block in np.unique(fortnight[solid]):
        here = solid & (fortnight == block)
        ratios = np.sort(both.own[here] / both.theirs[here])
        low, middle, high = ratios[[len(ratios) // 10, len(ratios) // 2, 9 * len(ratios) // 10]]
        if len(ratios) >= LEAST_OF_A_BLOCK and low > 0 and high / low < STEADY_IN_BLOCK:
            starts.append(float(block) * BLOCK_S)
            sizes.append(float(np.log(middle)))
    known = np.asarray(sizes)
    if len(known) < max(4, 0.8 * len(np.unique(fortnight[solid]))):
        return None
    at = int(np.argmax(np.abs(np.diff(known)))) + 1
    sides = (known[:at], known[at:])
    before, after = (float(np.median(side)) for side in sides)
    if abs(after - before) < np.log1p(SAME_WITHIN) or not all(_steady(side) for side in sides):
        return None
    return _instant(both, solid, starts[at - 1], 0.5 * (before + after)), before, after


def _steady(sizes: Real) -> bool:
    return bool(np.ptp(sizes) < np.log(STEADY_SIDE))


def _instant(both: Alongside, solid: Truth, from_s: float, border: float) -> float:
    """The first time from a fortnight on after which sizes lie on the other side of a border."""
    late = solid & (both.times_s >= from_s)
    with np.errstate(divide="ignore"):
        sizes = np.log(np.abs(both.own[late] / both.theirs[late]))
    beyond = sizes > border if sizes[-1] > border else sizes < border
    last_within = np.flatnonzero(~beyond)
    return float(both.times_s[late][last_within[-1] + 1 if len(last_within) else 0])


def _turned(raw: Raw, other: Raw, turn: Turn) -> Check:
    at_s, before, after = turn
    odd_after = abs(after) > abs(before)
    rows = np.flatnonzero((raw.stamps_s >= at_s) == odd_after)
    return decide(
        NAME, raw, rows,
        f"{np.exp(before):.4g} times {other.name} until {when(raw, at_s)}, {np.exp(after):.4g} times from then on",
        "Check currency and unit on both sides of that time; the source changed one of them.",
    )  # fmt: skip


def _factor(raw: Raw, other: Raw, middle: float, spread: float, sums: bool) -> Check:
    steady = "always" if spread < EXACTLY else "about"
    unit = "as their currencies may explain" if sums else "as between two currencies or units"
    return decide(
        NAME, raw, np.arange(len(raw.rows)),
        f"{steady} {middle:.4g} times {other.name}, {unit}",
        "Check currency and unit of both; convert by name, never by label alone.",
    )  # fmt: skip
