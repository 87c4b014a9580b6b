"""Which hours of a course are called, where nobody says so: those in which it draws most."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.finding import BadInput, Finding
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

HOURS = 4
"""Of a call without stated hours, as most programmes of demand response call for."""


@dataclass(frozen=True, kw_only=True)
class CalledWindow:
    """[start, end), aware, on the clock of the first site; why: what chose it, in words."""

    start: datetime
    end: datetime
    why: str


def called_window(
    study: Study, baseline: Course, day: date | None, hours: tuple[int, int] | None
) -> CalledWindow:
    """The stated hours of the stated day; what is not stated is where the baseline draws most from the grid.

    Raises BadInput where no such hours lie in the course whole.
    """
    windows = _candidates(study, day, hours)
    if not windows:
        raise BadInput([_outside(study, day, hours)])
    drawn = [_mean_kw(study, baseline, start, end) for start, end in windows]
    start, end = windows[int(np.argmax(drawn))]
    clock = study.fleet.sites[0].clock
    if day is not None and hours is not None:
        return CalledWindow(start=start, end=end, why=f"as asked for, on the clock of {clock}")
    free = "these hours" if hours is not None else f"{HOURS} hours in a row"
    where = "day" if hours is not None else "stretch"
    of = f"of {day}" if day is not None else "of the course"
    why = f"the {where} {of} in which the baseline draws most from the grid in {free}, on the clock of {clock}"
    return CalledWindow(start=start, end=end, why=why)


def _candidates(
    study: Study, day: date | None, hours: tuple[int, int] | None
) -> list[tuple[datetime, datetime]]:
    clock = ZoneInfo(study.fleet.sites[0].clock)
    first, last = study.timeline.start.astimezone(clock), study.timeline.end.astimezone(clock)
    days = [day] if day is not None else _days(first.date(), last.date())
    spans = [hours] if hours is not None else [(at, at + HOURS) for at in range(25 - HOURS)]
    found = []
    for one in days:
        midnight = datetime(one.year, one.month, one.day, tzinfo=clock)
        for begin, end in spans:
            window = (midnight + timedelta(hours=begin), midnight + timedelta(hours=end))
            if first <= window[0] and window[1] <= last:
                found.append(window)
    return found


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _mean_kw(study: Study, baseline: Course, start: datetime, end: datetime) -> float:
    starts_s = study.timeline.starts_s
    inside = (starts_s >= start.timestamp()) & (starts_s < end.timestamp())
    if not inside.any():
        return -np.inf
    return float(baseline.telemetry.import_kw[:, inside].sum(axis=0).mean())


def _outside(study: Study, day: date | None, hours: tuple[int, int] | None) -> Finding:
    clock = ZoneInfo(study.fleet.sites[0].clock)
    first, last = study.timeline.start.astimezone(clock), study.timeline.end.astimezone(clock)
    asked = f"{hours[0]}-{hours[1]}" if hours else f"{HOURS} hours in a row"
    return Finding(
        subject=f"--day {day}" if day else "--hours",
        value=f"{asked} of it do not lie in the course whole",
        limit=f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, {study.fleet.sites[0].clock}",
        mend="Choose other hours, or another day.",
    )
