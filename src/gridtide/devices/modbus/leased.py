"""A set-point that a Modbus device keeps for as long as its lease is renewed: shared by whatever can be told one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridtide.devices.modbus.line import ModbusLine, ToldError
from gridtide.finding import Finding
from gridtide.fleet.device import Restraint, UnreachableError
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.world import Clock
from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.registers import RegisterError

CLOSE = 1e-3
"""How far a set-point that is read back may differ, as a share of it: registers round."""


@dataclass(frozen=True, kw_only=True)
class LeaseTerms:
    """For how long a set-point holds without being renewed.

    lease_s: told to the device's own register, at most what that takes. agent: whether a site agent ends set-points of
    a device that has no such register, as a service beside it that outlives the control room. read_only: it is not
    told anything, whatever it has.
    """

    lease_s: float = 60.0
    agent: bool = False
    read_only: bool = False


def lease_faults(name: str, where: DeviceMap, terms: LeaseTerms) -> Iterator[Finding]:
    """Why a device cannot be told anything: what the check of settings says, and what acts are refused with."""
    if not where.actuated:
        return
    lease = where.registers.get("lease")
    if terms.read_only:
        yield Finding(
            subject=f"{name} ({where.make})",
            value="is to be read only",
            limit="a device that may be told",
            mend="Take read_only out of its settings.",
        )
    if lease is None and not terms.agent:
        yield Finding(
            subject=f"{name} ({where.make})",
            value="has no lease register",
            limit="a set-point that ends by itself",
            mend="It is only read; let a site agent beside it hold the lease (agent = true).",
        )
    if lease is None and terms.agent and where.rest is None:
        yield Finding(
            subject=f"{name} ({where.make}), rest",
            value="none",
            limit="the set-point that the agent ends with",
            mend="Give it in the map.",
        )
    if not 1 <= terms.lease_s <= (86_400.0 if lease is None else lease.high):
        yield Finding(
            subject=f"{name}, lease_s",
            value=f"{terms.lease_s:g}",
            limit=f"1 to {86_400.0 if lease is None else lease.high:g} s",
            mend="Take a lease that the device can count down.",
        )


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """The set-point that stands: what, until when."""

    value: float
    until: datetime


class Leased:
    """The set-point of one device. kind: what it is called as a restraint. One thread at a time: a lease that is
    renewed while it is let go would bring it back."""

    def __init__(
        self, line: ModbusLine, clock: Clock, terms: LeaseTerms, kind: str, gate: Gate | None
    ) -> None:
        self._line = line
        self._clock = clock
        self._terms = terms
        self._kind = kind
        self._gate = gate or Gate()
        self._lock = threading.RLock()
        self._stands: _Standing | None = None
        self._faults = tuple(lease_faults(line.name, line.where, terms))
        self._has_lease = "lease" in line.where.registers

    def tell(
        self,
        ticket: Ticket,
        value: float,
        until: datetime,
        why_not: Callable[[datetime], str | None] = lambda now: None,
    ) -> Outcome:
        """Tell a set-point until an instant. why_not: asked before, what speaks against it; it may read the device."""
        with self._lock:
            now = self._clock.now()
            stopped = self._gate.stopped(ticket, self._line.name, now)
            if stopped is not None:
                return stopped
            fate, said = self._tried(lambda: self._told(value, until, now, why_not))
            return self._gate.settled(ticket, fate, said, self._clock.now())

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Back to rest at once."""
        with self._lock:
            now = self._clock.now()
            stopped = self._gate.stopped(ticket, subject, now)
            if stopped is not None:
                return stopped
            if subject != self._line.name:
                said = f"{subject[:80]!r} is not {self._line.name}"
                return self._gate.settled(ticket, Fate.REFUSED, said, now)
            fate, said = self._tried(lambda: self._let_go(now))
            return self._gate.settled(ticket, fate, said, self._clock.now())

    def restraints(self) -> tuple[Restraint, ...]:
        """The set-point as the device has it; after a restart its end is that of the lease. Raises UnreachableError."""
        if not self._line.where.actuated:
            return ()
        with self._lock:
            return self._standing()

    def _standing(self) -> tuple[Restraint, ...]:
        (value,), now = self._line.read("setpoint"), self._clock.now()
        left = self._left(now)
        if left is None:
            self._stands = None
            return ()
        unit = self._line.where.registers["setpoint"].unit
        return (
            Restraint(
                subject=self._line.name,
                kind=self._kind,
                value=f"{value:g} {unit}",
                until=self._stands.until if self._stands is not None else left,
            ),
        )

    def renew(self) -> tuple[Restraint, ...]:
        """Hold for another lease what has not run out, rest what has. Raises UnreachableError.

        A set-point told before a restart is left to the lease that it has."""
        with self._lock:
            stands, now = self._stands, self._clock.now()
            try:
                if stands is not None and now >= stands.until:
                    self._rested()
                elif (
                    stands is not None and self._has_lease and self._lease_s(stands.until, now) > 0
                ):
                    self._line.write({"lease": self._lease_s(stands.until, now)})
            except (ToldError, RegisterError) as error:
                raise UnreachableError(f"the lease was not renewed: {error}") from error
            return self.restraints()

    def moved(self, value: float) -> None:
        """Another set-point in place of the one that stands, until the same instant; nothing where none stands. Raises
        UnreachableError."""
        with self._lock:
            stands, now = self._stands, self._clock.now()
            if stands is None or now >= stands.until:
                return
            orders = {"setpoint": value}
            if self._has_lease:
                orders["lease"] = self._lease_s(stands.until, now)
            try:
                self._line.write(orders)
            except (ToldError, RegisterError) as error:
                raise UnreachableError(f"the set-point was not moved: {error}") from error
            self._stands = _Standing(value=value, until=stands.until)

    def rest_now(self) -> None:
        """Back to rest without a ticket, for a device's own limits. Raises UnreachableError."""
        with self._lock:
            try:
                self._rested()
            except (ToldError, RegisterError) as error:
                raise UnreachableError(f"it does not rest: {error}") from error

    def _told(
        self,
        value: float,
        until: datetime,
        now: datetime,
        why_not: Callable[[datetime], str | None],
    ) -> tuple[Fate, str]:
        if self._faults or not self._line.where.actuated:
            said = "; ".join(map(str, self._faults)) or f"{self._line.name} takes no set-point"
            return Fate.REFUSED, said
        if (until - now).total_seconds() < 1.0:
            return Fate.REFUSED, f"{self._line.name}: until {until}, less than a second from now"
        against = why_not(now)
        if against is not None:
            return Fate.REFUSED, against
        orders = {"setpoint": value}
        if self._has_lease:
            orders["lease"] = self._lease_s(until, now)
        asked = _Standing(value=value, until=until)
        # a lease ends what nobody knows of; without one it is remembered, so that it is ended in any case
        self._stands = None if self._has_lease else asked
        try:
            self._line.write(orders)
        except ToldError:
            self._rested()
            raise
        (stands,) = self._line.read("setpoint")
        if abs(stands - value) > self._rounding(value):
            self._rested()
            return (
                Fate.ABANDONED,
                f"{self._line.name} was told {value:g} and reads {stands:g}; it rests",
            )
        self._stands = asked
        unit = self._line.where.registers["setpoint"].unit
        return Fate.DONE, f"{self._line.name} {self._kind} {value:g} {unit} until {until}"

    def _let_go(self, now: datetime) -> tuple[Fate, str]:
        """A device that cannot be read is told to rest all the same."""
        try:
            rests = not self._line.where.actuated or self._left(now) is None
        except UnreachableError:
            rests = False
        return (Fate.UNCHANGED, f"{self._line.name} rests") if rests else self._rested()

    def _rested(self) -> tuple[Fate, str]:
        if self._has_lease:
            self._line.write({"lease": 0.0})
        elif self._line.where.rest is not None:
            self._line.write({"setpoint": self._line.where.rest})
        self._stands = None
        return Fate.DONE, f"{self._line.name} rests"

    def _left(self, now: datetime) -> datetime | None:
        """Until when the device holds its set-point by itself; None where it rests."""
        if not self._has_lease:
            return self._stands.until if self._stands is not None else None
        (left_s,) = self._line.read("lease")
        return now + timedelta(seconds=left_s) if left_s > 0 else None

    def _lease_s(self, until: datetime, now: datetime) -> float:
        """Whole seconds, so that the device ends by itself at the latest when it should."""
        return float(int(min((until - now).total_seconds(), self._terms.lease_s)))

    def _rounding(self, value: float) -> float:
        """How far a set-point that is read back may differ from what was told."""
        register = self._line.where.registers["setpoint"]
        step = 0.0 if register.kind == "float32" else abs(register.scale)
        return max(CLOSE * max(1.0, abs(value)), step)

    def _tried(self, do: Callable[[], tuple[Fate, str]]) -> tuple[Fate, str]:
        try:
            return do()
        except (ToldError, RegisterError) as error:
            return Fate.REFUSED, f"{self._line.name}: {error}"
        except UnreachableError as error:
            return Fate.FAILED, str(error)


class LeasedDevice:
    """What is the same of every Modbus device that can be told a set-point. Satisfies Restrains and RenewsLeases."""

    restrains = ""
    """What its set-point is called as a restraint."""

    def __init__(
        self,
        line: ModbusLine,
        clock: Clock,
        terms: LeaseTerms | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._line = line
        self._clock = clock
        self._leased = Leased(line, clock, terms or LeaseTerms(), self.restrains, gate)

    def restraints(self) -> tuple[Restraint, ...]:
        """The set-point that it holds. Raises UnreachableError."""
        return self._leased.restraints()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Back to rest at once."""
        return self._leased.release(ticket, subject)

    def renew(self) -> tuple[Restraint, ...]:
        """Hold its set-point for another lease, or let it go where it has run out. Raises UnreachableError."""
        return self._leased.renew()
