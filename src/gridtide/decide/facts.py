"""A situation read into the arrays a plan is written from."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.agreed_terms import agreed_terms
from gridtide.decide.buckets import BUCKETS_MAX, bucketed
from gridtide.decide.called_hours import coincident_per_kwh, incentive_per_kwh
from gridtide.decide.carried import none_carried, per_accelerator_kw, reach_of, sure_slots
from gridtide.decide.cooling_terms import cooling_terms
from gridtide.decide.declared_terms import declared_terms
from gridtide.decide.dispatch import Reason
from gridtide.decide.emergency import in_emergency_kw, relieved
from gridtide.decide.inflow_terms import inflow_terms
from gridtide.decide.layout import Facts, SlowerFacts
from gridtide.decide.limits import export_max_kw, import_max_kw
from gridtide.decide.made_terms import made_terms
from gridtide.decide.move_terms import move_terms
from gridtide.decide.objective import Objective
from gridtide.decide.offer_terms import offer_terms
from gridtide.decide.peak import demand_periods
from gridtide.decide.power_curve import PowerCurve, curve_between, power_curve
from gridtide.decide.reading import is_there, outdoor_c, requests_per_s, series, supply_kw
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import (
    Reservations,
    expected_counts,
    free_of,
    grid_step_s,
    reservations,
    slot_grid,
    told_accelerators,
    told_entries,
)
from gridtide.decide.rest_terms import rest_terms
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_placement
from gridtide.fleet.contract import Exposure
from gridtide.fleet.exposure import seen_price_per_mwh
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.menu import Menu
from gridtide.fleet.reach import may_answer
from gridtide.fleet.site import Site
from gridtide.fleet.ways import may_answer_slower, slower_ways
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline, holding
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


def held_of(situation: Situation, objective: Objective) -> Reservations:
    """The situation's jobs on their grid of slots, as they were told."""
    grid = slot_grid(situation, _slot_s(situation.horizon))
    return reservations(situation, promised_room(situation, grid), grid, objective.moves_max)


def facts_of(
    situation: Situation,
    objective: Objective,
    held: Reservations,
    outward: bool = False,
    readings: Readings | None = None,
    kinds_max: int = BUCKETS_MAX,
) -> Facts:
    """Everything a plan reads, over the horizon; jobs that `held` calls settled stay where they were told.

    outward: buckets of work as a bound may take them; at most kinds_max of them. readings: of the same signals so
    far. Raises BadInput when a series is missing.
    """
    read = Readings() if readings is None else readings
    fleet, horizon = situation.fleet, situation.horizon
    buckets = bucketed(situation, held, outward, kinds_max)
    curve = read.of(curve_of, situation, cut=curve_between)
    pools = fleet.pools
    price = seen_prices_per_mwh(situation, read)
    carbon = read.of(carbon_cost_per_kwh, situation, objective)
    shown = holding(held.grid, horizon)
    supply, most_kw = read.of(supply_kw, situation), import_max_kw(fleet, situation.events, horizon)
    carried_kw = in_emergency_kw(fleet, situation.events, horizon)
    made = made_terms(situation, objective)
    surely_kw = supply + made.at_sites(made.least_kw, len(fleet.sites))
    curve = relieved(curve, surely_kw, most_kw, carried_kw)
    return Facts(
        hours=horizon.hours,
        price_per_kwh=cost_per_kwh(1.0) * price,
        sale_per_kwh=cost_per_kwh(1.0) * read.of(sale_prices_per_mwh, situation),
        carbon_cost_per_kwh=carbon,
        supply_kw=supply,
        import_max_kw=most_kw,
        export_max_kw=export_max_kw(fleet, situation.events, horizon),
        requests_per_s=read.of(requests_per_s, situation),
        rate=_rates(situation),
        reachable=may_answer(fleet, situation.services),
        reserve=np.asarray([pool.burst_reserve for pool in pools]),
        extra_kw=fleet.menu.extra_kw,
        menu=fleet.menu,
        serving_kw=serving_kw(situation),
        site=fleet.site_of_place,
        accelerators=fleet.accelerators,
        room=held.room[:, shown],
        given=_given(situation, held)[:, :, shown].astype(np.float64),
        kept=_kept(held)[:, shown],
        curve=curve,
        buckets=buckets,
        months=demand_periods(situation, objective),
        later_cost_per_h=later_cost_per_h(
            fleet.site_of_place, cost_per_kwh(1.0) * price + carbon, curve, fleet.menu, len(buckets)
        ),
        swing_kw=np.zeros_like(price),
        wait_h=np.concatenate([[0.0], np.cumsum(horizon.hours)])[:-1],
        request_peak=np.ones((len(situation.services), len(fleet.network.origins), len(horizon))),
        offers=offer_terms(
            situation,
            curve,
            read.of(contract_prices_per_mwh, situation)[1],
            (per_accelerator_kw(fleet), _carried_kw(situation, held)[:, :, shown]),
        ),
        cooling=cooling_terms(situation),
        slower=slower_facts(situation),
        moves=move_terms(situation),
        rest=rest_terms(situation, curve, cost_per_kwh(1.0) * price + carbon),
        made=made,
        inflow=inflow_terms(situation),
        declared=declared_terms(situation),
        agreed=agreed_terms(situation, price),
    )


