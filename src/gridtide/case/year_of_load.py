"""A year of load as a file tells it: a series, a peak with shares of weeks, days and hours, or as another file does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gridtide.case.study_file import (
    Positive,
    SeriesRecord,
    StudyRecord,
    fault_of,
    hours_of,
    read_record,
    table_of,
)
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.sources.hour_table import Hours

Real = NDArray[np.float64]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
DAYS, WEEKS, WORKING, HOURS = 7, 52, 5, 24


class SeasonRecord(StudyRecord):
    """One [[load.season]]: weeks from-to, counted from 1, and the shape of their days as shares of a day's peak."""

    weeks: tuple[tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=WEEKS)]], ...]
    working: tuple[Share, ...]
    weekend: tuple[Share, ...]


class LoadTable(StudyRecord):
    """[load]: a series; or a peak and the shares of weeks, days (from Monday on) and hours; or `like` another file."""

    series: SeriesRecord | None = None
    peak_kw: Positive | None = None
    weeks: tuple[Share, ...] = (1.0,) * WEEKS
    days: tuple[Share, ...] = (1.0,) * DAYS
    season: tuple[SeasonRecord, ...] = ()
    like: str | None = None


class LikeFile(StudyRecord):
    """Another file, of which only [load] is read."""

    kind: str
    load: LoadTable


def load_faults(load: LoadTable, path: Path) -> Iterator[Finding]:
    """Keys that exclude or need each other."""
    told = [load.series is not None, load.peak_kw is not None, load.like is not None]
    if sum(told) != 1:
        yield fault_of(f"{path} load", f"{sum(told)} of series, peak_kw and like", "one of them")
    if load.peak_kw is None:
        return
    if (len(load.weeks), len(load.days)) != (WEEKS, DAYS):
        found = f"{len(load.weeks)} weeks and {len(load.days)} days"
        yield fault_of(f"{path} load", found, f"{WEEKS} weeks and {DAYS} days")
    for number, one in enumerate(load.season, 1):
        for word, shares in (("working", one.working), ("weekend", one.weekend)):
            if len(shares) != HOURS:
                where = f"{path} load.season[{number}].{word}"
                yield fault_of(where, f"{len(shares)} hours", f"{HOURS} hours")
    weeks = sorted(
        week for one in load.season for first, last in one.weeks for week in range(first, last + 1)
    )
    if weeks != [*range(1, WEEKS + 1)]:
        found = f"{len(weeks)} weeks, {len(set(weeks))} of them different"
        yield fault_of(f"{path} load.season", found, "each week of the year in one season")


def year_of_load(load: LoadTable, path: Path, gaps: bool = False) -> Hours:
    """Its hours. Raises BadInput with every fault."""
    refuse_if_any(load_faults(load, path))
    if load.series is not None:
        return hours_of(load.series, path, gaps)
    if load.like is None:
        return Hours(kw=shaped_kw(load), year=None)
    other = resolved(load.like, path.parent)
    table = table_of(other)
    if not isinstance(table.get("load"), dict):
        raise BadInput([fault_of(str(other), "has no [load]", "a file with one")])
    record = read_record(LikeFile, other, {name: table.get(name) for name in ("kind", "load")})
    if record.load.like is not None:
        raise BadInput(
            [fault_of(f"{path} load.like", "is like another itself", "a load of its own")]
        )
    return year_of_load(record.load, other, gaps)


def shaped_kw(load: LoadTable) -> Real:
    """A peak and shares of weeks, days and hours as 8,736 hours from a Monday on."""
    assert load.peak_kw is not None
    season = {
        week: one
        for one in load.season
        for first, last in one.weeks
        for week in range(first, last + 1)
    }
    return np.asarray(
        [
            load.peak_kw * of_week * of_day * of_hour
            for week, of_week in enumerate(load.weeks, 1)
            for day, of_day in enumerate(load.days)
            for of_hour in (season[week].working if day < WORKING else season[week].weekend)
        ]
    )
