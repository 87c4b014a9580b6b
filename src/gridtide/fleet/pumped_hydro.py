"""Water that is pumped up and falls again."""

from dataclasses import dataclass

from gridtide.fleet.site import Battery
from gridtide.physics.hydro import water_kwh


@dataclass(frozen=True, kw_only=True)
class PumpedHydro:
    """An upper basin above a lower one that never runs short.

    volume_m3: of the upper basin; least_m3: always stays in it. head_m: net, taken as constant. pump_kw, turbine_kw:
    at the terminals. efficiencies: of pump and motor, turbine and generator. start_share: how full the basin is at the
    start. wear_cost_per_kwh: money for each kWh it gives.
    """

    volume_m3: float
    head_m: float
    pump_kw: float
    turbine_kw: float
    pump_efficiency: float = 0.90
    turbine_efficiency: float = 0.90
    least_m3: float = 0.0
    start_share: float = 0.5
    wear_cost_per_kwh: float = 0.0

    @property
    def as_store(self) -> Battery:
        """The same as a store of electricity: its energy is that of the water, before any loss."""
        return Battery(
            energy_kwh=water_kwh(self.volume_m3, self.head_m),
            charge_max_kw=self.pump_kw,
            discharge_max_kw=self.turbine_kw,
            charge_efficiency=self.pump_efficiency,
            discharge_efficiency=self.turbine_efficiency,
            soc_min=self.least_m3 / self.volume_m3,
            soc_start=self.start_share,
            wear_cost_per_kwh=self.wear_cost_per_kwh,
        )
