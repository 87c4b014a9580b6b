"""Deadlines people did not state: the next moment at which somebody would look at the result.

All on a local clock, so that 09:00 is 09:00 across a change of the clock. Source: Wiesner et al.,
Let's Wait Awhile (Middleware 2021).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gridtide.timeline import DAY_S, HOUR_S, at_wall, clock_offsets_s

Whole = NDArray[np.int64]
Rule = Callable[[Whole, Whole, bool], Whole]
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6
FIRST_WEEKDAY = THURSDAY
"""Of the day from which seconds are counted."""

OPENS_S, CLOSES_S = 9 * HOUR_S, 17 * HOUR_S
STAYS = -1
"""No days ahead: the natural end is the deadline."""


def next_workday(weekday: Whole, second: Whole, as_published: bool) -> Whole:
    """09:00 of the next working day when a job would end outside working hours, else its natural end.

    as_published keeps the paper's code, in which a Friday evening leads to Saturday 09:00.
    """
    evening = np.where((weekday == FRIDAY) & (not as_published), 3, 1)
    by_hour = np.where(second > CLOSES_S, evening, np.where(second < OPENS_S, 0, STAYS))
    return np.where(weekday == SATURDAY, 2, np.where(weekday == SUNDAY, 1, by_hour))


def semi_weekly(weekday: Whole, second: Whole, as_published: bool) -> Whole:
    """The first Monday or Thursday 09:00 that is not before the natural end."""
    return np.minimum(_ahead(weekday, second, MONDAY), _ahead(weekday, second, THURSDAY))


def next_monday(weekday: Whole, second: Whole, as_published: bool) -> Whole:
    """The first Monday 09:00 that is not before the natural end."""
    return _ahead(weekday, second, MONDAY)


RULES: dict[str, Rule] = {
    "next-workday": next_workday,
    "semi-weekly": semi_weekly,
    "next-monday": next_monday,
}
"""By name: days from the natural end to the day of the deadline, whose hour is 09:00, or STAYS; from the weekday
(Monday 0) and the second of the day on the clock, (n,)."""


def deadlines(rule: str, finish_s: Whole, clock: str, as_published: bool = False) -> Whole:
    """Deadline of each natural finish (seconds since 1970) by a rule on an IANA clock, (n,)."""
    wall_s = finish_s + clock_offsets_s(clock, finish_s)
    day = wall_s // DAY_S
    weekday = day + FIRST_WEEKDAY - (day + FIRST_WEEKDAY) // 7 * 7
    ahead = RULES[rule](weekday, wall_s - day * DAY_S, as_published)
    due_s = at_wall(clock, (day + ahead) * DAY_S + OPENS_S)
    return np.where(ahead == STAYS, finish_s, due_s)


def _ahead(weekday: Whole, second: Whole, wanted: int) -> Whole:
    """Days to the first 09:00 of a weekday that is not before now."""
    past = (weekday > wanted) | ((weekday == wanted) & (second > OPENS_S))
    return np.where(past, 7, 0) + wanted - weekday
