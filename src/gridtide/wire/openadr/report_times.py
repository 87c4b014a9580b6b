"""When which report is due, and on which intervals: what the descriptors of an event ask for.

Source: OpenADR 3.1.1, User Guide 7.5.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.known import Heard
from gridtide.wire.openadr.schedule import Course
from gridtide.wire.openadr.times import ENDLESS, SECOND_US, instant_us, later, span_of, whole_s
from gridtide.wire.openadr.values import ReportDescriptor

MOST_REPORTS = 100_000
"""That are reckoned at once."""
FOR_EVER = 10**8


@dataclass(frozen=True, kw_only=True)
class Slot:
    """An interval of a report: the label of the event's interval it answers, [start_s, end_s) since 1970."""

    id: int
    start_s: int
    end_s: int


@dataclass(frozen=True, kw_only=True)
class Due:
    """A report on some intervals, to be handed in at an instant; at_s None: whenever the VEN likes."""

    at_s: int | None
    slots: tuple[Slot, ...]


def reports_due(
    heard: Heard, descriptor: ReportDescriptor, until_s: int, from_s: int = 0
) -> Iterator[Due]:
    """All reports that a descriptor asks for from one second up to another, in order.

    A report on what was is due at the end of its last interval, a forecast at the start of its first. An event without
    intervals of its own implies those of its period, one after another.
    """
    slots = _Slots(heard.event, heard.course, heard.heard_s)
    count = slots.count
    whole = descriptor.num_intervals if descriptor.num_intervals > 0 else count
    if whole is None or (not count and slots.is_empty):
        return
    if descriptor.frequency == 0:
        yield Due(at_s=None, slots=tuple(slots.between(0, whole)))
        return
    every = descriptor.frequency if descriptor.frequency > 0 else whole
    first = _first(descriptor, count, whole)
    repeats = range(FOR_EVER if descriptor.repeat < 0 else min(descriptor.repeat, FOR_EVER))

    def due(number: int) -> Due | None:
        start = first + number * every
        asked = tuple(slots.between(max(start, 0), start + whole))
        if not asked:
            return None
        at_s = asked[-1].end_s if descriptor.historical else asked[0].start_s
        return Due(at_s=at_s, slots=asked)

    begins = bisect_left(repeats, True, key=lambda number: _is_from(due(number), from_s))
    for number in repeats[begins : begins + MOST_REPORTS]:
        one = due(number)
        if one is None or (one.at_s or 0) > until_s:
            return
        yield one


def _is_from(due: Due | None, from_s: int) -> bool:
    """Whether a report is due from a second on, or is none, as all after it."""
    return due is None or (due.at_s or 0) >= from_s


def _first(descriptor: ReportDescriptor, count: int | None, whole: int) -> int:
    """Number of the first interval of the first report."""
    if descriptor.start_interval >= 0:
        back = whole - 1 if descriptor.historical else 0
        return descriptor.start_interval - back
    return count - whole if descriptor.historical and count is not None else 0


@dataclass(frozen=True, kw_only=True)
class _Implied:
    """Intervals of each_us one after another from start_us on; end_us None: without an end."""

    start_us: int
    each_us: int
    end_us: int | None


class _Slots:
    """The intervals of an event by number, its repeats counted on. count: of one round, None without an end."""

    def __init__(self, event: Event, course: Course, heard_s: int) -> None:
        self._laid = [one for one in course.laid if one.end_us is not None]
        self._ends_us = course.ends_us
        self._repeats = course.endless or course.ends_us is not None
        self._implied = None if event.intervals else _implied(event, heard_s)
        self.is_empty = not self._laid and self._implied is None
        self.count = len(self._laid) if self._laid else self._implied_count(event)

    def between(self, first: int, last: int) -> Iterator[Slot]:
        """Those from one number up to another, as far as the event has them."""
        for number in range(first, last):
            slot = (
                self._implied_slot(number) if self._implied is not None else self._laid_slot(number)
            )
            if slot is None:
                return
            yield slot

    def _laid_slot(self, number: int) -> Slot | None:
        if not self._laid:
            return None
        turn, at = divmod(number, len(self._laid))
        if turn and not self._repeats:
            return None
        begins = min(one.start_us for one in self._laid)
        round_us = max(one.end_us or 0 for one in self._laid) - begins
        one = self._laid[at]
        start_us, end_us = one.start_us + turn * round_us, (one.end_us or 0) + turn * round_us
        if self._ends_us is not None and start_us >= self._ends_us:
            return None
        return Slot(id=one.interval.id, start_s=whole_s(start_us), end_s=whole_s(end_us))

    def _implied_slot(self, number: int) -> Slot | None:
        if self._implied is None:
            return None
        begins_us = self._implied.start_us + number * self._implied.each_us
        if self._implied.end_us is not None and begins_us >= self._implied.end_us:
            return None
        ends_us = begins_us + self._implied.each_us
        return Slot(id=number, start_s=whole_s(begins_us), end_s=whole_s(ends_us))

    def _implied_count(self, event: Event) -> int | None:
        if self._implied is None:
            return 0
        if self._implied.end_us is not None:
            return -((self._implied.start_us - self._implied.end_us) // self._implied.each_us)
        return 1 if event.duration is None else None


def _implied(event: Event, heard_s: int) -> _Implied | None:
    """The intervals of an event that has none of its own; None where it says too little."""
    period = event.interval_period
    if period is None or period.start is None or period.duration is None:
        return None
    each = span_of(period.duration)
    said_us = instant_us(period.start)
    start_us = heard_s * SECOND_US if said_us is None else said_us
    if each is ENDLESS or each.months or each.us <= 0:
        return None
    whole = None if event.duration is None else span_of(event.duration)
    end_us = None if whole is None or whole is ENDLESS else later(start_us, whole)
    return _Implied(start_us=start_us, each_us=each.us, end_us=end_us)
