"""[site.genset]: generators that carry a site when a call of the grid leaves it too little."""

from gridtide.case.schema import CaseFile, SiteTable

ASSUMED = ("fuel_l_per_kwh", "idling_l_per_kwh", "start_s", "start_failure")


def in_emergency_kw(site: SiteTable) -> float:
    """What the generators of a site carry together, kW; 0 without any."""
    return site.genset.units * site.genset.rated_kw if site.genset else 0.0


def genset_notes(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each site whose generators are partly assumed."""
    said = []
    for site in case.site:
        stated = site.genset.model_fields_set if site.genset else set(ASSUMED)
        left_out = [name for name in ASSUMED if name not in stated]
        if left_out:
            said.append(f"generators at {site.name}: {', '.join(left_out)} assumed, not measured")
    return tuple(said)
