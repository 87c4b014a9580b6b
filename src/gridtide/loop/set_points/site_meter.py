"""What a site draws at its connection, by a meter that is read beside the loop, so that a tick has it at once."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from gridtide.fleet.device import (
    PowerReading,
    ReadsPower,
    StoresEnergy,
    TellsLater,
    UnreachableError,
)

LOAD_S = 60.0
"""Over so long what a site draws beside its store is taken: longer than a store needs to get anywhere, shorter than
work needs to come and go."""
LOADS_LEAST = 5
"""Pairs of readings before a load is known."""


@dataclass(frozen=True, kw_only=True)
class Metered:
    """What is drawn at a connection, kW, below 0 what is fed in, and when that was measured."""

    kw: float
    measured_at: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteMeter:
    """site: by its name. devices: those that meter anything, each asked by a thread of its own."""

    site: str
    devices: tuple[ReadsPower, ...]

    def read(self) -> Metered | None:
        """Import less export as it was heard last; None where no meter says what is imported."""
        found = {one.of: one for device in self.devices for one in _said(device)}
        taken, given = found.get(f"{self.site} import"), found.get(f"{self.site} export")
        if taken is None:
            return None
        if given is None:
            return Metered(kw=taken.kw, measured_at=taken.measured_at)
        older = min(taken.measured_at, given.measured_at)
        return Metered(kw=taken.kw - given.kw, measured_at=older)


def site_meter(site: str, devices: Mapping[str, object]) -> SiteMeter | None:
    """The meter of a site among devices; None where none is read beside the loop: one that is asked in a tick would
    make it wait. Stores meter themselves alone."""
    beside = tuple(
        device
        for _, device in sorted(devices.items())
        if isinstance(device, ReadsPower)
        and isinstance(device, TellsLater)
        and not isinstance(device, StoresEnergy)
    )
    return SiteMeter(site=site, devices=beside) if beside else None


@dataclass(kw_only=True, eq=False)
class LoadSeen:
    """What a site draws beside what set-points move, by what its meter reads less what store and boards say: the median
    of a minute, since one is read a little after the other while they move. pairs: second and kW, oldest first."""

    pairs: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=512))
    newest: tuple[datetime, datetime] | None = None

    def note(self, metered: Metered, drawn_kw: float, drawn_at: datetime) -> None:
        """One more pair of readings; the same pair counts once."""
        if self.newest == (metered.measured_at, drawn_at):
            return
        self.newest = metered.measured_at, drawn_at
        self.pairs.append((metered.measured_at.timestamp(), metered.kw - drawn_kw))

    def forget(self) -> None:
        """What was read is not to be believed, or was read of something else."""
        self.pairs.clear()

    def kw(self, now: datetime) -> float | None:
        """The load of the last minute; None while too little is known."""
        since_s = now.timestamp() - LOAD_S
        while self.pairs and self.pairs[0][0] < since_s:
            self.pairs.popleft()
        if len(self.pairs) < LOADS_LEAST:
            return None
        return float(median(kw for _, kw in self.pairs))


def _said(device: ReadsPower) -> tuple[PowerReading, ...]:
    try:
        return device.read_power()
    except UnreachableError:
        return ()
