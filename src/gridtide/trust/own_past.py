"""A price that nothing ever prepared, where no second source can be asked: does its own past speak against it?

Doubted is what lies twice as far from the median as its zone went on any but one day of three months, until another
issue says the like; and a line that stands still for a day and twice as long as ever, inside of where it moved, and
not where it often was: it may stand on the floor or at the cap of its market. A negative price is no fault by itself.
What a lie says that stays within what the months before saw cannot be told from the truth here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.history import Series
from gridtide.signals.issues import part
from gridtide.signals.signal import PRICES, Signal
from gridtide.timeline import epoch_s
from gridtide.trust.quarantine import Doubt, doubt_of

Mask = NDArray[np.bool_]
Real = NDArray[np.float64]
DAY_S = 86_400
FRESH = timedelta(days=8)
"""What is about the last so many days, or about times ahead, is judged by what came before."""
PAST = timedelta(days=90)
"""So far back that is."""
DAYS_LEAST = 30
"""Of fewer days with prices nothing is said."""
TIMES = 2.0
"""What lies so many times as far from the median as it ever did is doubted."""
STILL_H = 24.0
"""A line that stands still for less is never doubted."""
DAYS_AGAIN = 3
"""Nor where it came to that very value on so many days before: a cap or a floor."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Unlikely:
    """Rows of a series that its past speaks against. sudden, still: which, (R,); least, most: beyond which a value is
    sudden; still_h: how long the line ever stood still before."""

    sudden: Mask
    still: Mask
    least: float
    most: float
    still_h: float

    @property
    def any_of(self) -> Mask:
        """Rows that are doubted, whatever for."""
        return self.sudden | self.still


def unlikely(rows: Series | None, as_of: datetime) -> Unlikely | None:
    """What of a series is doubted at an instant by what it said itself until then; None where nothing can be said."""
    if rows is None or rows.kind not in PRICES:
        return None
    first = int(np.searchsorted(rows.start_s, epoch_s(as_of - FRESH - PAST)))
    found = _unlikely(part(rows, np.arange(len(rows.start_s)) >= first), as_of)
    if found is None:
        return None
    before = np.zeros(first, dtype=np.bool_)
    sudden, still = (np.concatenate([before, one]) for one in (found.sudden, found.still))
    return replace(found, sudden=sudden, still=still)


def _unlikely(rows: Series, as_of: datetime) -> Unlikely | None:
    """The same of rows of the time that counts."""
    said = _last_said(rows, as_of)
    fresh = rows.start_s >= epoch_s(as_of - FRESH)
    past = said & ~fresh
    day = rows.start_s[past] // DAY_S
    if not (said & fresh).any() or len(np.unique(day)) < DAYS_LEAST:
        return None
    values, middle = rows.values, float(np.median(rows.values[past]))
    furthest = TIMES * _second_day(day, np.abs(values[past] - middle))
    if furthest == 0.0:
        return None
    high, low = (
        said & fresh & side for side in (values > middle + furthest, values < middle - furthest)
    )
    still_h = float(_stood_h(rows, past)[past].max())
    stood_h = _stood_h(rows, said)
    still = said & fresh & (stood_h >= STILL_H) & (stood_h > TIMES * still_h)
    still &= (values > values[past].min()) & (values < values[past].max())
    for level in np.unique(values[still]):
        again = said & ~still & (values == level)
        still &= (values != level) | (len(np.unique(rows.start_s[again] // DAY_S)) < DAYS_AGAIN)
    return Unlikely(
        sudden=_alone(rows, high) | _alone(rows, low),
        still=still,
        least=middle - furthest,
        most=middle + furthest,
        still_h=still_h,
    )


def without_unlikely(
    signal: Signal, rows: Series | None, as_of: datetime
) -> tuple[Signal, tuple[Doubt, ...]]:
    """A signal without values (NaN) that the past of its series speaks against, and the doubts. Only of prices, and
    only where nobody else can be asked."""
    found = unlikely(rows, as_of)
    if found is None or rows is None or not found.any_of.any():
        return signal, ()
    sudden = (
        f"lie beyond {found.least:g} to {found.most:g}, {TIMES:g} times as far as any two days of {PAST.days} went,"
        " and no other issue says the like"
    )
    still = f"stand still, where the line never did for more than {found.still_h:g} h in {PAST.days} days"
    doubts, taken = [], np.zeros(len(signal.values), dtype=np.bool_)
    for which, reason in ((found.sudden, sudden), (found.still, still)):
        mask = _steps_of(signal, rows, which) & ~np.isnan(signal.values) & ~taken
        if mask.any():
            doubts.append(doubt_of(signal, mask, reason))
            taken |= mask
    if not doubts:
        return signal, ()
    return replace(signal, values=np.where(taken, np.nan, signal.values)), tuple(doubts)


def _last_said(rows: Series, as_of: datetime) -> Mask:
    """Rows that were said last of their time by an instant, forecasts apart."""
    index = np.flatnonzero((rows.issued_s <= epoch_s(as_of)) & ~rows.expected)
    start_s = rows.start_s[index]
    found = np.zeros(len(rows.start_s), dtype=np.bool_)
    found[index[np.append(start_s[1:] != start_s[:-1], True)[: len(index)]]] = True
    return found


def _second_day(day: NDArray[np.int64], far: Real) -> float:
    """The furthest that any day went but the one that went furthest: one lie does not make the next one likely."""
    begins = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
    return float(np.sort(np.maximum.reduceat(far, begins))[-2])


def _alone(rows: Series, beyond: Mask) -> Mask:
    """Of rows beyond, those that no other issue bears out."""
    return beyond & (len(np.unique(rows.issued_s[beyond])) < 2)


def _stood_h(rows: Series, which: Mask) -> Real:
    """For how long the line stands still around each of some rows, (R,), hours; 0 of others."""
    index = np.flatnonzero(which)
    found = np.zeros(len(which))
    if not len(index):
        return found
    start_s, end_s, values = rows.start_s[index], rows.end_s[index], rows.values[index]
    anew = np.append(True, (values[1:] != values[:-1]) | (start_s[1:] > end_s[:-1]))
    run = np.cumsum(anew) - 1
    first_s, last_s = start_s[anew], np.maximum.reduceat(end_s, np.flatnonzero(anew))
    found[index] = ((last_s - first_s) / 3600.0)[run]
    return found


def _steps_of(signal: Signal, rows: Series, which: Mask) -> Mask:
    """Steps of a signal that some rows are about."""
    steps = signal.timeline
    first = np.searchsorted(steps.ends_s, rows.start_s[which], side="right")
    last = np.searchsorted(steps.starts_s, rows.end_s[which], side="left")
    touched = np.zeros(len(steps) + 1, dtype=np.int64)
    np.add.at(touched, first, 1)
    np.add.at(touched, np.maximum(last, first), -1)
    return np.asarray(np.cumsum(touched)[:-1] > 0, dtype=np.bool_)
