"""Entries kept in a file, one JSON line each, written through to the disk before `append` returns where asked to."""

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from gridtide.finding import BadInput, Finding
from gridtide.trust.record import Entry


class JsonLinesStore:
    """An append-only file. A line that was cut off by a crash is dropped when the file is opened.

    Only the newest entry is held in memory: a file that a server appends to for a year may be larger than that.

    written_through: whether an entry is on the disk when `append` returns. A simulated course needs that of none of
    its entries: it tells nobody anything, and can be run again.
    """

    def __init__(self, path: Path, written_through: bool = True) -> None:
        self.path = path
        self.written_through = written_through
        self._last = _mended(path)

    def append(self, entry: Entry) -> None:
        """Add one line and, where entries are written through, wait until the disk has it. What the disk takes only
        a part of is taken back: a later line never stands behind half of another."""
        text = json.dumps({"hash": entry.hash, "text": entry.text}, ensure_ascii=False)
        line = f"{text}\n".encode()
        with self.path.open("ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                if file.write(line) != len(line):
                    raise OSError(f"{self.path}: the disk took only a part of a line")
                if self.written_through:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise
        self._last = entry

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        return tuple(self.read())

    def read(self, start: int = 0) -> Iterator[Entry]:
        """Entries from a number on, oldest first, one line after the other. Raises BadInput on a line that is none of
        ours."""
        if self.path.exists():
            yield from islice(_read(self.path), start, None)

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        return self._last


def _mended(path: Path) -> Entry | None:
    """The newest whole entry of a file, after what a crash cut off behind it was dropped."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        whole = _end_of_last_line(file)
    if whole < path.stat().st_size:
        os.truncate(path, whole)
    newest = None
    for entry in _read(path):
        newest = entry
    return newest


def _end_of_last_line(file: BinaryIO) -> int:
    end = 0
    for line in file:
        if line.endswith(b"\n"):
            end += len(line)
    return end


def entries_in(content: bytes, path: Path) -> list[Entry]:
    """Entries of a file's content, left as it is; bytes that are no text are replaced, so that their entry does
    not fit its hash. Raises BadInput for a line that is no entry. path: named in findings."""
    lines = content.split(b"\n")[:-1]
    return [_entry(path, number, line) for number, line in enumerate(lines, start=1)]


def _read(path: Path) -> Iterator[Entry]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield _entry(path, number, line)


def records_in(content: bytes) -> tuple[list[Entry], int]:
    """Every line of a file's content as a record, one that is no entry as its text without a hash, so that it does not
    fit; and how many bytes of a last line stand there that was cut off."""
    *lines, cut = content.split(b"\n")
    found = []
    for line in lines:
        try:
            found.append(_parsed(line))
        except (ValueError, KeyError, TypeError):
            found.append(Entry(text=line.decode("utf-8", errors="replace"), hash=""))
    return found, len(cut)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        return _parsed(line)
    except (ValueError, KeyError, TypeError) as fault:
        raise BadInput([_unreadable(path, number, line)]) from fault


def _parsed(line: bytes) -> Entry:
    item = json.loads(line.decode("utf-8", errors="replace"))
    return Entry(text=str(item["text"]), hash=str(item["hash"]))


def _unreadable(path: Path, number: int, line: bytes) -> Finding:
    return Finding(
        subject=f"{path} line {number}",
        value=line[:60].decode("utf-8", "replace").rstrip("\n"),
        limit="one JSON object with text and hash",
        mend="Restore the file from a copy; an audit chain is never edited by hand.",
    )
