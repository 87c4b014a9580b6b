"""Courses that a series may take together: whole scenarios, hour after hour, not one hour at a time."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Paths:
    """Equally likely courses of one kind in one zone over a timeline.

    values: (paths, steps), unit by `kind`, NaN where nothing can be said. currency: of a price.
    """

    kind: Kind
    zone: str
    timeline: Timeline
    values: Real
    source: str
    issued_at: datetime
    currency: str | None = None

    def __post_init__(self) -> None:
        freeze(self, values=np.float64)
        if self.values.ndim != 2 or self.values.shape[1] != len(self.timeline):
            raise ValueError(f"{self.values.shape} values for {len(self.timeline)} steps")
        epoch_s(self.issued_at)


def drawn(
    ranks_seen: Real, levels: Real, offsets: Real, count: int, rng: np.random.Generator
) -> Real:
    """Courses of the error (count, hours) with the stated quantiles, ordered as on days that were.

    Days are drawn with their ranks (days, hours) whole, so hours go together as they did; offsets (L, hours)
    say what a rank means now. NaN where no day is whole or a quantile is unknown. The same generator state
    gives the same courses.
    """
    whole = ranks_seen[~np.isnan(ranks_seen).any(axis=1)]
    hours = offsets.shape[1]
    if not len(whole):
        return np.full((count, hours), np.nan)
    day = rng.integers(0, len(whole), count)
    nudge = (rng.random((count, 1)) - 0.5) / len(whole)
    rank = np.clip(whole[day] + nudge, 0.0, 1.0)
    return np.stack(
        [np.interp(rank[:, hour], levels, offsets[:, hour]) for hour in range(hours)], 1
    )
