"""The latest day again, corrected by how far the newest value lies from it; the correction fades in hours."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.forecaster import repeated
from gridtide.signals.history import History, Series, happened
from gridtide.signals.signal import PRICES, Kind, Nature, Signal
from gridtide.timeline import Timeline, clock_offsets_s, epoch_s

PERIOD_S = 86_400
FADES_S = 6 * 3600.0


def nowcast(history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime) -> Signal:
    """Values over a timeline from what was known at as_of, within the range seen so far; NaN without history.

    What is published ahead stays as it is.
    """
    rows = history.of(kind, zone)
    values = repeated(rows, timeline, epoch_s(as_of), PERIOD_S, history.clock_of(zone))
    if rows is not None and not np.isnan(values).all():
        fixed = happened(rows, timeline, epoch_s(as_of))
        corrected = _corrected(rows, values, timeline, epoch_s(as_of), history.clock_of(zone))
        values = np.where(np.isnan(fixed), corrected, fixed)
    return Signal(
        kind=kind,
        zone=zone,
        timeline=timeline,
        values=values,
        source="nowcast",
        currency=rows.currency if rows else ("" if kind in PRICES else None),
        issued_at=as_of,
        nature=Nature.FORECAST,
    )


def _corrected(
    rows: Series, values: NDArray[np.float64], timeline: Timeline, as_of_s: int, clock: str
) -> NDArray[np.float64]:
    """The daily pattern plus the newest deviation from it, fading with FADES_S."""
    seen = (rows.issued_s <= as_of_s) & ~rows.expected & (rows.end_s <= as_of_s)
    seen &= ~np.isnan(rows.values)
    if not seen.any():
        return values
    newest = int(np.flatnonzero(seen)[np.argmax(rows.end_s[seen])])
    day_before_s = _day_before_s(int(rows.start_s[newest]), clock)
    before = seen & (rows.start_s <= day_before_s) & (rows.end_s > day_before_s)
    if not before.any():
        return values
    usual = float(rows.values[np.flatnonzero(before)[-1]])
    ahead_s = timeline.starts_s - rows.end_s[newest]
    moved = (float(rows.values[newest]) - usual) * np.exp(-np.maximum(ahead_s, 0) / FADES_S)
    known = rows.values[seen]
    corrected: NDArray[np.float64] = np.clip(values + moved, known.min(), known.max())
    return corrected


def _day_before_s(at_s: int, clock: str) -> int:
    """The same time of the day before on a clock."""
    now, before = clock_offsets_s(clock, np.asarray([at_s, at_s - PERIOD_S])).tolist()
    return at_s - PERIOD_S + int(now) - int(before)
