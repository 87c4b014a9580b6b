"""Calls of the grid in a case: what each kind asks for, and what its table may and must say."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gridtide.case.schema import CaseFile, EventTable
from gridtide.decide.event import ALWAYS_MANDATORY, NO_LIMIT_KW, OPEN_END, Event, EventKind
from gridtide.finding import Finding

ASKS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.CAPACITY_LIMIT: ("import_max_kw",),
    EventKind.DEMAND_RESPONSE: ("reduce_kw", "import_max_kw"),
    EventKind.ORDERLY_USE: ("import_max_kw", "reduce_kw"),
    EventKind.ABSORB: ("take_kw", "import_min_kw"),
    EventKind.EXPORT_LIMIT: ("export_max_kw",),
    EventKind.SETPOINT: ("setpoint_kw", "reduce_kw", "take_kw"),
    EventKind.ALERT: (),
}
"""Keys of which a kind needs exactly one, and beside which none of the others may stand."""
POWERS = ("import_max_kw", "import_min_kw", "export_max_kw", "reduce_kw", "take_kw", "setpoint_kw")
NOT_OF_EXPORT = (
    "payment_per_mwh",
    "penalty_per_mwh",
    "recover_h",
    "ramp_max_kw_per_min",
    "baseline_kw",
)
NOT_OF_SETPOINTS = ("payment_per_mwh", "penalty_per_mwh", "recover_h", "ramp_max_kw_per_min")
OF_ORDERLY_USE = ("rank", "notice_h")


def calls_of(case: CaseFile) -> tuple[Event, ...]:
    """The calls as decisions know them; one without an issue time is known from the start."""
    return tuple(_call(event, case.case.start) for event in case.event)


def call_faults(case: CaseFile, at_rest_kw: Mapping[str, float]) -> Iterator[Finding]:
    """Everything that is wrong with any call. at_rest_kw: what each site draws with all machines parked."""
    most_kw = {site.name: site.contract.import_max_kw for site in case.site}
    for number, event in enumerate(case.event, start=1):
        key = f"event[{number}]"
        yield from _times(key, event)
        yield from _powers(key, event)
        yield from _duty(key, event)
        call = _call(event, case.case.start)
        yield from _reach(key, call, at_rest_kw.get(event.site, 0.0), most_kw.get(event.site))


def call_notes(case: CaseFile) -> Iterator[str]:
    """What no fault is and nobody means: calls beyond a connection, and calls to be declined for want of a payment."""
    most_kw = {site.name: site.contract.import_max_kw for site in case.site}
    for number, event in enumerate(case.event, start=1):
        call = _call(event, case.case.start)
        what = f"event[{number}], {call.label}"
        carried_kw = most_kw.get(event.site, NO_LIMIT_KW)
        asked_kw = max(call.reduce_kw, call.take_kw)
        if asked_kw > carried_kw:
            yield (
                f"{what}: asks for {asked_kw:,.0f} kW at a connection of {carried_kw:,.0f} kW, "
                "which no site can answer whole"
            )
        if event.import_max_kw is not None and event.import_max_kw > carried_kw:
            yield (
                f"{what}: at most {event.import_max_kw:,.0f} kW binds nobody at a connection of {carried_kw:,.0f} kW"
            )
        if call.may_be_declined and call.payment_per_mwh == 0.0:
            yield f"{what}: may be declined and pays nothing, so no policy takes it; give payment_per_mwh"


def _call(event: EventTable, start: datetime) -> Event:
    limit_kw, feed_in_kw = event.import_max_kw, event.export_max_kw
    return Event(
        site=event.site,
        start=event.start,
        end=event.end or OPEN_END,
        issued_at=event.issued_at or start,
        import_max_kw=NO_LIMIT_KW if limit_kw is None else limit_kw,
        import_min_kw=event.import_min_kw or 0.0,
        export_max_kw=NO_LIMIT_KW if feed_in_kw is None else feed_in_kw,
        kind=event.kind,
        name=event.name or "",
        reduce_kw=event.reduce_kw or 0.0,
        take_kw=event.take_kw or 0.0,
        setpoint_kw=event.setpoint_kw,
        baseline_kw=event.baseline_kw,
        mandatory=_mandatory(event),
        priority=event.priority,
        rank=event.rank,
        notice_h=event.notice_h,
        answer_by=event.answer_by,
        ramp_max_kw_per_min=event.ramp_max_kw_per_min,
        recover_h=event.recover_h,
        rebound_max_kw=event.rebound_max_kw,
        payment_per_mwh=event.payment_per_mwh,
        penalty_per_mwh=event.penalty_per_mwh,
    )


def _mandatory(event: EventTable) -> bool:
    return event.kind in ALWAYS_MANDATORY if event.mandatory is None else event.mandatory


def _times(key: str, event: EventTable) -> Iterator[Finding]:
    if event.end is not None and event.end <= event.start:
        yield _fault(
            f"{key}.end", event.end, f"after its start, {event.start}", "Give a later end."
        )
    if event.issued_at is not None and event.end is not None and event.issued_at >= event.end:
        yield _fault(
            f"{key}.issued_at",
            event.issued_at,
            f"before its end, {event.end}",
            "Give an earlier time.",
        )
    if event.answer_by is None:
        return
    if _mandatory(event) or event.kind is EventKind.ALERT:
        yield _fault(
            f"{key}.answer_by",
            event.answer_by,
            "left out of a call that asks for no answer",
            "Leave it out, or say mandatory = false.",
        )
    if event.answer_by > event.start:
        yield _fault(
            f"{key}.answer_by",
            event.answer_by,
            f"at its start, {event.start}, or before",
            "Give an earlier time.",
        )


def _powers(key: str, event: EventTable) -> Iterator[Finding]:
    """Exactly one power that the kind asks for, and none that it does not."""
    given = [name for name in POWERS if getattr(event, name) is not None]
    asks = ASKS[event.kind]
    for name in given:
        if name not in asks:
            yield _fault(
                f"{key}.{name}",
                f"{getattr(event, name):,.0f}",
                f"left out of a call of kind {event.kind}",
                f"Leave it out{_or_say(asks)}.",
            )
    own = [name for name in given if name in asks]
    if asks and len(own) != 1:
        yield _fault(
            f"{key}.{asks[0]}",
            "missing" if not own else " and ".join(own),
            f"exactly one of {', '.join(asks)} in a call of kind {event.kind}",
            "Say once how much is asked for.",
        )


def _or_say(asks: tuple[str, ...]) -> str:
    return f", or say {' or '.join(asks)} instead" if asks else ""


def _duty(key: str, event: EventTable) -> Iterator[Finding]:
    """Who must, who may, and what hangs on it."""
    mandatory = _mandatory(event)
    if event.kind in ALWAYS_MANDATORY and not mandatory:
        yield _fault(
            f"{key}.mandatory",
            "false",
            f"true in a call of kind {event.kind}",
            'Leave it out, or say kind = "demand-response".',
        )
    if event.kind in (EventKind.ABSORB, EventKind.ALERT) and mandatory:
        yield _fault(
            f"{key}.mandatory",
            "true",
            f"false in a call of kind {event.kind}: nobody can be made to draw",
            "Leave it out.",
        )
    counted = event.reduce_kw is not None and event.kind is not EventKind.SETPOINT
    if mandatory and counted and event.baseline_kw is None:
        yield _fault(
            f"{key}.baseline_kw",
            "missing",
            "the agreed power that a mandatory reduction is counted from",
            "Give it, or say import_max_kw instead of reduce_kw.",
        )
    for name in OF_ORDERLY_USE:
        if getattr(event, name) and event.kind is not EventKind.ORDERLY_USE:
            yield _fault(
                f"{key}.{name}",
                getattr(event, name),
                "left out of any call but orderly use",
                'Leave it out, or say kind = "orderly-use".',
            )
    left_out = {EventKind.EXPORT_LIMIT: NOT_OF_EXPORT, EventKind.SETPOINT: NOT_OF_SETPOINTS}
    for name in left_out.get(event.kind, ()):
        if getattr(event, name):
            yield _fault(
                f"{key}.{name}",
                getattr(event, name),
                f"left out of a call of kind {event.kind}, which holds at once and is not paid",
                "Leave it out.",
            )
    if event.setpoint_kw is not None and event.baseline_kw is not None:
        yield _fault(
            f"{key}.baseline_kw",
            f"{event.baseline_kw:,.0f}",
            "left out beside setpoint_kw, which is counted from nothing",
            "Leave it out, or say reduce_kw or take_kw.",
        )


def _reach(key: str, call: Event, at_rest_kw: float, most_kw: float | None) -> Iterator[Finding]:
    """A limit leaves what the site draws at rest; what is to be drawn fits its connection."""
    if call.limit_kw < at_rest_kw:
        yield _fault(
            f"{key}.{'import_max_kw' if call.reduce_kw == 0.0 else 'reduce_kw'}",
            f"{call.import_max_kw if call.reduce_kw == 0.0 else call.reduce_kw:,.0f}",
            f"at least {at_rest_kw:,.0f} kW, what the site draws with all machines parked"
            if call.reduce_kw == 0.0
            else f"at most {max((call.baseline_kw or 0.0) - at_rest_kw, 0.0):,.0f} kW, as the site draws "
            f"{at_rest_kw:,.0f} kW with all machines parked",
            "Change it, or correct the pools; a site that is switched off is outside this model.",
        )
    for name, asked_kw in (
        ("import_min_kw", call.import_min_kw),
        ("setpoint_kw", call.setpoint_kw or 0.0),
    ):
        if most_kw is None or asked_kw <= most_kw:
            continue
        yield _fault(
            f"{key}.{name}",
            f"{asked_kw:,.0f}",
            f"at most {most_kw:,.0f} kW, what the connection carries",
            "Lower it; a call never breaks a limit.",
        )


def _fault(subject: str, value: object, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=str(value), limit=limit, mend=mend)
