"""Nodes that rest between uses: what a place is told that it will need, and what its nodes do meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from gridtide.fleet.ticket import Outcome, Ticket

Needs: TypeAlias = tuple[float, ...]
"""Accelerators that are needed in each of some steps, one after the other."""


@dataclass(frozen=True, kw_only=True)
class KeepAwake:
    """Have so many accelerators of a place, site/pool, awake in each of the steps of step_s seconds from an instant on;
    its nodes beyond may rest by the rules of the place, until an instant."""

    place: str
    at: datetime
    step_s: int
    accelerators: Needs
    until: datetime


@dataclass(frozen=True, kw_only=True)
class RestReading:
    """Accelerators of a place whose nodes may rest: idle, parked and off at an instant, and used in the step before it,
    NaN where nobody saw."""

    of: str
    idle: float
    parked: float
    off: float
    used: float
    measured_at: datetime


@runtime_checkable
class RestsNodes(Protocol):
    """Whatever has nodes rest that nothing uses, and wakes them."""

    def keep_awake(
        self,
        ticket: Ticket,
        place: str,
        at: datetime,
        step_s: int,
        accelerators: Needs,
        until: datetime,
    ) -> Outcome:
        """Have so many accelerators awake in the steps from an instant on, others rest by the rules of the place; after
        `until` by these rules alone."""
        ...

    def read_rest(self) -> tuple[RestReading, ...]:
        """What nodes do that may rest, by place. Raises UnreachableError."""
        ...


def nodes_of(place: str) -> str:
    """What the nodes of a place are called as the subject of an act."""
    return f"nodes of {place}"
