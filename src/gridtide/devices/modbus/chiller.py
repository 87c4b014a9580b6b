"""A chiller over Modbus TCP whose supply temperature can be told for a while."""

from datetime import datetime

from gridtide.devices.modbus.leased import Leased, LeaseTerms
from gridtide.devices.modbus.line import ModbusLine
from gridtide.fleet.device import PowerReading, Restraint
from gridtide.fleet.ticket import Gate, Outcome, Ticket
from gridtide.loop.world import Clock


class ModbusChiller:
    """Satisfies CoolsAir, ReadsPower, Restrains and RenewsLeases. After the lease it supplies as it did before."""

    def __init__(
        self,
        line: ModbusLine,
        clock: Clock,
        terms: LeaseTerms | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._line = line
        self._clock = clock
        self._leased = Leased(line, clock, terms or LeaseTerms(), "supply air", gate)

    def read_power(self) -> tuple[PowerReading, ...]:
        """What its compressor and pumps draw. Raises UnreachableError."""
        (kw,) = self._line.read("power")
        reading = PowerReading(
            of=self._line.name, kw=kw, measured_at=self._clock.now(), method="meter"
        )
        return (reading,)

    def read_supply_c(self) -> float:
        """What it supplies now [°C]. Raises UnreachableError."""
        (supply_c,) = self._line.read("supply")
        return supply_c

    def cool_to(self, ticket: Ticket, supply_c: float, until: datetime) -> Outcome:
        """Supply so many degrees until an instant. Refused outside the range of its map."""
        return self._leased.tell(ticket, supply_c, until)

    def restraints(self) -> tuple[Restraint, ...]:
        """The temperature that it holds. Raises UnreachableError."""
        return self._leased.restraints()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Supply as before at once."""
        return self._leased.release(ticket, subject)

    def renew(self) -> tuple[Restraint, ...]:
        """Hold its set-point for another lease, or let it go where it has run out. Raises UnreachableError."""
        return self._leased.renew()
