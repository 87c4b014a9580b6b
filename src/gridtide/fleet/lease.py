"""A bound that ends by itself: by the clock on the wall or by the time that has really passed, whichever is first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Bound(StrEnum):
    """What of a board is bounded: its power [kW] or its clock [MHz]."""

    CAP = "cap"
    CLOCK = "clock"


@dataclass(frozen=True, kw_only=True)
class Lease:
    """What holds one board back, and until when.

    value: of the bound, kW or MHz. until: the instant of the wall clock at which it ends. boot: which start of the
    machine it belongs to; until_steady_s: seconds since that start at which it ends, which no change of the wall clock
    moves.
    """

    unit: str
    bound: Bound
    value: float
    until: datetime
    boot: str
    until_steady_s: float


@dataclass(frozen=True, kw_only=True)
class Instant:
    """Now, three ways: on the wall, in seconds since the machine started, and which start that was."""

    wall: datetime
    steady_s: float
    boot: str


def is_over(lease: Lease, now: Instant) -> bool:
    """Whether a lease has ended. One of an earlier start of the machine has: nobody knows how long that is ago."""
    return lease.boot != now.boot or now.wall >= lease.until or now.steady_s >= lease.until_steady_s


def leased(unit: str, bound: Bound, value: float, until: datetime, now: Instant) -> Lease:
    """A lease that begins now."""
    return Lease(
        unit=unit,
        bound=bound,
        value=value,
        until=until,
        boot=now.boot,
        until_steady_s=now.steady_s + (until - now.wall).total_seconds(),
    )


def left_s(lease: Lease, now: Instant) -> float:
    """Seconds until a lease ends, 0 once it is over."""
    if is_over(lease, now):
        return 0.0
    return min((lease.until - now.wall).total_seconds(), lease.until_steady_s - now.steady_s)
