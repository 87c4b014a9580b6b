"""How generators for emergencies did: hours, fuel, and what nothing carried."""

from dataclasses import asdict
from typing import Any

from gridtide.simulate.compare import Comparison
from gridtide.simulate.settlement import Settlement


def gensets_by_site(settlement: Settlement) -> dict[str, dict[str, Any]]:
    """What the generators of each site that has some did, burnt and cost, in money."""
    return {site: asdict(one) for site, one in settlement.gensets}


def gensets_said(comparison: Comparison) -> str | None:
    """One sentence of all policies; None where no site has generators."""
    if not any(site.genset for site in comparison.study.fleet.sites):
        return None
    said = []
    for item in comparison.settlements:
        used = [one for _, one in item.gensets]
        said.append(
            f"{item.policy} {sum(one.run_h for one in used):,.2f} h,"
            f" {sum(one.energy_kwh for one in used):,.1f} kWh, {sum(one.fuel_l for one in used):,.1f} L,"
            f" {sum(one.starts for one in used):,} starts,"
            f" {sum(one.lacking_kwh for one in used):,.1f} kWh above a limit that nothing carried"
        )
    return f"Generators, outside every plan and offer: {'; '.join(said)}."
