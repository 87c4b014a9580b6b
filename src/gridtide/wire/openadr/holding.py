"""What holds now and until when: limits, set-points, reductions, alerts and curves of all events together."""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from gridtide.wire.openadr.agreement import Agreement, Terms, terms_of
from gridtide.wire.openadr.called import Ask, Called, NotActedOn
from gridtide.wire.openadr.conflicts import Claim, Conflict, settled
from gridtide.wire.openadr.known import Heard, Known
from gridtide.wire.openadr.meaning import meant
from gridtide.wire.openadr.programs import Program
from gridtide.wire.openadr.schedule import Stretch, stretches
from gridtide.wire.openadr.units_said import PRICE_TYPES, currency_of, unit_trouble

Stricter = Callable[[float, float], bool]
LIMIT, SUBSCRIPTION = "IMPORT_CAPACITY_LIMIT", "IMPORT_CAPACITY_SUBSCRIPTION"
FEED_IN, FEED_IN_SUBSCRIPTION = "EXPORT_CAPACITY_LIMIT", "EXPORT_CAPACITY_SUBSCRIPTION"
CAPACITIES = (LIMIT, SUBSCRIPTION, FEED_IN, FEED_IN_SUBSCRIPTION)
DEFAULT = "program default"
STRICTER: dict[str, Stricter] = {
    "PRICE": operator.gt,
    "EXPORT_PRICE": operator.lt,
    "GHG": operator.gt,
    LIMIT: operator.lt,
    SUBSCRIPTION: operator.lt,
    FEED_IN: operator.lt,
    FEED_IN_SUBSCRIPTION: operator.lt,
    "DISPATCH_SETPOINT": operator.lt,
    "DISPATCH_SETPOINT_RELATIVE": operator.gt,
    "SIMPLE": operator.gt,
    "CONTROL_LEVEL_OFFSET": operator.gt,
    "CONTROL_LEVEL_OFFSET_PERCENT": operator.gt,
}
"""Of each type, which of two values asks for more of a site; the order in which types are told."""
CURVES = ("PRICE", "EXPORT_PRICE", "GHG")
ASKS = {"DISPATCH_SETPOINT": Ask.SETPOINT, "DISPATCH_SETPOINT_RELATIVE": Ask.SETPOINT_BELOW}
"""What types ask for that mean a power, neither more nor less; what another type asks for is a reduction."""
OPPOSITE = {Ask.SETPOINT_BELOW: Ask.SETPOINT_ABOVE, Ask.REDUCTION: Ask.INCREASE}
"""What a value below 0 asks for."""
AT_NOTHING = tuple(ASKS.values())
"""Of these 0 kW asks for something too: to draw nothing, to draw what is usual."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A price or a carbon intensity as it was told: pieces in order, in the unit of the wire. currency: of a price."""

    payload_type: str
    currency: str | None
    pieces: tuple[Claim, ...]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """All that holds in [as_of_s, until_s). lost: nobody has answered for so long that fallbacks hold."""

    as_of_s: int
    until_s: int
    called: tuple[Called, ...]
    curves: tuple[Curve, ...]
    conflicts: tuple[Conflict, ...]
    not_acted_on: tuple[NotActedOn, ...]
    lost: bool


@dataclass(frozen=True, kw_only=True)
class _Gathered:
    """Claims by payload type and currency, and what beside them was heard."""

    claims: dict[tuple[str, str | None], list[Claim]]
    alerts: list[Called]
    not_acted_on: list[NotActedOn]


def holding(known: Known, agreement: Agreement, now_s: int, until_s: int) -> Holding:
    """What all events together ask for from now until a later second."""
    found = _gathered(known, agreement, now_s, until_s)
    conflicts: list[Conflict] = []
    pieces: dict[tuple[str, str | None], tuple[Claim, ...]] = {}
    for key in sorted(found.claims, key=lambda key: (list(STRICTER).index(key[0]), key[1] or "")):
        kind = key[0]
        pieces[key], open_ones = settled(found.claims[key], kind, STRICTER[kind], now_s, until_s)
        conflicts += open_ones
    curves = tuple(
        Curve(payload_type=kind, currency=currency, pieces=held)
        for (kind, currency), held in pieces.items()
        if kind in CURVES and held
    )
    lost = is_lost(known, agreement, now_s)
    called = [*_limits(known, agreement, pieces, now_s, until_s, lost)]
    called += _export_limits(known, agreement, pieces, now_s, until_s)
    for (kind, _), held in pieces.items():
        called += _asked(kind, held, known, agreement)
    called += found.alerts
    return Holding(
        as_of_s=now_s,
        until_s=until_s,
        called=tuple(sorted(called, key=lambda one: (one.start_s, one.ask, one.event_id))),
        curves=curves,
        conflicts=tuple(conflicts),
        not_acted_on=tuple(dict.fromkeys(found.not_acted_on)),
        lost=lost,
    )


