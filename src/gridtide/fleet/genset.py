"""A generator that burns fuel."""

from dataclasses import dataclass

from gridtide.physics.genset import DIESEL_KG_CO2_PER_L


@dataclass(frozen=True, kw_only=True)
class Genset:
    """Equal generators of one site.

    units of rated_kw each; start_s: seconds until they carry load; start_failure: chance that one does not start.
    fuel_l: in the tank; fuel_l_per_kwh, idling_l_per_kwh: as in `physics/genset.py`. emergency_only: they run when the
    grid is away and at no other time; no plan, offer or baseline counts on them. fuel_price_per_l, start_cost (of one
    machine): money. emissions_kg_per_l: CO2 of a litre. carries_answers: whether requests that come to the site
    meanwhile are answered on them, or refused as far as the grid leaves too little.
    """

    units: int
    rated_kw: float
    fuel_l: float
    start_s: float = 15.0
    start_failure: float = 0.0075
    fuel_l_per_kwh: float = 0.246
    idling_l_per_kwh: float = 0.084
    emergency_only: bool = True
    fuel_price_per_l: float = 0.0
    start_cost: float = 0.0
    carries_answers: bool = False
    emissions_kg_per_l: float = DIESEL_KG_CO2_PER_L

    @property
    def in_emergency_kw(self) -> float:
        """What all of them together carry when the grid is away, kW."""
        return self.units * self.rated_kw

    @property
    def for_flexibility_kw(self) -> float:
        """What plans, offers and baselines may count on, kW: nothing of what is for emergencies."""
        return 0.0 if self.emergency_only else self.units * self.rated_kw
