"""From what OpenADR says to the nouns of the house: calls of the grid, and signals of price and carbon."""

import numpy as np

from gridtide.decide.event import ALWAYS_MANDATORY, NO_LIMIT_KW, OPEN_END, Event, EventKind
from gridtide.signals.signal import PRICES, Kind, Nature, Signal
from gridtide.timeline import Timeline, instant
from gridtide.units import price_per_mwh_of
from gridtide.wire.openadr.called import Ask, Called
from gridtide.wire.openadr.conflicts import rank
from gridtide.wire.openadr.holding import Curve

KINDS = {
    Ask.IMPORT_LIMIT: EventKind.CAPACITY_LIMIT,
    Ask.EXPORT_LIMIT: EventKind.EXPORT_LIMIT,
    Ask.SETPOINT: EventKind.SETPOINT,
    Ask.SETPOINT_BELOW: EventKind.SETPOINT,
    Ask.SETPOINT_ABOVE: EventKind.SETPOINT,
    Ask.REDUCTION: EventKind.DEMAND_RESPONSE,
    Ask.INCREASE: EventKind.ABSORB,
    Ask.ALERT: EventKind.ALERT,
}
"""What becomes a call of which kind."""
LIMITS = (Ask.IMPORT_LIMIT, Ask.EXPORT_LIMIT)
"""Bind whatever their program says."""
SIGNALS = {
    "PRICE": Kind.PRICE,
    "EXPORT_PRICE": Kind.EXPORT_PRICE,
    "GHG": Kind.CARBON_MARGINAL,
}
"""What becomes a signal."""


def call_of(
    called: Called, issued_s: int | None = None, baseline_kw: float | None = None
) -> Event | None:
    """What is asked as a call of the grid; None for what the house has no call for.

    issued_s: when it came to hold, else when its event was heard. baseline_kw: an agreed one. A limit binds, a
    reduction where its program binds and its baseline was agreed; a set-point is met behind limits and promises,
    whatever its program says; nobody is made to absorb.
    """
    kind = KINDS.get(called.ask)
    if kind is None:
        return None
    kw = called.kw or 0.0
    less = called.ask in (Ask.REDUCTION, Ask.SETPOINT_BELOW)
    more = called.ask in (Ask.INCREASE, Ask.SETPOINT_ABOVE)
    binds = called.mandatory and called.ask is Ask.REDUCTION and baseline_kw is not None
    from_baseline = less or called.ask is Ask.SETPOINT_ABOVE
    return Event(
        site=called.site,
        start=instant(max(called.start_s, 0)),
        end=OPEN_END if called.end_s is None else instant(called.end_s),
        issued_at=instant(called.issued_s if issued_s is None else issued_s),
        kind=kind,
        name=f"{called.event} {called.text}".strip(),
        import_max_kw=kw if called.ask is Ask.IMPORT_LIMIT else NO_LIMIT_KW,
        export_max_kw=kw if called.ask is Ask.EXPORT_LIMIT else NO_LIMIT_KW,
        reduce_kw=kw if less else 0.0,
        take_kw=kw if more else 0.0,
        setpoint_kw=kw if called.ask is Ask.SETPOINT else None,
        baseline_kw=baseline_kw if from_baseline else None,
        mandatory=kind in ALWAYS_MANDATORY or binds,
        priority=rank(called.priority),
    )


def signal_of(curve: Curve, zone: str, issued_s: int, until_s: int, source: str) -> Signal | None:
    """A curve as a signal issued at a second; None for what the house has no signal for. Gaps are unknown.

    until_s: where a value that holds for ever ends here. A price of the wire is per kWh, here per MWh.
    """
    kind = SIGNALS.get(curve.payload_type)
    if kind is None:
        return None
    edges: list[int] = []
    values: list[float] = []
    for piece in curve.pieces:
        end_s = until_s if piece.end_s is None else piece.end_s
        if edges and edges[-1] < piece.start_s:
            values.append(np.nan)
        edges += [piece.start_s] if not edges or edges[-1] < piece.start_s else []
        edges.append(end_s)
        values.append(price_per_mwh_of(piece.value) if kind in PRICES else piece.value)
    return Signal(
        kind=kind,
        zone=zone,
        timeline=Timeline(edges_s=np.asarray(edges, dtype=np.int64)),
        values=np.asarray(values),
        source=source,
        currency=curve.currency if kind in PRICES else None,
        issued_at=instant(issued_s),
        nature=Nature.SCHEDULE,
    )
