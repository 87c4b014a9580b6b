"""Which hours of a year stand for its operation modes: a season, the most or the least load, much or little sun and
wind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.grid.system_year import SystemYear

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NORTHERN = {"summer": (6, 7, 8), "winter": (12, 1, 2)}
"""Months of the seasons north of the equator."""
NEAR = 0.05
"""Share of a season's hours that count as those of its most or least load."""
LEAP_HOURS = 8784
LEAP_YEAR, OTHER_YEAR = 2020, 2019


@dataclass(frozen=True, kw_only=True)
class ModeHour:
    """An hour that stands for a mode. hour: counted from the start of the year; most_load, much_weather: of which end
    of the season it is; load_kw, weather_kw: what is drawn and what sun and wind could give then; band_kw: the least
    and the most load of the hours it was chosen among, that many."""

    season: str
    most_load: bool
    much_weather: bool
    hour: int
    load_kw: float
    weather_kw: float
    band_kw: tuple[float, float]
    among: int


def instant_of(hours: int, hour: int) -> datetime:
    """An hour of a simulated year of that many hours as a calendar has it; leap years are told by their length. Its
    year and its zone, UTC, mean nothing."""
    first = datetime(LEAP_YEAR if hours == LEAP_HOURS else OTHER_YEAR, 1, 1, tzinfo=UTC)
    return first + timedelta(hours=hour)


def months_of(hours: int) -> Whole:
    """The month of each hour of a simulated year of that many hours, 1 to 12, (H,)."""
    return np.asarray([instant_of(hours, hour).month for hour in range(hours)])


def chosen_hours(
    load_kw: Real,
    weather_kw: Real,
    months: Whole,
    seasons: Mapping[str, tuple[int, ...]] = NORTHERN,
    near: float = NEAR,
) -> tuple[ModeHour, ...]:
    """For each season its most and its least load, each with the most and with the least that sun and wind could give.

    Of the hours of a season those whose load is among the highest (lowest) `near` of it are looked at; the one with
    most (least) sun and wind stands for the mode, on a tie the earliest. load_kw, weather_kw, months: (H,).

    Raises BadInput for a season without hours and a share that is not above 0 and at most one half.
    """
    refuse_if_any(_faults(months, seasons, near))
    found = []
    for season, its_months in seasons.items():
        hours = np.flatnonzero(np.isin(months, its_months))
        many = max(1, int(np.ceil(near * len(hours))))
        for most_load in (True, False):
            order = np.argsort(-load_kw[hours] if most_load else load_kw[hours], kind="stable")
            band = np.sort(hours[order[:many]])
            for much in (True, False):
                weather = weather_kw[band]
                hour = int(band[weather.argmax() if much else weather.argmin()])
                found.append(
                    ModeHour(
                        season=season,
                        most_load=most_load,
                        much_weather=much,
                        hour=hour,
                        load_kw=float(load_kw[hour]),
                        weather_kw=float(weather_kw[hour]),
                        band_kw=(float(load_kw[band].min()), float(load_kw[band].max())),
                        among=many,
                    )
                )
    return tuple(found)


def weather_units(year: SystemYear, technology: tuple[str, ...]) -> NDArray[np.bool_]:
    """Units that sun or wind limit, (G,): those with hours of their own whose technology names one of them."""
    limited = np.isfinite(year.available_kw).all(axis=0)
    named = [any(word in one.lower() for word in ("wind", "solar", "pv")) for one in technology]
    return np.asarray(limited & np.asarray(named, dtype=bool))


def _faults(months: Whole, seasons: Mapping[str, tuple[int, ...]], near: float) -> list[Finding]:
    faults = [
        Finding(
            subject=f"season {season}",
            value=f"no hour of the year is in months {', '.join(map(str, its_months)) or 'none'}",
            limit="months 1 to 12 that the year has",
            mend="Name the months of the season.",
        )
        for season, its_months in seasons.items()
        if not np.isin(months, its_months).any()
    ]
    if not 0.0 < near <= 0.5:
        faults.append(
            Finding(
                subject="near",
                value=f"{near:g}",
                limit="a share of a season's hours above 0 and at most 0.5",
                mend="0.05 looks at the twentieth with most load.",
            )
        )
    return faults
