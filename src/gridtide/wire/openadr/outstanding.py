"""Which reports events ask for in a span of time, each under a name that is the same whenever it is reckoned."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gridtide.timeline import instant
from gridtide.wire.openadr.known import Heard, Known
from gridtide.wire.openadr.report_times import Due, reports_due
from gridtide.wire.openadr.values import ReportDescriptor


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One report that an event asks for. due: its intervals, one or more."""

    heard: Heard
    descriptor: ReportDescriptor
    due: Due

    @property
    def due_s(self) -> int:
        """When it is to be handed in; one for any time as soon as it can be whole."""
        if self.due.at_s is not None:
            return self.due.at_s
        return self.due.slots[-1].end_s if self.descriptor.historical else self.due.slots[0].start_s

    @property
    def name(self) -> str:
        """`reportName`: what is told of which time, and a mark of the descriptor; by it a VTN that has it is known."""
        said = json.dumps(self.descriptor.written(), sort_keys=True)
        slots = [(slot.id, slot.start_s, slot.end_s) for slot in self.due.slots]
        mark = hashlib.sha256(f"{said}\n{slots}".encode()).hexdigest()[:8]
        start, end = _at(self.due.slots[0].start_s), _at(self.due.slots[-1].end_s)
        return f"{self.descriptor.payload_type} {start} to {end} {mark}"


def asked_for(known: Known, from_s: int, until_s: int) -> list[Asked]:
    """Reports due in [from_s, until_s] that events which still stand ask for, in the order in which they are due.

    An event that is deleted, called off or changed asks no more for what it asked before.
    """
    found = [one for heard in known.events for one in _of_event(heard, from_s, until_s)]
    return sorted(found, key=lambda one: (one.due_s, one.heard.event.id, one.name))


def asked_over(course: Iterable[tuple[int, Known]], until_s: int) -> list[Asked]:
    """Reports that came due while a recording was followed, up to a second, each once, in the order they were due.

    course: what was known from each second on, in order.
    """
    known_from = list(course)
    ends_s = [since_s for since_s, _ in known_from[1:]] + [until_s + 1]
    found: dict[tuple[str, str], Asked] = {}
    for (since_s, known), end_s in zip(known_from, ends_s, strict=True):
        for one in asked_for(known, since_s, min(end_s - 1, until_s)):
            found.setdefault((one.heard.event.id, one.name), one)
    return sorted(found.values(), key=lambda one: (one.due_s, one.heard.event.id, one.name))


def _of_event(heard: Heard, from_s: int, until_s: int) -> Iterator[Asked]:
    for descriptor in heard.event.report_descriptors or ():
        for due in reports_due(heard, descriptor, until_s, from_s):
            asked = Asked(heard=heard, descriptor=descriptor, due=due)
            if due.slots and from_s <= asked.due_s <= until_s:
                yield asked


def _at(at_s: int) -> str:
    return instant(at_s).isoformat().replace("+00:00", "Z")
