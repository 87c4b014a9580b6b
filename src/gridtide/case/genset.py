"""[site.genset]: generators that carry a site when a call of the grid leaves it too little."""

from gridtide.case.left_out import left_to_assumptions
from gridtide.case.schema import CaseFile, SiteTable

ASSUMED = ("fuel_l_per_kwh", "idling_l_per_kwh", "start_s", "start_failure")


def in_emergency_kw(site: SiteTable) -> float:
    """What the generators of a site carry together, kW; 0 without any."""
    return site.genset.units * site.genset.rated_kw if site.genset else 0.0


def genset_notes(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each site whose generators are partly assumed."""
    said = {
        site.name: left_to_assumptions(site.genset, ASSUMED) for site in case.site if site.genset
    }
    return tuple(f"generators at {name}: {left_out}" for name, left_out in said.items() if left_out)
