"""One device told act after act in the order of tickets, each once, by threads of its own: nobody waits for it."""

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket, told_again


class Line(IntEnum):
    """What waits for what: an act never for one in another line, and in its own for as many as AT_ONCE says.

    HOLDS: what holds something back. LETS_GO: what undoes. ASKS: what asks somebody else and waits for the answer, as a
    pause does for the checkpoint of its job."""

    HOLDS = 0
    LETS_GO = 1
    ASKS = 2


AT_ONCE = {Line.HOLDS: 1, Line.LETS_GO: 1, Line.ASKS: 16}
"""How many acts of a line may be in hand."""
LOOKS_EVERY_S = 0.5
"""How often acts that nobody may be told look whether they may again."""


@dataclass(frozen=True, kw_only=True, order=True)
class Waiting:
    """An act that waits for its turn, in the order of tickets. act: does it; told_at: when it was to be done."""

    epoch: int
    sequence: int
    ticket: Ticket = field(compare=False)
    subject: str = field(compare=False)
    act: Callable[[], Outcome] = field(compare=False)
    told_at: datetime = field(compare=False)


class Telling:
    """The acts of one device. Any thread may tell; what comes of it is asked by `came`.

    What lets something go never waits behind what holds something back, and nothing waits behind what itself waits for
    an answer. A gate keeps the order of tickets of each subject over all lines; of acts on one subject under one
    number, as set-points are, the newest waits alone. name: of the device, as people know it. after: called when an act
    is settled. leads: whether who tells surely leads; while nobody can say, as in a process that was paused and woken,
    no act is begun.
    """

    def __init__(
        self,
        name: str,
        now: Callable[[], datetime],
        after: Callable[[], None],
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self._name, self._now, self._after, self._leads = name, now, after, leads
        self._changed = threading.Condition()
        self._gate = Gate()
        self._lines: dict[Line, list[Waiting]] = {line: [] for line in Line}
        self._in_hand: dict[tuple[Line, int], Waiting] = {}
        self._known: set[str] = set()
        self._came: list[Outcome] = []
        self._threads: dict[tuple[Line, int], threading.Thread] = {}
        self._over = False
        self._took_s: float | None = None

    def tell(
        self,
        ticket: Ticket,
        subject: str,
        act: Callable[[], Outcome],
        line: Line = Line.HOLDS,
    ) -> Outcome:
        """Have an act done in its turn; UNDERWAY at once, or what came of this ticket before."""
        now = self._now()
        with self._changed:
            before = self._gate.outcomes.get(ticket.id)
            if before is not None:
                return told_again(before, now)
            if self._over:
                said = f"{self._name} is not told any more: the room is closed"
                return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=now)
            if ticket.id not in self._known:
                self._known.add(ticket.id)
                numbers = {"epoch": ticket.epoch, "sequence": ticket.sequence}
                one = Waiting(**numbers, ticket=ticket, subject=subject, act=act, told_at=now)
                self._give_way(line, one, now)
                heapq.heappush(self._lines[line], one)
                self._begin(line)
                self._changed.notify_all()
        said = f"on its way to {self._name}"
        return Outcome(ticket=ticket.id, fate=Fate.UNDERWAY, said=said, at=now)

    def came(self) -> tuple[Outcome, ...]:
        """What came of acts since this was asked last; one whose ticket ran out while it waited has EXPIRED."""
        now = self._now()
        with self._changed:
            for line in self._lines.values():
                late = [one for one in line if one.ticket.expires_at <= now]
                line[:] = [one for one in line if one.ticket.expires_at > now]
                heapq.heapify(line)
                why = f"{self._name} was busy" if self._leads() else "nobody could say who leads"
                for one in sorted(late):
                    said = f"expired at {one.ticket.expires_at}, while {why}"
                    self._settle(one, self._gate.settled(one.ticket, Fate.EXPIRED, said, now))
            self._gate.forget_old(now)
            found, self._came = tuple(self._came), []
        return found

    def hangs(self) -> str:
        """Which act is in hand though its ticket ran out, in words; empty where none is."""
        now = self._now()
        with self._changed:
            late = {
                one: line
                for (line, _), one in self._in_hand.items()
                if one.ticket.expires_at <= now
            }
        if not late:
            return ""
        first = min(late)
        said = f"{self._name}: no word of what came of {first.subject}, told at {first.ticket.issued_at}"
        if late[first] is Line.ASKS:
            return f"{said}; look at {first.subject}, whose answer is waited for"
        return f"{said}; look at the device, nothing more is told to it until then"

    def took_s(self) -> float | None:
        """How long the newest act that came back took since it was told, s, or one that is in hand where that is longer
        already; None before any."""
        now = self._now()
        with self._changed:
            hand = [one.told_at for one in self._in_hand.values()]
            past = [] if self._took_s is None else [self._took_s]
        return max([*past, *((now - at).total_seconds() for at in hand)], default=None)

    def close(self) -> None:
        """Begin nothing more; what is in hand is left to itself."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _give_way(self, line: Line, newer: Waiting, now: datetime) -> None:
        """An act that waits under the same number on the same subject is not begun: what a device is too slow for must
        not be told it late."""
        for one in [one for one in self._lines[line] if one == newer]:
            if one.subject == newer.subject:
                self._lines[line].remove(one)
                said = f"another came while {self._name} was busy"
                self._settle(one, self._gate.settled(one.ticket, Fate.SUPERSEDED, said, now))
        heapq.heapify(self._lines[line])

    def _begin(self, line: Line) -> None:
        """A thread for what waits in a line, where those that it has are busy and it may have another."""
        own = [number for of, number in self._threads if of is line]
        busy = sum(of is line for of, _ in self._in_hand)
        if len(self._lines[line]) + busy <= len(own) or len(own) == AT_ONCE[line]:
            return
        place = (line, len(own))
        name = f"{self._name} {line.name.lower().replace('_', ' ')} {len(own)}"
        thread = threading.Thread(target=self._run, args=place, name=name, daemon=True)
        self._threads[place] = thread
        thread.start()

    def _run(self, line: Line, number: int) -> None:
        while (one := self._next(line, number)) is not None:
            outcome = self._done(one)
            with self._changed:
                del self._in_hand[line, number]
                self._took_s = (self._now() - one.told_at).total_seconds()
                self._settle(one, outcome)
            self._after()

    def _next(self, line: Line, number: int) -> Waiting | None:
        with self._changed:
            while not self._over:
                waits = self._lines[line]
                if waits and self._leads():
                    one = self._in_hand[line, number] = heapq.heappop(waits)
                    return one
                self._changed.wait(LOOKS_EVERY_S if waits else None)
        return None

    def _done(self, one: Waiting) -> Outcome:
        """What a device makes of an act; one that raises, which none may, has not answered."""
        with self._changed:
            stopped = self._gate.stopped(one.ticket, one.subject, self._now())
        if stopped is not None:
            return stopped
        try:
            return one.act()
        except Exception as fault:
            said = f"{self._name} broke: {type(fault).__name__}: {fault}"
            return Outcome(ticket=one.ticket.id, fate=Fate.FAILED, said=said, at=self._now())

    def _settle(self, one: Waiting, outcome: Outcome) -> None:
        self._known.discard(one.ticket.id)
        if outcome.fate is not Fate.FAILED:
            self._gate.outcomes[one.ticket.id] = outcome
            self._gate.ends[one.ticket.id] = one.ticket.expires_at
        self._came.append(outcome)
