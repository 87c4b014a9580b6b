"""What the owner of a job declares in its comment: `site=north;class=batch;deadline=2026-11-23T09:00+08:00`.

Keys: site, class, deadline (with its offset), pause (checkpoint, sigstop, never), checkpoint (an absolute path), whole
(done or rename: how a checkpoint shows that it is whole). Others are kept and said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gridtide.finding import Finding
from gridtide.fleet.device import Pause


class Whole(StrEnum):
    """How a checkpoint shows that it is whole.

    DONE: when it is written, a file of its name with `.done` after it is written or touched. RENAME: it is written
    beside and renamed over the old one.
    """

    DONE = "done"
    RENAME = "rename"


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What a comment declares. declared: whether it says anything that gridtide knows; unknown: other keys as they
    stand; findings: what cannot be read, of which nothing is used."""

    declared: bool = False
    site: str | None = None
    work_class: str | None = None
    deadline: datetime | None = None
    pause: Pause = Pause.NEVER
    checkpoint: str | None = None
    whole: Whole = Whole.DONE
    unknown: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = field(default=())


def hints_in(comment: str, job: str) -> Hints:
    """What the comment of a job declares; a comment of another kind declares nothing."""
    hints = Hints()
    seen: set[str] = set()
    for piece in comment.split(";"):
        key, found, text = (part.strip() for part in piece.partition("="))
        if not found:
            continue
        if key in seen:
            hints = _faulty(hints, job, key, text, "each key once")
        elif key in _READ:
            hints = _with(hints, job, key, text)
        else:
            hints = replace(hints, unknown=(*hints.unknown, (key, text)))
        seen.add(key)
    return hints


def _with(hints: Hints, job: str, key: str, text: str) -> Hints:
    name, read, limit = _READ[key]
    try:
        declared: dict[str, Any] = {name: read(text)}
    except ValueError:
        return _faulty(hints, job, key, text, limit)
    return replace(hints, declared=True, **declared)


def _faulty(hints: Hints, job: str, key: str, text: str, limit: str) -> Hints:
    finding = Finding(
        subject=f"job {job}, comment, {key}",
        value=repr(text),
        limit=limit,
        mend=f"scontrol update JobId={job} Comment=… with it mended; until then the job is not moved",
    )
    return replace(hints, declared=True, findings=(*hints.findings, finding))


def _word(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError
    return text


def _deadline(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError
    return read.astimezone(UTC)


def _path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        raise ValueError
    return text


_READ: dict[str, tuple[str, Callable[[str], object], str]] = {
    "site": ("site", _word, "a name"),
    "class": ("work_class", _word, "a name"),
    "deadline": ("deadline", _deadline, "an instant with offset, as 2026-11-23T09:00+08:00"),
    "pause": ("pause", Pause, "checkpoint, sigstop or never"),
    "checkpoint": ("checkpoint", _path, "an absolute path"),
    "whole": ("whole", Whole, "done or rename"),
}
