"""[site.reactor]: a plant of a site that is told what to make, and its planned outages."""

from collections.abc import Iterator
from itertools import pairwise

from gridtide.case.left_out import left_to_assumptions
from gridtide.case.schema import CaseFile, ReactorTable
from gridtide.finding import Finding
from gridtide.fleet.reactor import Outage, Reactor
from gridtide.physics.reactor import RAMP_PER_MIN

ASSUMED = ("least_share", "ramp_kw_per_min")


def reactor_of(table: ReactorTable) -> Reactor:
    """The plant that a valid table describes; without a pace it changes by RAMP_PER_MIN of its rating."""
    usual_kw_per_min = RAMP_PER_MIN * table.capacity_kw
    return Reactor(
        capacity_kw=table.capacity_kw,
        ramp_kw_per_min=table.ramp_kw_per_min or usual_kw_per_min,
        cost_per_mwh=table.cost_per_mwh,
        least_share=table.least_share,
        emissions_g_per_kwh=table.emissions_g_per_kwh,
        start_share=table.start_share,
        outages=tuple(Outage(start=one.start, end=one.end) for one in table.outage),
    )


def reactor_faults(case: CaseFile) -> Iterator[Finding]:
    """Plants that start below their least, and outages that end before they begin or overlap."""
    for number, site in enumerate(case.site, start=1):
        plant, key = site.reactor, f"site[{number}].reactor"
        if plant is None:
            continue
        if plant.start_share < plant.least_share:
            yield Finding(
                subject=f"{key}.start_share",
                value=f"{plant.start_share:g}",
                limit=f"at least least_share, {plant.least_share:g}",
                mend="Raise start_share, or lower least_share; a plant that stands at first has an outage.",
            )
        yield from _outage_faults(plant, key)


def _outage_faults(plant: ReactorTable, key: str) -> Iterator[Finding]:
    for index, outage in enumerate(plant.outage, start=1):
        if outage.end <= outage.start:
            yield Finding(
                subject=f"{key}.outage[{index}].end",
                value=outage.end.isoformat(),
                limit=f"later than its start, {outage.start.isoformat()}",
                mend="Give the end of the outage.",
            )
    ordered = sorted(plant.outage, key=lambda one: one.start)
    for one, other in pairwise(ordered):
        if other.start < one.end:
            yield Finding(
                subject=f"{key}.outage[{plant.outage.index(other) + 1}].start",
                value=other.start.isoformat(),
                limit=f"no earlier than {one.end.isoformat()}, when another outage ends",
                mend="Join the two, or move one.",
            )


def reactor_notes(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each plant that is partly assumed."""
    said = {
        site.name: left_to_assumptions(site.reactor, ASSUMED) for site in case.site if site.reactor
    }
    return tuple(f"plant at {name}: {left_out}" for name, left_out in said.items() if left_out)
