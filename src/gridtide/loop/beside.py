"""Devices beside the loop: read and told by threads of their own, so that one that is slow or hangs holds up nothing.

What is read is the newest that was heard; what is told is on its way at once, and what came of it is asked later. A
wrapper can do exactly what its device can: one small class for each capability of `fleet/device.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from gridtide.fleet.device import (
    CapsPower,
    CoolsAir,
    HoldsImport,
    LocksClocks,
    OpensQueues,
    PausesJobs,
    PlacesJobs,
    PowerReading,
    QueuedJob,
    QueuesJobs,
    ReadsPower,
    ReadsRequests,
    RenewsLeases,
    Restrains,
    Restraint,
    RouteReading,
    RoutesRequests,
    ScalesReplicas,
    Shares,
    StoreReading,
    StoresEnergy,
    TellsTime,
)
from gridtide.fleet.site_plants import (
    ColdReading,
    CoolsHall,
    HallReading,
    MadeReading,
    MakesPower,
    StoresCold,
)
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.listening import Ask, Listening
from gridtide.loop.site_agent import RENEW_EVERY_S
from gridtide.loop.telling import Line, Telling

Took = Callable[[str, str, object], None]
"""Told what was read: name of the device, what was asked, the answer."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often devices are asked, and how old an answer may be, seconds. read: meters, stores and routes, which are
    cheap to ask; queue: queues and restraints; renew: leases."""

    read_every_s: float = 2.0
    read_oldest_s: float = 10.0
    queue_every_s: float = 10.0
    queue_oldest_s: float = 60.0
    renew_every_s: float = RENEW_EVERY_S
    renew_oldest_s: float = 3.0 * RENEW_EVERY_S


class Beside:
    """A device with its threads; satisfies TellsLater. Its capabilities are added by `beside`."""

    def __init__(
        self,
        device: Any,
        name: str,
        now: Callable[[], datetime],
        steady_s: Callable[[], float],
        pace: Pace,
        took: Took,
        leads: Callable[[], bool],
    ) -> None:
        self._device, self._steady_s = device, steady_s
        asks, renews = _asks(device, pace, steady_s)
        words = (now, steady_s, partial(took, name))
        self._reading = Listening(name, asks, *words)
        self._renewing = Listening(f"leases of {name}", renews, *words)
        self._telling = Telling(name, now, self._reading.hurry, leads)
        self._listening = [
            one for one, some in ((self._reading, asks), (self._renewing, renews)) if some
        ]

    def start(self) -> None:
        """Begin to read it and to renew its leases; returns at once."""
        for one in self._listening:
            one.start()

    def heard_first(self, within_s: float) -> bool:
        """Whether it was asked everything once; waits for it so long at most."""
        return all(one.heard_first(within_s) for one in self._listening)

    def came(self) -> tuple[Outcome, ...]:
        """What came of acts since somebody asked last."""
        return self._telling.came()

    def hangs(self) -> str:
        """Which act it has not come back from though its ticket ran out; empty where none."""
        return self._telling.hangs()

    def took_s(self) -> float | None:
        """How long the newest act took to come back, or is on its way for, s; None before any."""
        return self._telling.took_s()

    def close(self) -> None:
        """Ask and begin nothing more; what is in hand is left to itself."""
        self._telling.close()
        for one in self._listening:
            one.close()

    def _tell(
        self,
        ticket: Ticket,
        subject: str,
        act: Callable[..., Outcome],
        *asked: object,
        line: Line = Line.HOLDS,
    ) -> Outcome:
        return self._telling.tell(ticket, subject, partial(act, ticket, *asked), line)

    def _said(self, what: str) -> Any:
        return self._reading.newest(what)


class _Meters(Beside):
    def read_power(self) -> tuple[PowerReading, ...]:
        """Power as it was heard last. Raises UnreachableError."""
        said: tuple[PowerReading, ...] = self._said("power")
        return said


class _Queues(Beside):
    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs as they were heard of last. Raises UnreachableError."""
        said: tuple[QueuedJob, ...] = self._said("queue")
        return said

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on."""
        return self._tell(ticket, job, self._device.begin_at, job, at)


class _Times(Beside):
    def read_clock(self) -> datetime:
        """What the device's clock shows, gone on since it was heard last. Raises UnreachableError."""
        said: tuple[datetime, float] = self._said("clock")
        shown, heard_s = said
        return shown + timedelta(seconds=self._steady_s() - heard_s)


class _Pauses(Beside):
    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant."""
        return self._tell(ticket, job, self._device.pause, job, until, line=Line.ASKS)

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on at once."""
        return self._tell(ticket, job, self._device.resume, job, line=Line.LETS_GO)


