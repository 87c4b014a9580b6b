"""[site.facility] learned: buildings as their own meters told, refused outside what they have data of."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from gridtide.case.learned_data import LearnedData, in_holes
from gridtide.case.learned_listing import not_as_listed
from gridtide.case.plants import DESIGN_DRY_C, DESIGN_WET_C
from gridtide.case.schema import CaseFile, SiteTable
from gridtide.case.work import resolved
from gridtide.finding import Finding, Gathered, refuse_if_any
from gridtide.fleet.building import facility_power_kw, outdoor_c, parked_kw
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.learning.lawful import broken_laws
from gridtide.fleet.learning.steady import building_of
from gridtide.fleet.site import Site
from gridtide.signals.history import History, truth
from gridtide.signals.signal import Kind
from gridtide.sources.site_model import read_site_model
from gridtide.timeline import Timeline

ROUNDING = 1e-6
Learned = dict[int, LearnedData]
"""What each learned site has data of, by its number."""


def learned_fleet(case: CaseFile, fleet: Fleet, folder: Path) -> tuple[Fleet, Learned]:
    """The fleet with the buildings that a case names, and the ranges of their data.

    Raises BadInput with every fault of the files and of what a learned building cannot have.
    """
    faults, sites, ranges = Gathered(), list(fleet.sites), {}
    for number, table in enumerate(case.site):
        faults.findings += not_as_listed(case, number, folder)
        if table.facility.learned is None:
            continue
        faults.findings += _unfit(number, table)
        found = faults.of(partial(_learned_site, fleet.sites[number], table, folder))
        if found is not None:
            sites[number], ranges[number] = found
    faults.refuse_if_any()
    return replace(fleet, sites=tuple(sites)), ranges


def outside_data(
    case: CaseFile, fleet: Fleet, learned: Learned, history: History, timeline: Timeline
) -> Iterator[Finding]:
    """Load and weather of a case that its learned sites have no data of, where the case lets nothing go on."""
    floor_kw, top_kw = parked_kw(fleet), _most_it_kw(fleet)
    for number, data in sorted(learned.items()):
        ranges = data.ranges
        site, key = fleet.sites[number], f"site[{number + 1}]"
        yield from _above_connection(key, fleet, number, float(floor_kw[number]))
        if case.site[number].facility.learned_outside == "physics":
            continue
        asked = (float(floor_kw[number]), float(top_kw[number]))
        yield from _outside(f"{key} IT power, all parked to all busy", asked, ranges.it_kw, "kW")
        felt_c = felt_over(fleet, number, history, timeline)
        if felt_c is not None:
            wet_c = _wet_over(site, history, timeline)
            yield from in_holes(f"{key} weather of {site.weather_zone}", data, asked, wet_c)
            yield from _outside(
                f"{key} weather of {site.weather_zone}, as its plant feels it", felt_c, ranges.felt_c, "°C"
            )  # fmt: skip


def felt_over(
    fleet: Fleet, number: int, history: History, timeline: Timeline
) -> tuple[float, float] | None:
    """Least and most that a site's plant feels over a period, °C; None where its weather has holes."""
    zones = [site.weather_zone for site in fleet.sites]
    temperature, humidity = (
        np.stack([truth(history, kind, zone, timeline).values for zone in zones])
        for kind in (Kind.TEMPERATURE, Kind.HUMIDITY)
    )
    felt = outdoor_c(fleet, temperature, humidity)[number]
    return None if np.isnan(felt).any() else (float(felt.min()), float(felt.max()))


