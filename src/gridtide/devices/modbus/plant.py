"""A plant over Modbus TCP that is told what to make: led there at its pace, and back to its own schedule by its lease.

Its set-point never leaps: it is moved on whenever leases are renewed, by no more than the plant may change meanwhile,
so that a plant which does at once what it is told is not driven too fast either.
"""

import threading
from datetime import datetime

from gridtide.devices.modbus.leased import LeasedDevice, LeaseTerms
from gridtide.devices.modbus.line import ModbusLine
from gridtide.fleet.device import Restraint, UnreachableError
from gridtide.fleet.site_plants import MadeReading
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.world import Clock

NEAR = 1.01
"""A plant is at its least to a hundredth."""
FIRST_S = 10.0
"""What a plant that is told anew may change by at once: as much as until its lease is renewed."""
LATEST_S = 2.0 * FIRST_S
"""What it may change by at once after a while in which nobody led it on."""


class ModbusPlant(LeasedDevice):
    """Satisfies MakesPower, Restrains and RenewsLeases. Any thread may call it.

    least_kw: what it makes at least while it runs; ramp_kw_per_min: how fast its power changes, up and down. Starting
    leads to its least, stopping from there.
    """

    restrains = "made"

    def __init__(
        self,
        line: ModbusLine,
        clock: Clock,
        least_kw: float,
        ramp_kw_per_min: float,
        terms: LeaseTerms | None = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(line, clock, terms, gate)
        self._least_kw = least_kw
        self._ramp_kw_per_min = ramp_kw_per_min
        self._goal_kw: float | None = None
        self._moved_at: datetime | None = None
        self._lock = threading.RLock()

    def read_made(self) -> MadeReading:
        """What it makes, as it says itself: what it leads past its turbine it does not count. Raises
        UnreachableError."""
        (kw,) = self._line.read("power")
        return MadeReading(
            of=self._line.name, made_kw=kw, led_past_kw=0.0, measured_at=self._clock.now()
        )

    def make_power(self, ticket: Ticket, made_kw: float, until: datetime) -> Outcome:
        """Lead it to so much until an instant. Refused between 0 and its least, and outside the range of its map."""
        try:
            first_kw = self._next_kw(made_kw, self.read_made().made_kw, FIRST_S)
        except UnreachableError as fault:
            now = self._clock.now()
            return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=str(fault), at=now)

        def why_not(now: datetime) -> str | None:
            return self._unfit(made_kw)

        with self._lock:
            outcome = self._leased.tell(ticket, first_kw, until, why_not)
            if outcome.fate is Fate.DONE:
                self._goal_kw, self._moved_at = made_kw, self._clock.now()
            return outcome

    def renew(self) -> tuple[Restraint, ...]:
        """Move it on towards what it was told, and hold that for another lease. Raises UnreachableError."""
        with self._lock:
            held, now = super().renew(), self._clock.now()
            if not held or self._goal_kw is None or self._moved_at is None:
                self._goal_kw = None
                return held
            past_s = min(max((now - self._moved_at).total_seconds(), 0.0), LATEST_S)
            self._leased.moved(self._next_kw(self._goal_kw, self.read_made().made_kw, past_s))
            self._moved_at = now
            return self.restraints()

    def _next_kw(self, goal_kw: float, now_kw: float, seconds: float) -> float:
        """What it is led to next: no further than it may change in so many seconds."""
        if goal_kw <= 0.0 and now_kw <= NEAR * self._least_kw:
            return 0.0
        most_kw = self._ramp_kw_per_min * seconds / 60.0
        from_kw, goal_kw = max(now_kw, self._least_kw), max(goal_kw, self._least_kw)
        return min(max(goal_kw, from_kw - most_kw), from_kw + most_kw)

    def _unfit(self, made_kw: float) -> str | None:
        """Why a plant cannot make so much; None where it can."""
        name, most_kw = self._line.name, self._line.where.registers["setpoint"].high
        if made_kw == 0.0 or self._least_kw <= made_kw <= most_kw:
            return None
        return f"{name}: {made_kw:g} kW; 0, or from its least of {self._least_kw:g} kW to {most_kw:g} kW"
