"""The same hour of the same weekday, as long as there is one; else of the latest known day."""

from datetime import datetime

import numpy as np

from gridtide.signals.forecaster import repeated
from gridtide.signals.history import History
from gridtide.signals.signal import PRICES, Kind, Nature, Signal
from gridtide.timeline import Timeline, epoch_s

PERIOD_S = 604_800
DAY_S = 86_400


def same_weekday(
    history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime
) -> Signal:
    """Values over a timeline from what was known at as_of; NaN where the history is too short."""
    rows = history.of(kind, zone)
    values = repeated(rows, timeline, epoch_s(as_of), PERIOD_S, history.clock_of(zone))
    daily = repeated(rows, timeline, epoch_s(as_of), DAY_S, history.clock_of(zone))
    values = np.where(np.isnan(values), daily, values)
    return Signal(
        kind=kind,
        zone=zone,
        timeline=timeline,
        values=values,
        source="same weekday forecast",
        currency=rows.currency if rows else ("" if kind in PRICES else None),
        issued_at=as_of,
        nature=Nature.FORECAST,
    )
