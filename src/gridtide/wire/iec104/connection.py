"""One connection of IEC 60870-5-104 as a state machine without input or output; seconds are passed in.

Source: IEC 60870-5-104:2006, clauses 5.1 to 5.5: send and receive numbers, k and w, t1 to t3, start and stop.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from gridtide.wire.iec104 import asdu as telegrams
from gridtide.wire.iec104.apdu import (
    MODULUS,
    Command,
    Frame,
    Malformed,
    Numbered,
    Supervisory,
    Unnumbered,
    encoded,
    taken,
)
from gridtide.wire.iec104.asdu import Asdu

WAITING_AT_MOST = 1_000
"""Telegrams that may wait for the window to open; what comes on top is not taken."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """k: frames sent and not acknowledged; w: frames received before an acknowledgement is due. t1_s: for an
    acknowledgement, t2_s: until one is sent without telegrams, t3_s: of silence until the line is tested.
    The defaults are those of the standard."""

    k: int = 12
    w: int = 8
    t1_s: float = 15.0
    t2_s: float = 10.0
    t3_s: float = 20.0


class Transfer(StrEnum):
    """Whether telegrams flow. STOPPING: a stop was asked and not everything sent is acknowledged."""

    STOPPED = "stopped"
    STARTED = "started"
    STOPPING = "stopping"


class Connection:
    """One side of a connection. `receive` takes bytes, `send` takes telegrams, `outgoing` gives the bytes to write.

    `closed` says why the connection must be closed, None while it lives: after a malformed frame, a number that does
    not follow, or an acknowledgement that stays away, as the standard demands. A controlled station waits for a start;
    the controlling one asks for it by `start`.
    """

    def __init__(self, *, controlled: bool, now_s: float, timing: Timing | None = None) -> None:
        self.controlled = controlled
        self.timing = timing or Timing()
        self.transfer = Transfer.STOPPED
        self.closed: str | None = None
        self._buffer = b""
        self._out = b""
        self._waiting: deque[bytes] = deque()
        self._sent = 0
        self._received = 0
        self._acknowledged_by_us = 0
        self._sent_at_s: deque[float] = deque()
        self._received_at_s: float | None = None
        self._asked: dict[Command, float] = {}
        self._heard_at_s = now_s

    @property
    def unacknowledged(self) -> int:
        """Frames sent that the other side has not acknowledged."""
        return len(self._sent_at_s)

    def outgoing(self) -> bytes:
        """The bytes to write now; each is given once."""
        out, self._out = self._out, b""
        return out

    def start(self, now_s: float) -> None:
        """Ask the controlled station to begin."""
        self._ask(Command.STARTDT_ACT, now_s)

    def stop(self, now_s: float) -> None:
        """Ask the controlled station to end."""
        self._ask(Command.STOPDT_ACT, now_s)

    def send(self, asdu: Asdu, now_s: float) -> bool:
        """Take a telegram; it goes out when data flow and the window of k frames is open. False: it was not taken."""
        if self.closed or len(self._waiting) >= WAITING_AT_MOST:
            return False
        if self.transfer is not Transfer.STARTED:
            return False
        self._waiting.append(telegrams.encoded(asdu))
        self._flow(now_s)
        return True

    def receive(self, data: bytes, now_s: float) -> list[Asdu]:
        """The telegrams that whole frames in these bytes, after those before, bring. Never raises."""
        found: list[Asdu] = []
        if self.closed:
            return found
        self._buffer += data
        try:
            frames, self._buffer = taken(self._buffer)
            while frames:
                self._heard_at_s = now_s
                for frame in frames:
                    found += self._taken(frame, now_s)
                frames, self._buffer = taken(self._buffer)
        except Malformed as error:
            self.closed = str(error)
        self._flow(now_s)
        return found

    def due_s(self) -> float:
        """When `tick` must be called at the latest."""
        due = [self._heard_at_s + self.timing.t3_s]
        if self._sent_at_s:
            due.append(self._sent_at_s[0] + self.timing.t1_s)
        if self._received_at_s is not None:
            due.append(self._received_at_s + self.timing.t2_s)
        due += [at_s + self.timing.t1_s for at_s in self._asked.values()]
        return min(due)

    def tick(self, now_s: float) -> None:
        """Let time pass: acknowledge after t2, test the line after t3, give up after t1."""
        if self.closed:
            return
        oldest = [*self._asked.values(), *list(self._sent_at_s)[:1]]
        if oldest and now_s - min(oldest) >= self.timing.t1_s:
            self.closed = f"no acknowledgement within {self.timing.t1_s:g} s"
            return
        if self._received_at_s is not None and now_s - self._received_at_s >= self.timing.t2_s:
            self._acknowledge()
        if now_s - self._heard_at_s >= self.timing.t3_s and Command.TESTFR_ACT not in self._asked:
            self._ask(Command.TESTFR_ACT, now_s)
            self._heard_at_s = now_s

    def _taken(self, frame: Frame, now_s: float) -> list[Asdu]:
        if isinstance(frame, Unnumbered):
            self._commanded(frame.command)
            return []
        self._acknowledged(frame.received)
        if isinstance(frame, Supervisory):
            return []
        return self._numbered(frame, now_s)

    def _numbered(self, frame: Numbered, now_s: float) -> list[Asdu]:
        if self.transfer is not Transfer.STARTED and self.controlled:
            raise Malformed("a telegram before data transfer was started")
        if frame.sent != self._received:
            raise Malformed(f"frame {frame.sent} where {self._received} was expected")
        self._received = (self._received + 1) % MODULUS
        if self._received_at_s is None:
            self._received_at_s = now_s
        if (self._received - self._acknowledged_by_us) % MODULUS >= self.timing.w:
            self._acknowledge()
        return [telegrams.decoded(frame.asdu)]

    def _acknowledged(self, number: int) -> None:
        first = (self._sent - len(self._sent_at_s)) % MODULUS
        now_known = (number - first) % MODULUS
        if now_known > len(self._sent_at_s):
            raise Malformed(f"frame {number} acknowledged, {self._sent} is the next to be sent")
        for _ in range(now_known):
            self._sent_at_s.popleft()
        if self.transfer is Transfer.STOPPING and not self._sent_at_s:
            self.transfer = Transfer.STOPPED
            self._write(Unnumbered(command=Command.STOPDT_CON))

    def _commanded(self, command: Command) -> None:
        if command is Command.TESTFR_ACT:
            self._write(Unnumbered(command=Command.TESTFR_CON))
        elif command is Command.STARTDT_ACT and self.controlled:
            self.transfer = Transfer.STARTED
            self._write(Unnumbered(command=Command.STARTDT_CON))
        elif command is Command.STOPDT_ACT and self.controlled:
            self._stopped()
        elif command is Command.STARTDT_CON and Command.STARTDT_ACT in self._asked:
            del self._asked[Command.STARTDT_ACT]
            self.transfer = Transfer.STARTED
        elif command is Command.STOPDT_CON and Command.STOPDT_ACT in self._asked:
            del self._asked[Command.STOPDT_ACT]
            self.transfer = Transfer.STOPPED
        elif command is Command.TESTFR_CON:
            self._asked.pop(Command.TESTFR_ACT, None)

    def _stopped(self) -> None:
        """Nothing new is sent; the stop is confirmed when what was sent is acknowledged."""
        self._waiting.clear()
        if self._received_at_s is not None:
            self._acknowledge()
        self.transfer = Transfer.STOPPING if self._sent_at_s else Transfer.STOPPED
        if self.transfer is Transfer.STOPPED:
            self._write(Unnumbered(command=Command.STOPDT_CON))

    def _flow(self, now_s: float) -> None:
        """Send what waits, as far as the window is open."""
        while self._waiting and len(self._sent_at_s) < self.timing.k and not self.closed:
            octets = self._waiting.popleft()
            self._write(Numbered(sent=self._sent, received=self._received, asdu=octets))
            self._sent = (self._sent + 1) % MODULUS
            self._sent_at_s.append(now_s)
            self._acknowledged_by_us, self._received_at_s = self._received, None

    def _acknowledge(self) -> None:
        self._write(Supervisory(received=self._received))
        self._acknowledged_by_us, self._received_at_s = self._received, None

    def _ask(self, command: Command, now_s: float) -> None:
        self._asked[command] = now_s
        self._write(Unnumbered(command=command))

    def _write(self, frame: Frame) -> None:
        self._out += encoded(frame)
