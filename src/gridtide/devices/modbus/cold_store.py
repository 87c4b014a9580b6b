"""A store of chilled water over Modbus TCP."""

from datetime import datetime

from gridtide.devices.modbus.battery import one_of_both
from gridtide.devices.modbus.leased import LeasedDevice
from gridtide.fleet.site_plants import ColdReading
from gridtide.fleet.ticket import Outcome, Ticket


class ModbusColdStore(LeasedDevice):
    """Satisfies StoresCold, Restrains and RenewsLeases. It holds a set-point for a lease, then rests. Powers and energy
    are of heat; its set-point is above 0 where it takes cold in."""

    restrains = "cold"

    def read_cold(self) -> ColdReading:
        """What it holds, takes and gives, as it says itself. Raises UnreachableError."""
        heat_kw, cold_kwh = self._line.read("heat", "soc")
        return ColdReading(
            of=self._line.name,
            heat_kw=heat_kw,
            cold_kwh=cold_kwh,
            measured_at=self._clock.now(),
        )

    def store_cold(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant. Refused outside the range of its map."""

        def why_not(now: datetime) -> str | None:
            return one_of_both(self._line.name, charge_kw, discharge_kw)

        return self._leased.tell(ticket, charge_kw - discharge_kw, until, why_not)
