"""A chiller over Modbus TCP whose supply temperature can be told for a while."""

from datetime import datetime

from gridtide.devices.modbus.leased import LeasedDevice
from gridtide.fleet.device import PowerReading
from gridtide.fleet.ticket import Outcome, Ticket


class ModbusChiller(LeasedDevice):
    """Satisfies CoolsAir, ReadsPower, Restrains and RenewsLeases. After the lease it supplies as it did before."""

    restrains = "supply air"

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
