"""[site.pumped_hydro]: water as the store of a site."""

from collections.abc import Iterator

from gridtide.case.hydrogen import hydrogen_store
from gridtide.case.reservoir import reservoir_store
from gridtide.case.schema import CaseFile, SiteTable
from gridtide.case.store_faults import begins_too_low, second_store
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
            yield second_store(key, "battery")
        yield from begins_too_low(key, water)
