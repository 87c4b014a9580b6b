"""What rivers brought to reservoirs and what of it was spilt."""

from typing import Any

from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study


def water_by_site(study: Study, course: Course) -> dict[str, dict[str, Any]]:
    """Energy of the water that came, was spilt and is left at each site with a reservoir, before any loss."""
    seen, hours = course.telemetry, study.timeline.hours
    return {
        site.name: {
            "inflow_kwh": float((seen.water_kw[0, index] * hours).sum()),
            "spilt_kwh": float((seen.water_kw[1, index] * hours).sum()),
            "left_kwh": float(seen.soc_kwh[index, -1]),
        }
        for index, site in enumerate(study.fleet.sites)
        if site.reservoir is not None
    }


def water_said(comparison: Comparison) -> str | None:
    """One sentence of all policies; None where no site has a reservoir."""
    said = []
    for course in comparison.courses:
        found = water_by_site(comparison.study, course).values()
        if found:
            came, spilt, left = (
                sum(one[name] for one in found) for name in ("inflow_kwh", "spilt_kwh", "left_kwh")
            )
            said.append(f"{course.policy} {spilt:,.0f} kWh of {came:,.0f} spilt, {left:,.0f} left")
    return f"Water of reservoirs, before any loss: {'; '.join(said)}." if said else None
