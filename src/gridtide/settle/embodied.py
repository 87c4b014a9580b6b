"""Carbon that making things let off, shared out over the years they serve."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Stock:
    """So many things of one kind. embodied_kg: CO2e of making, bringing and scrapping all of them. life_years: they
    serve, above 0."""

    name: str
    embodied_kg: float
    life_years: float


def embodied_kg_per_year(stock: Stock) -> float:
    """Straight-line share of a year, kg; no interest, carbon has none. Reference: GHG Protocol's life-cycle practice of
    dividing by the years of service."""
    return stock.embodied_kg / stock.life_years
