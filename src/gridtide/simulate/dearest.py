"""What no course can pay more than for energy, whatever its signals said: from the truth of a study."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.burning import restart_share
from gridtide.decide.dearest import Reach, Stores, dearest_energy
from gridtide.decide.limits import import_max_kw
from gridtide.decide.relaxed import relaxed_course
from gridtide.fleet.building import capacities_kw, facility_power_kw, is_learned, parked_kw
from gridtide.fleet.contract import Exposure, tariff_price_per_mwh
from gridtide.fleet.response_cap import is_ruled
from gridtide.fleet.site import Battery, Site
from gridtide.simulate.bound import known_course
from gridtide.simulate.serving_reach import serving_reach
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import Truth
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
NO_STORE = Battery(energy_kwh=0.0, charge_max_kw=0.0, discharge_max_kw=0.0)


def most_energy_cost(study: Study, truth: Truth) -> float:
    """Money for energy that no course pays more than which keeps its import limits: with no more work than there is
    (`decide/dearest.py`), and beside it what contracts cost whatever is drawn.

    Sites that rest nodes, are learned or cooled by stores, and fleets whose starts take turns, count as drawing all
    that building and store can.
    """
    by_work = dearest_energy(reach_of(study, truth)) + _whatever_is_drawn(study, truth)
    return min(by_work, at_their_limits(study, truth))


def at_their_limits(study: Study, truth: Truth) -> float:
    """The same without a look at work: every site at its import limit, or at all that its building and store can draw,
    wherever that costs something."""
    limit_kw = import_max_kw(study.fleet, binding_events(study), study.timeline)
    drawn_kwh = np.minimum(_all_kw(study, truth), limit_kw) * study.timeline.hours
    costs = np.maximum(_price_per_kwh(study, truth), 0.0) * drawn_kwh
    return float(costs.sum()) + _whatever_is_drawn(study, truth)


def reach_of(study: Study, truth: Truth) -> Reach:
    """What courses of a study can do at most."""
    fleet, steps = study.fleet, len(study.timeline)
    floor_kw, most_kw = parked_kw(fleet), capacities_kw(fleet)
    rest_kw, full_kw = (
        facility_power_kw(fleet, np.repeat(it_kw[:, None], steps, axis=1), truth.outdoor_c)
        for it_kw in (floor_kw, most_kw)
    )
    it_more_kw = np.maximum(most_kw - floor_kw, 1e-6)
    known = _is_known(study)
    surely_kw = np.where(_uses_all_supply(study)[:, None], truth.supply_kw, 0.0)
    stores = _stores_of(
        [_store_of(site) if known[s] else NO_STORE for s, site in enumerate(fleet.sites)]
    )
    sold_kw = np.asarray([site.contract.export_max_kw for site in fleet.sites])
    sold_kw = np.minimum(sold_kw, stores.discharge_max_kw)[:, None]
    spared_kw = np.maximum(surely_kw - rest_kw, 0.0) + sold_kw
    menu, places = fleet.menu, len(fleet.places)
    may, there_h = _work(study, truth)
    serving = serving_reach(study, truth)
    return Reach(
        hours=study.timeline.hours,
        price_per_kwh=_price_per_kwh(study, truth),
        import_max_kw=import_max_kw(fleet, binding_events(study), study.timeline),
        rest_kw=np.where(known[:, None], rest_kw - surely_kw, _all_kw(study, truth)),
        slope=np.where(known[:, None], (full_kw - rest_kw) / it_more_kw[:, None], 0.0),
        it_more_kw=it_more_kw,
        spared_kw=np.where(known[:, None], spared_kw, 0.0),
        stores=stores,
        site=fleet.site_of_place,
        accelerators=fleet.accelerators.astype(np.float64),
        pace=_highest(menu.place, menu.pace, places),
        work_kw=_highest(menu.place, menu.extra_kw / menu.pace, places),
        may=may,
        there_h=there_h,
        asked_per_s=truth.requests_per_s.sum(axis=1),
        service=serving.of,
        serving_kw=serving.power_kw,
        always=serving.always,
        each=serving.each,
    )


def _highest(place: NDArray[np.int64], values: Real, places: int) -> Real:
    found = np.zeros(places)
    np.maximum.at(found, place, values)
    return found


def _work(study: Study, truth: Truth) -> tuple[NDArray[np.bool_], Real]:
    """Groups of work by the places they may run at, (G, P), and how much of each is there by each step, (G, T)."""
    course = relaxed_course(known_course(study, truth), study.objective)
    buckets, steps = course.facts.buckets, len(study.timeline)
    may = buckets.first < steps
    work_h = buckets.work_h * (1.0 + restart_share(course.held, course.facts))
    groups, of_bucket = np.unique(may, axis=0, return_inverse=True)
    there_h = np.zeros((len(groups), steps))
    begins = np.minimum(buckets.first.min(axis=1, initial=steps), steps - 1)
    np.add.at(there_h, (of_bucket.ravel(), begins), work_h)
    return groups, np.cumsum(there_h, axis=1)


def _is_known(study: Study) -> NDArray[np.bool_]:
    """Sites of which the program says what they can draw, (S,)."""
    if is_ruled(study.fleet):
        return np.zeros(len(study.fleet.sites), dtype=np.bool_)
    plain = [
        not (
            site.hall
            or site.cold_store
            or site.reservoir
            or any(pool.parking for pool in site.pools)
        )
        for site in study.fleet.sites
    ]
    return np.asarray(plain, dtype=np.bool_) & ~is_learned(study.fleet)


def _uses_all_supply(study: Study) -> NDArray[np.bool_]:
    """Sites that leave nothing of their own supply that they could use: no ramp, offer or call keeps them from it."""
    called = {event.site for event in binding_events(study)}
    free = [
        site.contract.ramp_max_kw_per_min is None and not site.products and site.name not in called
        for site in study.fleet.sites
    ]
    return np.asarray(free, dtype=np.bool_)


def _store_of(site: Site) -> Battery:
    return site.battery or NO_STORE


def _stores_of(batteries: list[Battery]) -> Stores:
    def each(name: str) -> Real:
        return np.asarray([getattr(one, name) for one in batteries], dtype=np.float64)

    energy_kwh = each("energy_kwh")
    return Stores(
        energy_kwh=energy_kwh,
        start_kwh=energy_kwh * each("soc_start"),
        least_kwh=energy_kwh * each("soc_min"),
        charge_max_kw=each("charge_max_kw"),
        discharge_max_kw=each("discharge_max_kw"),
        charge_efficiency=each("charge_efficiency"),
        discharge_efficiency=each("discharge_efficiency"),
    )


def _all_kw(study: Study, truth: Truth) -> Real:
    """All that building and store of each site can draw, (S, T), kW."""
    fleet = study.fleet
    full_kw = np.repeat(capacities_kw(fleet)[:, None], len(study.timeline), axis=1)
    stores_kw = np.asarray([_store_of(site).charge_max_kw for site in fleet.sites])
    return np.asarray(facility_power_kw(fleet, full_kw, truth.outdoor_c) + stores_kw[:, None])


def _price_per_kwh(study: Study, truth: Truth) -> Real:
    """What one more kWh drawn costs in the end, (S, T)."""
    rows = []
    for index, site in enumerate(study.fleet.sites):
        contract = site.contract
        price = truth.price_per_mwh[index]
        if contract.exposure is Exposure.FIXED:
            price = np.full(len(price), contract.fixed_price_per_mwh)
        elif contract.exposure is Exposure.TIME_OF_USE:
            local = study.timeline.local_times(site.clock)
            weekday = np.asarray([moment.weekday() for moment in local])
            hour = np.asarray([moment.hour + moment.minute / 60.0 for moment in local])
            price = tariff_price_per_mwh(contract.bands, weekday, hour)
        elif contract.exposure is Exposure.TWO_SETTLEMENT:
            price = truth.real_time_price_per_mwh[index]
        rows.append(cost_per_kwh(1.0) * price)
    return np.stack(rows)


def _whatever_is_drawn(study: Study, truth: Truth) -> float:
    """Money beside the price of what is drawn: of positions that a lie lets buy, of differences that are paid on
    a fixed volume, and of what is fed in where that costs."""
    found, hours = 0.0, study.timeline.hours
    limit_kw = import_max_kw(study.fleet, binding_events(study), study.timeline)
    for index, site in enumerate(study.fleet.sites):
        contract, price = site.contract, truth.price_per_mwh[index]
        per_mwh_kwh = (
            contract.export_max_kw
            * hours
            * np.maximum(-truth.export_price_per_mwh[index] * contract.export_price_share, 0.0)
        )
        if contract.exposure is Exposure.TWO_SETTLEMENT:
            apart = price - truth.real_time_price_per_mwh[index]
            dearer = np.abs(apart) if contract.agreements else np.maximum(apart, 0.0)
            per_mwh_kwh = per_mwh_kwh + limit_kw[index] * hours * dearer
        if contract.exposure is Exposure.CONTRACT_FOR_DIFFERENCE:
            per_mwh_kwh = per_mwh_kwh + contract.contracted_kw * hours * (
                contract.fixed_price_per_mwh - price
            )
        found += float(per_mwh_kwh.sum()) * cost_per_kwh(1.0)
    return found
