"""What a site meters, again, one site and one step at a time, as the rules of its store read.

The physics of a building is the house's own, uncompiled; the loops and the store's rules are written anew. What
`kernels/facility.py` and `kernels/twin.py` must find as well, and what their speed is held against.
"""

import math
from dataclasses import dataclass

from gridtide.physics.pue import facility_power_kw


@dataclass(frozen=True, kw_only=True)
class PlainStep:
    """What a site is given in one step, kW; outdoor_c in °C."""

    it_kw: float
    outdoor_c: float
    supply_kw: float
    charge_kw: float
    discharge_kw: float
    import_max_kw: float


@dataclass(frozen=True, kw_only=True)
class PlainSeen:
    """What is read behind a step: powers in kW, energy in kWh."""

    facility_kw: float
    import_kw: float
    export_kw: float
    charge_kw: float
    discharge_kw: float
    unused_supply_kw: float
    soc_kwh: float


@dataclass(kw_only=True)
class PlainSite:
    """One site, its store and what its meter showed last (None before the first step)."""

    capacity_kw: float
    plant: int
    energy_kwh: float
    least_kwh: float
    efficiency: float
    power_kw: float
    import_held_kw: float
    export_max_kw: float
    ramp_max_kw_per_min: float
    soc_kwh: float
    metered_kw: float | None = None

    def step(self, given: PlainStep, hours: float) -> PlainSeen:
        """Carry the orders out as far as store and meter allow."""
        facility = facility_power_kw(given.it_kw, self.capacity_kw, given.outdoor_c, self.plant)
        net = facility - given.supply_kw
        charge, discharge = self._ordered(given, net, hours)
        charge, discharge = self._within_ramp(net, charge, discharge, hours)
        charge = max(0.0, min(charge, given.import_max_kw - net))
        discharge = max(0.0, min(discharge, net + self.export_max_kw))
        grid = net + charge - discharge
        lost = 0.0
        if self.metered_kw is not None:
            lowest = self.metered_kw - self._change_kw(hours)
            lost = min(max(0.0, lowest - grid), given.supply_kw)
        grid += lost
        export = min(max(0.0, -grid), self.export_max_kw)
        self.soc_kwh += charge * self.efficiency * hours - discharge / self.efficiency * hours
        self.metered_kw = max(0.0, grid) - export
        return PlainSeen(
            facility_kw=facility,
            import_kw=max(0.0, grid),
            export_kw=export,
            charge_kw=charge,
            discharge_kw=discharge,
            unused_supply_kw=lost + max(0.0, -grid) - export,
            soc_kwh=self.soc_kwh,
        )

    def _rooms(self, hours: float) -> tuple[float, float]:
        """Largest charge and discharge that power and energy allow, kW."""
        into = (self.energy_kwh - self.soc_kwh) / self.efficiency / hours
        out = (self.soc_kwh - self.least_kwh) * self.efficiency / hours
        return max(0.0, min(self.power_kw, into)), max(0.0, min(self.power_kw, out))

    def _ordered(self, given: PlainStep, net: float, hours: float) -> tuple[float, float]:
        """The orders, less charging above the level held and more discharging there; never both."""
        room_in, room_out = self._rooms(hours)
        above = net - min(self.import_held_kw, given.import_max_kw)
        charge = min(given.charge_kw, room_in, max(0.0, -above))
        discharge = max(0.0, min(max(given.discharge_kw, min(above, self.power_kw)), room_out))
        both = min(charge, discharge)
        return charge - both, discharge - both

    def _within_ramp(
        self, net: float, charge: float, discharge: float, hours: float
    ) -> tuple[float, float]:
        """The store's part in a ramp rule: first less of what it does, then more of the opposite."""
        if self.metered_kw is None or math.isinf(self.ramp_max_kw_per_min):
            return charge, discharge
        room_in, room_out = self._rooms(hours)
        grid, change = net + charge - discharge, self._change_kw(hours)
        rises = grid - self.metered_kw - change
        falls = self.metered_kw - change - grid
        if rises > 0.0:
            less = min(rises, charge)
            charge -= less
            if rises > less:
                discharge = max(discharge, min(room_out, discharge + rises - less))
        if falls > 0.0:
            less = min(falls, discharge)
            discharge -= less
            if falls > less:
                charge = max(charge, min(room_in, charge + falls - less))
        return charge, discharge

    def _change_kw(self, hours: float) -> float:
        return self.ramp_max_kw_per_min * 60.0 * hours
