"""Boards that are told by two: their room says at which point they run, set-points move them around that.

Set-points are told on the newest word of the room (`set_point_ticket.py`), by leases of a few cycles only.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from gridtide.fleet.act import CapPower, LockClock, Release, do
from gridtide.fleet.board_bound import FREE, BoardBound, acts_on, cap_said, clock_said
from gridtide.fleet.device import PowerReading, Restraint, TellsLater
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.led_boards import Boards
from gridtide.loop.set_points.led_store import TOOK
from gridtide.loop.set_points.set_point_ticket import set_point_ticket

Bounding: TypeAlias = CapPower | LockClock
"""What bounds a board until it ends by itself."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What set-points told a board last, free where it was freed, until when, and by which tickets."""

    bound: BoardBound
    at: datetime
    until: datetime
    by: frozenset[str]


@dataclass(kw_only=True, eq=False)
class MovedBoards:
    """What the room tells boards by. Satisfies CapsPower, LocksClocks, ReadsPower and Restrains as far as its device
    does: what it cannot do is refused.

    device: what the room tells in the end, and waits for. fast: the same beside the loop, for set-points: no tick waits
    for it, one act on a board is in hand and one waits. epoch: of tickets before the room told anything. led: whether
    set-points move them; what the room says then is their base. newest: epoch and number of the newest ticket of the
    room. told: what set-points told last, by board; on_way: tickets of which nobody knows the outcome. failed: why what
    was told last did not come through.
    """

    name: str
    device: Boards
    fast: Boards
    epoch: int = 1
    led: bool = False
    base: dict[str, tuple[Bounding, ...]] = field(default_factory=dict)
    newest: tuple[int, int] = (0, 0)
    told: dict[str, Told] = field(default_factory=dict)
    on_way: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    count: int = 0
    gate: Gate = field(default_factory=Gate)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a board until an instant, at once or as the base of set-points."""
        return self._room_says(ticket, CapPower(unit=unit, cap_kw=cap_kw, until=until))

    def lock_clock(self, ticket: Ticket, unit: str, highest_mhz: float, until: datetime) -> Outcome:
        """Let the clock of a board rise no higher until an instant, at once or as the base of set-points."""
        return self._room_says(ticket, LockClock(unit=unit, highest_mhz=highest_mhz, until=until))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Free a board at once; set-points have no base of it any more, and tell it anew with their next tick."""
        with self.lock:
            self._heard(ticket)
            self.base.pop(subject, None)
            self.told.pop(subject, None)
        return do(Release(subject=subject), self.device, ticket, ticket.issued_at)

    def restraints(self) -> tuple[Restraint, ...]:
        """As the device has them; of boards that set-points move, what the room told them. Raises UnreachableError."""
        held = self.device.restraints()
        with self.lock:
            moved = {unit for unit, told in self.told.items() if self.led}
            bases = [one for unit in sorted(moved) for one in self.base.get(unit, ())]
        own = tuple(one for one in held if one.subject not in moved)
        return (*own, *(_restraint(one) for one in bases))

    def read_power(self) -> tuple[PowerReading, ...]:
        """What its boards draw. Raises UnreachableError."""
        return self.device.read_power()

    def follow(self, unit: str, bound: BoardBound | None, now: datetime, until: datetime) -> bool:
        """Bound a board so until an instant, as its room wants it where that is None, unless that holds long enough.
        Whether it is told by now: freeing a board and bounding it never overtake each other."""
        with self.lock:
            self._hear()
            before = self.told.get(unit)
            if not self.led or (bound is None and before is None):
                return True
            wanted = self._base(unit, now) if bound is None else bound
            if _holds(before, wanted, now, until):
                return True
            if wanted.is_free and (before is None or before.until <= now):
                return True
            crosses = before is not None and before.bound.is_free is not wanted.is_free
            if before is not None and crosses and before.by & self.on_way:
                return False
            self._tell(unit, wanted, now, until)
            return True

    def capped_kw(self, unit: str, at: datetime) -> float | None:
        """To which power set-points had bounded a board, and that came through; None where they had not by then."""
        told = self.told.get(unit)
        if told is None or not told.at <= at < told.until or told.by & self.on_way:
            return None
        return told.bound.cap_kw

    def _room_says(self, ticket: Ticket, act: Bounding) -> Outcome:
        now = ticket.issued_at
        with self.lock:
            self._heard(ticket)
            moved = self.led and act.unit in self.told
            if moved:
                stopped = self.gate.stopped(ticket, act.unit, now)
                if stopped is not None:
                    return stopped
                self.gate.forget_old(now)
                self._rests_on(act)
                said = f"{act.unit} moves around what it was told until {act.until}"
                return self.gate.settled(ticket, Fate.DONE, said, now)
        outcome = do(act, self.device, ticket, now)
        if outcome.fate in TOOK:
            with self.lock:
                self._rests_on(act)
        return outcome

    def _rests_on(self, act: Bounding) -> None:
        others = (one for one in self.base.get(act.unit, ()) if type(one) is not type(act))
        self.base[act.unit] = (*others, act)

    def _base(self, unit: str, now: datetime) -> BoardBound:
        """What the room wants of a board now."""
        holds = [one for one in self.base.get(unit, ()) if one.until > now]
        caps = [one.cap_kw for one in holds if isinstance(one, CapPower)]
        clocks = [one.highest_mhz for one in holds if isinstance(one, LockClock)]
        return BoardBound(
            cap_kw=caps[0] if caps else None, highest_mhz=clocks[0] if clocks else None
        )

    def _tell(self, unit: str, bound: BoardBound, now: datetime, until: datetime) -> None:
        acts = acts_on(bound, unit, until) or (Release(subject=unit),)
        tickets = [self._ticket(now, until) for _ in acts]
        by = frozenset(one.id for one in tickets)
        self.told[unit] = Told(bound=bound, at=now, until=until, by=by)
        self.on_way |= by
        for ticket, act in zip(tickets, acts, strict=True):
            self._came(unit, do(act, self.fast, ticket, now))

    def _hear(self) -> None:
        """Take up what came of set-points that were on their way."""
        if not isinstance(self.fast, TellsLater):
            return
        for outcome in self.fast.came():
            self.on_way.discard(outcome.ticket)
            for unit, told in tuple(self.told.items()):
                if outcome.ticket in told.by:
                    self._came(unit, outcome)

    def _came(self, unit: str, outcome: Outcome) -> None:
        """What became of what a board was told last; what did not come through is told anew with the next tick."""
        if outcome.fate is Fate.UNDERWAY:
            return
        self.on_way.discard(outcome.ticket)
        if outcome.fate in TOOK:
            self.failed.pop(unit, None)
        else:
            self.told.pop(unit, None)
            self.failed[unit] = outcome.said

    def _heard(self, ticket: Ticket) -> None:
        self.newest = max(self.newest, (ticket.epoch, ticket.sequence))

    def _ticket(self, now: datetime, until: datetime) -> Ticket:
        self.count += 1
        newest = max(self.newest, (self.epoch, 0))
        return set_point_ticket(self.name, newest, self.count, now, until)


def _holds(told: Told | None, wanted: BoardBound, now: datetime, until: datetime) -> bool:
    """Whether the same was told and holds for more than half of the time asked."""
    if told is None or told.bound != wanted:
        return False
    return wanted == FREE or 2 * (told.until - now) > until - now


def _restraint(act: Bounding) -> Restraint:
    """What the room told, as a device says it."""
    kind, value = cap_said(act.cap_kw) if isinstance(act, CapPower) else clock_said(act.highest_mhz)
    return Restraint(subject=act.unit, kind=kind, value=value, until=act.until)
