"""How much is done without people, and who may change that: raising takes two of them, lowering one, at any time.

Every change is a pure function of what held before, who asks and when; what a person asked is a value to be written
down whether it holds or not.
"""

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gridtide.trust.envelope import Envelope, in_words, within
from gridtide.trust.people import Person, Role
from gridtide.trust.record import Note
from gridtide.trust.said import Said, listed, say


class Mode(StrEnum):
    """What becomes of a decision. OBSERVE: nothing is told. ADVISE: a person approves each. ACT: told at once inside
    the envelope, by a person's approval beyond it. EMERGENCY: told at once whatever the envelope says; the guard's
    limits hold as ever."""

    OBSERVE = "observe"
    ADVISE = "advise"
    ACT = "act"
    EMERGENCY = "emergency"

    @property
    def level(self) -> int:
        """Its place among the modes, the least first."""
        return tuple(Mode).index(self)


@dataclass(frozen=True, kw_only=True)
class ToMode:
    """Another mode."""

    mode: Mode


@dataclass(frozen=True, kw_only=True)
class ToEnvelope:
    """Another envelope; one that is wider in any bound is wider."""

    envelope: Envelope


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """No new acts."""


@dataclass(frozen=True, kw_only=True)
class Thaw:
    """Acts again."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """Undo every restraint, and freeze: what was undone is not put back until two people thaw."""


Change = ToMode | ToEnvelope | Freeze | Thaw | Release


@dataclass(frozen=True, kw_only=True)
class Request:
    """What one person asked that takes a second. against: number of the state it was asked of."""

    change: ToMode | ToEnvelope | Thaw
    by: str
    at: datetime
    against: int


@dataclass(frozen=True, kw_only=True)
class Autonomy:
    """What holds now. since, by: of the newest change; number: rises with every change. ends_at: when an emergency is
    over by itself. pending: requests that wait for a second person, at most one of each kind."""

    since: datetime
    mode: Mode = Mode.ADVISE
    envelope: Envelope = field(default_factory=Envelope)
    frozen: bool = False
    by: tuple[str, ...] = ()
    number: int = 0
    ends_at: datetime | None = None
    pending: tuple[Request, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """request_h: how long a request waits for its second person. emergency_h: how long an emergency lasts; then the
    mode falls to advise by itself."""

    request_h: float = 0.5
    emergency_h: float = 4.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came of what a person asked: what holds now, whether it was done, how many more people it takes, in a
    sentence, and the note that is to be written down before it holds."""

    autonomy: Autonomy
    held: bool
    said: str
    needs: int
    note: Note


RULES = Rules()
SAME = "the second must be somebody else"


def asked(
    autonomy: Autonomy,
    change: Change,
    person: Person,
    as_of: datetime,
    reason: str = "",
    rules: Rules = RULES,
) -> Heard:
    """What holds after a person asked for a change.

    Raising the mode, widening the envelope in any bound and thawing take two different people of role approver or
    higher within the rules' time, of a state that nobody changed in between. Everything else takes one operator, holds
    at once, and lays aside what was pending.
    """
    before = lapsed(autonomy, as_of)
    ruling = _raised if raises(before, change) else _lowered
    return ruling(before, change, _Asking(person=person, as_of=as_of, reason=reason, rules=rules))


def raises(autonomy: Autonomy, change: Change) -> bool:
    """Whether more would be done without people than now."""
    match change:
        case ToMode(mode=mode):
            return mode.level > autonomy.mode.level
        case ToEnvelope(envelope=envelope):
            return not within(envelope, autonomy.envelope)
        case Thaw():
            return autonomy.frozen
        case _:
            return False


def lapsed(autonomy: Autonomy, as_of: datetime) -> Autonomy:
    """What holds at an instant if nobody asks: an emergency that has lasted its time is over."""
    if autonomy.ends_at is None or as_of < autonomy.ends_at:
        return autonomy
    after = replace(autonomy, mode=Mode.ADVISE, ends_at=None)
    return _by(after, autonomy, ("time-out",), autonomy.ends_at)


def at_most(autonomy: Autonomy, mode: Mode) -> Autonomy:
    """What holds for somebody who is believed no further than a mode."""
    if autonomy.mode.level <= mode.level:
        return autonomy
    return replace(autonomy, mode=mode, ends_at=None)


def waiting(autonomy: Autonomy, as_of: datetime, rules: Rules = RULES) -> tuple[Request, ...]:
    """Requests that a second person can still bear out, oldest first."""
    live = [one for one in autonomy.pending if _outdated(one, autonomy, as_of, rules) is None]
    return tuple(sorted(live, key=lambda one: one.at))


