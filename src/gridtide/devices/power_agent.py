"""Accelerators through the power agent of their machine: reads power, lends caps and clocks, holds none itself."""

import socket
from collections.abc import Callable
from datetime import datetime
from math import nan
from pathlib import Path

from gridtide.finding import BadInput
from gridtide.fleet.act import Act, CapPower, LockClock, Release
from gridtide.fleet.board_bound import cap_said, clock_said
from gridtide.fleet.device import PowerReading, Restraint, UnreachableError
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.wire.power_agent import ANSWER_MAX, Answer, Ask, UnitReading, answer_of, ask_line


class PowerAgent:
    """The boards on a machine's allow-list. Satisfies ReadsPower, CapsPower, LocksClocks and Restrains.

    Floors, ceilings, leases and tickets are the agent's to judge: it remembers them, also when this process does not.
    path: its socket. answer_within_s: how long one answer may take.
    """

    def __init__(
        self, *, path: Path, now: Callable[[], datetime], answer_within_s: float = 5.0
    ) -> None:
        self._path = path
        self._now = now
        self._answer_within_s = answer_within_s

    def read_power(self) -> tuple[PowerReading, ...]:
        """Power of every board; NaN where its driver does not say. Raises UnreachableError."""
        return tuple(
            PowerReading(
                of=unit.unit,
                kw=nan if unit.power_kw is None else unit.power_kw,
                measured_at=unit.measured_at,
                method=unit.method,
            )
            for unit in self.units()
        )

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a board until an instant."""
        return self._told(ticket, CapPower(unit=unit, cap_kw=cap_kw, until=until))

    def lock_clock(self, ticket: Ticket, unit: str, highest_mhz: float, until: datetime) -> Outcome:
        """Let the clock of a board rise no higher until an instant."""
        return self._told(ticket, LockClock(unit=unit, highest_mhz=highest_mhz, until=until))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Give a board back at once."""
        return self._told(ticket, Release(subject=subject))

    def restraints(self) -> tuple[Restraint, ...]:
        """What is lent now, by board. Raises UnreachableError."""
        return tuple(held for unit in self.units() for held in held_of(unit))

    def units(self) -> tuple[UnitReading, ...]:
        """Everything the agent says of its boards. Raises UnreachableError."""
        answer = self._asked(Ask())
        if answer.refused is not None:
            raise UnreachableError(f"{self._path}: {answer.refused}")
        return answer.units

    def _told(self, ticket: Ticket, act: Act) -> Outcome:
        try:
            answer = self._asked(Ask(ticket=ticket, act=act))
        except UnreachableError as fault:
            return self._outcome(ticket, Fate.FAILED, str(fault))
        if answer.outcome is None:
            return self._outcome(
                ticket, Fate.REFUSED, answer.refused or "no word of what came of it"
            )
        return answer.outcome

    def _outcome(self, ticket: Ticket, fate: Fate, said: str) -> Outcome:
        return Outcome(ticket=ticket.id, fate=fate, said=said, at=self._now())

    def _asked(self, ask: Ask) -> Answer:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(self._answer_within_s)
                line.connect(str(self._path))
                line.sendall(ask_line(ask))
                return answer_of(_read_line(line))
        except (OSError, BadInput) as fault:
            said = f"{self._path}: {fault}; is gridtide-power running there?"
            raise UnreachableError(said) from None


def _read_line(line: socket.socket) -> bytes:
    said = bytearray()
    while not said.endswith(b"\n"):
        part = line.recv(65_536)
        if not part:
            raise ConnectionError("hung up without an answer")
        said += part
        if len(said) > ANSWER_MAX:
            raise ConnectionError(f"an answer above {ANSWER_MAX} bytes")
    return bytes(said)


def held_of(unit: UnitReading) -> list[Restraint]:
    """What is lent of a board, as restraints."""
    held = []
    if unit.cap_kw is not None and unit.cap_until is not None:
        held.append((cap_said(unit.cap_kw), unit.cap_until))
    if unit.clock_max_mhz is not None and unit.clock_until is not None:
        held.append((clock_said(unit.clock_max_mhz), unit.clock_until))
    return [
        Restraint(subject=unit.unit, kind=kind, value=value, until=until)
        for (kind, value), until in held
    ]
