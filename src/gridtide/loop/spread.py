"""How far a forecast may miss, put beside it: courses it may take, or quantiles of it."""

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.margins import levels_of
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.forecaster import ForecastsQuantiles, forecaster_named
from gridtide.signals.history import History
from gridtide.signals.signal import Nature, Signal
from gridtide.timeline import epoch_s

Real = NDArray[np.float64]
FORESIGHT = "perfect-foresight"
"""The forecaster that never misses; nothing stands beside what it says."""
POOL = 8
"""Courses drawn for each one kept; those kept are moved so that their mean is that of all."""


def spread_of(
    published: Signal, history: History, as_of: datetime, risk: Risk, forecaster: str, seed: int
) -> tuple[Signal, ...]:
    """Courses or quantiles of one series where nothing is published, none for a plan by the point forecast.

    Every series draws with a generator in the same state, so that one course is made of the same days in all
    of them, as far as their histories are equally long. Values lie in the range seen so far, and are NaN where
    something is published; a series whose history is too short gets none. Raises BadInput for a forecaster that
    says points alone.
    """
    if risk.uncertainty is Uncertainty.EXPECTED or forecaster == FORESIGHT:
        return ()
    refuse_if_any(spread_faults(forecaster, risk.uncertainty))
    forecast = forecaster_named(forecaster)
    assert isinstance(forecast, ForecastsQuantiles)
    if risk.uncertainty is Uncertainty.CHANCE:
        found = _quantiles(published, history, as_of, risk.confidence, forecast)
    else:
        found = _courses(published, history, as_of, risk.scenarios, forecast, seed)
    low, high = _range_seen(history, published, as_of)
    within = [replace(one, values=np.clip(one.values, low, high)) for one in found]
    return tuple(one for one in within if not np.isnan(one.values).all())


def spread_faults(forecaster: str, uncertainty: Uncertainty) -> list[Finding]:
    """Whether a forecaster says what this way of planning needs."""
    if uncertainty is Uncertainty.EXPECTED or forecaster == FORESIGHT:
        return []
    if isinstance(forecaster_named(forecaster), ForecastsQuantiles):
        return []
    return [
        Finding(
            subject="planning.forecaster",
            value=f"{forecaster!r}, which says one value and not how far it may miss",
            limit=f"a forecaster with quantiles and courses, for plans by {uncertainty}",
            mend='Choose forecaster = "ridge", or plan by uncertainty = "expected".',
        )
    ]


def _range_seen(history: History, published: Signal, as_of: datetime) -> tuple[float, float]:
    """Lowest and highest value that was known by then; no course goes beyond."""
    rows = history.of(published.kind, published.zone)
    seen = rows.values[rows.issued_s <= epoch_s(as_of)] if rows else np.zeros(0)
    return (float(seen.min()), float(seen.max())) if len(seen) else (-np.inf, np.inf)


def _quantiles(
    published: Signal,
    history: History,
    as_of: datetime,
    confidence: float,
    forecast: ForecastsQuantiles,
) -> tuple[Signal, ...]:
    levels = levels_of(published.kind, confidence)
    if not levels:
        return ()
    found = forecast.quantiles(
        history, published.kind, published.zone, published.timeline, as_of, levels
    )
    return tuple(
        _beside(published, one.values, as_of, one.source, quantile=one.quantile) for one in found
    )


def _courses(
    published: Signal,
    history: History,
    as_of: datetime,
    count: int,
    forecast: ForecastsQuantiles,
    seed: int,
) -> tuple[Signal, ...]:
    rng = np.random.default_rng([seed, epoch_s(as_of)])
    kind, zone, timeline = published.kind, published.zone, published.timeline
    drawn = forecast.paths(history, kind, zone, timeline, as_of, count * POOL, rng)
    kept = drawn.values[:count]
    moved = kept - kept.mean(axis=0) + drawn.values.mean(axis=0)
    return tuple(
        _beside(published, row, as_of, drawn.source, scenario=number)
        for number, row in enumerate(moved)
    )


def _beside(
    published: Signal,
    values: Real,
    as_of: datetime,
    source: str,
    *,
    quantile: float | None = None,
    scenario: int | None = None,
) -> Signal:
    return Signal(
        kind=published.kind,
        zone=published.zone,
        timeline=published.timeline,
        values=np.where(np.isnan(published.values), values, np.nan),
        source=source,
        currency=published.currency,
        issued_at=as_of,
        nature=Nature.FORECAST,
        quantile=quantile,
        scenario=scenario,
    )
