"""Intents and outcomes kept for as long as the process lives, under one epoch."""

from collections.abc import Sequence

from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.intents import Intent, Told


class MemoryIntents:
    """What simulations and tests use."""

    def __init__(self, epoch: int = 1) -> None:
        self.epoch = epoch
        self._told: dict[str, Told] = {}

    def intend(self, intents: Sequence[Intent]) -> tuple[Ticket, ...]:
        """Keep what is about to be told and number it."""
        for intent in intents:
            if intent.id not in self._told:
                ticket = Ticket(
                    id=intent.id,
                    epoch=self.epoch,
                    sequence=len(self._told) + 1,
                    issued_at=intent.issued_at,
                    expires_at=intent.expires_at,
                )
                self._told[intent.id] = Told(intent=intent, ticket=ticket)
        return tuple(self._told[intent.id].ticket for intent in intents)

    def came(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what came of tickets. Raises KeyError for one that was never intended."""
        for outcome in outcomes:
            told = self._told[outcome.ticket]
            self._told[outcome.ticket] = Told(
                intent=told.intent, ticket=told.ticket, outcome=outcome
            )

    def unsettled(self) -> tuple[Told, ...]:
        """Acts that nobody knows the fate of, in the order of their tickets."""
        return tuple(one for one in self._told.values() if one.unsettled)

    def told(self, id: str) -> tuple[Told, ...]:
        """The ticket of an act, where it has one."""
        return (self._told[id],) if id in self._told else ()
