"""The forecast that came with the data, as it stood at the time; the latest day where there is none."""

from datetime import datetime

import numpy as np

from gridtide.signals.forecaster import repeated
from gridtide.signals.history import History, known
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import Timeline, epoch_s

DAY_S = 86_400


def published(
    history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime
) -> Signal:
    """Values over a timeline from what was issued up to as_of."""
    issued = known(history, kind, zone, timeline, as_of)
    daily = repeated(
        history.of(kind, zone), timeline, epoch_s(as_of), DAY_S, history.clock_of(zone)
    )
    return Signal(
        kind=kind,
        zone=zone,
        timeline=timeline,
        values=np.where(np.isnan(issued.values), daily, issued.values),
        source="published forecast",
        currency=issued.currency,
        issued_at=as_of,
        nature=Nature.FORECAST,
    )