def _wet_over(
    site: Site, history: History, timeline: Timeline
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Wet bulb of a site over a period, °C, (T,)."""
    from gridtide.kernels.facility import wet_bulbs

    temperature, humidity = (
        truth(history, kind, site.weather_zone, timeline).values[None, :].copy()
        for kind in (Kind.TEMPERATURE, Kind.HUMIDITY)
    )
    return np.asarray(wet_bulbs(temperature, humidity)[0])


def learned_notes(case: CaseFile, fleet: Fleet, learned: Learned) -> Iterator[str]:
    """What a reader of results must know of learned buildings."""
    for number in sorted(learned):
        site, table = fleet.sites[number], case.site[number].facility
        assert site.facility.learned is not None
        beyond = (
            "; beyond its data its physics goes on" if table.learned_outside == "physics" else ""
        )
        yield (
            f"{site.name}: facility power as learned from its meter, model "
            f"{site.facility.learned.model[:12]}{beyond}"
        )


def _learned_site(site: Site, table: SiteTable, folder: Path) -> tuple[Site, LearnedData]:
    """The site with its learned building, built for the hottest of its data where the case says nothing."""
    assert table.facility.learned is not None
    model, digest = read_site_model(resolved(table.facility.learned, folder))
    refuse_if_any(list(broken_laws(model)))
    facility = site.facility
    learned = building_of(model.site_map, facility.it_capacity_kw, digest)
    design_c = table.facility.design_outdoor_c
    if design_c is None:
        usual_c = learned.wet_share * DESIGN_WET_C + (1.0 - learned.wet_share) * DESIGN_DRY_C
        reaches = table.facility.learned_outside == "physics"
        hottest_c = model.ranges.felt_c[1]
        design_c = max(usual_c, hottest_c) if reaches else hottest_c
    data = LearnedData(ranges=model.ranges, enclosed=model.enclosed, site_map=model.site_map)
    return replace(
        site, facility=replace(facility, learned=learned, design_outdoor_c=design_c)
    ), data


def _unfit(number: int, table: SiteTable) -> Iterator[Finding]:
    """What needs the parts of a plant, which a meter does not tell apart."""
    for key, value in (("hall", table.hall), ("cold_store", table.cold_store)):
        if value is not None:
            yield Finding(
                subject=f"site[{number + 1}].{key}",
                value="beside a learned facility",
                limit="a plant that is modelled: a meter does not tell heat and plant apart",
                mend=f"Remove facility.learned, or {key}.",
            )


def _most_it_kw(fleet: Fleet) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """IT power of each site with every machine busy at full speed, as far as the building carries it, (S,), kW."""
    busy = [pool.accelerators * pool.full.it_kw_per_accelerator for pool in fleet.pools]
    full = np.bincount(fleet.site_of_place, weights=busy, minlength=len(fleet.sites))
    capacity = [site.facility.it_capacity_kw for site in fleet.sites]
    return np.minimum(full, np.asarray(capacity, dtype=np.float64))


def _above_connection(key: str, fleet: Fleet, number: int, it_kw: float) -> Iterator[Finding]:
    """A connection that does not carry what the learned building draws with everything parked."""
    site = fleet.sites[number]
    design_c = np.asarray([[one.facility.design_outdoor_c] for one in fleet.sites])
    load_kw = np.full((len(fleet.sites), 1), it_kw)
    least_kw = float(facility_power_kw(fleet, load_kw, design_c)[number, 0])
    if not site.supplies and least_kw >= site.contract.import_max_kw:
        yield Finding(
            subject=f"{key}.contract.import_max_kw",
            value=f"{site.contract.import_max_kw:,.0f}",
            limit=f"more than the {least_kw:,.0f} kW that its learned building draws with everything parked",
            mend="Raise it, or correct the pools.",
        )


def _outside(
    subject: str, asked: tuple[float, float], known: tuple[float, float], unit: str
) -> Iterator[Finding]:
    slack = ROUNDING * max(abs(known[0]), abs(known[1]), 1.0)
    if asked[0] < known[0] - slack or asked[1] > known[1] + slack:
        yield Finding(
            subject=subject,
            value=f"{asked[0]:,.1f} to {asked[1]:,.1f} {unit}",
            limit=f"{known[0]:,.1f} to {known[1]:,.1f} {unit}, where the learned model has data",
            mend='Learn from more days, or write learned_outside = "physics" and let its physics go on.',
        )
