"""What is about to be told is written down first, and what came of it afterwards.

After a crash the intents that nothing is known of are read back from devices before anything is told again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gridtide.finding import Finding
from gridtide.fleet.ticket import Fate, Outcome, Ticket


@dataclass(frozen=True, kw_only=True)
class Intent:
    """An act that is about to be told. id: the same act told again has the same. device: whom. decision: why, by its
    id. act: plain values for JSON. issued_at, expires_at: of its ticket."""

    id: str
    device: str
    decision: str
    act: Mapping[str, object]
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """An intent with the ticket it was given, and the newest of what came of it: None where nothing is known."""

    intent: Intent
    ticket: Ticket
    outcome: Outcome | None = None

    @property
    def unsettled(self) -> bool:
        """Whether nobody knows if the act holds: nothing came of it, or its device did not answer."""
        return self.outcome is None or self.outcome.fate is Fate.FAILED


class KeepsIntents(Protocol):
    """Keeps intents and their outcomes for good, and numbers tickets so that no number of an epoch comes twice."""

    def intend(self, intents: Sequence[Intent]) -> tuple[Ticket, ...]:
        """Write down what is about to be told, all of it or nothing, and give each its ticket; durable when this
        returns. An id that this epoch intended before keeps the ticket it has. Raises StoreLostError, StoreFullError,
        NotLeadingError."""
        ...

    def came(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what came of tickets, all of it or nothing; durable when this returns. Raises as `intend`, and
        BadInput for a ticket that was never intended."""
        ...

    def unsettled(self) -> tuple[Told, ...]:
        """The newest ticket of every act that nobody knows the fate of, in the order of their tickets."""
        ...

    def told(self, id: str) -> tuple[Told, ...]:
        """Every ticket of an act, oldest first, one an epoch, with the newest outcome of the act."""
        ...


def ticket_of(intent: Intent, epoch: int, sequence: int) -> Ticket:
    """The ticket of an intent under a leader."""
    return Ticket(
        id=intent.id,
        epoch=epoch,
        sequence=sequence,
        issued_at=intent.issued_at,
        expires_at=intent.expires_at,
    )


def unheard_of(id: str) -> Finding:
    """What is wrong with an outcome of a ticket that nobody intended."""
    return Finding(
        subject=f"outcome of ticket {id!r}",
        value="no intent has this id",
        limit="outcomes of what was intended",
        mend="Write the intent down before telling.",
    )
