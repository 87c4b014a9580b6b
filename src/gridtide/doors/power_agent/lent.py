"""What may be lent of a board, and what outlives the process that lends."""

from dataclasses import dataclass, field
from typing import Protocol

from gridtide.fleet.lease import Lease
from gridtide.fleet.ticket import Gate


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What may be done to one board. rest_kw: the limit it goes back to, the driver's default where it is None.
    clock_floor_mhz: the lowest clock that may be locked; None: none may be."""

    unit: str
    floor_kw: float
    ceiling_kw: float
    rest_kw: float | None = None
    clock_floor_mhz: int | None = None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Who was told what, and what is lent."""

    leases: tuple[Lease, ...] = ()
    gate: Gate = field(default_factory=Gate)


class Journal(Protocol):
    """Keeps what is lent."""

    def read(self) -> Kept:
        """What was kept last; empty where nothing was. Raises OSError, or BadInput for what is no journal."""
        ...

    def write(self, kept: Kept, durable: bool = True) -> None:
        """Keep this from now on; durable when it returns, or only for as long as the machine runs. Raises OSError."""
        ...


class NoJournal:
    """Keeps nothing: for who gives back beside a process that keeps the journal."""

    def read(self) -> Kept:
        """Nothing."""
        return Kept()

    def write(self, kept: Kept, durable: bool = True) -> None:
        """Keep nothing."""