class _Places(Beside):
    def place_job(self, ticket: Ticket, job: str, place: str, point: str) -> Outcome:
        """Have a job run at a place at an operating point."""
        return self._tell(ticket, f"place of {job}", self._device.place_job, job, place, point)


class _Routes(Beside):
    def route(
        self,
        ticket: Ticket,
        service: str,
        origin: str,
        shares: Shares,
        slower: tuple[Shares, ...],
        until: datetime,
    ) -> Outcome:
        """Split what comes from an origin by shares until an instant."""
        subject = f"{service} from {origin}"
        asked = (service, origin, shares, slower, until)
        return self._tell(ticket, subject, self._device.route, *asked)

    def read_routes(self) -> tuple[RouteReading, ...]:
        """Routes as they were heard of last. Raises UnreachableError."""
        said: tuple[RouteReading, ...] = self._said("routes")
        return said


class _Requests(Beside):
    def read_requests(self) -> tuple[RouteReading, ...]:
        """Requests as they were heard of last. Raises UnreachableError."""
        said: tuple[RouteReading, ...] = self._said("requests")
        return said


class _Imports(Beside):
    def hold_import(
        self,
        ticket: Ticket,
        most_kw: float,
        least_kw: float | None,
        raise_price_per_kw: float,
        it_price_per_kwh: float,
        until: datetime,
    ) -> Outcome:
        """Hold the import between levels until an instant."""
        asked = (most_kw, least_kw, raise_price_per_kw, it_price_per_kwh, until)
        return self._tell(ticket, "import", self._device.hold_import, *asked)


class _Caps(Beside):
    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a unit until an instant."""
        return self._tell(ticket, f"cap of {unit}", self._device.cap, unit, cap_kw, until)


class _Clocks(Beside):
    def lock_clock(self, ticket: Ticket, unit: str, highest_mhz: float, until: datetime) -> Outcome:
        """Let the clock of a unit rise no higher until an instant."""
        act = self._device.lock_clock
        return self._tell(ticket, f"clock of {unit}", act, unit, highest_mhz, until)


class _Stores(Beside):
    def read_store(self) -> StoreReading:
        """The store as it was heard of last. Raises UnreachableError."""
        said: StoreReading = self._said("store")
        return said

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant."""
        asked = (charge_kw, discharge_kw, until)
        return self._tell(ticket, "store", self._device.exchange, *asked)


class _Replicas(Beside):
    def scale(self, ticket: Ticket, service: str, replicas: int, until: datetime) -> Outcome:
        """Run so many replicas of a service until an instant."""
        return self._tell(ticket, service, self._device.scale, service, replicas, until)


class _OpenQueues(Beside):
    def close_queue(self, ticket: Ticket, queue: str, until: datetime) -> Outcome:
        """Admit nothing more to a queue until an instant."""
        return self._tell(ticket, queue, self._device.close_queue, queue, until)


class _Cooling(Beside):
    def cool_to(self, ticket: Ticket, supply_c: float, until: datetime) -> Outcome:
        """Supply air or water of so many degrees until an instant."""
        return self._tell(ticket, "supply", self._device.cool_to, supply_c, until)


class _Halls(Beside):
    def read_hall(self) -> HallReading:
        """The hall as it was heard of last. Raises UnreachableError."""
        said: HallReading = self._said("hall")
        return said

    def cool_beyond(self, ticket: Ticket, heat_kw: float, until: datetime) -> Outcome:
        """Carry out so much heat beyond that of the moment until an instant."""
        return self._tell(ticket, "heat", self._device.cool_beyond, heat_kw, until)


