"""The JSON document of a backtest: keys are a contract."""

import math
from typing import Any

from gridtide.doors.results.unspread import unspread_said
from gridtide.settle.promises import Promises
from gridtide.signals.scores import BANDS_H, LEVELS, STATED
from gridtide.signals.signal import Kind
from gridtide.simulate.backtest import Backtest, PolicyScore
from gridtide.simulate.forecast_scores import ForecastScore
from gridtide.simulate.local_days import LocalDays
from gridtide.simulate.study import Study

DEFINITIONS = (
    "Forecasts are asked for at the start of the case and at the same hour of the zone's clock on every day after;"
    " steps published by then, and steps after the end of the history, are not judged.",
    "A day goes from midnight to midnight of each site's own clock, so it may have 23 or 25 hours. Its cost is energy,"
    " wear and carbon; demand charges, transfers and delay belong to no one day.",
    "Daily regret is the cost of a day less perfect foresight's on the same day; it is negative where work was"
    " moved out of that day. P95 is over days that lie whole inside the case at every site.",
    "Slack is what the clock of a job's home shows between its release and its latest start.",
    "Capture by slack is of the energy of jobs at the racks, over jobs done under the policy, the reference and"
    " perfect foresight alike. Capture by kind of zone is of energy, wear and carbon at its sites.",
    "Capture is measured against perfect foresight, which knows signals, arrivals and run times; forecast capture"
    " against the same policy with every signal known, which knows as little of run times as the policy does.",
    "n/a: nothing to judge, a possible saving below 1 % of the reference, no whole day, or a forecaster that says no"
    " quantiles or has too short a history for them.",
)


def band_names() -> list[str]:
    """Hours ahead of each band, as results call them."""
    return [f"{first}-{last} h" for first, last in BANDS_H]


def backtest_document(found: Backtest, picture: str) -> dict[str, Any]:
    """forecasts: a row a series and forecaster; policies: a row a policy and forecaster. null is n/a."""
    study = found.study
    return {
        "case": study.name,
        "start": study.timeline.start.isoformat(),
        "end": study.timeline.end.isoformat(),
        "currency": study.currency,
        "reference": study.reference,
        "bands_h": [list(band) for band in BANDS_H],
        "quantile_levels": list(LEVELS),
        "coverage_stated": STATED,
        "days": _days(study, found.days),
        "forecasts": [_forecast(study, score) for score in found.forecasts],
        "policies": [_policy(score) for score in found.policies],
        "definitions": list(DEFINITIONS),
        "notes": [_noted(score) for score in found.policies if score.unspread],
        "picture": picture,
    }


def _days(study: Study, days: LocalDays) -> list[dict[str, Any]]:
    """Each day of the regrets: its date, whether it is whole at every site, and its hours at each."""
    return [
        {
            "date": date.isoformat(),
            "whole": bool(days.whole[number]),
            "hours": {
                site.name: float(days.hours[index, number])
                for index, site in enumerate(study.fleet.sites)
            },
        }
        for number, date in enumerate(days.dates)
    ]


def _noted(score: PolicyScore) -> str:
    return unspread_said(f"{score.policy} with {score.forecaster}", score.unspread)


def _forecast(study: Study, score: ForecastScore) -> dict[str, Any]:
    return {
        "kind": str(score.kind),
        "zone": score.zone,
        "unit": f"{study.currency} per MWh" if score.kind is Kind.PRICE else None,
        "forecaster": score.forecaster,
        "asked": score.asked,
        "judged": list(score.judged),
        "mae": [_known(value) for value in score.mae],
        "pinball": None if score.pinball is None else [_known(value) for value in score.pinball],
        "coverage": None if score.coverage is None else _known(score.coverage),
    }


def _policy(score: PolicyScore) -> dict[str, Any]:
    return {
        "policy": score.policy,
        "forecaster": score.forecaster,
        "total_cost": score.settlement.total_cost,
        "energy_cost": score.settlement.energy_cost,
        "capture_ratio": score.capture.ratio,
        "capture_by_slack": dict(score.capture.by_slack),
        "capture_by_zone": dict(score.capture.by_zone),
        "capture_by_zone_and_slack": dict(score.capture.by_zone_and_slack),
        "forecast_capture_ratio": score.forecast_capture.ratio,
        "forecast_capture_by_slack": dict(score.forecast_capture.by_slack),
        "forecast_capture_by_zone": dict(score.forecast_capture.by_zone),
        "forecast_capture_by_zone_and_slack": dict(score.forecast_capture.by_zone_and_slack),
        "regret_p95": score.regret_p95,
        "daily_regret": [float(value) for value in score.daily_regret],
        "jobs": score.promises.asked,
        **promises_of(score.promises),
    }


def promises_of(promises: Promises) -> dict[str, Any]:
    """promised, kept and missed; a promise not yet due counts as kept."""
    return {
        "promised": promises.promised,
        "kept": promises.promised - promises.missed_deadlines,
        "missed_deadlines": promises.missed_deadlines,
        "missed_by_cause": {cause.name.lower(): count for cause, count in promises.missed.items()},
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
