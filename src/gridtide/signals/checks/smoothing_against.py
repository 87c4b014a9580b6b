"""Peaks and fast changes that another copy of the same series has and this one has not."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.alongside import Alongside, correlation
from gridtide.signals.raw import Raw

NAME = "smoothing against"
COPY_LIKE = 0.6
LESS_THAN = 0.75
"""Spread of fast movement over the other's; a mean over two rows leaves half of it or less."""


def smoothing_against(raw: Raw, other: Raw, both: Alongside | None) -> Check:
    """What is left of each value beside the mean of its neighbours, here and there; and the extremes."""
    if both is None or not both.alike or correlation(both.own, both.theirs) < COPY_LIKE:
        return passed(NAME, f"{other.name} is no other copy of it")
    ratio = _fast_ratio(both)
    shared = np.isfinite(both.own) & np.isfinite(both.theirs)
    one, two = both.own[shared], both.theirs[shared]
    scale = float(np.std(one) / np.std(two)) if np.std(two) > 0 else 1.0
    if ratio >= LESS_THAN * min(scale, 1.0):
        return passed(NAME, f"moves as fast as {other.name} (ratio {ratio:.2f})")
    return decide(
        NAME, raw, np.flatnonzero(np.isfinite(raw.values))[:0],
        f"fast changes are {ratio:.0%} of those of {other.name}; highest {one.max():.6g} against {two.max():.6g}",
        "Use the raw series; a smoothed price hides its peaks.", count=int(shared.sum()),
    )  # fmt: skip


def _fast_ratio(both: Alongside) -> float:
    """Spread of the second differences over the other's, of places where both know three in a row."""
    own, theirs = np.diff(both.own, 2), np.diff(both.theirs, 2)
    known = np.isfinite(own) & np.isfinite(theirs)
    there = float(np.sqrt(np.mean(theirs[known] ** 2))) if known.any() else 0.0
    return float(np.sqrt(np.mean(own[known] ** 2))) / there if there > 0 else 1.0
