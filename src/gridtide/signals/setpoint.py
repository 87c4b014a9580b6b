"""A set-point as it arrives on a fast channel, every two to four seconds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Quality(StrEnum):
    """How far a value can be relied on.

    NOT_TOPICAL: it was right once and has not been renewed since. INVALID: the sender says not to use it.
    """

    GOOD = "good"
    NOT_TOPICAL = "not topical"
    INVALID = "invalid"


class Mode(StrEnum):
    """Who leads the plant.

    LOCAL: the plant itself, by its agreed schedule, whatever arrives. REMOTE: the dispatch centre may take over; until
    it does, the agreed schedule holds. AUTO: set-points are followed as they come.
    """

    LOCAL = "LOCAL"
    REMOTE = "REMOTE"
    AUTO = "AUTO"


@dataclass(frozen=True, kw_only=True)
class Setpoint:
    """One telegram: draw this much from the grid.

    p_set_kw: at the connection point, drawing is positive; may be anything that fits into the protocol, also NaN, for
    it is judged by `trust/setpoint_watch.py` and not before. measured_at: aware UTC, the sender's time tag, or the
    arrival where the protocol carries none. sequence: the sender's count, or the channel's where there is none.
    """

    p_set_kw: float
    measured_at: datetime
    sequence: int
    quality: Quality = Quality.GOOD
