"""What a VEN knows at an instant, as one document: the contract of `gridtide ven --json`."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from gridtide.finding import Finding
from gridtide.sources.openadr.handing_in import Round
from gridtide.sources.openadr.ven import Poll
from gridtide.timeline import instant
from gridtide.wire.openadr.called import Called
from gridtide.wire.openadr.conflicts import Conflict
from gridtide.wire.openadr.holding import Curve, Holding
from gridtide.wire.openadr.house import LIMITS
from gridtide.wire.openadr.known import Heard
from gridtide.wire.openadr.reports import Report

UNITS = {"PRICE": "per kWh", "EXPORT_PRICE": "per kWh", "GHG": "g/kWh"}


def ven_document(
    address: str, poll: Poll, held: Holding, handed_in: Round | None = None
) -> dict[str, Any]:
    """Calls, curves, conflicts and what was not acted on, with the news of the last poll and what was handed in."""
    handed_in = handed_in or Round()
    return {
        "vtn": address,
        "as_of": _at(held.as_of_s),
        "until": _at(held.until_s),
        "answered": not poll.unanswered,
        "lost": held.lost,
        "calls": [_call(one) for one in held.called],
        "curves": [_curve(one) for one in held.curves],
        "conflicts": [_conflict(one) for one in held.conflicts],
        "not_acted_on": [asdict(one) for one in held.not_acted_on],
        "new": _names(poll.news.new),
        "changed": _names(poll.news.changed),
        "withdrawn": _names(poll.news.withdrawn),
        "reported": [reported(one) for one in handed_in.reports],
        "findings": [
            _finding(one) for one in (*poll.unanswered, *poll.news.faults, *handed_in.findings)
        ],
    }


def reported(report: Report) -> dict[str, Any]:
    """A report that was handed in: on which event, under which name, of which resources."""
    return {
        "id": report.id,
        "event_id": report.event_id,
        "name": report.report_name,
        "resources": [one.resource_name for one in report.resources],
    }


def _call(called: Called) -> dict[str, Any]:
    return {
        "ask": str(called.ask),
        "kw": called.kw,
        "start": _at(called.start_s),
        "end": None if called.end_s is None else _at(called.end_s),
        "payload_type": called.payload_type,
        "event": called.event,
        "event_id": called.event_id,
        "priority": called.priority,
        "mandatory": called.mandatory or called.ask in LIMITS,
        "heard_at": _at(called.issued_s),
        "text": called.text,
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "payload_type": curve.payload_type,
        "currency": curve.currency,
        "unit": UNITS[curve.payload_type],
        "pieces": [
            {
                "start": _at(piece.start_s),
                "end": None if piece.end_s is None else _at(piece.end_s),
                "value": piece.value,
                "event": piece.event,
            }
            for piece in curve.pieces
        ],
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "payload_type": conflict.what,
        "followed": conflict.followed,
        "value": conflict.value,
        "left": conflict.left,
        "other_value": conflict.other,
        "start": _at(conflict.start_s),
        "end": _at(conflict.end_s),
    }


def _names(heard: Iterable[Heard]) -> list[str]:
    return [one.name for one in heard]


def _finding(finding: Finding) -> dict[str, str]:
    return asdict(finding)


def _at(at_s: int) -> str:
    return instant(max(at_s, 0)).isoformat().replace("+00:00", "Z")
