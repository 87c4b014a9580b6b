"""The folder of a sweep: what it is, and every answer as it came."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridtide import __version__
from gridtide.digest import digest
from gridtide.doors.results.written_whole import taken_by, write_document
from gridtide.doors.sweeping.named_files import files_digest
from gridtide.doors.sweeping.studies import Asked
from gridtide.finding import BadInput, Finding
from gridtide.simulate.sweep import Answer, Axis, Task
from gridtide.stores.file_lock import FileLock

WHAT, ANSWERS, LOCK = "sweep.json", "answers.jsonl", "lock"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the answers: the task's number, its document or why there is none, and whether that is final."""

    number: int
    document: Mapping[str, Any] | None
    fault: str
    lasting: bool


class KeptAnswers:
    """Answers of one sweep in one folder, one process at a time. Satisfies Keeps.

    Raises BadInput where the folder holds another sweep, or takes no files; NotLeadingError where a process writes to
    it.
    """

    def __init__(self, folder: Path, asked: Asked, axes: tuple[Axis, ...]) -> None:
        self._folder = folder
        with taken_by(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / LOCK, "gridtide sweep")
        try:
            self._begin(what_of(asked, axes))
            self._known = {line.number for line in _as_they_came(folder) if _final(line)}
            self._file = open(folder / ANSWERS, "ab")  # noqa: SIM115
            self._mend_tail()
        except BaseException:
            self._lock.release()
            raise

    def answered(self) -> set[int]:
        """Numbers of tasks with an answer that another try would not change."""
        return set(self._known)

    def keep(self, task: Task, answer: Answer) -> None:
        """Returns when the answer is on the disk."""
        line = {
            "number": task.number,
            "changes": dict(task.changes),
            "document": answer.document,
            "fault": answer.fault,
            "lasting": answer.lasting,
        }
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        self._file.write(text.encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let others go on with it."""
        self._file.close()
        self._lock.release()

    def _begin(self, what: dict[str, Any]) -> None:
        place = self._folder / WHAT
        if not place.exists():
            write_document(place, what)
            return
        there = json.loads(place.read_text(encoding="utf-8"))
        if there != what:
            raise BadInput([_another(self._folder, there, what)])

    def _mend_tail(self) -> None:
        """A line that a crash cut off is ended, so that the next one stands by itself."""
        end = self._file.tell()
        if end == 0:
            return
        with open(self._folder / ANSWERS, "rb") as read:
            read.seek(end - 1)
            if read.read(1) != b"\n":
                self._file.write(b"\n")


def what_of(asked: Asked, axes: tuple[Axis, ...]) -> dict[str, Any]:
    """What a sweep is: study, digests of its file's content and of the files that it names, axes, and who computes
    it."""
    values = [value for axis in axes for value in axis.values if isinstance(value, str)]
    return {
        "study": asked.study,
        "content": digest(_told(asked.content)),
        "files": files_digest(values, asked.content, asked.file),
        "over": [{"name": axis.name, "values": list(axis.values)} for axis in axes],
        "version": __version__,
    }


def lines_in(folder: Path) -> list[Line]:
    """Every answer of a folder in the order of their tasks, the last one of each task."""
    found = {line.number: line for line in _as_they_came(folder)}
    return [found[number] for number in sorted(found)]


def _as_they_came(folder: Path) -> Iterator[Line]:
    """Lines as they were kept; what a crash cut off is passed by."""
    place = folder / ANSWERS
    if not place.exists():
        return
    with open(place, encoding="utf-8", errors="replace") as lines:
        for text in lines:
            line = _line(text)
            if line is not None:
                yield line


def _line(text: str) -> Line | None:
    try:
        told = json.loads(text)
        return Line(
            number=told["number"],
            document=told["document"],
            fault=told["fault"],
            lasting=told["lasting"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _final(line: Line) -> bool:
    return line.document is not None or line.lasting


def _told(content: Any) -> Any:
    """Content of a TOML file as JSON has it: times as text."""
    return json.loads(json.dumps(content, default=str, sort_keys=True))


def _another(folder: Path, there: Mapping[str, Any], what: Mapping[str, Any]) -> Finding:
    differs = [key for key in what if there.get(key) != what[key]]
    return Finding(
        subject=str(folder),
        value=f"holds another sweep: its {', '.join(differs)} differ",
        limit="an empty folder, or that of the same sweep",
        mend="Name another folder with --to, or remove this one.",
    )
