"""What a board is told for an operating point: a power cap, a highest clock, or both, lent for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gridtide.fleet.act import CapPower, LockClock
from gridtide.fleet.device import Restraint
from gridtide.fleet.lease import Bound


@dataclass(frozen=True, kw_only=True)
class BoardBound:
    """The most power of one board [kW] and its highest clock [MHz]; None for what is left to the board. Without
    either it is free."""

    cap_kw: float | None = None
    highest_mhz: float | None = None

    @property
    def is_free(self) -> bool:
        """Whether nothing bounds it."""
        return self.cap_kw is None and self.highest_mhz is None


FREE = BoardBound()


@dataclass(frozen=True, kw_only=True)
class BoardPoint:
    """An operating point of a pool as its boards are told it. speed: beside full speed; it_kw: of a busy accelerator at
    the IT meter, with its share of the server."""

    name: str
    speed: float
    it_kw: float
    bound: BoardBound


def acts_on(bound: BoardBound, unit: str, until: datetime) -> tuple[CapPower | LockClock, ...]:
    """What one board is told so that a bound holds until an instant; nothing where it is free: that is a release."""
    acts: list[CapPower | LockClock] = []
    if bound.cap_kw is not None:
        acts.append(CapPower(unit=unit, cap_kw=bound.cap_kw, until=until))
    if bound.highest_mhz is not None:
        acts.append(LockClock(unit=unit, highest_mhz=bound.highest_mhz, until=until))
    return tuple(acts)


def point_held(
    menu: Iterable[BoardPoint], unit: str, held: Iterable[Restraint]
) -> BoardPoint | None:
    """The point at which a board stands by what its device says that it holds; None for bounds of no point."""
    said = {(one.kind, one.value) for one in held if one.subject == unit}
    return next((point for point in menu if _words(point.bound) == said), None)


def cap_said(cap_kw: float) -> tuple[str, str]:
    """Kind and value by which a device says that it holds a cap: what it was told is known again by these words."""
    return Bound.CAP.value, f"{cap_kw:g} kW"


def clock_said(highest_mhz: float) -> tuple[str, str]:
    """The same of a clock."""
    return Bound.CLOCK.value, f"{highest_mhz:g} MHz"


def _words(bound: BoardBound) -> set[tuple[str, str]]:
    """A bound as restraints say it."""
    cap = set() if bound.cap_kw is None else {cap_said(bound.cap_kw)}
    return cap if bound.highest_mhz is None else {*cap, clock_said(bound.highest_mhz)}
