"""What turns the water of a river into power at a site."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.case.schema import CaseFile, RiverTable, SiteTable, SupplyTable
from gridtide.finding import Finding
from gridtide.fleet.site import SupplyKind
from gridtide.physics.hydro import hydro_power_kw, river_flow_m3_per_s, turbined_m3_per_s

Real = NDArray[np.float64]


def river_share(site: SiteTable, inflow_m3_per_s: Real) -> tuple[Real, str]:
    """Power of a site's plant on a river over its capacity [0-1] by its inflow [m3/s], (T,), and how, for a person.

    NaN where the inflow is. What the river keeps goes past; turbines swallow what their capacity takes.
    """
    supply = next(table for table in site.supply if table.kind is SupplyKind.RIVER)
    river = supply.river
    if river is None:
        raise ValueError("checked before: a plant on a river has a table of it")
    capacity_kw = sum(table.capacity_kw for table in site.supply if table.kind is SupplyKind.RIVER)
    most = turbined_m3_per_s(capacity_kw, river.head_m, river.efficiency)
    shares = [
        hydro_power_kw(
            river_flow_m3_per_s(flow, river.kept_m3_per_s, river.least_m3_per_s, most),
            river.head_m,
            river.efficiency,
        )
        / capacity_kw
        if np.isfinite(flow)
        else np.nan
        for flow in inflow_m3_per_s.tolist()
    ]
    said = f"inflow over {river.head_m:g} m, {river.kept_m3_per_s:g} m3/s left in the river"
    return np.asarray(shares, dtype=np.float64), said


def river_faults(case: CaseFile) -> Iterator[Finding]:
    """Plants without their river, rivers without a plant, two rivers at one site."""
    for site in case.site:
        yield from _faults_of(site)


def _faults_of(site: SiteTable) -> Iterator[Finding]:
    rivers: list[RiverTable | None] = [
        table.river for table in site.supply if table.kind is SupplyKind.RIVER
    ]
    if len(rivers) > 1:
        yield _fault(site, f"{len(rivers)} plants on rivers", "one a site", "Put them together.")
    if None in rivers:
        yield _fault(
            site,
            "a plant on a river without `river`",
            "the head at least",
            "Write river = { head_m = 8 }, for example.",
        )
    for table in site.supply:
        if table.kind is SupplyKind.RIVER and table.capacity_kw <= 0.0:
            yield _fault(site, "a plant without capacity", "above 0 kW", "Give it one.")
        if _stray(table):
            yield _fault(site, f"`river` for {table.kind}", "a key of river only", "Leave it out.")


def _stray(table: SupplyTable) -> bool:
    return table.kind is not SupplyKind.RIVER and table.river is not None


def _fault(site: SiteTable, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=f"supply of {site.name}", value=value, limit=limit, mend=mend)
