"""What a device can do, one small capability each. Whatever restrains something says until when, and ends by itself.

Every act takes a ticket and returns an outcome; none raises for a device that refuses or does not answer. What can be
seen is read by methods of its own: a device's answer is never taken for what happened, meters are.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

from gridtide.fleet.ticket import Outcome, Ticket

Shares: TypeAlias = tuple[tuple[str, float], ...]
"""Numbers by place, site/pool."""


class Pause(StrEnum):
    """How work may be stopped before its end.

    CHECKPOINT: it writes a checkpoint when it is told to, and starts again from there. SIGSTOP: it stands still in
    memory, single-node work without accelerators only. NEVER: not at all, which holds where nobody says.
    """

    CHECKPOINT = "checkpoint"
    SIGSTOP = "sigstop"
    NEVER = "never"


class Standing(StrEnum):
    """Where a job stands at its scheduler. LOST: it ended without success."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class QueuedJob:
    """A job as its scheduler knows it; what nobody said is None.

    id: as the scheduler names it. begin_at: not to start before. work_class, deadline, pause, checkpoint: as its owner
    declared them; checkpoint is the path it writes to. run_limit_s: its declared limit. place: site/pool where its data
    is; there_at: when data that was sent there arrives. done_s: seconds of its work that are done and kept, at full
    speed. on: names of the nodes that it runs on. point: the operating point it runs at by what its boards hold.
    """

    id: str
    name: str
    standing: Standing
    accelerators: int
    nodes: int
    submitted_at: datetime
    begin_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    run_limit_s: int | None = None
    work_class: str | None = None
    deadline: datetime | None = None
    pause: Pause = Pause.NEVER
    checkpoint: str | None = None
    place: str | None = None
    there_at: datetime | None = None
    done_s: int | None = None
    on: tuple[str, ...] = ()
    point: str | None = None


@dataclass(frozen=True, kw_only=True)
class PowerReading:
    """Power of one thing at an instant. method: how it was measured (meter, nvml, estimated); share: how far it may be
    off, as a share of the value, None where the device does not say."""

    of: str
    kw: float
    measured_at: datetime
    method: str
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class StoreReading:
    """A store at an instant: what it holds, takes and gives."""

    of: str
    soc_kwh: float
    charge_kw: float
    discharge_kw: float
    measured_at: datetime


@dataclass(frozen=True, kw_only=True)
class RouteReading:
    """Requests per second of a service from an origin: what came, and what each place answered, by site/pool; p50_s,
    p95_s: answer times there, NaN where nothing was answered. share_off: by how much shares may differ from those told
    since what was told of them is something else, as numbers of replicas. sent: shares of what came that it sent
    to each place, answered there or not; empty where it does not say."""

    service: str
    origin: str
    asked_per_s: float
    answered_per_s: Shares
    p50_s: Shares
    p95_s: Shares
    measured_at: datetime
    share_off: float = 0.0
    sent: Shares = ()


@dataclass(frozen=True, kw_only=True)
class ReplicaReading:
    """Replicas of a service at an instant: how many it is told to run, how many are ready, within which numbers its
    owner lets it be told."""

    of: str
    told: int
    ready: int
    least: int
    most: int
    measured_at: datetime


@dataclass(frozen=True, kw_only=True)
class Restraint:
    """Something that holds at an actuator and will end by itself. kind: the act that put it there (begin, pause, cap,
    exchange, replicas, queue, supply air, cooling, cold, made); value in words, with its unit."""

    subject: str
    kind: str
    value: str
    until: datetime


class UnreachableError(OSError):
    """A device did not answer a reading; the message says which, and what to look at."""


@runtime_checkable
class ReadsPower(Protocol):
    """A meter."""

    def read_power(self) -> tuple[PowerReading, ...]:
        """Power now, of everything it measures. Raises UnreachableError."""
        ...


@runtime_checkable
class QueuesJobs(Protocol):
    """A scheduler whose queue can be read and whose waiting jobs can be told when they may begin."""

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended lately, by id. Raises UnreachableError."""
        ...

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on: a start time, never a hold. An instant that has passed lets it
        begin at once."""
        ...


@runtime_checkable
class TellsTime(Protocol):
    """A device by whose own clock what it was told begins and ends."""

    def read_clock(self) -> datetime:
        """The instant that its clock shows now. Raises UnreachableError."""
        ...


@runtime_checkable
class PausesJobs(Protocol):
    """A scheduler whose running jobs can be stopped and come back by themselves."""

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant, as its class permits; abandoned where no fresh checkpoint comes."""
        ...

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on at once."""
        ...


