"""[site.hydrogen]: hydrogen as the store of a site."""

from collections.abc import Iterator

from gridtide.case.left_out import left_to_assumptions
from gridtide.case.schema import CaseFile, HydrogenTable, SiteTable
from gridtide.case.store_faults import second_store
from gridtide.finding import Finding
from gridtide.fleet.hydrogen import Hydrogen
from gridtide.fleet.site import Battery
from gridtide.physics.hydrogen import ELECTROLYSER, HEAT_KWH_PER_KG

ASSUMED = ("electrolyser_kwh_per_kg", "fuel_cell_efficiency", "least_share", "standby_kw")


def hydrogen_of(table: HydrogenTable) -> Hydrogen:
    """What a valid table describes; without a figure of its own the electrolyser has the physics' default."""
    stated = table.model_dump(exclude={"standby_kw"})
    if table.electrolyser_kwh_per_kg is None:
        stated["electrolyser_kwh_per_kg"] = HEAT_KWH_PER_KG / ELECTROLYSER
    return Hydrogen(**stated)


def hydrogen_store(site: SiteTable) -> Battery | None:
    """The hydrogen of a site as its store, None without any."""
    return hydrogen_of(site.hydrogen).as_store if site.hydrogen else None


def standby_kw(site: SiteTable) -> float:
    """What electrolyser and fuel cell of a site draw all the time, whatever they do."""
    return site.hydrogen.standby_kw if site.hydrogen else 0.0


def hydrogen_faults(case: CaseFile) -> Iterator[Finding]:
    """A second store at the site."""
    for number, site in enumerate(case.site, start=1):
        others = [name for name in ("battery", "pumped_hydro") if getattr(site, name) is not None]
        if site.hydrogen is not None and others:
            yield second_store(f"site[{number}].hydrogen", others[0])


def hydrogen_notes(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each store of hydrogen: its round trip, and what of it is assumed."""
    said = []
    for site in case.site:
        store = hydrogen_store(site)
        if site.hydrogen is None or store is None:
            continue
        back = store.charge_efficiency * store.discharge_efficiency
        left_out = left_to_assumptions(site.hydrogen, ASSUMED)
        given = f"hydrogen at {site.name} gives {back:.1%} of what it takes"
        said.append("; ".join(filter(None, (given, left_out))))
    return tuple(said)
