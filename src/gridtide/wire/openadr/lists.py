"""From the two lists that a VTN tells, programs and events, to what is known after them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gridtide.finding import BadInput, Finding
from gridtide.wire.openadr.agreement import Agreement, term_faults
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.known import Known, News, answered
from gridtide.wire.openadr.programs import Program
from gridtide.wire.openadr.reading import read_plain


@dataclass(frozen=True, kw_only=True)
class Told:
    """Programs taken part in and their events; unread: ids of events that cannot be read, and faults: why."""

    programs: tuple[Program, ...]
    events: tuple[Event, ...]
    unread: tuple[str, ...]
    faults: tuple[Finding, ...]


def told_in_lists(
    programs: Sequence[object], events: Sequence[object], taken_part_in: Sequence[str] = ()
) -> Told:
    """What two lists of JSON values say. taken_part_in: names of programs; none: all of them."""
    faults: list[Finding] = []
    unread: list[str] = []
    mine: list[Program] = []
    asked: list[Event] = []
    for one in programs:
        try:
            program = read_plain(Program, one, "program")
        except BadInput as error:
            faults += error.findings
            continue
        if not taken_part_in or program.program_name in taken_part_in:
            mine.append(program)
    ids = {program.id for program in mine}
    for one in events:
        try:
            event = read_plain(Event, one, "event")
        except BadInput as error:
            said = one.get("id") if isinstance(one, dict) else None
            unread += [said] if isinstance(said, str) else []
            faults += error.findings
            continue
        if not taken_part_in or event.program_id in ids:
            asked.append(event)
    return Told(
        programs=tuple(mine), events=tuple(asked), unread=tuple(unread), faults=tuple(faults)
    )


def taken_in(known: Known, told: Told, now_s: int, agreement: Agreement) -> tuple[Known, News]:
    """What is known after an answer, and what it changed; terms of a program are checked when it is new."""
    after, news = answered(known, told.events, told.programs, now_s, agreement, unread=told.unread)
    fresh = [program for program in told.programs if program not in known.programs]
    terms = [fault for program in fresh for fault in term_faults(program)]
    return after, replace(news, faults=(*told.faults, *terms, *news.faults))
