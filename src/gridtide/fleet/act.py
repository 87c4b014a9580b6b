"""What can be told to a device, as values: who plans an act, who carries it and who does it share these nouns.

An act names a capability of `fleet/device.py` and what is asked of it. Whatever restrains says until when.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gridtide.fleet.device import (
    CapsPower,
    CoolsAir,
    LocksClocks,
    OpensQueues,
    PausesJobs,
    QueuesJobs,
    Restrains,
    ScalesReplicas,
    StoresEnergy,
)
from gridtide.fleet.ticket import Fate, Outcome, Ticket


@dataclass(frozen=True, kw_only=True)
class BeginAt:
    """Let a waiting job begin from an instant on."""

    job: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PauseJob:
    """Stop a running job until an instant."""

    job: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ResumeJob:
    """Let a stopped job go on at once."""

    job: str


@dataclass(frozen=True, kw_only=True)
class CapPower:
    """Bound the power of a unit until an instant."""

    unit: str
    cap_kw: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class LockClock:
    """Let the clock of a unit rise no higher until an instant."""

    unit: str
    highest_mhz: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Have a store take or give power until an instant; one of both is 0."""

    store: str
    charge_kw: float
    discharge_kw: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Run so many replicas of a service until an instant."""

    service: str
    replicas: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class CloseQueue:
    """Admit nothing more to a queue until an instant."""

    queue: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class CoolTo:
    """Have a plant supply air or water of so many degrees until an instant."""

    plant: str
    supply_c: float
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Release:
    """Undo what holds a subject at once."""

    subject: str


Act: TypeAlias = (
    BeginAt
    | PauseJob
    | ResumeJob
    | CapPower
    | LockClock
    | Exchange
    | Scale
    | CloseQueue
    | CoolTo
    | Release
)


def subject_of(act: Act) -> str:
    """What an act is about: a job, unit, store, service, queue or plant."""
    match act:
        case BeginAt() | PauseJob() | ResumeJob():
            return act.job
        case CapPower() | LockClock():
            return act.unit
        case Exchange():
            return act.store
        case Scale():
            return act.service
        case CloseQueue():
            return act.queue
        case CoolTo():
            return act.plant
        case Release():
            return act.subject


def holds_until(act: Act) -> datetime | None:
    """When what an act restrains ends by itself; None for acts that restrain nothing. A begin holds until then."""
    match act:
        case BeginAt():
            return act.at
        case ResumeJob() | Release():
            return None
        case _:
            return act.until


def lets_go(act: object) -> bool:
    """Whether an act only undoes: such acts stay allowed when nothing new may be begun."""
    return isinstance(act, ResumeJob | Release)


def do(act: Act, device: object, ticket: Ticket, now: datetime) -> Outcome:
    """Have a device do an act; REFUSED by a device that has no such capability, which nothing was told."""
    match act, device:
        case BeginAt(), QueuesJobs():
            return device.begin_at(ticket, act.job, act.at)
        case PauseJob(), PausesJobs():
            return device.pause(ticket, act.job, act.until)
        case ResumeJob(), PausesJobs():
            return device.resume(ticket, act.job)
        case CapPower(), CapsPower():
            return device.cap(ticket, act.unit, act.cap_kw, act.until)
        case LockClock(), LocksClocks():
            return device.lock_clock(ticket, act.unit, act.highest_mhz, act.until)
        case Exchange(), StoresEnergy():
            return device.exchange(ticket, act.charge_kw, act.discharge_kw, act.until)
        case Scale(), ScalesReplicas():
            return device.scale(ticket, act.service, act.replicas, act.until)
        case CloseQueue(), OpensQueues():
            return device.close_queue(ticket, act.queue, act.until)
        case CoolTo(), CoolsAir():
            return device.cool_to(ticket, act.supply_c, act.until)
        case Release(), Restrains():
            return device.release(ticket, act.subject)
        case _:
            said = f"{type(device).__name__} cannot do {type(act).__name__}"
            return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=now)
