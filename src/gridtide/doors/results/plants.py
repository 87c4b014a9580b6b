"""How plants of sites did: what they made, what of it was of no use, and how they moved."""

from dataclasses import asdict
from typing import Any

from gridtide.simulate.compare import Comparison
from gridtide.simulate.settlement import Settlement


def plants_by_site(settlement: Settlement) -> dict[str, dict[str, Any]]:
    """What the plant of each site that has one made and cost, in money."""
    return {site: asdict(one) for site, one in settlement.plants}


def plants_said(comparison: Comparison) -> str | None:
    """One sentence of all policies; None where no site has a plant."""
    if not any(item.plants for item in comparison.settlements):
        return None
    said = []
    for item in comparison.settlements:
        used = [one for _, one in item.plants]
        said.append(
            f"{item.policy} {sum(one.energy_kwh for one in used):,.0f} kWh made,"
            f" {sum(one.led_past_kwh for one in used):,.0f} kWh of it led past the turbine,"
            f" {sum(one.cost for one in used):,.2f} {comparison.study.currency}"
        )
    return f"Plants that are told what to make: {'; '.join(said)}."
