"""What entitles an act: told twice it is done once, too late not at all, and never on the word of a leader that was."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock

TICKET_MAX = timedelta(days=1)
"""Longest life of a ticket where outcomes are kept on a disk."""
REMEMBERED = timedelta(hours=1)
"""How long an outcome is kept after its ticket ran out, for clocks that are set back."""
SHORT = timedelta(seconds=30)
"""A ticket that lives no longer, as those of set-points, is not remembered for an hour: thousands would be."""
LOOKED_THROUGH_EVERY = 1024
"""Outcomes are looked through for what may be forgotten whenever so many more are kept."""


class Fate(StrEnum):
    """What became of an act at the actuator.

    DONE: the device took it; metered power still has to bear it out. UNCHANGED: told before, or so already. ABANDONED:
    begun and given up, nothing of it holds. REFUSED: a floor, a ceiling, an allow-list or a class forbids it. EXPIRED:
    it came after its ticket ran out. SUPERSEDED: a newer leader or a newer act stands. FAILED: the device did not
    answer, so that nobody knows whether it holds. UNDERWAY: on its way to the device; what comes of it is said later,
    by another outcome of the same ticket.
    """

    DONE = "done"
    UNCHANGED = "unchanged"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    UNDERWAY = "underway"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """An act's name, and from whom and until when it may be done.

    id: the same act told again has the same. epoch: of the leader that issued it; every new leader has a higher one.
    sequence: rises with every ticket of an epoch. expires_at: from then on the act is not begun any more.
    """

    id: str
    epoch: int
    sequence: int
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a ticket: its fate, in words, when, and accelerator-hours of work that were lost by it."""

    ticket: str
    fate: Fate
    said: str
    at: datetime
    lost_accelerator_h: float = 0.0


@dataclass(kw_only=True)
class Gate:
    """What a device remembers of tickets, so that it can refuse some before it does anything.

    epoch: the highest it was told by. newest: the highest sequence of that epoch for each subject. outcomes: of every
    ticket that was settled, by id; ends: when each of these tickets counts as run out. Any thread may ask it.
    """

    epoch: int = 0
    newest: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    def stopped(self, ticket: Ticket, subject: str, now: datetime) -> Outcome | None:
        """Why an act on a subject must not be begun; None where it may, which is remembered as the newest.

        A ticket that was settled before gives what came of it, as UNCHANGED where it was done.
        """
        with self.lock:
            before = self.outcomes.get(ticket.id)
            if before is not None:
                return told_again(before, now)
            if now >= ticket.expires_at:
                return self.settled(ticket, Fate.EXPIRED, f"expired at {ticket.expires_at}", now)
            if ticket.epoch < self.epoch:
                said = f"issued by the leader of epoch {ticket.epoch}; epoch {self.epoch} leads"
                return self.settled(ticket, Fate.SUPERSEDED, said, now)
            if ticket.epoch > self.epoch:
                self.epoch, self.newest = ticket.epoch, {}
            if ticket.sequence < self.newest.get(subject, -1):
                said = f"{subject} was told {self.newest[subject]} after {ticket.sequence}"
                return self.settled(ticket, Fate.SUPERSEDED, said, now)
            self.newest[subject] = ticket.sequence
            return None

    def settled(
        self, ticket: Ticket, fate: Fate, said: str, now: datetime, lost_accelerator_h: float = 0.0
    ) -> Outcome:
        """What came of a ticket, remembered but where the device did not answer: that may be told again."""
        outcome = Outcome(
            ticket=ticket.id, fate=fate, said=said, at=now, lost_accelerator_h=lost_accelerator_h
        )
        if fate is not Fate.FAILED:
            with self.lock:
                self.outcomes[ticket.id] = outcome
                self.ends[ticket.id] = _ran_out(ticket)
                if len(self.ends) % LOOKED_THROUGH_EVERY == 0:
                    self.forget_old(now)
        return outcome

    def forget_old(self, now: datetime) -> None:
        """Forget outcomes of tickets that ran out a while ago: told again, these are late anyhow."""
        with self.lock:
            for key in [key for key, end in self.ends.items() if now - end > REMEMBERED]:
                del self.ends[key]
                self.outcomes.pop(key, None)


def _ran_out(ticket: Ticket) -> datetime:
    """When a ticket counts as run out: a short one so much sooner that it is remembered for SHORT more."""
    if ticket.expires_at - ticket.issued_at > SHORT:
        return ticket.expires_at
    return ticket.expires_at + SHORT - REMEMBERED


def lives_too_long(ticket: Ticket, now: datetime) -> str:
    """Why a ticket outlives what is remembered of it; empty where it does not."""
    if ticket.expires_at - now <= TICKET_MAX:
        return ""
    return f"its ticket lives until {ticket.expires_at}, longer than {TICKET_MAX}"


def told_again(before: Outcome, now: datetime) -> Outcome:
    """What comes of a ticket that was settled before: nothing more where it was done, the same where it was not."""
    if before.fate is not Fate.DONE:
        return before
    return Outcome(
        ticket=before.ticket,
        fate=Fate.UNCHANGED,
        said=f"done at {before.at}: {before.said}",
        at=now,
    )
