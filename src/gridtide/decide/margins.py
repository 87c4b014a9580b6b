"""Which series must be known beyond their point forecast, and on which side of it a miss makes a limit tight."""

from gridtide.decide.risk import Uncertainty
from gridtide.signals.signal import Kind

LITTLE = (Kind.WIND, Kind.SOLAR, Kind.HYDRO)
"""Kinds that hurt a limit when there is less of them than forecast."""
MUCH = (Kind.TEMPERATURE, Kind.HUMIDITY, Kind.REQUESTS)
"""Kinds that hurt a limit when there is more of them than forecast."""


def kinds_spread(uncertainty: Uncertainty) -> tuple[Kind, ...]:
    """Kinds that a way of planning wants to know more of than a point: all that change a cost, or a limit."""
    if uncertainty is Uncertainty.EXPECTED:
        return ()
    if uncertainty is Uncertainty.CHANCE:
        return (*LITTLE, *MUCH)
    return tuple(kind for kind in Kind if kind not in (Kind.CURTAILMENT, Kind.CAPACITY_PRICE))


def level_of(kind: Kind, confidence: float) -> float | None:
    """The quantile beyond which a kind misses on the hurting side in 1 - confidence of cases; None for others."""
    if kind in LITTLE:
        return 1.0 - confidence
    return confidence if kind in MUCH else None


def levels_of(kind: Kind, confidence: float) -> tuple[float, ...]:
    """The quantiles a plan of this confidence asks of a kind."""
    level = level_of(kind, confidence)
    return () if level is None else (level,)
