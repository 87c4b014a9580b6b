"""On which side a series must miss its forecast to make a limit tight, and how sure a plan wants to be there."""

from gridtide.signals.signal import Kind

LITTLE = (Kind.WIND, Kind.SOLAR)
"""Kinds that hurt a limit when there is less of them than forecast."""
MUCH = (Kind.TEMPERATURE, Kind.HUMIDITY, Kind.REQUESTS)
"""Kinds that hurt a limit when there is more of them than forecast."""


def level_of(kind: Kind, confidence: float) -> float | None:
    """The quantile beyond which a kind misses on the hurting side in 1 - confidence of cases; None for others."""
    if kind in LITTLE:
        return 1.0 - confidence
    return confidence if kind in MUCH else None


def levels_of(kind: Kind, confidence: float) -> tuple[float, ...]:
    """The quantiles a plan of this confidence asks of a kind."""
    level = level_of(kind, confidence)
    return () if level is None else (level,)
