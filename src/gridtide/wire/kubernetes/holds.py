"""A restraint as it stands on an object: what was set, what it was before, until when, and by when to be renewed.

The marks lie beside the field that restrains and are written in the same patch, so that either both hold or neither.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gridtide.fleet.ticket import Ticket
from gridtide.wire.kubernetes.scalars import instant, instant_text
from gridtide.wire.kubernetes.things import Kind, Object, Value, metadata, notes, switched, table

HELD = "gridtide.io/held"
"""The label by which held objects are listed; its value is `true`."""
KIND = "gridtide.io/restraint"
UNTIL = "gridtide.io/until"
LEASE_BY = "gridtide.io/lease-by"
BEFORE = "gridtide.io/before"
SET = "gridtide.io/set"
ORDER = "gridtide.io/order"
"""Epoch, sequence and ticket of the newest act; it stays when the restraint is gone, so that none older is done."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Hold:
    """kind: as a Restraint names it. value: what the switch was set to; before: what it was. It ends at `until`, and at
    lease_by when nobody has renewed it."""

    kind: str
    value: Value
    before: Value
    until: datetime
    lease_by: datetime

    def over(self, now: datetime) -> bool:
        """Whether it has ended, either way."""
        return now >= min(self.until, self.lease_by)


def hold_in(kind: Kind, thing: Object) -> Hold | None:
    """The restraint on an object; None where gridtide holds nothing. A mark that cannot be read is an end long ago, so
    that damaged marks let go."""
    if table(metadata(thing).get("labels")).get(HELD) != "true":
        return None
    marks = notes(thing)
    return Hold(
        kind=marks.get(KIND, "unreadable"),
        value=_value(marks.get(SET), switched(kind, thing)),
        before=_value(marks.get(BEFORE), kind.free),
        until=instant(marks.get(UNTIL)) or LONG_AGO,
        lease_by=instant(marks.get(LEASE_BY)) or LONG_AGO,
    )


def told_by(thing: Object) -> tuple[int, int, str]:
    """Epoch, sequence and ticket of the newest act that an object bears; (0, -1, "") for none."""
    epoch, _, rest = notes(thing).get(ORDER, "").partition(".")
    sequence, _, ticket = rest.partition(" ")
    return (
        (int(epoch), int(sequence), ticket)
        if epoch.isdecimal() and sequence.isdecimal()
        else (0, -1, "")
    )


def held_patch(kind: Kind, thing: Object, hold: Hold, ticket: Ticket) -> dict[str, Any]:
    """The merge patch that puts a restraint on; refused by the API when the object changed since it was read."""
    marks = {
        KIND: hold.kind,
        UNTIL: instant_text(hold.until),
        LEASE_BY: instant_text(hold.lease_by),
        BEFORE: json.dumps(hold.before),
        SET: json.dumps(hold.value),
        ORDER: order_text(ticket),
    }
    return _patch(thing, {HELD: "true"}, marks, {kind.switch: hold.value})


def renewed_patch(thing: Object, lease_by: datetime) -> dict[str, Any]:
    """The merge patch that renews the lease of a restraint."""
    return _patch(thing, {}, {LEASE_BY: instant_text(lease_by)}, {})


def ordered_patch(thing: Object, ticket: Ticket) -> dict[str, Any]:
    """The merge patch that only keeps older leaders out of a restraint that stands as it should."""
    return _patch(thing, {}, {ORDER: order_text(ticket)}, {})


def freed_patch(kind: Kind, thing: Object, hold: Hold, ticket: Ticket | None) -> dict[str, Any]:
    """The merge patch that ends a restraint. A switch that somebody else moved since stays where it is."""
    marks: dict[str, str | None] = dict.fromkeys((KIND, UNTIL, LEASE_BY, BEFORE, SET))
    if ticket is not None:
        marks[ORDER] = order_text(ticket)
    return _patch(thing, {HELD: None}, marks, _before(kind, thing, hold))


def gives_back(kind: Kind, thing: Object, hold: Hold) -> bool:
    """Whether ending a restraint moves the switch; not where somebody else moved it, or nobody knows where to."""
    return bool(_before(kind, thing, hold))


def order_text(ticket: Ticket) -> str:
    """Epoch, sequence and ticket as the mark has them."""
    return f"{ticket.epoch}.{ticket.sequence} {ticket.id}"


def _before(kind: Kind, thing: Object, hold: Hold) -> dict[str, Value]:
    moved = switched(kind, thing) != hold.value
    return {} if moved or hold.before is None else {kind.switch: hold.before}


def _patch(
    thing: Object,
    labels: Mapping[str, str | None],
    marks: Mapping[str, str | None],
    spec: Mapping[str, Value],
) -> dict[str, Any]:
    meta: dict[str, Any] = {"annotations": dict(marks)}
    version = metadata(thing).get("resourceVersion")
    if version is not None:
        meta["resourceVersion"] = version
    if labels:
        meta["labels"] = dict(labels)
    return {"metadata": meta, "spec": dict(spec)} if spec else {"metadata": meta}


def _value(text: str | None, otherwise: Value) -> Value:
    try:
        value = json.loads(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return value if isinstance(value, bool | int | str) else otherwise
