"""`record.json` of a run's folder: written last, checked before anything is settled from the folder."""

import json
from pathlib import Path
from typing import Any

from gridtide.doors.results.written_whole import write_document
from gridtide.finding import BadInput, Finding
from gridtide.stores.json_lines import entries_in
from gridtide.trust.audit import broken_link
from gridtide.trust.seal import Break, breaks, sealed

RECORD = "record.json"


def write_record(folder: Path) -> None:
    """Digests of every file of the folder, under one seal."""
    write_document(folder / RECORD, sealed(_contents(folder)))


def checked_record(folder: Path) -> dict[str, Any]:
    """The record of a run whose files and audit chains are whole.

    Raises BadInput that names each changed file with its bytes, and of a broken chain the entry.
    """
    path = folder / RECORD
    try:
        record = json.loads(path.read_bytes())
        found = breaks(record, _contents(folder))
    except FileNotFoundError:
        raise BadInput(
            [_finding(path, "is not there", "the record that a run writes last")]
        ) from None
    except (ValueError, AttributeError) as error:
        raise BadInput([_finding(path, str(error)[:120], "the record that a run wrote")]) from None
    faults = [_told(folder, one) for one in found]
    for chain in sorted(folder.glob("audit-*.jsonl")):
        faults += _broken_chain(chain)
    if faults:
        raise BadInput(faults)
    return dict(record)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != RECORD
    }


def _broken_chain(path: Path) -> list[Finding]:
    """Where the chain of hashes breaks, or cannot be read."""
    try:
        at = broken_link(entries_in(path.read_bytes(), path))
    except BadInput as error:
        return list(error.findings)
    if at is None:
        return []
    return [_finding(path, f"entry {at + 1} does not follow from those before it", "a whole chain")]


def _told(folder: Path, one: Break) -> Finding:
    where = "" if one.first is None else f" in bytes {one.first:,} to {one.last:,}"
    return _finding(folder / one.name, one.what + where, "the file as the run wrote it")


def _finding(path: Path, value: str, limit: str) -> Finding:
    return Finding(
        subject=str(path),
        value=value,
        limit=limit,
        mend="Restore the folder from a copy, or run the case again; a record is never edited.",
    )