class _ColdStores(Beside):
    def read_cold(self) -> ColdReading:
        """The store of cold as it was heard of last. Raises UnreachableError."""
        said: ColdReading = self._said("cold")
        return said

    def store_cold(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much cold until an instant."""
        return self._tell(ticket, "cold", self._device.store_cold, charge_kw, discharge_kw, until)


class _Plants(Beside):
    def read_made(self) -> MadeReading:
        """The plant as it was heard of last. Raises UnreachableError."""
        said: MadeReading = self._said("made")
        return said

    def make_power(self, ticket: Ticket, made_kw: float, until: datetime) -> Outcome:
        """Make so much until an instant."""
        return self._tell(ticket, "made", self._device.make_power, made_kw, until)


class _Restraining(Beside):
    def restraints(self) -> tuple[Restraint, ...]:
        """What is held as it was heard last. Raises UnreachableError."""
        said: tuple[Restraint, ...] = self._said("restraints")
        return said

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Undo what holds a subject at once."""
        return self._tell(ticket, subject, self._device.release, subject, line=Line.LETS_GO)


class _Leases(Beside):
    def renew(self) -> tuple[Restraint, ...]:
        """What was held when leases were renewed last, as a thread does again and again. Raises UnreachableError."""
        held: Any = self._renewing.newest("lease")
        said: tuple[Restraint, ...] = held
        return said


CAPABILITIES: tuple[tuple[Any, type[Beside]], ...] = (
    (ReadsPower, _Meters),
    (QueuesJobs, _Queues),
    (TellsTime, _Times),
    (PausesJobs, _Pauses),
    (PlacesJobs, _Places),
    (RoutesRequests, _Routes),
    (ReadsRequests, _Requests),
    (HoldsImport, _Imports),
    (CapsPower, _Caps),
    (LocksClocks, _Clocks),
    (StoresEnergy, _Stores),
    (ScalesReplicas, _Replicas),
    (OpensQueues, _OpenQueues),
    (CoolsAir, _Cooling),
    (CoolsHall, _Halls),
    (StoresCold, _ColdStores),
    (MakesPower, _Plants),
    (Restrains, _Restraining),
    (RenewsLeases, _Leases),
)
"""What a device may be able to do, and how it is done beside the loop."""


def beside(
    device: object,
    name: str,
    now: Callable[[], datetime],
    steady_s: Callable[[], float],
    pace: Pace | None = None,
    took: Took = lambda name, what, answer: None,
    leads: Callable[[], bool] = lambda: True,
) -> Beside:
    """A device beside the loop, not started yet. now, steady_s: the wall clock, and seconds that only rise. took: told
    what was read, in the thread that read it. leads: whether who tells it surely leads."""
    able = tuple(kind for protocol, kind in CAPABILITIES if isinstance(device, protocol))
    made: type[Beside] = type("Beside" + type(device).__name__, able or (Beside,), {})
    return made(device, name, now, steady_s, pace or Pace(), took, leads)


def all_beside(
    devices: Mapping[str, object],
    now: Callable[[], datetime],
    steady_s: Callable[[], float],
    pace: Pace | None = None,
    took: Took = lambda name, what, answer: None,
    leads: Callable[[], bool] = lambda: True,
    first_within_s: float = 10.0,
) -> dict[str, object]:
    """Every device of a fleet beside the loop, by its name, started. Each is waited for until it was read once, all
    together at most so long: who reads back what is held wants to hear it. Whoever opens them closes them."""
    made = {
        name: beside(device, name, now, steady_s, pace, took, leads)
        for name, device in devices.items()
    }
    for one in made.values():
        one.start()
    ends_s = steady_s() + first_within_s
    for one in made.values():
        one.heard_first(max(0.0, ends_s - steady_s()))
    return dict(made)


def _asks(
    device: object, pace: Pace, steady_s: Callable[[], float]
) -> tuple[dict[str, Ask], dict[str, Ask]]:
    """What a device is asked again and again, and apart from it, since it may not wait, that its leases be renewed."""
    asks: dict[str, Ask] = {}

    def quick(what: str, read: Callable[[], object]) -> None:
        asks[what] = Ask(read=read, every_s=pace.read_every_s, oldest_s=pace.read_oldest_s)

    def slow(what: str, read: Callable[[], object]) -> None:
        asks[what] = Ask(read=read, every_s=pace.queue_every_s, oldest_s=pace.queue_oldest_s)

    if isinstance(device, ReadsPower):
        quick("power", device.read_power)
    if isinstance(device, StoresEnergy):
        quick("store", device.read_store)
    if isinstance(device, CoolsHall):
        quick("hall", device.read_hall)
    if isinstance(device, StoresCold):
        quick("cold", device.read_cold)
    if isinstance(device, MakesPower):
        quick("made", device.read_made)
    if isinstance(device, RoutesRequests):
        quick("routes", device.read_routes)
    if isinstance(device, ReadsRequests):
        quick("requests", device.read_requests)
    if isinstance(device, QueuesJobs):
        slow("queue", device.queue)
    if isinstance(device, TellsTime):
        slow("clock", lambda: (device.read_clock(), steady_s()))
    if isinstance(device, Restrains):
        slow("restraints", device.restraints)
    if not isinstance(device, RenewsLeases):
        return asks, {}
    renew = Ask(read=device.renew, every_s=pace.renew_every_s, oldest_s=pace.renew_oldest_s)
    return asks, {"lease": renew}
