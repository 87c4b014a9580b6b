"""A technology that can be built: what it costs, how it works, and whence its figures are."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from gridtide.physics.levelised_cost import recovery_factor


class Kind(StrEnum):
    """What a technology does."""

    SOLAR = "solar"
    WIND = "wind"
    HYDRO = "hydro"
    FIRM = "firm"
    BATTERY = "battery"
    HYDROGEN = "hydrogen"
    COLD_STORE = "cold-store"
    HOT_STORE = "hot-store"
    HEAT_PUMP = "heat-pump"


VARIABLE = (Kind.SOLAR, Kind.WIND, Kind.HYDRO)
"""What makes as much as weather lets it, or less."""
STORES = (Kind.BATTERY, Kind.HYDROGEN)
"""What takes electricity and gives it back."""
COSTS = (
    "capex_per_kw",
    "capex_per_kw_out",
    "capex_per_kwh",
    "variable_per_mwh",
    "fuel_per_mwh_heat",
)
"""What of a technology is money."""


@dataclass(frozen=True, kw_only=True)
class Technology:
    """One technology with its costs, in one currency of one year.

    capex_per_kw: of power, of a store what charges it (of a battery the inverter, which does both); capex_per_kw_out:
    of what discharges it where that is another machine; capex_per_kwh: of energy kept. fixed_share: of capex, a year.
    variable_per_mwh: of electricity made, of a store discharged. lifetime_y: over which capex is paid back.
    efficiency: of fuel, or of charging; efficiency_out: of discharging; loss_per_h: share of what is kept.
    fuel_per_mwh_heat: of fuel burnt. carbon_g_per_kwh: of electricity made; embodied_kg_per_kw, embodied_kg_per_kwh: of
    building it. least_share, ramp_share_per_h: of rated power while it runs. outage_share: of time, forced.
    clean: counts as carbon-free. source: where the figures stand; assumed: names of those that are assumed.
    """

    name: str
    kind: Kind
    currency: str
    cost_year: int
    capex_per_kw: float = 0.0
    capex_per_kw_out: float = 0.0
    capex_per_kwh: float = 0.0
    fixed_share: float = 0.0
    variable_per_mwh: float = 0.0
    lifetime_y: float = 25.0
    efficiency: float = 1.0
    efficiency_out: float = 1.0
    loss_per_h: float = 0.0
    fuel_per_mwh_heat: float = 0.0
    carbon_g_per_kwh: float = 0.0
    embodied_kg_per_kw: float = 0.0
    embodied_kg_per_kwh: float = 0.0
    least_share: float = 0.0
    ramp_share_per_h: float = 1.0
    outage_share: float = 0.0
    clean: bool = False
    source: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def made_per_mwh(self) -> float:
        """What a MWh of electricity costs to make once the plant stands: fuel over efficiency, and what wears."""
        return self.variable_per_mwh + self.fuel_per_mwh_heat / self.efficiency


def yearly_per(capex: float, technology: Technology, interest: float) -> float:
    """What a kW or kWh of some capex costs a year: its annuity over the lifetime, and what keeps it running.

    interest: share a year, 0 or more, real, since costs are of one year's money.
    """
    return capex * (recovery_factor(interest, technology.lifetime_y) + technology.fixed_share)


def in_money_of(technology: Technology, currency: str, cost_year: int, factor: float) -> Technology:
    """The technology at costs of another currency or year; factor: of that money for one of this, above 0."""
    costs: dict[str, Any] = {name: factor * getattr(technology, name) for name in COSTS}
    return replace(technology, currency=currency, cost_year=cost_year, **costs)