def is_lost(known: Known, agreement: Agreement, now_s: int) -> bool:
    """Whether nobody has answered for longer than was agreed."""
    if known.silent_since_s is None:
        return False
    since_s = known.silent_since_s if known.answered_s is None else known.answered_s
    return now_s - since_s >= agreement.lost_after_s


def _gathered(known: Known, agreement: Agreement, now_s: int, until_s: int) -> _Gathered:
    found = _Gathered(claims={}, alerts=[], not_acted_on=[])
    programs = {program.id: program for program in known.programs}
    for heard in known.events:
        program = programs.get(heard.event.program_id)
        terms = terms_of(program, agreement)
        for stretch in stretches(heard.course, now_s, until_s):
            if stretch.type.startswith("ALERT_") or stretch.type in agreement.peak_types:
                if stretch.values[0] != 0:
                    found.alerts.append(_alert(heard, stretch, terms, agreement))
            elif not _is_void(known, heard, stretch):
                _claim(found, heard, program, stretch, terms, agreement)
    return found


def _claim(
    found: _Gathered,
    heard: Heard,
    program: Program | None,
    stretch: Stretch,
    terms: Terms,
    agreement: Agreement,
) -> None:
    asks = meant(stretch, terms, agreement)
    why = asks.why_not or unit_trouble(heard.event, program, stretch.type, agreement)
    if asks.value is None or why:
        found.not_acted_on.append(NotActedOn(event=heard.name, payload_type=stretch.type, why=why))
        return
    is_price = stretch.type in PRICE_TYPES
    currency = currency_of(heard.event, program, stretch.type, agreement) if is_price else None
    found.claims.setdefault((stretch.type, currency), []).append(
        Claim(
            event=heard.name,
            event_id=heard.event.id,
            priority=heard.event.priority,
            value=asks.value,
            start_s=stretch.start_s,
            end_s=stretch.end_s,
        )
    )


def _is_void(known: Known, heard: Heard, stretch: Stretch) -> bool:
    """Whether a limit was heard before the grid failed."""
    outage_s = known.outage_s
    return stretch.type in (LIMIT, FEED_IN) and outage_s is not None and heard.heard_s <= outage_s


def _asked(
    kind: str, held: Sequence[Claim], known: Known, agreement: Agreement
) -> Iterator[Called]:
    if kind in CURVES or kind in CAPACITIES:
        return
    for claim in held:
        ask = ASKS.get(kind, Ask.REDUCTION)
        ask = OPPOSITE[ask] if claim.value < 0 else ask
        if claim.value != 0 or ask in AT_NOTHING:
            yield _called(ask, kind, claim, abs(claim.value), known, agreement)


def _limits(
    known: Known,
    agreement: Agreement,
    pieces: dict[tuple[str, str | None], tuple[Claim, ...]],
    now_s: int,
    until_s: int,
    lost: bool,
) -> Iterator[Called]:
    """Import limits: those that were told, between them the subscription, and in a loss what is most careful."""
    told, subscribed = pieces.get((LIMIT, None), ()), pieces.get((SUBSCRIPTION, None), ())
    for claim in told:
        yield _called(Ask.IMPORT_LIMIT, LIMIT, claim, claim.value, known, agreement)
    careful = agreement.default_import_kw if _fell_back(known, lost) else None
    for start_s, end_s in _gaps(told, now_s, until_s):
        for claim in _clipped(subscribed, start_s, end_s, until_s):
            if careful is None or claim.value <= careful:
                yield _called(Ask.IMPORT_LIMIT, SUBSCRIPTION, claim, claim.value, known, agreement)
            else:
                yield _default(agreement, careful, claim.start_s, claim.end_s, now_s)
        if careful is not None:
            for from_s, to_s in _gaps(subscribed, start_s, end_s):
                yield _default(agreement, careful, from_s, None if to_s == until_s else to_s, now_s)


