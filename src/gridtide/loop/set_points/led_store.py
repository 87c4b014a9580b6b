"""A store that is told by two: its room says the exchange it rests on, set-points move it around that.

Set-points are told on the newest word of the room (`set_point_ticket.py`), for a few cycles only.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.fleet.device import (
    PowerReading,
    ReadsPower,
    RenewsLeases,
    Restrains,
    Restraint,
    StoreReading,
    StoresEnergy,
    TellsLater,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.set_points.set_point_ticket import prefix_of, set_point_ticket

TOOK = (Fate.DONE, Fate.UNCHANGED, Fate.UNDERWAY)
"""What leaves a store doing what it was told, or about to."""
SAME_KW = 1e-3
"""Powers nearer than this are one."""


@dataclass(frozen=True, kw_only=True)
class BaseExchange:
    """What the room told the store last: what it draws, kW, below 0 what it gives, and until when."""

    drawn_kw: float
    until: datetime


@dataclass(kw_only=True, eq=False)
class LedStore:
    """Satisfies StoresEnergy and, as far as its device does, Restrains, RenewsLeases, ReadsPower and TellsLater.

    device: what is told in the end. epoch: of tickets before the room told it anything. led: whether set-points move
    it; what the room says then is its base and is told with the next of them, otherwise it is told at once. base: None
    before the room said anything, and once it let go. newest: epoch and number of the newest ticket of the room that
    the device has seen, whatever it made of it. told: what a set-point told last, and until when; by: its ticket;
    count: how many were told. failed: why the newest did not come through, empty where it did, or nobody knows yet.
    of_room: what came of acts of the room since it asked.
    """

    name: str
    device: StoresEnergy
    epoch: int = 1
    led: bool = False
    base: BaseExchange | None = None
    newest: tuple[int, int] = (0, 0)
    told: tuple[float, datetime] | None = None
    by: str = ""
    count: int = 0
    failed: str = ""
    of_room: deque[Outcome] = field(default_factory=deque)
    gate: Gate = field(default_factory=Gate)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def read_store(self) -> StoreReading:
        """What it holds and does now. Raises UnreachableError."""
        return self.device.read_store()

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Rest on this until an instant: told at once, or as the base of set-points where these move it."""
        now = ticket.issued_at
        with self.lock:
            self._heard(ticket)
            if not self.led:
                outcome = self.device.exchange(ticket, charge_kw, discharge_kw, until)
                if outcome.fate in TOOK:
                    self._rests_on(charge_kw - discharge_kw, until)
                return outcome
            stopped = self.gate.stopped(ticket, self.name, now)
            if stopped is not None:
                return stopped
            self.gate.forget_old(now)
            self._rests_on(charge_kw - discharge_kw, until)
            said = f"{self.name} moves around {charge_kw - discharge_kw:g} kW until {until}"
            return self.gate.settled(ticket, Fate.DONE, said, now)

    def restraints(self) -> tuple[Restraint, ...]:
        """As the device has them. Raises UnreachableError."""
        return self.device.restraints() if isinstance(self.device, Restrains) else ()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let go at once; set-points have no base any more."""
        with self.lock:
            self._heard(ticket)
            self.base = self.told = None
            self.led = False
            if isinstance(self.device, Restrains):
                return self.device.release(ticket, subject)
            return self.device.exchange(ticket, 0.0, 0.0, ticket.expires_at)

    def renew(self) -> tuple[Restraint, ...]:
        """Hold what the device holds for another lease. Raises UnreachableError."""
        with self.lock:
            return self.device.renew() if isinstance(self.device, RenewsLeases) else ()

    def read_power(self) -> tuple[PowerReading, ...]:
        """What a meter of the device says, nothing where it has none. Raises UnreachableError."""
        return self.device.read_power() if isinstance(self.device, ReadsPower) else ()

    def came(self) -> tuple[Outcome, ...]:
        """What came of the room's own acts that were on their way."""
        if not isinstance(self.device, TellsLater):
            return ()
        with self.lock:
            self._hear()
            found = tuple(self.of_room)
            self.of_room.clear()
        return found

    def moved_beside(self) -> bool:
        """Whether set-points move it, so that no meter can show what the room told it."""
        return self.led

    def hangs(self) -> str:
        """Which act its device has not come back from, in words."""
        return self.device.hangs() if isinstance(self.device, TellsLater) else ""

    def close(self) -> None:
        """Have its device begin nothing more."""
        if isinstance(self.device, TellsLater):
            self.device.close()

    def base_kw(self, now: datetime) -> float:
        """What the room wants it to draw, kW, below 0 to give; 0 where nothing holds any more."""
        base = self.base
        return 0.0 if base is None or base.until <= now else base.drawn_kw

    def follow(self, drawn_kw: float, now: datetime, until: datetime) -> Outcome | None:
        """Draw this until an instant, unless that holds long enough; None where nothing had to be told."""
        with self.lock:
            self._hear()
            if not self.led or self._holds(drawn_kw, now, until):
                return None
            self.count += 1
            newest = max(self.newest, (self.epoch, 0))
            ticket = set_point_ticket(self.name, newest, self.count, now, until)
            self.by = ticket.id
            outcome = self.device.exchange(ticket, max(drawn_kw, 0.0), max(-drawn_kw, 0.0), until)
            self.told = (drawn_kw, until)
            self._came(outcome)
            return outcome

    def _hear(self) -> None:
        """Take up what came of acts that were on their way: of the room for it, of set-points here."""
        if not isinstance(self.device, TellsLater):
            return
        for outcome in self.device.came():
            if not outcome.ticket.startswith(prefix_of(self.name)):
                self.of_room.append(outcome)
            elif outcome.ticket == self.by:
                self._came(outcome)

    def _came(self, outcome: Outcome) -> None:
        """What became of the newest set-point; one that did not come through is told anew with the next tick."""
        if outcome.fate not in TOOK:
            self.told, self.failed = None, outcome.said
        elif outcome.fate is not Fate.UNDERWAY:
            self.failed = ""

    def _rests_on(self, drawn_kw: float, until: datetime) -> None:
        self.base = BaseExchange(drawn_kw=drawn_kw, until=until)
        if not self.led:
            self.told = None

    def _heard(self, ticket: Ticket) -> None:
        self.newest = max(self.newest, (ticket.epoch, ticket.sequence))

    def _holds(self, drawn_kw: float, now: datetime, until: datetime) -> bool:
        """Whether the same was told and holds for more than half of the time asked."""
        if self.told is None:
            return False
        told_kw, told_until = self.told
        return abs(told_kw - drawn_kw) < SAME_KW and 2 * (told_until - now) > until - now


def drawn_now_kw(reading: StoreReading) -> float:
    """What a store draws by a reading, kW, below 0 what it gives."""
    return reading.charge_kw - reading.discharge_kw


def read_or_none(store: LedStore) -> StoreReading | None:
    """What a store says, None where it does not answer."""
    try:
        return store.read_store()
    except UnreachableError:
        return None
