"""A chain of hashes over canonical JSON: no entry can be changed, dropped or moved unnoticed.

H_i = SHA256(H_{i-1} || canonical JSON of entry i), H_0 = 32 zero bytes; canonical form by RFC 8785.
Cutting off the tail is found only against a hash that was kept elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum

import rfc8785

from gridtide.trust.record import Decision, Entry

GENESIS = bytes(32)


def linked(previous: Entry | None, content: Mapping[str, object]) -> Entry:
    """The entry that follows `previous` (None for the first) and says `content`."""
    text = rfc8785.dumps(dict(content)).decode()  # type: ignore[arg-type]
    before = bytes.fromhex(previous.hash) if previous else GENESIS
    return Entry(text=text, hash=hashlib.sha256(before + text.encode()).hexdigest())


def follows(previous: Entry | None, entry: Entry) -> bool:
    """Whether an entry is the next after `previous` (None before the first)."""
    before = bytes.fromhex(previous.hash) if previous else GENESIS
    return hashlib.sha256(before + entry.text.encode()).hexdigest() == entry.hash


def broken_link(entries: Iterable[Entry]) -> int | None:
    """Number of the first entry that does not follow from those before it; None when all do."""
    before: Entry | None = None
    for number, entry in enumerate(entries):
        if not follows(before, entry):
            return number
        before = entry
    return None


def content_of(decision: Decision) -> dict[str, object]:
    """A decision as plain values for the chain."""
    return {field.name: _plain(getattr(decision, field.name)) for field in fields(decision)}


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