def carbon_cost_per_kwh(situation: Situation, objective: Objective) -> Real:
    """Money that a drawn kWh counts beyond its price, (S, T): its carbon, 0 without a carbon price, and in called
    hours and in the system's peaks what is paid for not drawing it."""
    called = incentive_per_kwh(situation.fleet, situation.horizon, objective.called)
    called += coincident_per_kwh(situation.fleet, situation.horizon)
    if objective.carbon_price_per_t == 0.0:
        return called
    zones = [site.zone for site in situation.fleet.sites]
    grams = np.stack([series(situation, objective.carbon, zone) for zone in zones])
    return grams * objective.carbon_price_per_t / 1e6 + called


def seen_prices_per_mwh(situation: Situation, readings: Readings | None = None) -> Real:
    """The price each site's decisions see, (S, T). readings: of the same signals so far."""
    read = Readings() if readings is None else readings
    day_ahead, real_time = read.of(contract_prices_per_mwh, situation)
    return np.stack(
        [
            _seen(situation, site, day_ahead[site], real_time[site])
            for site in range(len(situation.fleet.sites))
        ]
    )


def _seen(situation: Situation, index: int, day_ahead: Real, real_time: Real) -> Real:
    """The price of the contract, or, under two-settlement, of the market that is still open in a step."""
    site = situation.fleet.sites[index]
    if site.contract.exposure is not Exposure.TWO_SETTLEMENT:
        return day_ahead
    return seen_price_per_mwh(
        site.contract, situation.horizon, situation.as_of, site.clock, day_ahead, real_time
    )


def contract_prices_per_mwh(situation: Situation) -> Real:
    """What each site's contract makes of the market, day-ahead and in real time, (2, S, T); the same twice where
    a contract does not tell them apart."""
    return np.stack([_of_contract(situation, site) for site in situation.fleet.sites], axis=1)


def sale_prices_per_mwh(situation: Situation) -> Real:
    """What a kWh fed in earns at each site, (S, T): its contract's share of the zone's price of export, else of the
    zone's price; nothing where none may be fed in."""
    none = np.zeros(len(situation.horizon))
    rows = []
    for site in situation.fleet.sites:
        sells = site.contract.export_max_kw > 0.0
        kind = (
            Kind.EXPORT_PRICE if is_there(situation, Kind.EXPORT_PRICE, site.zone) else Kind.PRICE
        )
        market = series(situation, kind, site.zone) if sells else none
        rows.append(site.contract.export_price_share * market)
    return np.stack(rows)


def _of_contract(situation: Situation, site: Site) -> Real:
    contract, horizon = site.contract, situation.horizon
    if contract.exposure is Exposure.TWO_SETTLEMENT:
        day_ahead = series(situation, Kind.PRICE, site.zone)
        other = contract.real_time_zone
        return np.stack([day_ahead, series(situation, Kind.PRICE, other) if other else day_ahead])
    market = (
        series(situation, Kind.PRICE, site.zone)
        if contract.follows_market
        else np.zeros(len(horizon))
    )
    seen = seen_price_per_mwh(contract, horizon, situation.as_of, site.clock, market, market)
    return np.stack([seen, seen])


def curve_of(situation: Situation) -> PowerCurve:
    """What the buildings draw over the horizon."""
    return power_curve(situation.fleet, situation.services, outdoor_c(situation))


