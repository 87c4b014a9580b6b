"""Do other sources say the same? What one of them alone says, against the others, is not decided on.

A price that leaps or falls below zero is no fault by itself: where the others bear it out, it stands.
Source: medians of k of n and robust z-scores by the median absolute deviation (Iglewicz and Hoaglin 1993).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.plausible import PER_DOLLAR
from gridtide.signals.signal import PRICES, Kind, Signal, on
from gridtide.trust.quarantine import Doubt, between, doubt_of

Real = NDArray[np.float64]

FURTHEST = 5.0
"""Robust z-score beyond which a value is rejected."""
Z_PER_MAD = 0.6745
"""A median absolute deviation of a normal law is so much of its standard deviation."""
APART_SHARE = 0.05
"""Sources that differ by less, as a share of their median, say the same: they round, and average other minutes."""
APART: dict[Kind, float] = {
    Kind.CARBON_AVERAGE: 25.0,
    Kind.CARBON_MARGINAL: 50.0,
    Kind.TEMPERATURE: 3.0,
    Kind.HUMIDITY: 0.15,
    Kind.WIND_SPEED: 3.0,
    Kind.CLOUD: 0.3,
    Kind.IRRADIANCE: 100.0,
}
"""And those that differ by less than this, in the unit of their kind; of two stations in one city, say."""
APART_USD_PER_MWH = 2.0
LEAPS: dict[Kind, float] = {Kind.CARBON_AVERAGE: 300.0}
"""A single value that lies so far from both neighbours, in the unit of its kind: plants of a grid take hours. Prices
leap by themselves."""


def borne_out(signal: Signal, others: Sequence[Signal]) -> tuple[Signal, tuple[Doubt, ...]]:
    """The signal without values (NaN) that other sources of the same thing speak against, and the doubts.

    others: over any timelines; what they do not know speaks for nothing. With one other, whatever differs is doubtful,
    since nobody can say who is right; with more, what lies further than FURTHEST from the median of all. Without any, a
    single value that leaps as no series of its kind does: nobody bears it out.
    """
    if not others:
        return _without_leaps(signal)
    said = np.stack([signal.values, *(on(one, signal.timeline) for one in others)])
    taken = _alone(said, apart(signal, said))
    if not taken.any():
        return signal, ()
    names = ", ".join(one.source for one in others)
    reason = f"differ from what {names} {'says' if len(others) == 1 else 'say'}"
    kept = replace(signal, values=np.where(taken, np.nan, signal.values))
    return kept, (replace(doubt_of(signal, taken, reason), disputed=True),)


def _without_leaps(signal: Signal) -> tuple[Signal, tuple[Doubt, ...]]:
    most = LEAPS.get(signal.kind)
    if most is None or len(signal.values) < 3:
        return signal, ()
    alone = between(np.abs(np.diff(signal.values)) > most)
    if not alone.any():
        return signal, ()
    kept = replace(signal, values=np.where(alone, np.nan, signal.values))
    said = f"leap by more than {most:g} and back, which no second source shows"
    return kept, (doubt_of(signal, alone, said),)


def apart(signal: Signal, said: Real) -> Real:
    """How far sources of a kind may differ and still say the same, (T,). said: by each source, NaN unknown, (N, T)."""
    counts = ~np.isnan(said)
    middle = _median(np.where(counts, np.abs(said), np.nan))
    least = APART.get(signal.kind, 0.0)
    if signal.kind in PRICES:
        least = APART_USD_PER_MWH * PER_DOLLAR.get(signal.currency or "", 1.0)
    return np.maximum(APART_SHARE * np.nan_to_num(middle), least)


def middle_of(said: Sequence[Signal]) -> Real:
    """The median of signals over one timeline, (T,), of whatever each knows: none of several can move it far alone."""
    return said[0].values if len(said) == 1 else _median(np.stack([one.values for one in said]))


def _alone(said: Real, apart: Real) -> NDArray[np.bool_]:
    """Where the first source is against the others, (T,)."""
    first, others = said[0], said[1:]
    known = ~np.isnan(others)
    asked = ~np.isnan(first) & known.any(axis=0)
    middle = _median(said)
    beyond = np.abs(first - middle)
    spread = _median(np.abs(said - middle))
    several = known.sum(axis=0) > 1
    far = beyond > np.maximum(apart, FURTHEST / Z_PER_MAD * spread)
    differs = np.abs(first - np.nan_to_num(_median(others))) > apart
    return np.asarray(asked & np.where(several, far, differs), dtype=np.bool_)


def _median(said: Real) -> Real:
    """The median over sources that know something, (T,); NaN where none does."""
    ordered = np.sort(said, axis=0)
    count = (~np.isnan(said)).sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    high = np.minimum(high, len(said) - 1)
    step = np.arange(said.shape[1])
    return np.asarray((ordered[low, step] + ordered[high, step]) / 2.0)
