"""A battery over Modbus TCP, and a UPS whose reserve is never entered."""

import math
from datetime import datetime

from gridtide.devices.modbus.leased import LeasedDevice, LeaseTerms
from gridtide.devices.modbus.line import ModbusLine
from gridtide.fleet.device import PowerReading, Restraint, StoreReading
from gridtide.fleet.ticket import Gate, Outcome, Ticket
from gridtide.loop.world import Clock


class ModbusBattery(LeasedDevice):
    """Satisfies StoresEnergy, ReadsPower, Restrains and RenewsLeases. It holds a set-point for a lease, then rests."""

    restrains = "exchange"

    def read_power(self) -> tuple[PowerReading, ...]:
        """What it draws; below 0 what it gives. Raises UnreachableError."""
        (gives_kw,) = self._line.read("power")
        reading = PowerReading(
            of=self._line.name, kw=-gives_kw, measured_at=self._clock.now(), method="meter"
        )
        return (reading,)

    def read_store(self) -> StoreReading:
        """What it holds, takes and gives. Raises UnreachableError."""
        gives_kw, soc_kwh = self._line.read("power", "soc")
        return StoreReading(
            of=self._line.name,
            soc_kwh=soc_kwh,
            charge_kw=max(-gives_kw, 0.0),
            discharge_kw=max(gives_kw, 0.0),
            measured_at=self._clock.now(),
        )

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant. Refused outside the range of its map."""

        def why_not(now: datetime) -> str | None:
            return one_of_both(self._line.name, charge_kw, discharge_kw)

        return self._leased.tell(ticket, discharge_kw - charge_kw, until, why_not)


class ModbusUps(ModbusBattery):
    """A battery that must carry the hall: refused is whatever could lead below its reserve before it ends.

    reserve_kwh: what must be left; a UPS whose own register would let it go lower is not told to give at all.
    """

    def __init__(
        self,
        line: ModbusLine,
        clock: Clock,
        reserve_kwh: float,
        terms: LeaseTerms | None = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(line, clock, terms, gate)
        self._reserve_kwh = reserve_kwh

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take, or give what it has above its reserve for all of the time."""

        def why_not(now: datetime) -> str | None:
            wrong = one_of_both(self._line.name, charge_kw, discharge_kw)
            if wrong is not None or discharge_kw <= 0:
                return wrong
            return self._enters(discharge_kw * (until - now).total_seconds() / 3600.0)

        return self._leased.tell(ticket, discharge_kw - charge_kw, until, why_not)

    def renew(self) -> tuple[Restraint, ...]:
        """As a battery; it rests when what it holds has come down to the reserve."""
        held = self.restraints()
        gives_kw, soc_kwh = self._line.read("power", "soc")
        if held and gives_kw > 0 and soc_kwh <= self._reserve_kwh:
            self._leased.rest_now()
        return self._leased.renew()

    def _enters(self, gives_kwh: float) -> str | None:
        soc_kwh, own_kwh = self._line.read("soc", "reserve")
        name = self._line.name
        if own_kwh < self._reserve_kwh:
            said = f"{name} would itself go down to {own_kwh:g} kWh, below the reserve of {self._reserve_kwh:g} kWh"
            return f"{said}; set its reserve first"
        if soc_kwh - gives_kwh < self._reserve_kwh:
            said = f"{name} holds {soc_kwh:g} kWh and would give {gives_kwh:g}"
            return (
                f"{said}: below the reserve of {self._reserve_kwh:g} kWh; ask for less, or shorter"
            )
        return None


def one_of_both(name: str, charge_kw: float, discharge_kw: float) -> str | None:
    """Why powers are none that a store can be told; None where they are."""
    if math.isfinite(charge_kw + discharge_kw) and min(charge_kw, discharge_kw) == 0.0:
        return None
    return f"{name}: charge {charge_kw:g} kW, discharge {discharge_kw:g} kW; one is 0, the other not below"