@runtime_checkable
class GivesTime(Protocol):
    """A scheduler that ends work at its run limit, and can be told a longer one."""

    def give_time(self, ticket: Ticket, job: str, run_limit_s: int) -> Outcome:
        """Let a job that waits or runs go on for so long since its start; never for less than it may already."""
        ...


@runtime_checkable
class PlacesJobs(Protocol):
    """A scheduler of several pools that can be told where a job runs, and at which operating point."""

    def place_job(self, ticket: Ticket, job: str, place: str, point: str) -> Outcome:
        """Have a job run at a place, site/pool, at an operating point of its menu; its data goes there."""
        ...


@runtime_checkable
class RoutesRequests(Protocol):
    """A router that splits the requests of services over places."""

    def route(
        self,
        ticket: Ticket,
        service: str,
        origin: str,
        shares: Shares,
        slower: tuple[Shares, ...],
        until: datetime,
    ) -> Outcome:
        """Split what comes from an origin by these shares until an instant, then as at home. slower: what of them is
        answered at slower points of the service, by their names."""
        ...

    def read_routes(self) -> tuple[RouteReading, ...]:
        """What came and was answered. Raises UnreachableError."""
        ...


@runtime_checkable
class HoldsImport(Protocol):
    """The controller of a site, which holds its import by its store and by sending requests on, as far as they can."""

    def hold_import(
        self,
        ticket: Ticket,
        most_kw: float,
        least_kw: float | None,
        raise_price_per_kw: float,
        it_price_per_kwh: float,
        until: datetime,
    ) -> Outcome:
        """Hold the import below a level, and above the least where one is told, until an instant. A kW above the level
        costs raise_price_per_kw, a kWh of IT here it_price_per_kwh: what is sent on goes where it costs less."""
        ...


@runtime_checkable
class CapsPower(Protocol):
    """Accelerators or nodes whose power can be bounded for a while."""

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a unit until an instant, when it is lifted by the device's own side."""
        ...


@runtime_checkable
class LocksClocks(Protocol):
    """Accelerators whose clock can be bounded for a while: what saves where no cap binds, as in decode."""

    def lock_clock(self, ticket: Ticket, unit: str, highest_mhz: float, until: datetime) -> Outcome:
        """Let the clock of a unit rise no higher until an instant, when it is freed by the device's own side."""
        ...


@runtime_checkable
class StoresEnergy(Protocol):
    """A battery or UPS that can be told what to take and give."""

    def read_store(self) -> StoreReading:
        """What it holds and does now. Raises UnreachableError."""
        ...

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant, then rest. One of both is 0."""
        ...


@runtime_checkable
class ScalesReplicas(Protocol):
    """A serving platform whose replicas can be told in number."""

    def scale(self, ticket: Ticket, service: str, replicas: int, until: datetime) -> Outcome:
        """Run so many replicas of a service until an instant, then as many as before."""
        ...


@runtime_checkable
class ReadsRequests(Protocol):
    """Whatever measures what comes for services and where it is answered, and splits nothing."""

    def read_requests(self) -> tuple[RouteReading, ...]:
        """Requests a second now. Raises UnreachableError."""
        ...


@runtime_checkable
class OpensQueues(Protocol):
    """A queue of jobs that can stop to admit new ones for a while."""

    def close_queue(self, ticket: Ticket, queue: str, until: datetime) -> Outcome:
        """Admit nothing more to a queue until an instant."""
        ...


@runtime_checkable
class CoolsAir(Protocol):
    """A cooling plant whose supply temperature can be told."""

    def cool_to(self, ticket: Ticket, supply_c: float, until: datetime) -> Outcome:
        """Supply air or water of so many degrees until an instant, then as before."""
        ...


@runtime_checkable
class Restrains(Protocol):
    """Whatever can hold something back: it says what it holds, and lets go when told."""

    def restraints(self) -> tuple[Restraint, ...]:
        """Everything held now, by subject, as the actuator has it. Raises UnreachableError."""
        ...

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Undo what holds a subject at once, whatever put it there."""
        ...


@runtime_checkable
class RenewsLeases(Protocol):
    """Whatever lets go of what it holds when nobody says for a while that it shall hold on."""

    def renew(self) -> tuple[Restraint, ...]:
        """Hold what has not run out for another lease, end what has; what is held then. To be asked well within a
        lease, first of all at start. Raises UnreachableError."""
        ...


@runtime_checkable
class TellsLater(Protocol):
    """Whatever is told without waiting: an act is UNDERWAY at once, and what came of it can be asked later."""

    def came(self) -> tuple[Outcome, ...]:
        """What came of acts since somebody asked last, in the order it came."""
        ...

    def hangs(self) -> str:
        """Which act it has not come back from though its ticket ran out, in words; empty where none."""
        ...

    def close(self) -> None:
        """Begin nothing more and wait for nothing: what is in hand goes on or not."""
        ...
