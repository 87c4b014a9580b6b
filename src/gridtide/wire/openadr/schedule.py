"""When the values of an event hold: starts, durations, repeats and the chance on the start, reckoned once.

Source: OpenADR 3.1.1, User Guide 7.3 and 7.4.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gridtide.finding import Finding
from gridtide.wire.openadr.events import EventRequest
from gridtide.wire.openadr.payload_types import PAYLOAD_TYPES
from gridtide.wire.openadr.text import NOW
from gridtide.wire.openadr.times import (
    ENDLESS,
    SECOND_US,
    Span,
    instant_us,
    later,
    span_of,
    whole_s,
)
from gridtide.wire.openadr.values import Interval, IntervalPeriod, Value

SHORTEST_S = 60
FAST_CHANNELS = "Modbus TCP, IEC 60870-5-104 or a recorded file of set-points"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One value that holds in [start_s, end_s), seconds since 1970; end_s None: for ever."""

    interval: int
    type: str
    values: tuple[Value, ...]
    start_s: int
    end_s: int | None


@dataclass(frozen=True, kw_only=True)
class Laid:
    """An interval on the calendar, [start_us, end_us) in microseconds since 1970; end_us None: for ever.

    cut_us: where its event ends, when it ends it; sub-intervals keep their length and the last ones are dropped.
    """

    interval: Interval
    start_us: int
    end_us: int | None
    cut_us: int | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """When an event asks for what, before it is repeated and cut.

    laid: its intervals in the order they were written. ends_us: where the event's own duration ends it, its intervals
    repeated until then or cut; None: it ends with its intervals. endless: whether they repeat for ever.
    """

    laid: tuple[Laid, ...]
    ends_us: int | None
    endless: bool


class Unclear(ValueError):
    """An event whose times say nothing that could be kept; the text says where."""


def is_cancelled(event: EventRequest) -> bool:
    """Whether an event was called off: it lasts nothing, or starts now and lasts nothing."""
    if event.duration is not None and span_of(event.duration).is_nothing:
        return True
    period = event.interval_period
    if period is None or period.start is None or period.duration is None:
        return False
    return bool(NOW.match(period.start)) and span_of(period.duration).is_nothing


def course_of(event: EventRequest, name: str, heard_s: int, seed: str) -> Course:
    """The intervals of an event on the calendar. Raises Unclear.

    name: of the event, and seed: of the one who follows it; both decide the chance on its start.
    heard_s: when this version of the event was first heard; what starts now starts then.
    """
    if is_cancelled(event):
        return Course(laid=(), ends_us=None, endless=False)
    outer = event.interval_period or IntervalPeriod()
    laid: list[Laid] = []
    shift_us, previous_us = 0, None
    for number, interval in enumerate(event.intervals or ()):
        own = interval.interval_period or IntervalPeriod()
        where = f"interval {interval.id}"
        chance = own.randomize_start or (outer.randomize_start if number == 0 else None)
        said_us = None if own.start is None else _instant(own.start, where)
        if number == 0:
            start_us = _first(own, outer, said_us, heard_s * SECOND_US, where)
        elif said_us is not None:
            start_us = said_us + (0 if chance else shift_us)
        elif previous_us is None:
            raise Unclear(f"{where} follows one that never ends")
        else:
            start_us = previous_us
        if chance:
            shift_us = _drawn(_span(chance, where), f"{seed}\n{name}\n{number}", where)
            start_us += shift_us
        lasts = _lasting(own, outer, event, where)
        if lasts is ENDLESS and _most_parts(interval) > 1:
            raise Unclear(f"{where} divides for ever into sub-intervals")
        end_us = None if lasts is ENDLESS else _later(start_us, lasts, where)
        if end_us is not None and end_us < start_us:
            raise Unclear(f"{where} ends before it starts")
        laid.append(Laid(interval=interval, start_us=start_us, end_us=end_us))
        previous_us = end_us
    return _bounded(tuple(laid), event)


def stretches(course: Course, from_s: int, until_s: int) -> Iterator[Stretch]:
    """The values of an event that hold at some time in [from_s, until_s), repeated and cut as it asks."""
    for laid in _repeated(course, from_s * SECOND_US, until_s * SECOND_US):
        for stretch in _parts(laid):
            begins_early = stretch.start_s < until_s
            if begins_early and (
                stretch.end_s is None or stretch.end_s > max(from_s, stretch.start_s)
            ):
                yield stretch


def too_fast(course: Course, name: str, shortest_s: int) -> Iterator[Finding]:
    """A finding when an event changes faster than OpenADR can carry."""
    for laid in course.laid:
        if laid.end_us is None or laid.end_us == laid.start_us:
            continue
        lasts_s = (laid.end_us - laid.start_us) / _most_parts(laid.interval) / SECOND_US
        if lasts_s < shortest_s:
            yield Finding(
                subject=f"event {name} interval {laid.interval.id}",
                value=f"lasts {lasts_s:g} s",
                limit=f"{shortest_s} s or more: OpenADR does not carry set-points of seconds",
                mend=f"Send them over a channel made for it: {FAST_CHANNELS}.",
            )
            return


