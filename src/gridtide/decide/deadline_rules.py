"""Deadlines people did not state: the next moment at which somebody would look at the result.

All on a local clock, so that 09:00 is 09:00 across a change of the clock. Source: Wiesner et al.,
Let's Wait Awhile (Middleware 2021).
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.timeline import epoch_s, instant

Rule = Callable[[datetime, bool], datetime]
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6
OPENS, CLOSES = 9.0, 17.0


def next_workday(finish: datetime, as_published: bool) -> datetime:
    """09:00 of the next working day when a job would end outside working hours, else its natural end.

    as_published keeps the paper's code, in which a Friday evening leads to Saturday 09:00.
    """
    weekday, hour = finish.weekday(), _hour(finish)
    if weekday == SATURDAY:
        return _at_nine(finish, 2)
    if weekday == SUNDAY:
        return _at_nine(finish, 1)
    if hour > CLOSES:
        return _at_nine(finish, 3 if weekday == FRIDAY and not as_published else 1)
    return _at_nine(finish, 0) if hour < OPENS else finish


def semi_weekly(finish: datetime, as_published: bool) -> datetime:
    """The first Monday or Thursday 09:00 that is not before the natural end."""
    return min(_next_at_nine(finish, MONDAY), _next_at_nine(finish, THURSDAY))


def next_monday(finish: datetime, as_published: bool) -> datetime:
    """The first Monday 09:00 that is not before the natural end."""
    return _next_at_nine(finish, MONDAY)


RULES: dict[str, Rule] = {
    "next-workday": next_workday,
    "semi-weekly": semi_weekly,
    "next-monday": next_monday,
}


def deadlines(
    rule: str, finish_s: NDArray[np.int64], clock: str, as_published: bool = False
) -> NDArray[np.int64]:
    """Deadline of each natural finish (seconds since 1970) by a rule on an IANA clock, (n,)."""
    zone = ZoneInfo(clock)
    decide = RULES[rule]
    distinct, where = np.unique(finish_s, return_inverse=True)
    dated = [epoch_s(decide(instant(value).astimezone(zone), as_published)) for value in distinct]
    return np.asarray(dated, dtype=np.int64)[where]


def _hour(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _at_nine(moment: datetime, days: int) -> datetime:
    date = moment.date() + timedelta(days=days)
    return datetime.combine(date, time(hour=9), tzinfo=moment.tzinfo)


def _next_at_nine(moment: datetime, weekday: int) -> datetime:
    ahead = (weekday - moment.weekday()) % 7
    if ahead == 0 and _hour(moment) > OPENS:
        ahead = 7
    return _at_nine(moment, ahead)
