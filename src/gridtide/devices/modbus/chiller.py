"""A chiller over Modbus TCP whose supply temperature can be told for a while."""

from datetime import datetime

from gridtide.devices.modbus.leased import LeasedDevice
from gridtide.fleet.device import PowerReading, UnreachableError
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

    def read_air_c(self) -> float:
        """How warm the air of its hall is [°C]. Raises UnreachableError."""
        if not self.reads_air:
            raise UnreachableError(f"{self._line.name}: its map has no register air")
        (air_c,) = self._line.read("air")
        return air_c

    @property
    def reads_air(self) -> bool:
        """Whether it says how warm its hall is."""
        return "air" in self._line.where.registers

    @property
    def supply_between_c(self) -> tuple[float, float]:
        """The range in which it may be told what to supply [°C]; nothing between where it is only read."""
        told = self._line.where.registers.get("setpoint")
        return (0.0, 0.0) if told is None else (told.low, told.high)

    def cool_to(self, ticket: Ticket, supply_c: float, until: datetime) -> Outcome:
        """Supply so many degrees until an instant. Refused outside the range of its map."""
        return self._leased.tell(ticket, supply_c, until)
