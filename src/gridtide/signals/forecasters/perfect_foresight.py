"""What really came: for bounds only, never for a decision that is compared as a policy."""

from datetime import datetime

from gridtide.signals.history import History, truth
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import Timeline


def perfect_foresight(
    history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime
) -> Signal:
    """The truth over a timeline, whatever as_of; it breaks the law of no look-ahead on purpose."""
    came = truth(history, kind, zone, timeline)
    return Signal(
        kind=kind,
        zone=zone,
        timeline=timeline,
        values=came.values,
        source="perfect foresight",
        currency=came.currency,
        issued_at=as_of,
        nature=Nature.FORECAST,
    )
