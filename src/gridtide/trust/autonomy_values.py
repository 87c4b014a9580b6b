"""Autonomy as plain values and back: what a store keeps of it and what doors show."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gridtide.finding import BadInput, Finding
from gridtide.trust.envelope import Envelope, changed, spelled
from gridtide.trust.modes import Autonomy, Mode, Request, Thaw, ToEnvelope, ToMode

NOTHING = Envelope()


def values_of(autonomy: Autonomy) -> dict[str, Any]:
    """Text, numbers, lists and tables; instants in ISO 8601 with offset."""
    ends_at = autonomy.ends_at
    return {
        "mode": autonomy.mode.value,
        "envelope": spelled(autonomy.envelope),
        "frozen": autonomy.frozen,
        "since": autonomy.since.isoformat(),
        "by": list(autonomy.by),
        "number": autonomy.number,
        "ends_at": None if ends_at is None else ends_at.isoformat(),
        "pending": [_request(one) for one in autonomy.pending],
    }


def autonomy_of(values: Mapping[str, Any]) -> Autonomy:
    """What `values_of` gave. Raises BadInput where it did not give these."""
    try:
        ends_at = values["ends_at"]
        return Autonomy(
            mode=Mode(values["mode"]),
            envelope=changed(NOTHING, values["envelope"]),
            frozen=bool(values["frozen"]),
            since=datetime.fromisoformat(values["since"]),
            by=tuple(values["by"]),
            number=int(values["number"]),
            ends_at=None if ends_at is None else datetime.fromisoformat(ends_at),
            pending=tuple(_asked(one) for one in values["pending"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput([_unreadable(values, fault)]) from None


def _request(request: Request) -> dict[str, Any]:
    match request.change:
        case ToMode(mode=mode):
            change: dict[str, Any] = {"mode": mode.value}
        case ToEnvelope(envelope=envelope):
            change = {"envelope": spelled(envelope)}
        case Thaw():
            change = {"thaw": True}
    at = request.at.isoformat()
    return {**change, "by": request.by, "at": at, "against": request.against}


def _asked(values: Mapping[str, Any]) -> Request:
    change: ToMode | ToEnvelope | Thaw = Thaw()
    if "mode" in values:
        change = ToMode(mode=Mode(values["mode"]))
    elif "envelope" in values:
        change = ToEnvelope(envelope=changed(NOTHING, values["envelope"]))
    at = datetime.fromisoformat(values["at"])
    return Request(change=change, by=str(values["by"]), at=at, against=int(values["against"]))


def _unreadable(values: object, fault: Exception) -> Finding:
    return Finding(
        subject="autonomy as it was kept",
        value=f"{str(values)[:120]} ({type(fault).__name__}: {fault})",
        limit="mode, envelope, frozen, since, by, number, ends_at and pending",
        mend="Restore the store from a copy, or begin again in advise with nothing pending.",
    )
