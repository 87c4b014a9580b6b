"""The line between who may not touch accelerators and the small process that may: one JSON object a line, each way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridtide.finding import BadInput, Finding, Gathered
from gridtide.fleet.act import Act
from gridtide.fleet.site_act import SiteAct
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.wire.acts import act_json, act_of, outcome_of, ticket_of
from gridtide.wire.nouns import noun_of, plain

LINE_MAX = 4_096
"""Bytes of a request; whoever sends longer ones is hung up on."""
ANSWER_MAX = 2**20


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a client wants: an act by a ticket, or, without both, what is so."""

    ticket: Ticket | None = None
    act: Act | None = None


@dataclass(frozen=True, kw_only=True)
class UnitReading:
    """A board as the process sees it; what it does not know is None, and then `fault` says why.

    floor_kw, ceiling_kw: between which it may be capped; rest_kw: the limit it goes back to. cap_kw, clock_max_mhz:
    what is leased, each until when. method: how power is measured.
    """

    unit: str
    name: str | None
    method: str
    measured_at: datetime
    power_kw: float | None
    limit_kw: float | None
    rest_kw: float | None
    floor_kw: float
    ceiling_kw: float
    cap_kw: float | None = None
    cap_until: datetime | None = None
    clock_max_mhz: float | None = None
    clock_until: datetime | None = None
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back: boards, or what came of an act, or why nothing did."""

    units: tuple[UnitReading, ...] = ()
    outcome: Outcome | None = None
    refused: str | None = None


def ask_line(ask: Ask) -> bytes:
    """A request as a line."""
    if ask.ticket is None or ask.act is None:
        return _line({"do": "read"})
    return _line({"do": "act", "ticket": plain(ask.ticket), "act": act_json(ask.act)})


def ask_of(line: bytes) -> Ask:
    """The request that a line is. Raises BadInput."""
    value = _object(line, "request")
    if value == {"do": "read"}:
        return Ask()
    if set(value) != {"do", "ticket", "act"} or value["do"] != "act":
        limit = 'either {"do": "read"}, or do "act" with ticket and act'
        raise BadInput([_finding("request", sorted(map(str, value)), limit)])
    faults = Gathered()
    ticket = faults.of(lambda: ticket_of(value["ticket"]))
    act = faults.of(lambda: act_of(value["act"]))
    faults.refuse_if_any()
    if isinstance(act, SiteAct):
        raise BadInput([_finding("act", type(act).__name__, "an act on a board")])
    return Ask(ticket=ticket, act=act)


def answer_line(answer: Answer) -> bytes:
    """An answer as a line."""
    if answer.refused is not None:
        return _line({"refused": answer.refused})
    if answer.outcome is not None:
        return _line({"outcome": plain(answer.outcome)})
    return _line({"units": [plain(unit) for unit in answer.units]})


def answer_of(line: bytes) -> Answer:
    """The answer that a line is. Raises BadInput."""
    value = _object(line, "answer")
    if isinstance(value.get("refused"), str):
        return Answer(refused=str(value["refused"])[:2_000])
    if "outcome" in value:
        return Answer(outcome=outcome_of(value["outcome"]))
    units = value.get("units")
    if not isinstance(units, list):
        raise BadInput([_finding("answer", sorted(value), "units, outcome or refused")])
    return Answer(units=tuple(noun_of(UnitReading, unit, "unit") for unit in units))


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _object(line: bytes, subject: str) -> dict[str, object]:
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise BadInput([_finding(subject, line[:80], "a line of JSON")]) from None
    if not isinstance(value, dict):
        raise BadInput([_finding(subject, line[:80], "an object of JSON")])
    return value


def _finding(subject: str, value: object, limit: str) -> Finding:
    return Finding(subject=subject, value=str(value)[:80], limit=limit, mend="Ask again, mended.")