def _export_limits(
    known: Known,
    agreement: Agreement,
    pieces: dict[tuple[str, str | None], tuple[Claim, ...]],
    now_s: int,
    until_s: int,
) -> Iterator[Called]:
    """Export limits: those that were told, and between them the subscription; one below 0 lets nothing be fed in."""
    told, subscribed = pieces.get((FEED_IN, None), ()), pieces.get((FEED_IN_SUBSCRIPTION, None), ())
    for claim in told:
        yield _called(Ask.EXPORT_LIMIT, FEED_IN, claim, claim.value, known, agreement)
    for start_s, end_s in _gaps(told, now_s, until_s):
        for claim in _clipped(subscribed, start_s, end_s, until_s):
            kw = max(claim.value, 0.0)
            yield _called(Ask.EXPORT_LIMIT, FEED_IN_SUBSCRIPTION, claim, kw, known, agreement)


def _fell_back(known: Known, lost: bool) -> bool:
    """Whether limits were told before and nobody, or nothing since the grid failed, tells any now."""
    ever = any(
        payload.type == LIMIT
        for heard in known.events
        for laid in heard.course.laid
        for payload in laid.interval.payloads
    )
    fresh = known.outage_s is None or (
        known.answered_s is not None and known.answered_s > known.outage_s
    )
    return ever and (lost or not fresh)


def _gaps(pieces: Sequence[Claim], from_s: int, until_s: int) -> Iterator[tuple[int, int]]:
    """Spans of [from_s, until_s) that no piece covers; pieces are in order."""
    at_s = from_s
    for piece in pieces:
        if piece.start_s > at_s and piece.start_s < until_s:
            yield at_s, piece.start_s
        at_s = max(at_s, until_s if piece.end_s is None else piece.end_s)
    if at_s < until_s:
        yield at_s, until_s


def _clipped(pieces: Sequence[Claim], start_s: int, end_s: int, until_s: int) -> Iterator[Claim]:
    for piece in pieces:
        begins = max(piece.start_s, start_s)
        ends = piece.end_s if end_s == until_s else min(end_s, piece.end_s or end_s)
        if begins < end_s and (ends is None or ends > begins):
            yield replace(piece, start_s=begins, end_s=ends)


def _called(
    ask: Ask, kind: str, claim: Claim, kw: float, known: Known, agreement: Agreement
) -> Called:
    heard = next(one for one in known.events if one.event.id == claim.event_id)
    program = next((one for one in known.programs if one.id == heard.event.program_id), None)
    return Called(
        ask=ask,
        site=agreement.site,
        start_s=claim.start_s,
        end_s=claim.end_s,
        kw=kw,
        payload_type=kind,
        event=claim.event,
        event_id=claim.event_id,
        priority=claim.priority,
        mandatory=terms_of(program, agreement).is_binding,
        issued_s=heard.heard_s,
    )


def _default(
    agreement: Agreement, kw: float, start_s: int, end_s: int | None, now_s: int
) -> Called:
    return Called(
        ask=Ask.IMPORT_LIMIT,
        site=agreement.site,
        start_s=start_s,
        end_s=end_s,
        kw=kw,
        payload_type=DEFAULT,
        event=DEFAULT,
        event_id="",
        priority=None,
        mandatory=False,
        issued_s=now_s,
    )


def _alert(heard: Heard, stretch: Stretch, terms: Terms, agreement: Agreement) -> Called:
    return Called(
        ask=Ask.ALERT,
        site=agreement.site,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        kw=None,
        payload_type=stretch.type,
        event=heard.name,
        event_id=heard.event.id,
        priority=heard.event.priority,
        mandatory=terms.is_binding,
        issued_s=heard.heard_s,
        text=str(stretch.values[0])
        if isinstance(stretch.values[0], str)
        else f"level {stretch.values[0]}",
    )
