"""Starts and stops that take a turn: told for an instant inside a step, with how long power may take to follow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from gridtide.fleet.act import BeginAt, PauseJob
from gridtide.fleet.ticket import Outcome, Ticket


@dataclass(frozen=True, kw_only=True)
class BeginInTurn(BeginAt):
    """Let a waiting job begin from an instant on; its power rises over so many seconds from then, and then it works."""

    turn_s: float


@dataclass(frozen=True, kw_only=True)
class PauseInTurn(PauseJob):
    """Stop a running job now; its power falls over so many seconds."""

    turn_s: float


@runtime_checkable
class MovesInTurn(Protocol):
    """A scheduler that has the power of a job rise and fall over so long as it is told. Others begin and stop at the
    same instants, each as fast as its machines do."""

    def begin_in_turn(self, ticket: Ticket, job: str, at: datetime, turn_s: float) -> Outcome:
        """Let a waiting job begin from an instant on, its power rising over turn_s."""
        ...

    def pause_in_turn(self, ticket: Ticket, job: str, until: datetime, turn_s: float) -> Outcome:
        """Stop a running job now until an instant, its power falling over turn_s."""
        ...


def turn_of(act: object) -> float:
    """How long power takes to follow an act, s; 0 where it is at once."""
    return act.turn_s if isinstance(act, BeginInTurn | PauseInTurn) else 0.0
