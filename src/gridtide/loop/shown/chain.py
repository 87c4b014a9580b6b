"""What those who watch are shown of the audit chain: pages from the newest backwards, one record whole, and whether a
stretch of it is as it was written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from gridtide.trust.audit import NUMBER, follows
from gridtide.trust.record import Entry, Store, read_from

BLOCK = 500
SCANNED_MOST = 5_000
VERIFIED_MOST = 2_000
KINDS = (
    "decision",
    "people",
    "outcome",
    "refused request",
    "no decision",
    "settled",
    "told as",
    "set-point",
    "meters doubted",
    "planner taken back",
    "building on trial",
    "basis not kept",
    "checkpoint",
    "maker",
    "other",
)
"""What sorts of records there are, in the order in which people choose among them."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which records: of a kind, of a person, of a decision by the first digits of its id; "" for any."""

    kind: str = ""
    who: str = ""
    decision: str = ""

    def takes(self, says: Mapping[str, Any]) -> bool:
        """Whether a record is one of these."""
        return (
            (not self.kind or kind_of(says) == self.kind)
            and (not self.who or who_of(says) == self.who)
            and (not self.decision or _decision_of(says).startswith(self.decision))
        )


def kind_of(says: Mapping[str, Any]) -> str:
    """What sort of record it is, one of KINDS."""
    for key, kind in (("checkpoint", "checkpoint"), ("ticket", "outcome"), ("stage", "decision")):
        if key in says:
            return kind
    said = str(says.get("kind", "other"))
    return said if said in KINDS else "other"


def who_of(says: Mapping[str, Any]) -> str:
    """Who is answerable for what a record says, "" for nobody."""
    return str(says.get("who") or says.get("by") or says.get("owner") or "")


def standing(store: Store, written: int) -> int:
    """How many records stand in a chain, checkpoints as well. written: those that its writer counted."""
    last = store.last()
    place = None if last is None else _says(last).get(NUMBER)
    return place + 1 if isinstance(place, int) else written


def records_before(store: Store, before: int, count: int, wanted: Wanted) -> dict[str, Any]:
    """Records with numbers below `before`, newest first, `count` at most, of SCANNED_MOST looked at at most; `next` is
    what to ask `before` for more, None where there is nothing before."""
    items: list[dict[str, Any]] = []
    end, looked_at = before, 0
    while end > 0 and len(items) < count and looked_at < SCANNED_MOST:
        begin = max(end - BLOCK, 0)
        block = list(islice(read_from(store, begin), end - begin))
        for at in range(len(block) - 1, -1, -1):
            looked_at, end = looked_at + 1, begin + at
            says = _says(block[at])
            if wanted.takes(says):
                items.append(_row(begin + at, block[at], says))
                if len(items) == count:
                    break
        else:
            end = begin
    return {"items": items, "looked_at": looked_at, "next": end if end > 0 else None}


def record(store: Store, number: int) -> dict[str, Any] | None:
    """One record whole, as it is kept, and whether it follows from the one before; None where there is none."""
    found = list(islice(read_from(store, max(number - 1, 0)), 2 if number else 1))
    if len(found) < (2 if number else 1):
        return None
    before = found[0] if number else None
    entry, says = found[-1], _says(found[-1])
    return {
        **_row(number, entry, says),
        "text": entry.text,
        "hash_before": None if before is None else before.hash,
        "follows": _follows(before, entry),
    }


def verified_stretch(store: Store, start: int) -> dict[str, Any]:
    """Whether VERIFIED_MOST records at most from number `start` on follow from each other and from the one before, and
    stand at the places they say. `broken`: number of the first that does not; `next`: where to go on, None at the end
    or at a break. Signatures are not looked at: `gridtide audit verify` does that, with the public key."""
    found = islice(read_from(store, max(start - 1, 0)), VERIFIED_MOST + (1 if start else 0))
    before = next(found, None) if start else None
    number, checkpoints = start, 0
    for entry in found:
        says = _says(entry)
        if not _follows(before, entry) or says.get(NUMBER, number) != number:
            return {
                "start": start,
                "end": number,
                "broken": number,
                "checkpoints": checkpoints,
                "next": None,
            }
        checkpoints += kind_of(says) == "checkpoint"
        before, number = entry, number + 1
    more = number if number - start == VERIFIED_MOST else None
    return {"start": start, "end": number, "broken": None, "checkpoints": checkpoints, "next": more}


def _row(number: int, entry: Entry, says: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "hash": entry.hash,
        "kind": kind_of(says),
        "who": who_of(says),
        "says": {name: value for name, value in says.items() if name != NUMBER},
    }


def _decision_of(says: Mapping[str, Any]) -> str:
    return str(
        says.get("decision") or (says.get("id") if "stage" in says else says.get("subject")) or ""
    )


def _says(entry: Entry) -> dict[str, Any]:
    """What a record says; one that was changed by hand may say nothing that can be read."""
    try:
        found = json.loads(entry.text)
    except ValueError:
        return {"unreadable": entry.text[:500]}
    return found if isinstance(found, dict) else {"unreadable": entry.text[:500]}


def _follows(before: Entry | None, entry: Entry) -> bool:
    try:
        return follows(before, entry)
    except ValueError:
        return False
