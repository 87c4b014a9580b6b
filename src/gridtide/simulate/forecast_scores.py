"""How good forecasters were on the series of a study, asked once a day as its course went on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.loop.sight import wanted
from gridtide.signals.forecaster import ForecastsQuantiles, forecaster_named
from gridtide.signals.history import known, truth
from gridtide.signals.scores import (
    BANDS_H,
    LEVELS,
    judged_by_band,
    mean_by_band,
    pinball_loss,
    share_inside,
)
from gridtide.signals.signal import Kind
from gridtide.simulate.course import mandate_of
from gridtide.simulate.study import Study
from gridtide.timeline import DAY_S, Timeline, at_wall, clock_offsets_s, instant, regular

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ForecastScore:
    """One forecaster on one series, by BANDS_H where there is one value a band, in the unit of the series.

    asked: how many forecasts were made. judged: steps that were unknown then, foretold, and came.
    mae: mean absolute error. pinball: mean loss over LEVELS. coverage: share of steps inside the stated
    interval. NaN where nothing is judged; None for a forecaster without quantiles.
    """

    kind: Kind
    zone: str
    forecaster: str
    asked: int
    judged: tuple[int, ...]
    mae: tuple[float, ...]
    pinball: tuple[float, ...] | None
    coverage: float | None


def forecast_scores(study: Study, forecasters: tuple[str, ...]) -> tuple[ForecastScore, ...]:
    """Every forecaster on every series that decisions of the study look at.

    Each is asked at the start of the study and at the same hour of its zone's clock on every day after it, for 72
    hours in steps of the study.
    Steps that were published by then are left out, and steps of which the history has no truth.
    Raises BadInput for an unknown forecaster.
    """
    series = wanted(mandate_of(study, study.cadence.forecaster))
    return tuple(
        _score(study, kind, zone, forecaster) for kind, zone in series for forecaster in forecasters
    )


def _score(study: Study, kind: Kind, zone: str, forecaster: str) -> ForecastScore:
    forecast = forecaster_named(forecaster)
    asks = [_ask(study, as_of) for as_of in asked_at(study, zone)]
    ahead_h = (asks[0].starts_s - asks[0].edges_s[0]) / 3600.0
    came = np.stack([_came(study, kind, zone, ahead) for ahead in asks])
    point = np.stack(
        [forecast(study.history, kind, zone, ahead, ahead.start).values for ahead in asks]
    )
    off = np.abs(point - came)
    pinball, coverage = None, None
    if isinstance(forecast, ForecastsQuantiles):
        said = np.stack([_quantiles(study, forecast, kind, zone, ahead) for ahead in asks])
        pinball = tuple(
            float(value) for value in mean_by_band(pinball_loss(came, said, LEVELS), ahead_h)
        )
        coverage = share_inside(came, said)
    return ForecastScore(
        kind=kind,
        zone=zone,
        forecaster=forecaster,
        asked=len(asks),
        judged=tuple(int(count) for count in judged_by_band(off, ahead_h)),
        mae=tuple(float(value) for value in mean_by_band(off, ahead_h)),
        pinball=pinball,
        coverage=coverage,
    )


def asked_at(study: Study, zone: str) -> tuple[datetime, ...]:
    """The start of a study, and the instants inside it at which the clock of a zone shows that hour again."""
    clock, edges_s = study.history.clock_of(zone), study.timeline.edges_s
    first = edges_s[:1] + clock_offsets_s(clock, edges_s[:1])
    most = int((edges_s[-1] - edges_s[0]) // DAY_S) + 1
    found = at_wall(clock, first + DAY_S * np.arange(1, most + 1))
    return (study.timeline.start, *(instant(moment) for moment in found[found < edges_s[-1]]))


def _ask(study: Study, as_of: datetime) -> Timeline:
    step = timedelta(seconds=int(study.timeline.step_s or 0))
    return regular(as_of, step, int(timedelta(hours=BANDS_H[-1][1]) / step))


def _came(study: Study, kind: Kind, zone: str, ahead: Timeline) -> Real:
    """What came, where it was not yet known when the forecast was asked for."""
    real = truth(study.history, kind, zone, ahead).values
    published = known(study.history, kind, zone, ahead, ahead.start).values
    return np.where(np.isnan(published), real, np.nan)


def _quantiles(
    study: Study, forecast: ForecastsQuantiles, kind: Kind, zone: str, ahead: Timeline
) -> Real:
    found = forecast.quantiles(study.history, kind, zone, ahead, ahead.start, LEVELS)
    return np.stack([quantile.values for quantile in found])
