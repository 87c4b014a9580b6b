"""Hydrogen as a store of electricity: an electrolyser, a tank and a fuel cell or engine."""

from dataclasses import dataclass

from gridtide.fleet.site import Battery
from gridtide.physics.hydrogen import FUEL_CELL, HEAT_KWH_PER_KG, made_per_kwh


@dataclass(frozen=True, kw_only=True)
class Hydrogen:
    """An electrolyser that fills a tank, and a fuel cell or engine that empties it.

    tank_kg: what the tank holds beyond what always stays in it. electrolyser_kw, fuel_cell_kw: at the terminals, with
    what compresses. electrolyser_kwh_per_kg: electricity for a kilogram; fuel_cell_efficiency: electricity out of the
    lower heating value. least_share: of its rating, below which the electrolyser stands still. start_share: how full
    the tank is at the start. wear_cost_per_kwh: money for each kWh it gives.
    """

    tank_kg: float
    electrolyser_kw: float
    fuel_cell_kw: float
    electrolyser_kwh_per_kg: float
    fuel_cell_efficiency: float = FUEL_CELL
    least_share: float = 0.10
    start_share: float = 0.5
    wear_cost_per_kwh: float = 0.0

    @property
    def as_store(self) -> Battery:
        """The same as a store of electricity: its energy is the heating value of the tank, before any loss."""
        return Battery(
            energy_kwh=HEAT_KWH_PER_KG * self.tank_kg,
            charge_max_kw=self.electrolyser_kw,
            discharge_max_kw=self.fuel_cell_kw,
            charge_efficiency=made_per_kwh(self.electrolyser_kwh_per_kg),
            discharge_efficiency=self.fuel_cell_efficiency,
            soc_min=0.0,
            soc_start=self.start_share,
            wear_cost_per_kwh=self.wear_cost_per_kwh,
            charge_least_kw=self.least_share * self.electrolyser_kw,
        )
