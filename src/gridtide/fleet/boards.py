"""Accelerator boards as a driver knows them: what they draw, how power and clocks may be bounded, how that fails."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class BoardFault(StrEnum):
    """Why a board did not do it."""

    NO_DRIVER = "no driver"
    NO_SUCH_BOARD = "no such board"
    NOT_SUPPORTED = "not supported"
    NO_PERMISSION = "no permission"
    OUT_OF_RANGE = "out of range"
    LOST = "lost"
    OTHER = "other"


class BoardError(Exception):
    """A board did not do it: which kind of fault, and in words with the next step."""

    def __init__(self, fault: BoardFault, said: str) -> None:
        self.fault = fault
        super().__init__(said)


@dataclass(frozen=True, kw_only=True)
class Board:
    """A board and its bounds. unit: its UUID. default_kw: the limit it has when nobody set one; lowest_kw, highest_kw:
    between which one may be set; limit_kw: the one that holds now; clock_max_mhz: the highest clock locked, None where
    clocks are free or the driver does not say."""

    unit: str
    name: str
    default_kw: float
    lowest_kw: float
    highest_kw: float
    limit_kw: float
    clock_max_mhz: int | None = None


class DrivesBoards(Protocol):
    """A driver. Every method raises BoardError; none waits. method: how power is measured, as readings say it."""

    @property
    def method(self) -> str:
        """How it measures power."""
        ...

    def units(self) -> tuple[str, ...]:
        """UUIDs of all boards of this machine, in a fixed order."""
        ...

    def board(self, unit: str) -> Board:
        """A board and the limit that holds now."""
        ...

    def power_kw(self, unit: str) -> float:
        """What it draws now [kW]."""
        ...

    def limit(self, unit: str, limit_kw: float) -> None:
        """Bound its power [kW] until another limit is set: hardware knows no lease."""
        ...

    def lock_clock(self, unit: str, highest_mhz: int) -> None:
        """Let its clock rise no higher [MHz]."""
        ...

    def free_clock(self, unit: str) -> None:
        """Let its clock be its own affair again."""
        ...
