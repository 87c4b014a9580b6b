"""What became of calls of the grid: answered, delivered, paid, owed."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gridtide.decide.event import OPEN_END, Event, EventKind
from gridtide.decide.limits import beyond_limits, in_conflict
from gridtide.settle.setpoints import HeldSetpoint
from gridtide.simulate.calls import NONE, CallRow
from gridtide.simulate.compare import Comparison
from gridtide.simulate.settlement import Settlement

BESIDE = ("asked_kwh", "agreed_kwh", "delivered_kwh")
"""What is counted beside a baseline, and unknown without one."""


def calls_of(settlement: Settlement) -> list[dict[str, Any]]:
    """One object a call: what it asked, how it was answered and why, and what it came to; keys are a contract."""
    return [_call(row) for row in settlement.calls]


def calls_said(comparison: Comparison) -> Iterator[str]:
    """One sentence a call and policy, and one of each pair of limits in conflict; none without calls."""
    currency = comparison.study.currency
    for item in comparison.settlements:
        for row in item.calls:
            yield _said(row, item.policy, currency)
    for event in comparison.study.events:
        if event.kind is EventKind.ALERT:
            begins = event.start.isoformat()
            yield f"{event.label}: a warning at {event.site} from {begins} on, which asks for nothing."
    yield from in_conflict(comparison.study.events)
    yield from beyond_limits(comparison.study.events)


def setpoints_said(events: Iterable[Event]) -> Iterator[str]:
    """What each set-point asks for, of whom and when, and what stands against it, each in a sentence."""
    known = tuple(events)
    for event in known:
        if event.kind is EventKind.SETPOINT:
            until = _end(event.end) or "it is taken back"
            begins = event.start.isoformat()
            yield f"{event.label}: {event.site} {asked_words(event)} from {begins} until {until}"
    yield from beyond_limits(known)


def _call(row: CallRow) -> dict[str, Any]:
    event, settled = row.event, row.settled
    return {
        "call": event.label,
        "kind": str(event.kind),
        "site": event.site,
        "issued_at": event.issued_at.isoformat(),
        "start": event.start.isoformat(),
        "end": _end(event.end),
        "mandatory": event.mandatory,
        "rank": event.rank,
        "agreed_share": row.share,
        "reason": row.reason,
        "cost_per_mwh": None if math.isnan(row.cost_per_mwh) else row.cost_per_mwh,
        "baseline": row.baseline,
        "performance": settled.performance,
        **asdict(settled),
        **(dict.fromkeys(BESIDE) if row.baseline == NONE else {}),
        "missed_by_cause": {cause.name.lower(): count for cause, count in row.missed},
        **({"asks": asked_words(event), "off": asdict(row.held)} if row.held else {}),
    }


def _end(end: datetime) -> str | None:
    return None if end == OPEN_END else end.isoformat()


def _said(row: CallRow, policy: str, currency: str) -> str:
    settled, event = row.settled, row.event
    words = [f"{event.label}, {policy}: {row.reason}"]
    if settled.in_band is not None:
        words.append(_delivered(event, row))
    if row.held is not None:
        words.append(off_words(row.held))
    elif event.mandatory:
        words.append(f"{settled.above_limit_kwh:,.1f} kWh above the limit")
    if settled.payment or settled.penalty:
        words.append(f"paid {settled.payment:,.2f}, owed {settled.penalty:,.2f} {currency}")
    if event.recover_h > 0.0 and row.share > 0.0:
        words.append(f"rebound {settled.rebound_kw:,.1f} kW")
    if row.missed:
        missed = ", ".join(f"{count:,} {cause.name.lower()}" for cause, count in row.missed)
        words.append(f"promises missed: {missed}")
    return "; ".join(words) + "."


def asked_words(event: Event) -> str:
    """What a set-point asks for, in words."""
    if event.setpoint_kw is not None:
        return f"draws {event.setpoint_kw:,.0f} kW"
    if event.take_kw:
        return f"draws {event.take_kw:,.0f} kW more than its baseline"
    return f"draws {event.reduce_kw:,.0f} kW less than its baseline"


def off_words(held: HeldSetpoint) -> str:
    """How far off a set-point was, on which side and for how long, in a line."""
    if held.mean_off_kw is None:
        return "it never held"
    words = [f"{held.mean_off_kw:,.1f} kW off on the mean of {held.asked_min:,.0f} min"]
    for side, minutes, most_kw in (
        ("above", held.above_min, held.most_above_kw),
        ("below", held.below_min, held.most_below_kw),
    ):
        if minutes:
            words.append(f"{side} for {minutes:,.0f} min, by {most_kw:,.1f} kW at most")
    if held.limited_min:
        words.append(f"a limit left less for {held.limited_min:,.0f} min")
    elif held.below_min == held.asked_min:
        words.append("the work, stores and supply there drew no more")
    return ", ".join(words)


def _delivered(event: Event, row: CallRow) -> str:
    settled = row.settled
    assert settled.performance is not None and settled.in_band is not None
    return (
        f"{settled.delivered_kwh:,.1f} of {settled.agreed_kwh:,.1f} kWh ({settled.performance:.3f}), "
        f"{100 * settled.in_band:.0f} % of the time in the band, against {row.baseline}"
    )
