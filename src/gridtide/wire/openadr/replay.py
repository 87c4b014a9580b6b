"""A recording followed from its first line to its last: which signals and calls were known when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gridtide.decide.event import Event
from gridtide.finding import Finding
from gridtide.signals.signal import Signal
from gridtide.timeline import instant
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.called import Called, NotActedOn
from gridtide.wire.openadr.conflicts import Conflict
from gridtide.wire.openadr.events import Event as WireEvent
from gridtide.wire.openadr.holding import Curve, Holding, holding
from gridtide.wire.openadr.house import call_of, signal_of
from gridtide.wire.openadr.known import Known, News, after_outage, notified, silent
from gridtide.wire.openadr.lists import Told, taken_in, told_in_lists
from gridtide.wire.openadr.reading import read_plain
from gridtide.wire.openadr.recording import Line


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What a recording brings: signals and calls with the instants of their issue, and what was noticed on the way.

    payload_types: of each call, as the wire had it.
    A curve that changed is a signal of its own with a later issue; a call that changed was taken back and made anew.
    """

    signals: tuple[Signal, ...]
    calls: tuple[Event, ...]
    payload_types: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    not_acted_on: tuple[NotActedOn, ...]
    faults: tuple[Finding, ...]
    silent_lines: int


def replayed(
    lines: Sequence[Line],
    agreement: Agreement,
    until_s: int,
    source: str,
    taken_part_in: Sequence[str] = (),
) -> Replayed:
    """Follow a recording. Raises BadInput for a notification that holds no event.

    until_s: where open ends end. taken_part_in: names of programs; none: all."""
    standing: tuple[_Standing, ...] = ()
    curves: tuple[Curve, ...] = ()
    signals: list[Signal] = []
    over: list[_Standing] = []
    conflicts: list[Conflict] = []
    not_acted_on: list[NotActedOn] = []
    faults: list[Finding] = []
    for line, known, news in followed(lines, agreement, taken_part_in):
        found = holding(known, agreement, line.heard_s, until_s)
        standing, taken_back = _calls(standing, found, agreement)
        over += taken_back
        signals += _issued(curves, found, agreement.zone, source)
        curves = found.curves
        conflicts += found.conflicts
        not_acted_on += found.not_acted_on
        faults += news.faults
    heard = sorted(
        (*over, *standing), key=lambda one: (one.call.issued_at, one.call.start, one.call.name)
    )
    return Replayed(
        signals=tuple(signals),
        calls=tuple(one.call for one in heard),
        payload_types=tuple(one.called.payload_type for one in heard),
        conflicts=tuple(dict.fromkeys(conflicts)),
        not_acted_on=tuple(dict.fromkeys(not_acted_on)),
        faults=tuple(dict.fromkeys(faults)),
        silent_lines=sum(line.unanswered is not None for line in lines),
    )


def followed(
    lines: Sequence[Line], agreement: Agreement, taken_part_in: Sequence[str] = ()
) -> Iterator[tuple[Line, Known, News]]:
    """What is known after each line that may have changed it, and what was new. Raises BadInput as `replayed`."""
    known = Known()
    told = Told(programs=(), events=(), unread=(), faults=())
    is_settled = False
    for line in lines:
        if line.events is not None:
            told = told_in_lists(line.programs or (), line.events, taken_part_in)
        if line.unchanged and is_settled:
            known = replace(known, answered_s=line.heard_s)
            continue
        is_settled = line.unchanged or line.events is not None
        known, news = _heard(known, line, told, agreement, taken_part_in)
        yield line, known, news


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """A call that stands, as it was last read and as it was made."""

    called: Called
    call: Event


def _heard(
    known: Known, line: Line, told: Told, agreement: Agreement, taken_part_in: Sequence[str]
) -> tuple[Known, News]:
    """What is known after a line. told: the last whole answer, which a line without change says again."""
    if line.unanswered is not None:
        return silent(known, line.heard_s), News()
    if line.grid_outage:
        return after_outage(known, line.heard_s), News()
    if line.notification is None:
        return taken_in(known, told, line.heard_s, agreement)
    if line.notification.object_type != "EVENT":
        return known, News()
    event = read_plain(WireEvent, line.notification.object, f"notification at {line.heard_at}")
    if taken_part_in and event.program_id not in {program.id for program in known.programs}:
        return known, News()
    deleted = line.notification.operation == "DELETE"
    return notified(known, event, deleted, line.heard_s, agreement)


def _calls(
    standing: Sequence[_Standing], found: Holding, agreement: Agreement
) -> tuple[tuple[_Standing, ...], list[_Standing]]:
    """Calls that stand after a line, and those that are over: taken back now, or ended by themselves."""
    now_s = found.as_of_s
    before = {_same(one.called, now_s): one for one in standing}
    still: list[_Standing] = []
    for called in found.called:
        known = before.pop(_same(called, now_s), None)
        call = known.call if known else call_of(called, now_s, agreement.baseline_kw)
        if call is not None:
            still.append(_Standing(called=called, call=call))
    now = instant(now_s)
    over = [
        replace(one, call=replace(one.call, taken_back_at=now)) if one.call.end > now else one
        for one in before.values()
    ]
    return tuple(still), over


def _same(called: Called, now_s: int) -> Called:
    """What makes two readings of a call the same: all but when it was heard, and, once it runs, its start."""
    return replace(called, issued_s=0, start_s=max(called.start_s, now_s))


def _issued(before: Sequence[Curve], found: Holding, zone: str, source: str) -> Iterator[Signal]:
    """A signal for each curve that says something else from now on than before."""
    known = {(one.payload_type, one.currency): _from(one, found.as_of_s) for one in before}
    for curve in found.curves:
        if known.get((curve.payload_type, curve.currency)) == _from(curve, found.as_of_s):
            continue
        signal = signal_of(curve, zone, found.as_of_s, found.until_s, source)
        if signal is not None:
            yield signal


def _from(curve: Curve, at_s: int) -> list[tuple[float, int, int | None]]:
    """Value, start and end of what a curve says from an instant on."""
    return [
        (piece.value, max(piece.start_s, at_s), piece.end_s)
        for piece in curve.pieces
        if piece.end_s is None or piece.end_s > at_s
    ]
