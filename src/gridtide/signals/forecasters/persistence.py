"""The same hour of the latest day that is known."""

from datetime import datetime

from gridtide.signals.forecaster import repeated
from gridtide.signals.history import History
from gridtide.signals.signal import PRICES, Kind, Nature, Signal
from gridtide.timeline import Timeline, epoch_s

PERIOD_S = 86_400


def persistence(
    history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime
) -> Signal:
    """Values over a timeline from what was known at as_of; NaN where the history is too short."""
    rows = history.of(kind, zone)
    values = repeated(rows, timeline, epoch_s(as_of), PERIOD_S, history.clock_of(zone))
    return Signal(
        kind=kind,
        zone=zone,
        timeline=timeline,
        values=values,
        source="persistence forecast",
        currency=rows.currency if rows else ("" if kind in PRICES else None),
        issued_at=as_of,
        nature=Nature.FORECAST,
    )
