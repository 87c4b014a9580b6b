"""The hours that a size is chosen over: real years hour by hour, or typical periods that stand for many."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
HOURS_PER_YEAR = 8760.0


def _none() -> Whole:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Hours:
    """T hours in periods of equal length. weight: how many hours of an average year each stands for, (T,).

    chain: for typical periods the number of the one that stands for each period of the years in turn, (D,); empty
    where the hours are the years themselves. years: that the hours or the chain span. start_s: of the first hour,
    seconds since 1970.
    """

    weight: Real
    years: float
    start_s: int
    period_h: int = 0
    chain: Whole = field(default_factory=_none)

    def __post_init__(self) -> None:
        freeze(self, weight=np.float64, chain=np.int64)

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def is_typical(self) -> bool:
        """Whether the hours stand for others."""
        return len(self.chain) > 0

    @property
    def before(self) -> Whole:
        """The hour before each, (T,): around the whole, or around each typical period."""
        count = len(self)
        if not self.is_typical:
            return (np.arange(count) - 1) % count
        day = np.arange(count) // self.period_h * self.period_h
        return day + (np.arange(count) - 1) % self.period_h

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Whether an hour begins what work may wait within: the whole, or a typical period, (T,)."""
        count = len(self)
        return np.asarray(np.arange(count) % (self.period_h if self.is_typical else count) == 0)


def real_hours(count: int, start_s: int, years: float | None = None) -> Hours:
    """Hours one after another; years: that they span, by their number where None."""
    span = count / HOURS_PER_YEAR if years is None else years
    return Hours(weight=np.full(count, 1.0 / span), years=span, start_s=start_s)