def named(change: Change) -> tuple[str, str]:
    """A change as a note has it: what is asked, and of what."""
    match change:
        case ToMode(mode=mode):
            return "mode", mode.value
        case ToEnvelope(envelope=envelope):
            return "envelope", in_words(envelope)
        case _:
            return type(change).__name__.lower(), "the fleet"


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """Who asks when, why, and by which rules."""

    person: Person
    as_of: datetime
    reason: str
    rules: Rules

    def heard(
        self, autonomy: Autonomy, change: Change, said: str, held: bool = False, needs: int = 0
    ) -> Heard:
        what, subject = named(change)
        note = Note(
            at=self.as_of,
            who=self.person.name,
            role=self.person.role.name.lower(),
            what=what,
            subject=subject,
            held=held,
            said=said,
            reason=self.reason,
        )
        return Heard(autonomy=autonomy, held=held, said=said, needs=needs, note=note)


def _lowered(before: Autonomy, change: Change, asking: _Asking) -> Heard:
    """One operator, at once."""
    if asking.person.role < Role.OPERATOR:
        said = _takes(asking.person, "one_operator")
        return asking.heard(before, change, said)
    after = _applied(before, change, asking)
    if after == replace(before, pending=()):
        said, after = say("so_already"), replace(after, number=before.number + bool(before.pending))
    else:
        said, after = say("holds_now"), _by(after, before, (asking.person.name,), asking.as_of)
    if isinstance(change, Release):
        said = say("all_let_go")
    return asking.heard(after, change, listed((said, _laid_aside(before)), ""), held=True)


def _raised(before: Autonomy, change: Change, asking: _Asking) -> Heard:
    """Two approvers, one after the other."""
    assert isinstance(change, ToMode | ToEnvelope | Thaw)
    person = asking.person
    if person.role < Role.APPROVER:
        return asking.heard(before, change, _takes(person, "two_approvers"))
    waiting = next((one for one in before.pending if one.change == change), None)
    refused = None if waiting is None else _why_not(waiting, before, asking)
    if waiting is not None and refused is None:
        after = _applied(before, change, asking)
        after = _by(after, before, (waiting.by, person.name), asking.as_of)
        said = say("two_agreed", first=waiting.by, second=person.name)
        return asking.heard(after, change, said, held=True)
    if refused == SAME:
        return asking.heard(before, change, say("asked_already", by=person.name), needs=1)
    request = Request(change=change, by=person.name, at=asking.as_of, against=before.number)
    others = tuple(one for one in before.pending if type(one.change) is not type(change))
    after = replace(before, pending=(*others, request))
    until = asking.as_of + timedelta(hours=asking.rules.request_h)
    said = say("waits_for_second", until=f"{until:%Y-%m-%d %H:%M}")
    if waiting is not None and refused is not None:
        said = say("asked_in_vain", by=waiting.by, why=refused, then=said)
    return asking.heard(after, change, said, needs=1)


def _why_not(waiting: Request, before: Autonomy, asking: _Asking) -> str | None:
    """Why a request that waits is not borne out by this person; None where it is."""
    outdated = _outdated(waiting, before, asking.as_of, asking.rules)
    if outdated is None and _same(waiting.by, asking.person.name):
        return SAME
    return outdated


def _outdated(waiting: Request, before: Autonomy, as_of: datetime, rules: Rules) -> str | None:
    """Why nobody can bear out a request any more; None where somebody can."""
    if not timedelta(0) <= as_of - waiting.at < timedelta(hours=rules.request_h):
        return say("asked_expired", at=f"{waiting.at:%Y-%m-%d %H:%M}")
    return None if waiting.against == before.number else say("asked_of_another")


def _applied(before: Autonomy, change: Change, asking: _Asking) -> Autonomy:
    """The state with a change, and nothing pending."""
    before = replace(before, pending=())
    match change:
        case ToMode(mode=mode):
            if mode is before.mode:
                return before
            lasts = timedelta(hours=asking.rules.emergency_h)
            ends_at = asking.as_of + lasts if mode is Mode.EMERGENCY else None
            return replace(before, mode=mode, ends_at=ends_at)
        case ToEnvelope(envelope=envelope):
            return replace(before, envelope=envelope)
        case Thaw():
            return replace(before, frozen=False)
        case _:
            return replace(before, frozen=True)


def _by(after: Autonomy, before: Autonomy, people: tuple[str, ...], as_of: datetime) -> Autonomy:
    return replace(after, since=as_of, by=people, number=before.number + 1)


def _laid_aside(before: Autonomy) -> str:
    names = [say("request_by", what=named(one.change)[0], by=one.by) for one in before.pending]
    return say("laid_aside", requests=listed(names, ", ")) if names else ""


def _takes(person: Person, asks: str) -> Said:
    """Why somebody may not ask alone. asks: key of who may."""
    return say("role_lacks", by=person.name, role=person.role.name.lower(), asks=say(asks))


def _same(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are typed."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
