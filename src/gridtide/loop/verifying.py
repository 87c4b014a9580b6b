"""Did power move? Every act on a job is held against meters, not against what a scheduler answers.

Sound, not clever: an act counts as moved where the meter's change cannot be had without it, as not moved where it
cannot be had with it, and otherwise nobody can tell. What else may have changed beside it widens both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gridtide.fleet.device import PowerReading
from gridtide.trust.said import say

SHARE_UNKNOWN = 0.05
"""How far a meter that does not say may be off, as a share of what it reads."""
LEAST_KW = 1e-6
"""What sums of readings may be off by themselves."""


class Moved(StrEnum):
    """Whether power moved as an act asked."""

    MOVED = "moved"
    NOT_MOVED = "not moved"
    CANNOT_TELL = "cannot be told"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """By how much a meter should read more (less below 0) after something that was told, kW."""

    subject: str
    of: str
    change_kw: float


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What else may have changed at a meter, between these two, kW: work that ended or began by itself."""

    of: str
    least_kw: float
    most_kw: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a meter says of an act, in words."""

    subject: str
    moved: Moved
    said: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something that a person must look at. since: when it was first seen; said: in a sentence, with the next step."""

    subject: str
    said: str
    since: datetime


def verified(
    expected: Sequence[Expected],
    beside: Sequence[Beside],
    before: Mapping[str, PowerReading],
    after: Mapping[str, PowerReading],
) -> tuple[Verdict, ...]:
    """What meters say of each expectation, in its order. before, after: readings by what they are of."""
    found = []
    for one in expected:
        if one.of not in before or one.of not in after:
            found.append(_unseen(one))
            continue
        first, last = before[one.of], after[one.of]
        others = [other.change_kw for other in expected if other.of == one.of and other is not one]
        around = [(other.least_kw, other.most_kw) for other in beside if other.of == one.of]
        off_kw = off_kw_of(first) + off_kw_of(last) + LEAST_KW
        least_kw = sum(min(kw, 0.0) for kw in others) + sum(kw for kw, _ in around) - off_kw
        most_kw = sum(max(kw, 0.0) for kw in others) + sum(kw for _, kw in around) + off_kw
        found.append(_judged(one, last.kw - first.kw, least_kw, most_kw))
    return tuple(found)


def alarms_after(
    alarms: Mapping[str, Alarm], verdicts: Sequence[Verdict], now: datetime, look_at: str
) -> dict[str, Alarm]:
    """The alarms that stand after some verdicts: one for each subject that did not move, until it does. look_at: what
    a person looks at first."""
    standing = dict(alarms)
    for one in verdicts:
        if one.moved is Moved.MOVED:
            standing.pop(one.subject, None)
        elif one.moved is Moved.NOT_MOVED and one.subject not in standing:
            said = say("not_moved", verdict=one.said, look_at=look_at)
            standing[one.subject] = Alarm(subject=one.subject, said=said, since=now)
    return standing


def _judged(one: Expected, change_kw: float, least_kw: float, most_kw: float) -> Verdict:
    """least_kw, most_kw: what the meter could have changed by without this act."""
    without = least_kw <= change_kw <= most_kw
    with_it = least_kw <= change_kw - one.change_kw <= most_kw
    moved = Moved.CANNOT_TELL
    if without != with_it:
        moved = Moved.MOVED if with_it else Moved.NOT_MOVED
    change, asked = f"{change_kw:+,.1f}", f"{one.change_kw:+,.1f}"
    said = say("meter_changed", meter=one.of, change=change, asked=asked, subject=one.subject)
    return Verdict(subject=one.subject, moved=moved, said=said)


def _unseen(one: Expected) -> Verdict:
    return Verdict(subject=one.subject, moved=Moved.CANNOT_TELL, said=f"no meter reads {one.of}")


def off_kw_of(reading: PowerReading) -> float:
    """How far a meter may be off, kW, by what it reads."""
    share = SHARE_UNKNOWN if reading.share is None else reading.share
    return share * abs(reading.kw)
