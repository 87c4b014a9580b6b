"""The digests of a run's files, block by block, under one seal: what was changed later is found, and where.

Who can change a file can write a new seal too; it proves something only against a seal that was kept elsewhere.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import rfc8785

BLOCK_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Break:
    """One place where a file is not what was sealed. first, last: bytes of the block, None where the file is missing,
    new, or the seal itself is broken."""

    name: str
    what: str
    first: int | None = None
    last: int | None = None


def sealed(files: Mapping[str, bytes]) -> dict[str, object]:
    """The record of files, by name: SHA-256 of each and of its blocks, and the seal over all of it."""
    content: dict[str, object] = {
        "block_bytes": BLOCK_BYTES,
        "files": {name: _digests(files[name]) for name in sorted(files)},
    }
    return {**content, "seal": _seal(content)}


def breaks(record: Mapping[str, object], files: Mapping[str, bytes]) -> tuple[Break, ...]:
    """Where files are not what a record says, in order of name; empty when all are.

    Raises ValueError when the record is not of the form that `sealed` gives.
    """
    content = {key: value for key, value in record.items() if key != "seal"}
    told = record.get("files")
    if not isinstance(told, Mapping) or record.get("block_bytes") != BLOCK_BYTES:
        raise ValueError("is no record of files and their blocks")
    if _seal(content) != record.get("seal"):
        return (Break(name="record.json", what="does not bear its own seal"),)
    found: list[Break] = []
    for name in sorted({*told, *files}):
        if name not in files:
            found.append(Break(name=name, what="is missing"))
        elif name not in told:
            found.append(Break(name=name, what="was not there when the run was sealed"))
        else:
            found += _broken_blocks(name, told[name], files[name])
    return tuple(found)


def _digests(content: bytes) -> dict[str, object]:
    return {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "blocks": [hashlib.sha256(block).hexdigest()[:32] for block in _blocks(content)],
    }


def _blocks(content: bytes) -> list[bytes]:
    return [content[at : at + BLOCK_BYTES] for at in range(0, len(content), BLOCK_BYTES)]


def _seal(content: Mapping[str, object]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()  # type: ignore[arg-type]


def _broken_blocks(name: str, told: object, content: bytes) -> list[Break]:
    if not isinstance(told, Mapping):
        raise ValueError(f"says nothing of {name}")
    now = _digests(content)
    if now == told:
        return []
    before, after = told.get("blocks"), now["blocks"]
    if not isinstance(before, list) or not isinstance(after, list):
        raise ValueError(f"says nothing of the blocks of {name}")
    found = []
    for number in range(max(len(before), len(after))):
        if number < len(before) and number < len(after) and before[number] == after[number]:
            continue
        first = number * BLOCK_BYTES
        last = min(first + BLOCK_BYTES, max(len(content), first + 1)) - 1
        found.append(Break(name=name, what="was changed", first=first, last=last))
    return found
