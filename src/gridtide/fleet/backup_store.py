"""Batteries whose first duty is to carry the load when the grid is away: of a UPS, or in racks."""

from dataclasses import dataclass

from gridtide.physics.battery import reserve_for_load_kwh, usable_kwh


@dataclass(frozen=True, kw_only=True)
class BackupStore:
    """A store for backup.

    energy_kwh: full. carries_kw for carries_s seconds: the load it must always be able to carry; what that takes is its
    reserve, which nothing else ever enters; reserve_share of energy_kwh is the least it may be. power_max_kw: either
    way. cycling: whether its owner lets it do anything beside its duty. wear_cost_per_kwh: money for each kWh it then
    gives.
    """

    energy_kwh: float
    power_max_kw: float
    carries_kw: float
    carries_s: float
    discharge_efficiency: float = 0.955
    cycling: bool = False
    charge_efficiency: float = 0.955
    reserve_share: float = 0.0
    wear_cost_per_kwh: float = 0.025

    @property
    def reserve_kwh(self) -> float:
        """What stays in the store whatever is asked of it, kWh."""
        for_load_kwh = reserve_for_load_kwh(
            self.carries_kw, self.carries_s, self.discharge_efficiency
        )
        return max(for_load_kwh, self.reserve_share * self.energy_kwh)

    def usable_kwh(self, soc_kwh: float) -> float:
        """What may be taken of soc_kwh for anything but its duty, kWh in the store."""
        return usable_kwh(soc_kwh, self.reserve_kwh, self.cycling)
