"""The deadline rules again, one moment at a time, and what a job before its deadline does, as it is published.

Nothing of `kernels` and nothing of `decide/deadline_rules.py`: what both must find as well, and what their speed is
held against.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from gridtide.testing.plain_policies import PlainJob, PlainSignal, Slots

NINE, FIVE = time(hour=9), time(hour=17)
DAY = timedelta(days=1)


def next_workday(finish: datetime, as_published: bool) -> datetime:
    """The natural end within working hours, else 09:00 of the next working day; as published Saturday is one."""
    opened = finish.replace(hour=9, minute=0, second=0, microsecond=0)
    if finish.isoweekday() <= 5 and NINE <= finish.time() <= FIVE:
        return finish
    if finish.isoweekday() <= 5 and finish.time() < NINE:
        return opened
    days = 1
    saturday_counts = as_published and finish.isoweekday() == 5
    while (finish + days * DAY).isoweekday() > 5 and not saturday_counts:
        days += 1
    return opened + days * DAY


def semi_weekly(finish: datetime, as_published: bool) -> datetime:
    """The first Monday or Thursday 09:00 that is not before the natural end."""
    return _first_nine(finish, (1, 4))


def next_monday(finish: datetime, as_published: bool) -> datetime:
    """The first Monday 09:00 that is not before the natural end."""
    return _first_nine(finish, (1,))


RULES: dict[str, Callable[[datetime, bool], datetime]] = {
    "next-workday": next_workday,
    "semi-weekly": semi_weekly,
    "next-monday": next_monday,
}


def plain_deadlines(jobs: list[PlainJob], rule: str, start: datetime, step: timedelta) -> list[int]:
    """The slot of each job's deadline, rules as published; start: of slot 0, on the clock that is looked at."""
    ends = [start + (job.arrival + job.length) * step for job in jobs]
    return [(RULES[rule](end, True) - start) // step for end in ends]


def lowest_before(job: PlainJob, signal: PlainSignal, deadline: int) -> Slots:
    """Every slot up to the one at the deadline, itself too, that is not above the length-th lowest."""
    window = range(job.arrival, _end(job, signal, deadline))
    most = sorted(signal.values[slot] for slot in window)[job.length - 1]
    return [slot for slot in window if signal.values[slot] <= most]


def once_before(job: PlainJob, signal: PlainSignal, deadline: int) -> Slots:
    """The start with the least sum over the length that ends with the slot at the deadline at the latest."""
    last = _end(job, signal, deadline) - job.length
    starts = range(job.arrival, last + 1)
    start = min(starts, key=lambda s: (sum(signal.values[s : s + job.length]), s))
    return list(range(start, start + job.length))


def _end(job: PlainJob, signal: PlainSignal, deadline: int) -> int:
    """The slot behind the window; a window shorter than the job is as long as the job."""
    return max(min(deadline + 1, len(signal.values)), job.arrival + job.length)


def _first_nine(finish: datetime, weekdays: tuple[int, ...]) -> datetime:
    opened = finish.replace(hour=9, minute=0, second=0, microsecond=0)
    while opened < finish or opened.isoweekday() not in weekdays:
        opened += DAY
    return opened
