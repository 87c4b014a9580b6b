"""The devices of a fleet as a loop reaches them: who can say something is asked, who does not answer is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar, runtime_checkable

from gridtide.fleet.device import (
    HoldsImport,
    PowerReading,
    QueuedJob,
    QueuesJobs,
    ReadsPower,
    RenewsLeases,
    Restrains,
    Restraint,
    RouteReading,
    RoutesRequests,
    StoreReading,
    StoresEnergy,
    TellsLater,
    TellsTime,
    UnreachableError,
)
from gridtide.fleet.rest_act import KeepAwake, RestReading, RestsNodes
from gridtide.fleet.service import Service
from gridtide.fleet.site_act import AnyAct, HoldImport
from gridtide.fleet.site_plants import (
    ColdReading,
    CoolsHall,
    HallReading,
    MadeReading,
    MakesPower,
    StoresCold,
)
from gridtide.fleet.ticket import Outcome

R = TypeVar("R")
RESTRAINTS = ": restraints"
"""After the name of a device: what it was asked, among those that are silent."""


@runtime_checkable
class MovedBeside(Protocol):
    """A device that something else than its room may move."""

    def moved_beside(self) -> bool:
        """Whether something does now."""
        ...


@dataclass(kw_only=True, eq=False)
class Reach:
    """devices: by the subject each is told about; a scheduler is told about the jobs it lists, whatever its name here,
    and a router about routes. silent: what did not answer when it was asked last, device and what was asked, with the
    fault. listed: what each scheduler listed last; jobs do not vanish because nobody answers for them."""

    devices: Mapping[str, object]
    silent: dict[str, str] = field(default_factory=dict)
    listed: dict[str, tuple[QueuedJob, ...]] = field(default_factory=dict)

    def queues(self) -> dict[str, tuple[QueuedJob, ...]]:
        """What each scheduler lists, or listed last where it does not answer."""
        asked = {
            name: self._asked(f"{name}: queue", device.queue)
            for name, device in sorted(self.devices.items())
            if isinstance(device, QueuesJobs)
        }
        self.listed |= {name: jobs for name, jobs in asked.items() if jobs is not None}
        return {name: self.listed.get(name, ()) for name in asked}

    def clocks(self, now: Callable[[], datetime]) -> dict[str, timedelta]:
        """How far the clock of every device that tells its own is ahead of `now`, behind below zero, by name. What it
        took to ask is no difference."""
        asked = {
            name: self._asked(f"{name}: clock", partial(_ahead, device, now))
            for name, device in sorted(self.devices.items())
            if isinstance(device, TellsTime)
        }
        return {name: ahead for name, ahead in asked.items() if ahead is not None}

    def power(self) -> list[PowerReading]:
        """What every meter says."""
        asked = [
            self._asked(f"{name}: power", device.read_power)
            for name, device in sorted(self.devices.items())
            if isinstance(device, ReadsPower)
        ]
        return [reading for some in asked for reading in some or ()]

    def routes(self) -> list[RouteReading]:
        """What came and was answered, as routers say."""
        asked = [
            self._asked(f"{name}: routes", device.read_routes)
            for name, device in sorted(self.devices.items())
            if isinstance(device, RoutesRequests)
        ]
        return [reading for some in asked for reading in some or ()]

    def stores(self) -> dict[str, StoreReading]:
        """What every store that answers holds and does, by name."""
        asked = [
            self._asked(f"{name}: store", device.read_store)
            for name, device in sorted(self.devices.items())
            if isinstance(device, StoresEnergy)
        ]
        return {reading.of: reading for reading in asked if reading is not None}

    def halls(self) -> dict[str, HallReading]:
        """How warm every hall that answers is and what is carried out of it, by name."""
        asked = [
            self._asked(f"{name}: hall", device.read_hall)
            for name, device in sorted(self.devices.items())
            if isinstance(device, CoolsHall)
        ]
        return {reading.of: reading for reading in asked if reading is not None}

    def colds(self) -> dict[str, ColdReading]:
        """What every store of cold that answers holds and does, by name."""
        asked = [
            self._asked(f"{name}: cold", device.read_cold)
            for name, device in sorted(self.devices.items())
            if isinstance(device, StoresCold)
        ]
        return {reading.of: reading for reading in asked if reading is not None}

    def made(self) -> dict[str, MadeReading]:
        """What every plant that answers makes, by name."""
        asked = [
            self._asked(f"{name}: made", device.read_made)
            for name, device in sorted(self.devices.items())
            if isinstance(device, MakesPower)
        ]
        return {reading.of: reading for reading in asked if reading is not None}

    def rests(self) -> list[RestReading]:
        """What nodes do that may rest, as whoever has them rest says."""
        asked = [
            self._asked(f"{name}: nodes", device.read_rest)
            for name, device in sorted(self.devices.items())
            if isinstance(device, RestsNodes)
        ]
        return [reading for some in asked for reading in some or ()]

    def restraints(self) -> list[tuple[str, Restraint]]:
        """Everything that is held anywhere, as devices say, each with the name of the device."""
        asked = [
            (name, self._asked(f"{name}{RESTRAINTS}", device.restraints))
            for name, device in sorted(self.devices.items())
            if isinstance(device, Restrains)
        ]
        return [(name, held) for name, some in asked for held in some or ()]

    def says_what_it_holds(self, name: str) -> bool:
        """Whether everything that may hold what a device was told answered `restraints`: the device itself, or all that
        can where it cannot."""
        silent = {what for what in self.silent if what.endswith(RESTRAINTS)}
        own = isinstance(self.devices.get(name), Restrains)
        return f"{name}{RESTRAINTS}" not in silent if own else not silent

    def takes(self, act: AnyAct) -> bool:
        """Whether an act is for anybody here: a site without a controller is not told to hold its import, nor one whose
        nodes nobody has rest what they are needed for."""
        if isinstance(act, KeepAwake):
            return any(isinstance(one, RestsNodes) for one in self.devices.values())
        if not isinstance(act, HoldImport):
            return True
        return isinstance(self.devices.get(act.site), HoldsImport)

    def moved_beside(self) -> frozenset[str]:
        """Devices that are moved by set-points now: no meter shows what the room told them."""
        found = [(name, one) for name, one in self.devices.items() if isinstance(one, MovedBeside)]
        return frozenset(name for name, one in found if one.moved_beside())

    def came(self) -> list[Outcome]:
        """What came of acts that were on their way; a device that does not come back from one is named, and one
        whose leases are not renewed."""
        found: list[Outcome] = []
        for name, device in sorted(self.devices.items()):
            if isinstance(device, TellsLater):
                found += device.came()
                self.silent.pop(f"{name}: acts", None)
                if hangs := device.hangs():
                    self.silent[f"{name}: acts"] = hangs
                if isinstance(device, RenewsLeases):
                    self._asked(f"{name}: leases", device.renew)
        return found

    def close(self) -> None:
        """Have devices beside the loop ask and begin nothing more; nobody waits for them."""
        for device in self.devices.values():
            if isinstance(device, TellsLater):
                device.close()

    def owners(self, services: tuple[Service, ...], origins: tuple[str, ...]) -> dict[str, str]:
        """Which device is told about each job and each route: the one that lists it, the one that routes."""
        owners = {job.id: name for name, jobs in self.queues().items() for job in jobs}
        for name, device in sorted(self.devices.items()):
            if isinstance(device, RoutesRequests):
                owners |= {
                    f"{one.name} from {origin}": name for one in services for origin in origins
                }
        return owners

    def _asked(self, what: str, read: Callable[[], R]) -> R | None:
        """What a device answers; None where it does not, or breaks, which is said until it answers again."""
        try:
            answer = read()
        except UnreachableError as fault:
            self.silent[what] = str(fault)
            return None
        except Exception as fault:
            self.silent[what] = f"broke: {type(fault).__name__}: {fault}"
            return None
        self.silent.pop(what, None)
        return answer


def _ahead(device: TellsTime, now: Callable[[], datetime]) -> timedelta:
    before = now()
    shown = device.read_clock()
    return max(shown - now(), timedelta()) + min(shown - before, timedelta())
