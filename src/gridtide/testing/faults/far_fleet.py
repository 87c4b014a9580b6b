"""Devices in a process of their own, which live on when whoever tells them is gone, and count what they were told.

    python -m gridtide.testing.faults.far_fleet SOCKET JOURNAL BEGAN SPEED SEED HOURS

A simulated fleet behind a socket. JOURNAL: a line for each act that was done, never for one told again.
"""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from time import sleep
from typing import Any

from gridtide.case.live_policy import USUAL
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.device import (
    PowerReading,
    QueuedJob,
    Restraint,
    RouteReading,
    StoreReading,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.names import store_names
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.faults.course_clock import CourseClock
from gridtide.testing.studies import small_study

ANSWERS_WITHIN_S = 2.0
TAKES_S = 0.01
"""From doing an act to saying so, as devices take; who tells may be gone by then."""


def study_of(seed: int, hours: int) -> Study:
    """What both sides know: two sites, a store, a service, jobs."""
    return small_study(seed, hours=hours, jobs=2 * hours, accelerators=32)


def clock_of(study: Study, began: str, speed: str) -> CourseClock:
    """The clock of both sides."""
    return CourseClock(
        start=study.timeline.start, began=datetime.fromisoformat(began), speed=float(speed)
    )


@dataclass(kw_only=True)
class CountingGate(Gate):
    """Writes down each act as it is done."""

    journal: Path

    def settled(
        self, ticket: Ticket, fate: Fate, said: str, now: datetime, lost_accelerator_h: float = 0.0
    ) -> Outcome:
        """What came of a ticket; done is written down."""
        if fate in (Fate.DONE, Fate.SUPERSEDED):
            line = {"ticket": ticket.id, "epoch": ticket.epoch, "fate": fate.value}
            with self.journal.open("a") as file:
                print(json.dumps(line), file=file)
        return super().settled(ticket, fate, said, now, lost_accelerator_h)


@dataclass(kw_only=True)
class Line:
    """What a room has of such a fleet. One question at a time; silence is UnreachableError."""

    socket: Path
    open: Connection | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, device: str, what: str, *words: object) -> Any:
        """What a device answers."""
        with self.lock:
            try:
                if self.open is None:
                    self.open = Client(str(self.socket), family="AF_UNIX")
                self.open.send((device, what, words))
                if self.open.poll(ANSWERS_WITHIN_S):
                    return self.open.recv()
            except (OSError, EOFError) as fault:
                self.open = None
                raise UnreachableError(f"{device}: {type(fault).__name__}") from None
            self.open = None
            raise UnreachableError(f"{device} did not answer within {ANSWERS_WITHIN_S:g} s")

    def told(self, device: str, what: str, ticket: Ticket, *words: object) -> Outcome:
        """What comes of an act: nobody knows where the device does not answer."""
        try:
            outcome: Outcome = self.asked(device, what, ticket, *words)
            return outcome
        except UnreachableError as fault:
            return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=str(fault), at=ticket.issued_at)


@dataclass(frozen=True, kw_only=True)
class FarFleet:
    """Scheduler, router and meters over a line."""

    line: Line
    name: str = "fleet"

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended."""
        found: tuple[QueuedJob, ...] = self.line.asked(self.name, "queue")
        return found

    def read_power(self) -> tuple[PowerReading, ...]:
        """Of everything a meter is at."""
        found: tuple[PowerReading, ...] = self.line.asked(self.name, "read_power")
        return found

    def read_routes(self) -> tuple[RouteReading, ...]:
        """What came and was answered."""
        found: tuple[RouteReading, ...] = self.line.asked(self.name, "read_routes")
        return found

    def restraints(self) -> tuple[Restraint, ...]:
        """Everything held now."""
        found: tuple[Restraint, ...] = self.line.asked(self.name, "restraints")
        return found

    def read_clock(self) -> datetime:
        """The present instant, by the clock of the devices."""
        found: datetime = self.line.asked(self.name, "read_clock")
        return found

    def begin_at(self, ticket: Ticket, *words: object) -> Outcome:
        """Let a job begin from an instant on."""
        return self.line.told(self.name, "begin_at", ticket, *words)

    def pause(self, ticket: Ticket, *words: object) -> Outcome:
        """Stop a job until an instant."""
        return self.line.told(self.name, "pause", ticket, *words)

    def resume(self, ticket: Ticket, *words: object) -> Outcome:
        """Let a job go on."""
        return self.line.told(self.name, "resume", ticket, *words)

    def place_job(self, ticket: Ticket, *words: object) -> Outcome:
        """Have a job run at a place and point."""
        return self.line.told(self.name, "place_job", ticket, *words)

    def route(self, ticket: Ticket, *words: object) -> Outcome:
        """Split what comes from an origin."""
        return self.line.told(self.name, "route", ticket, *words)

    def release(self, ticket: Ticket, *words: object) -> Outcome:
        """Undo what holds a subject."""
        return self.line.told(self.name, "release", ticket, *words)


@dataclass(frozen=True, kw_only=True)
class FarStore:
    """A store over a line."""

    line: Line
    name: str

    def read_store(self) -> StoreReading:
        """What it holds."""
        found: StoreReading = self.line.asked(self.name, "read_store")
        return found

    def exchange(self, ticket: Ticket, *words: object) -> Outcome:
        """Take or give until an instant."""
        return self.line.told(self.name, "exchange", ticket, *words)


@dataclass(frozen=True, kw_only=True)
class FarController:
    """What holds the import of a site, over a line."""

    line: Line
    name: str

    def hold_import(self, ticket: Ticket, *words: object) -> Outcome:
        """Hold the import until an instant."""
        return self.line.told(self.name, "hold_import", ticket, *words)


def far_devices(study: Study, socket: Path) -> dict[str, object]:
    """Every device of such a fleet, as `devices_of` names them."""
    line = Line(socket=socket)
    stores = {name: FarStore(line=line, name=name) for name in store_names(study.fleet)}
    sites = {site.name: FarController(line=line, name=site.name) for site in study.fleet.sites}
    return {"fleet": FarFleet(line=line), **stores, **sites}


def main(socket: str, journal: str, began: str, speed: str, seed: str, hours: str) -> None:
    """Serve until killed; says `ready` once somebody may ask."""
    study = study_of(int(seed), int(hours))
    _, _, known = policy_named(USUAL, study)
    fleet = SimulatedFleet.of(known, truth_of(study), clock_of(study, began, speed).now)
    fleet.gate = CountingGate(journal=Path(journal))
    devices = devices_of(fleet)
    with Listener(socket, family="AF_UNIX") as listener:
        print("ready", flush=True)
        while True:
            line = listener.accept()
            threading.Thread(target=_answer, args=(line, devices), daemon=True).start()


def _answer(line: Connection, devices: dict[str, object]) -> None:
    while True:
        try:
            device, what, words = line.recv()
            act: Callable[..., object] = getattr(devices[device], what)
            answer = act(*words)
            if isinstance(answer, Outcome):
                sleep(TAKES_S)
            line.send(answer)
        except (OSError, EOFError):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
