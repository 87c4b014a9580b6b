"""[site.pumped_hydro]: water as the store of a site."""

from collections.abc import Iterator

from gridtide.case.hydrogen import hydrogen_store
from gridtide.case.reservoir import reservoir_store
from gridtide.case.schema import CaseFile, SiteTable
from gridtide.finding import Finding
from gridtide.fleet.pumped_hydro import PumpedHydro
from gridtide.fleet.site import Battery


def own_store(site: SiteTable) -> Battery | None:
    """The store that a site states, its battery, water or hydrogen; None without any."""
    if site.battery is not None:
        return Battery(**site.battery.model_dump())
    if site.pumped_hydro is not None:
        return PumpedHydro(**site.pumped_hydro.model_dump()).as_store
    return hydrogen_store(site) or reservoir_store(site)


def pumped_faults(case: CaseFile) -> Iterator[Finding]:
    """Two stores at one site, and basins that begin below what must stay in them."""
    for number, site in enumerate(case.site, start=1):
        water, key = site.pumped_hydro, f"site[{number}].pumped_hydro"
        if water is None:
            continue
        if site.battery is not None:
            yield Finding(
                subject=key,
                value="beside a [site.battery]",
                limit="one store that is planned at a site",
                mend="Leave one out, or give one of them to a site of its own.",
            )
        if water.least_m3 > water.start_share * water.volume_m3:
            yield Finding(
                subject=f"{key}.least_m3",
                value=f"{water.least_m3:,.0f} m³",
                limit=f"at most {water.start_share * water.volume_m3:,.0f} m³, what is there at the start",
                mend="Lower it, or raise start_share.",
            )
