"""The way to a device: how long what it is told takes to come back, and whether that is quick enough for set-points."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

HELD_CYCLES = 3
"""For so many cycles anything is told."""
AGAIN = timedelta(seconds=60)
"""A way that was too slow is tried again after so long."""


@runtime_checkable
class TakesTime(Protocol):
    """A device that is told beside the loop and knows how long that takes."""

    def took_s(self) -> float | None:
        """How long the newest act took to come back, or is on its way for, s; None before any."""
        ...


@dataclass(kw_only=True, eq=False)
class Way:
    """name: of the device. cycle_s: between two set-points. slow_at: when it was seen to be too slow."""

    name: str
    device: object
    cycle_s: float
    slow_at: datetime | None = None

    @property
    def took_s(self) -> float | None:
        """How long the newest act took, s; None where nobody knows."""
        return self.device.took_s() if isinstance(self.device, TakesTime) else None

    def is_open(self, now: datetime) -> bool:
        """Whether set-points may go this way now: what is told must come back before the next is due."""
        took_s = self.took_s
        if took_s is None or took_s <= self.cycle_s:
            self.slow_at = None
        elif self.slow_at is None or now - self.slow_at >= AGAIN:
            first, self.slow_at = self.slow_at is None, now
            return not first
        return self.slow_at is None

    @property
    def said(self) -> str:
        """What is wrong with it, empty while nothing is."""
        if self.slow_at is None or self.took_s is None:
            return ""
        return (
            f"what {self.name} was told took {self.took_s:.1f} s to come back, more than a cycle of {self.cycle_s:g} s;"
            " nothing is told to it"
        )
