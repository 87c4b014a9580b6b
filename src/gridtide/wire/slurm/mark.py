"""The mark that gridtide leaves on a job it restrains, so that the queue itself says what is held and until when.

It stands in the job's admin comment, after whatever a site keeps there:
`gridtide[begin until=1796014800 was=0 saved=0 wake=0]`. Times are seconds since 1970; was: the begin time that its
owner asked for, saved: when the checkpoint was written that it starts again from, wake: the job that lets it go on; 0
for none.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_MARK = re.compile(
    r" ?gridtide\[(?P<kind>begin|pause|stop) until=(?P<until>\d{1,11}) was=(?P<was>\d{1,11}) saved=(?P<saved>\d{1,11})"
    r" wake=(?P<wake>\d{1,10})\]"
)


class Kind(StrEnum):
    """BEGIN: a waiting job's start time. PAUSE: stopped by checkpoint and requeue. STOP: stopped in memory."""

    BEGIN = "begin"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What gridtide put on a job."""

    kind: Kind
    until: datetime
    was: datetime | None = None
    saved: datetime | None = None
    wake: int = 0


def mark_in(comment: str) -> Mark | None:
    """The mark in an admin comment; None where there is none."""
    found = _MARK.search(comment)
    if found is None:
        return None
    return Mark(
        kind=Kind(found["kind"]),
        until=datetime.fromtimestamp(int(found["until"]), UTC),
        was=_instant(found["was"]),
        saved=_instant(found["saved"]),
        wake=int(found["wake"]),
    )


def unmarked(comment: str) -> str:
    """An admin comment without the mark: what others keep there."""
    return _MARK.sub("", comment)


def marked(comment: str, mark: Mark) -> str:
    """An admin comment with this mark in place of any other."""
    told = (
        f"gridtide[{mark.kind} until={_seconds(mark.until)} was={_seconds(mark.was)}"
        f" saved={_seconds(mark.saved)} wake={mark.wake}]"
    )
    kept = unmarked(comment)
    return f"{kept} {told}" if kept else told


def _seconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp())


def _instant(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if int(text) else None
