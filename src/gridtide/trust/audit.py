"""A chain of hashes over canonical JSON: no entry can be changed, dropped or moved unnoticed.

H_i = SHA256(H_{i-1} || canonical JSON of entry i), H_0 = 32 zero bytes; canonical form by RFC 8785. Entries
of a numbered chain say their place too, so that what is missing can be told from what was changed. Cutting off the
tail, and writing it anew, is found only against checkpoints that were signed and kept elsewhere (`checkpoint.py`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum

import rfc8785

from gridtide.trust.record import Decision, Entry, Maker, Note

GENESIS = bytes(32)
NUMBER = "number"


def linked(previous: Entry | None, content: Mapping[str, object]) -> Entry:
    """The entry that follows `previous` (None for the first) and says `content`."""
    text = rfc8785.dumps(dict(content)).decode()  # type: ignore[arg-type]
    return Entry(text=text, hash=_hash(previous, text))


def numbered(previous: Entry | None, content: Mapping[str, object]) -> Entry:
    """As `linked`, saying its place as well; after an entry of an older chain, which does not, it does not either."""
    before = -1 if previous is None else json.loads(previous.text).get(NUMBER)
    place = {} if before is None else {NUMBER: before + 1}
    return linked(previous, {**content, **place})


def follows(previous: Entry | None, entry: Entry) -> bool:
    """Whether an entry is the next after `previous` (None before the first)."""
    return _hash(previous, entry.text) == entry.hash


def _hash(previous: Entry | None, text: str) -> str:
    before = bytes.fromhex(previous.hash) if previous else GENESIS
    return hashlib.sha256(before + text.encode()).hexdigest()


def broken_link(entries: Iterable[Entry]) -> int | None:
    """Number of the first entry that does not follow from those before it; None when all do."""
    before: Entry | None = None
    for number, entry in enumerate(entries):
        if not follows(before, entry):
            return number
        before = entry
    return None


def content_of(decision: Decision) -> dict[str, object]:
    """A decision as plain values for the chain; without a basis where none is kept."""
    said = {field.name: _plain(getattr(decision, field.name)) for field in fields(decision)}
    return said if decision.basis else {k: v for k, v in said.items() if k != "basis"}


def content_of_people(note: Note) -> dict[str, object]:
    """What a person did or tried as plain values for the chain."""
    said = {field.name: _plain(getattr(note, field.name)) for field in fields(note)}
    return {"kind": "people", **said}


def content_of_maker(maker: Maker) -> dict[str, object]:
    """What wrote the chain, as its first entry says it."""
    return {"kind": "maker", **{field.name: getattr(maker, field.name) for field in fields(maker)}}


def maker_of(contents: Iterable[Mapping[str, object]]) -> Maker | None:
    """Who wrote the newest entries of a chain; None for a chain from before this was written down."""
    found = [content for content in contents if content.get("kind") == "maker"]
    if not found:
        return None
    return Maker(**{field.name: str(found[-1][field.name]) for field in fields(Maker)})


def contents(entries: Iterable[Entry]) -> list[dict[str, object]]:
    """What a chain says, oldest first: replay reads decisions from here."""
    return [json.loads(entry.text) for entry in entries]


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
