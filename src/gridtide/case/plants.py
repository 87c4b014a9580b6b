"""The plant of a building as a case describes it, and what the building draws with everything parked."""

from gridtide.case.machines import pool_powers_kw
from gridtide.case.schema import FacilityTable, SiteTable
from gridtide.fleet.building import PLANT_OF
from gridtide.fleet.site import Cooling
from gridtide.physics.pue import facility_power_kw

DESIGN_WET_C, DESIGN_DRY_C = 28.0, 40.0


def design_outdoor_c(table: FacilityTable) -> float:
    """The hottest a plant was built for: as the case says, else 28 °C wet bulb or 40 °C dry bulb."""
    if table.design_outdoor_c is not None:
        return table.design_outdoor_c
    return DESIGN_DRY_C if table.cooling is Cooling.AIR_CHILLER else DESIGN_WET_C


def parked_facility_kw(site: SiteTable) -> float:
    """Power at the facility meter with all machines parked, on the hottest day the plant was built for."""
    powers = [pool_powers_kw(pool)[0] or 0.0 for pool in site.pool]
    parked_kw = sum(pool.accelerators * kw for pool, kw in zip(site.pool, powers, strict=True))
    table = site.facility
    drawn_kw = facility_power_kw(
        parked_kw, table.it_capacity_kw, design_outdoor_c(table), PLANT_OF[table.cooling]
    )
    return drawn_kw + table.overhead_kw
