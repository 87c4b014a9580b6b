"""[site.reservoir]: water behind a dam as the store of a site, and the river that fills it."""

from collections.abc import Iterator

import numpy as np

from gridtide.case.schema import CaseFile, SiteTable
from gridtide.case.store_faults import begins_too_low, second_store
from gridtide.finding import Finding
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.reservoir import Reservoir
from gridtide.fleet.site import Battery
from gridtide.signals.history import History
from gridtide.signals.history import truth as truth_signal
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline

OTHERS = ("battery", "pumped_hydro", "hydrogen")


def reservoir_at(site: SiteTable) -> Reservoir | None:
    """The reservoir that a site states, None without one."""
    return Reservoir(**site.reservoir.model_dump()) if site.reservoir else None


def reservoir_store(site: SiteTable) -> Battery | None:
    """The same as a store of electricity that nothing but its river fills."""
    water = reservoir_at(site)
    if water is None:
        return None
    return Battery(
        energy_kwh=water.energy_kwh,
        charge_max_kw=0.0,
        discharge_max_kw=water.turbine_kw,
        charge_efficiency=1.0,
        discharge_efficiency=water.turbine_efficiency,
        soc_min=water.least_m3 / water.volume_m3,
        soc_start=water.start_share,
        wear_cost_per_kwh=water.wear_cost_per_kwh,
    )


def reservoir_faults(case: CaseFile) -> Iterator[Finding]:
    """A second store at the site, a store for backup that would cycle with it, a basin that begins below its least."""
    for number, site in enumerate(case.site, start=1):
        water, key = site.reservoir, f"site[{number}].reservoir"
        if water is None:
            continue
        others = [name for name in OTHERS if getattr(site, name) is not None]
        if site.backup is not None and site.backup.cycling:
            others.append("backup")
        if others:
            yield second_store(key, others[0])
        yield from begins_too_low(key, water)


def without_inflow(fleet: Fleet, history: History, timeline: Timeline) -> Iterator[Finding]:
    """Reservoirs of which no flow is read."""
    for site in fleet.sites:
        if site.reservoir is None:
            continue
        flow = truth_signal(history, Kind.RIVER_FLOW, site.weather_zone, timeline).values
        if np.isnan(flow).all():
            yield Finding(
                subject=f"reservoir of {site.name}",
                value=f"no {Kind.RIVER_FLOW} of {site.weather_zone}",
                limit="an inflow for every step",
                mend="Read a table with this column for the weather zone, or name another weather_zone.",
            )