def _first(
    own: IntervalPeriod, outer: IntervalPeriod, said_us: int | None, heard_us: int, where: str
) -> int:
    """Start of the first interval: its own, else the event's, else when it was heard if either says now."""
    if said_us is not None:
        return said_us
    if outer.start is not None:
        outer_us = _instant(outer.start, "event")
        return heard_us if outer_us is None else outer_us
    if own.start is None:
        raise Unclear(f"{where} has no start, nor has its event")
    return heard_us


def _lasting(own: IntervalPeriod, outer: IntervalPeriod, event: EventRequest, where: str) -> Span:
    """Duration of an interval: its own, else the event's default, else all of an event of one interval."""
    said = own.duration or outer.duration
    if said is None and len(event.intervals or ()) == 1:
        said = event.duration
    if said is None:
        raise Unclear(f"{where} has no duration, nor has its event")
    return _span(said, where)


def _bounded(laid: tuple[Laid, ...], event: EventRequest) -> Course:
    if event.duration is None or not laid:
        return Course(laid=laid, ends_us=None, endless=False)
    whole = span_of(event.duration)
    if whole is ENDLESS:
        return Course(laid=laid, ends_us=None, endless=True)
    begins_us = min(one.start_us for one in laid)
    return Course(laid=laid, ends_us=_later(begins_us, whole, "event"), endless=False)


def _repeated(course: Course, from_us: int, until_us: int) -> Iterator[Laid]:
    laid = course.laid
    if not laid:
        return
    begins_us = min(one.start_us for one in laid)
    ends = [one.end_us for one in laid if one.end_us is not None]
    round_us = max(ends) - begins_us if len(ends) == len(laid) else 0
    repeats = round_us > 0 and (course.endless or course.ends_us is not None)
    last_us = until_us if course.ends_us is None else min(until_us, course.ends_us)
    first_round = max(0, (from_us - begins_us) // round_us) if repeats else 0
    end_round = -((begins_us - last_us) // round_us) if repeats else 1
    for number in range(first_round, max(end_round, first_round + 1)):
        for one in laid:
            moved = _moved(one, number * round_us)
            if course.ends_us is None:
                yield moved
            elif moved.start_us < course.ends_us:
                yield replace(moved, cut_us=course.ends_us)


def _moved(laid: Laid, by_us: int) -> Laid:
    if not by_us:
        return laid
    end_us = None if laid.end_us is None else laid.end_us + by_us
    return replace(laid, start_us=laid.start_us + by_us, end_us=end_us)


def _parts(laid: Laid) -> Iterator[Stretch]:
    cut_us = laid.cut_us
    for payload in laid.interval.payloads:
        count = _part_count(payload.type, payload.values)
        if laid.end_us is None:
            yield _stretch(laid, payload.type, payload.values, laid.start_us, cut_us)
            continue
        length_us = laid.end_us - laid.start_us
        for part in range(count):
            start_us = laid.start_us + part * length_us // count
            end_us = laid.start_us + (part + 1) * length_us // count
            if cut_us is not None and start_us >= cut_us:
                break
            values = payload.values if count == 1 else payload.values[part : part + 1]
            ends_us = end_us if cut_us is None else min(end_us, cut_us)
            yield _stretch(laid, payload.type, values, start_us, ends_us)


def _stretch(
    laid: Laid, kind: str, values: tuple[Value, ...], start_us: int, end_us: int | None
) -> Stretch:
    return Stretch(
        interval=laid.interval.id,
        type=kind,
        values=values,
        start_s=whole_s(start_us),
        end_s=None if end_us is None else whole_s(end_us),
    )


def _part_count(kind: str, values: tuple[Value, ...]) -> int:
    """Sub-intervals a payload divides its interval into."""
    known = PAYLOAD_TYPES.get(kind)
    return len(values) if known is not None and known.unitary and len(values) > 1 else 1


def _most_parts(interval: Interval) -> int:
    return max((_part_count(one.type, one.values) for one in interval.payloads), default=1)


def _drawn(span: Span, seed: str, where: str) -> int:
    """A shift drawn evenly from minus to plus a duration, the same each time for one seed."""
    if span.months:
        raise Unclear(f"{where} has a range of chance in months or years")
    draw = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) / 2**64
    return round((2.0 * draw - 1.0) * abs(span.us))


def _instant(text: str, where: str) -> int | None:
    try:
        return instant_us(text)
    except ValueError as error:
        raise Unclear(f"{where} starts at {text}: {error}") from None


def _span(text: str, where: str) -> Span:
    try:
        return span_of(text)
    except ValueError as error:
        raise Unclear(f"{where}: {error}") from None


def _later(at_us: int, span: Span, where: str) -> int:
    try:
        return later(at_us, span)
    except ValueError as error:
        raise Unclear(f"{where} ends {error}") from None
