"""What turns wind into power at a site: a turbine or a farm, in the air of its height."""

from collections.abc import Iterator
from dataclasses import dataclass

from gridtide.case.schema import CaseFile, SiteTable, SupplyTable
from gridtide.finding import Finding
from gridtide.fleet.site import SupplyKind
from gridtide.physics.wind import (
    air_density_kg_per_m3,
    farm_power_share,
    wind_in_air_m_per_s,
    wind_power_share,
)


@dataclass(frozen=True, kw_only=True)
class WindPlant:
    """wake_share: what turbines of a farm take from each other [0-1); None: one turbine, or all in the same wind.

    height_m: above the sea, where the density of the air is followed; None: air of 1.225 kg/m3.
    """

    wake_share: float | None = None
    height_m: float | None = None

    @property
    def in_air(self) -> bool:
        """Whether its power follows the density of the air, and so the temperature."""
        return self.height_m is not None

    @property
    def words(self) -> str:
        """How power is reckoned, for a person."""
        plant = "one turbine curve, no wake"
        if self.wake_share is not None:
            plant = f"turbine curve spread over a farm, {100.0 * self.wake_share:g} % lost to wakes"
        air = "" if self.height_m is None else f", air by temperature at {self.height_m:g} m"
        return plant + air

    def share(self, wind_m_per_s: float, temperature_c: float) -> float:
        """Power over rated power [0-1] at a wind at hub height [m/s]; the temperature [°C] counts where in_air."""
        if self.height_m is not None:
            density = air_density_kg_per_m3(temperature_c, self.height_m)
            wind_m_per_s = wind_in_air_m_per_s(wind_m_per_s, density)
        if self.wake_share is None:
            return wind_power_share(wind_m_per_s)
        return farm_power_share(wind_m_per_s, self.wake_share)


FARM = WindPlant(wake_share=0.07)
"""What stands where a file says no more than wind: a farm that loses 7 % to its own wakes. Assumed."""


def wind_plant_of(site: SiteTable) -> WindPlant:
    """The wind plant of a site, which `wind_faults` found to be one; a turbine where it has none."""
    return next(iter(_described(site)), WindPlant())


def wind_faults(case: CaseFile) -> Iterator[Finding]:
    """Wind plants of one site that differ, and their keys at other kinds of supply."""
    for site in case.site:
        yield from _faults_of(site)


def _faults_of(site: SiteTable) -> Iterator[Finding]:
    plants = _described(site)
    if len(plants) > 1:
        yield Finding(
            subject=f"supply of {site.name}",
            value=f"{len(plants)} kinds of wind plants",
            limit="one farm_wake_share and one height_m a site",
            mend="Give all wind of a site the same two keys.",
        )
    for table in site.supply:
        if table.kind is not SupplyKind.WIND and _plant(table) != WindPlant():
            yield Finding(
                subject=f"supply of {site.name}",
                value=f"farm_wake_share or height_m for {table.kind}",
                limit="keys of wind only",
                mend="Leave them out.",
            )


def _described(site: SiteTable) -> list[WindPlant]:
    plants = [_plant(table) for table in site.supply if table.kind is SupplyKind.WIND]
    return list(dict.fromkeys(plants))


def _plant(table: SupplyTable) -> WindPlant:
    return WindPlant(wake_share=table.farm_wake_share, height_m=table.height_m)
