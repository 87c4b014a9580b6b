"""When is an event over? By the time rules of the wire; what is not clear is never over."""

from datetime import datetime, timedelta

from gridtide.doors.openadr_vtn.kinds import Json
from gridtide.timeline import EPOCH
from gridtide.wire.openadr.events import EventRequest
from gridtide.wire.openadr.schedule import Course, Unclear, course_of, is_cancelled
from gridtide.wire.openadr.times import ENDLESS, SECOND_US, instant_us, later, span_of


def over_at(event: Json) -> datetime | None:
    """From when on nothing of an event holds any more, for whoever follows it; None when that never comes or is not
    clear. What starts now starts when the event was last written, and chance on a start is counted in full."""
    asked = EventRequest.model_validate(event)
    certain = EventRequest.model_validate(_without_chance(event))
    heard_us = instant_us(event["modificationDateTime"]) or 0
    if is_cancelled(asked):
        return EPOCH
    try:
        course = course_of(certain, event["id"], heard_us // SECOND_US, "")
        end_us = _end_us(course) if course.laid else _end_of_one_span_us(asked, heard_us)
        return None if end_us is None else _instant(end_us + _most_chance_us(asked))
    except (Unclear, ValueError, OverflowError):
        return None


def _end_us(course: Course) -> int | None:
    if course.endless:
        return None
    if course.ends_us is not None:
        return course.ends_us
    ends = [one.end_us for one in course.laid if one.end_us is not None]
    return max(ends) if len(ends) == len(course.laid) else None


def _end_of_one_span_us(event: EventRequest, heard_us: int) -> int | None:
    """The end of an event without intervals: its own duration, or that of its period."""
    period = event.interval_period
    said = event.duration or (period.duration if period else None)
    if said is None or span_of(said) is ENDLESS:
        return None
    start_us = instant_us(period.start) if period and period.start else None
    return later(heard_us if start_us is None else start_us, span_of(said))


def _without_chance(event: Json) -> Json:
    intervals = [
        {**one, "intervalPeriod": _certain(one["intervalPeriod"])}
        if "intervalPeriod" in one
        else one
        for one in event.get("intervals", ())
    ]
    outer = (
        {"intervalPeriod": _certain(event["intervalPeriod"])} if "intervalPeriod" in event else {}
    )
    return {**event, **outer, **({"intervals": intervals} if "intervals" in event else {})}


def _certain(period: Json) -> Json:
    return {key: value for key, value in period.items() if key != "randomizeStart"}


def _most_chance_us(event: EventRequest) -> int:
    periods = [event.interval_period, *(one.interval_period for one in event.intervals or ())]
    spans = [span_of(one.randomize_start) for one in periods if one and one.randomize_start]
    return max((abs(span.us) for span in spans), default=0)


def _instant(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)