def _slot_s(horizon: Timeline) -> int:
    return (
        int((horizon.edges_s[1:] - horizon.edges_s[:-1]).min())
        if horizon.step_s is None
        else grid_step_s(horizon)
    )


def _given(situation: Situation, held: Reservations) -> NDArray[np.int64]:
    """Accelerators that jobs which stay as told are expected to use, by class and entry, (C, M, slots)."""
    told = held.told
    stays = held.settled & (told.place >= 0)
    entry = told_entries(held, told)
    used, taken = expected_counts(held, told.count, entry), told_accelerators(held, told)
    shape = (len(situation.jobs.classes), len(held.menu), held.room.shape[1])
    load = np.zeros(shape, dtype=np.int64)
    for job in np.flatnonzero(stays):
        begin = told.offsets[job]
        slots = told.slots[begin : begin + used[job]]
        load[situation.jobs.work_class[job], entry[job], slots] += taken[job]
    return load


def _carried_kw(situation: Situation, held: Reservations) -> Real:
    """By how much tolerant jobs that stay as told can draw less and more at the meter, (2, S, slots), kW."""
    if none_carried(situation.fleet):
        return np.zeros((2, len(situation.fleet.sites), len(held.grid)))
    told = told_placement(situation, held, Reason.KEPT)
    works = sure_slots(situation, told) & np.repeat(held.settled, np.diff(told.offsets))
    return reach_of(situation.fleet, situation.jobs, told, works)


def _kept(held: Reservations) -> NDArray[np.int64]:
    """Accelerators that jobs which stay as told hold, (P, slots)."""
    stays = held.settled & (held.told.place >= 0)
    alone = replace(held.told, count=np.where(stays, held.told.count, 0))
    return held.room - free_of(held, alone)


def _rates(situation: Situation) -> Real:
    places = len(situation.fleet.places)
    rates = [service.requests_per_accelerator_s for service in situation.services]
    return np.stack(rates) if rates else np.zeros((0, places))


def serving_kw(situation: Situation) -> Real:
    """IT power of an accelerator that answers beyond a parked one, (V, P)."""
    pools = situation.fleet.pools
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in pools])
    rows = [service.it_kw_per_accelerator - parked for service in situation.services]
    return np.stack(rows) if rows else np.zeros((0, len(pools)))


def slower_facts(situation: Situation) -> SlowerFacts:
    """Answers that take longer, as a plan reads them."""
    fleet, services = situation.fleet, situation.services
    found = slower_ways(services)
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in fleet.pools])
    none = np.zeros((0, len(fleet.places)))
    return SlowerFacts(
        service=np.asarray([number for number, _ in found], dtype=np.int64),
        rate=np.stack([one.requests_per_accelerator_s for _, one in found]) if found else none,
        serving_kw=np.stack([one.it_kw_per_accelerator - parked for _, one in found])
        if found
        else none,
        reachable=may_answer_slower(fleet, services),
        cost_per_request=np.asarray(
            [services[number].delay_cost_per_request for number, _ in found], dtype=np.float64
        ),
    )


def extra_power_kw(fleet: Fleet) -> Real:
    """IT power of an accelerator busy with a job at full speed beyond a parked one at each place, (P,)."""
    return np.asarray(fleet.menu.extra_kw[fleet.menu.first], dtype=np.float64)


def later_cost_per_h(
    site: NDArray[np.int64], drawn_per_kwh: Real, curve: PowerCurve, menu: Menu, count: int
) -> Real:
    """What an accelerator-hour of work beyond the horizon is expected to cost: its mean over the horizon.

    Each place counts with the operating point of whole gangs that takes least power for its work. drawn_per_kwh:
    money for a kWh drawn with its carbon, (S, T). One number for each of `count` buckets.
    """
    mean = drawn_per_kwh.mean(axis=1) * curve.slope.mean(axis=(1, 2))
    of_whole = np.where(menu.gang_share == 1.0, menu.extra_kw / menu.speed, np.inf)
    per_work = np.minimum.reduceat(of_whole, menu.first)
    return np.full(count, float((mean[site] * per_work).mean()))


def has_carbon(situation: Situation, kind: Kind) -> bool:
    """Whether every site's zone has this carbon intensity."""
    return all(is_there(situation, kind, site.zone) for site in situation.fleet.sites)
