"""Entries kept in a file, one JSON line each, written through to the disk before `append` returns where asked to."""

import json
import os
from pathlib import Path

from gridtide.finding import BadInput, Finding
from gridtide.trust.record import Entry


class JsonLinesStore:
    """An append-only file. A line that was cut off by a crash is dropped when the file is opened.

    written_through: whether an entry is on the disk when `append` returns. A simulated course needs that of none of
    its entries: it tells nobody anything, and can be run again.
    """

    def __init__(self, path: Path, written_through: bool = True) -> None:
        self.path = path
        self.written_through = written_through
        self._entries = _read(path) if path.exists() else []

    def append(self, entry: Entry) -> None:
        """Add one line and, where entries are written through, wait until the disk has it."""
        line = json.dumps({"hash": entry.hash, "text": entry.text}, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            if self.written_through:
                file.flush()
                os.fsync(file.fileno())
        self._entries.append(entry)

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        return tuple(self._entries)

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        return self._entries[-1] if self._entries else None


def _read(path: Path) -> list[Entry]:
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        path.write_bytes(whole)
    return entries_in(whole, path)


def entries_in(content: bytes, path: Path) -> list[Entry]:
    """Entries of a file's content, left as it is; bytes that are no text are replaced, so that their entry does
    not fit its hash. Raises BadInput for a line that is no entry. path: named in findings."""
    entries = []
    text = content.decode("utf-8", errors="replace")
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        try:
            item = json.loads(line)
            entries.append(Entry(text=str(item["text"]), hash=str(item["hash"])))
        except (ValueError, KeyError, TypeError) as fault:
            raise BadInput([_unreadable(path, number, line)]) from fault
    return entries


def _unreadable(path: Path, number: int, line: str) -> Finding:
    return Finding(
        subject=f"{path} line {number}",
        value=line[:60],
        limit="one JSON object with text and hash",
        mend="Restore the file from a copy; an audit chain is never edited by hand.",
    )
