"""Are these signals plausible and fresh enough to decide on? Doubtful values are taken out, with a reason."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.limits import Limit
from gridtide.signals.plausible import plausible
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import instant

STEEPEST_PER_H: dict[Kind, float] = {Kind.TEMPERATURE: 25.0, Kind.HUMIDITY: 1.0}


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Values that were taken out of a signal, and why. first: start of the first of them. disputed: whether other
    sources speak against them."""

    kind: Kind
    zone: str
    count: int
    first: datetime
    reason: str
    disputed: bool = False

    def __str__(self) -> str:
        since = f"{self.first:%Y-%m-%d %H:%M} UTC"
        return f"{self.kind} of {self.zone}: {self.count} values from {since} {self.reason}"


def quarantined(
    signal: Signal, as_of: datetime, oldest: timedelta, limits: tuple[Limit, ...] = ()
) -> tuple[Signal, tuple[Doubt, ...]]:
    """The signal with doubtful values unknown (NaN), and the doubts.

    Doubtful is what lies outside the physical range of its kind or the limits of its market or fuels, changes faster
    than it can, or was issued longer than `oldest` before as_of. A high or negative price is not doubtful by itself.
    """
    low, high = plausible(signal.kind, signal.currency)
    known = ~np.isnan(signal.values)
    outside = known & ~((signal.values >= low) & (signal.values <= high))
    wrong = [(outside, f"outside {low:g} to {high:g}")]
    for one in limits:
        beyond = known & ~outside & ~((signal.values >= one.low) & (signal.values <= one.high))
        wrong.append((beyond, f"outside {one.low:g} to {one.high:g}, {one.why}"))
    if signal.kind in STEEPEST_PER_H:
        wrong.append(
            (
                known & ~outside & _jumps(signal),
                f"change by more than {STEEPEST_PER_H[signal.kind]:g} per hour",
            )
        )
    if signal.issued_at is not None and as_of - signal.issued_at > oldest:
        wrong.append(
            (known, f"issued {signal.issued_at:%Y-%m-%d %H:%M} UTC, more than {oldest} ago")
        )
    doubts = tuple(doubt_of(signal, mask, reason) for mask, reason in wrong if mask.any())
    taken = np.logical_or.reduce([mask for mask, _ in wrong])
    return (
        replace(signal, values=np.where(taken, np.nan, signal.values)) if taken.any() else signal
    ), doubts


def _jumps(signal: Signal) -> NDArray[np.bool_]:
    """Values that neither neighbour can have reached: a single step that leaves and returns."""
    per_h = np.abs(np.diff(signal.values)) / (signal.timeline.hours[1:])
    return between(per_h > STEEPEST_PER_H[signal.kind])


def between(steps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Values between two steps, (T,), of steps between neighbours, (T - 1,)."""
    lonely = np.zeros(len(steps) + 1, dtype=np.bool_)
    lonely[1:-1] = steps[:-1] & steps[1:]
    return lonely


def doubt_of(signal: Signal, mask: NDArray[np.bool_], reason: str) -> Doubt:
    """What is said of values of a signal that are taken out."""
    first = int(np.argmax(mask))
    return Doubt(
        kind=signal.kind,
        zone=signal.zone,
        count=int(mask.sum()),
        first=instant(signal.timeline.starts_s[first]),
        reason=reason,
    )
