"""What a VEN knows of the events of one VTN, and how an answer, a silence or a notification changes it.

Pure: events known so far, what was heard and when, to events known now and what is new.
Source: OpenADR 3.1.1, User Guide 7 and 8.10.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gridtide.finding import Finding
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.payload_types import payload_faults
from gridtide.wire.openadr.plausible_price import price_faults
from gridtide.wire.openadr.programs import Program
from gridtide.wire.openadr.schedule import Course, Unclear, course_of, too_fast
from gridtide.wire.openadr.times import instant_us, whole_s


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An event that is followed. heard_s: when this version of it was first heard, seconds since 1970."""

    event: Event
    heard_s: int
    course: Course

    @property
    def name(self) -> str:
        """What people call it, and its id."""
        return name_of(self.event)


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that is known of one VTN.

    events: those that are followed, by id. refused: the newest version of events that cannot be followed; where an
    older version could, that one goes on. answered_s: when the VTN last told all of its events; None: never.
    outage_s: when the grid last failed; limits heard before are void. silent_since_s: first poll without an answer.
    """

    events: tuple[Heard, ...] = ()
    refused: tuple[Event, ...] = ()
    programs: tuple[Program, ...] = ()
    answered_s: int | None = None
    silent_since_s: int | None = None
    outage_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class News:
    """What one poll or notification changed: names of events, and faults of those that are not followed."""

    new: tuple[Heard, ...] = ()
    changed: tuple[Heard, ...] = ()
    withdrawn: tuple[Heard, ...] = ()
    faults: tuple[Finding, ...] = ()


def name_of(event: Event) -> str:
    """What people call an event, and its id."""
    return f"{event.event_name} ({event.id})" if event.event_name else event.id


def answered(
    known: Known,
    events: Iterable[Event],
    programs: Iterable[Program],
    now_s: int,
    agreement: Agreement,
    unread: Sequence[str] = (),
) -> tuple[Known, News]:
    """After a VTN told all of its events: what it left out is withdrawn, what it changed is read again.

    unread: ids of events that were told but could not be read; they are neither changed nor withdrawn.
    """
    told: dict[str, Event] = {}
    faults: list[Finding] = []
    for event in events:
        other = told.get(event.id)
        if other is not None and other != event:
            faults.append(_twice(event))
        if other is None or modified_us(event) > modified_us(other):
            told[event.id] = event
    refreshed = replace(
        known,
        programs=tuple(sorted(programs, key=lambda program: program.id)),
        answered_s=now_s,
        silent_since_s=None,
    )
    after, news = _taken_in(refreshed, told.values(), now_s, agreement)
    there = told.keys() | set(unread)
    withdrawn = tuple(heard for heard in after.events if heard.event.id not in there)
    staying = tuple(heard for heard in after.events if heard.event.id in there)
    refused = tuple(event for event in after.refused if event.id in there)
    return replace(after, events=staying, refused=refused), replace(
        news, withdrawn=withdrawn, faults=(*faults, *news.faults)
    )


def silent(known: Known, now_s: int) -> Known:
    """After a poll without an answer: what was heard goes on."""
    since_s = now_s if known.silent_since_s is None else known.silent_since_s
    return replace(known, silent_since_s=since_s)


def notified(
    known: Known, event: Event, deleted: bool, now_s: int, agreement: Agreement
) -> tuple[Known, News]:
    """After one event was said to be made, changed or deleted."""
    if not deleted:
        return _taken_in(known, [event], now_s, agreement)
    gone = tuple(heard for heard in known.events if heard.event.id == event.id)
    left = tuple(heard for heard in known.events if heard.event.id != event.id)
    refused = tuple(one for one in known.refused if one.id != event.id)
    return replace(known, events=left, refused=refused), News(withdrawn=gone)


def after_outage(known: Known, now_s: int) -> Known:
    """After the grid failed and came back: limits heard before are void until they are told again."""
    return replace(known, outage_s=now_s)


def faults_of(event: Event, name: str, course: Course, agreement: Agreement) -> Iterator[Finding]:
    """Why an event whose times are clear cannot be followed: values out of their limits, or changes too fast."""
    for laid in course.laid:
        where = f"event {name} interval {laid.interval.id}"
        for payload in laid.interval.payloads:
            yield from payload_faults(payload, where, agreement.most_kw)
    yield from price_faults(event, name, course, agreement)
    yield from too_fast(course, name, agreement.shortest_s)


def modified_us(event: Event) -> int:
    """When an event was last changed, microseconds since 1970; the sign for now counts as never."""
    at_us = instant_us(event.modification_date_time)
    return -(2**63) if at_us is None else at_us


def _taken_in(
    known: Known, told: Iterable[Event], now_s: int, agreement: Agreement
) -> tuple[Known, News]:
    """Each event that is new or says something else is read; one that cannot be followed changes nothing."""
    followed = {heard.event.id: heard for heard in known.events}
    refused = {event.id: event for event in known.refused}
    new: list[Heard] = []
    changed: list[Heard] = []
    faults: list[Finding] = []
    for event in sorted(told, key=lambda event: event.id):
        before = followed.get(event.id)
        if refused.get(event.id) == event or (before is not None and before.event == event):
            continue
        if before is not None and modified_us(event) < modified_us(before.event):
            faults.append(_replayed(event, before.event))
            continue
        heard, found = _read(event, now_s, agreement)
        faults += found
        if heard is None:
            refused[event.id] = event
            continue
        refused.pop(event.id, None)
        followed[event.id] = heard
        (new if before is None else changed).append(heard)
    events = tuple(followed[key] for key in sorted(followed))
    after = replace(known, events=events, refused=tuple(refused[key] for key in sorted(refused)))
    return after, News(new=tuple(new), changed=tuple(changed), faults=tuple(faults))


def _read(event: Event, now_s: int, agreement: Agreement) -> tuple[Heard | None, Sequence[Finding]]:
    name = name_of(event)
    try:
        course = course_of(event, event.id, now_s, agreement.seed)
    except Unclear as error:
        return None, [
            Finding(
                subject=f"event {name}",
                value=str(error),
                limit="a start and a duration for each interval",
                mend="It was not acted on; ask the operator to send it again.",
            )
        ]
    faults = tuple(faults_of(event, name, course, agreement))
    if faults:
        return None, faults
    return Heard(event=event, heard_s=now_s, course=course), ()


def _twice(event: Event) -> Finding:
    return Finding(
        subject=f"event {name_of(event)}",
        value="was told twice in one answer, in different words",
        limit="each event once",
        mend="The version changed last is followed; tell the operator.",
    )


def _replayed(event: Event, known: Event) -> Finding:
    at_s = whole_s(modified_us(known))
    return Finding(
        subject=f"event {name_of(event)}",
        value=f"a version of {event.modification_date_time}, older than the one known",
        limit=f"changed at {known.modification_date_time} or later ({at_s} s since 1970)",
        mend="It was not acted on: an old version came again.",
    )
