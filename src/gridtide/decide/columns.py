"""The columns of the week plan: what can be chosen, its bounds and what it costs."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Columns, CoolingColumns, Facts, Whole, most_accelerators
from gridtide.decide.program import Program
from gridtide.decide.rest_columns import rest_columns
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]
SHORTFALL_COST_PER_KWH = 1e4
BEYOND_ANY_PRICE = 10.0
"""Power that cannot be had counts at least so many times what a kWh and a new peak cost at their dearest."""
THROWN_AWAY = 1e-6
SLOWER_LAST = 1e-6
"""Cost of a request per second answered slower for an hour, so that answers are slow only where it pays."""
IN_ORDER = 2e-6
"""Cost that keeps segments filling in order where energy costs nothing."""


def columns_of(program: Program, situation: Situation, facts: Facts) -> Columns:
    """Add every column of the plan to an empty program."""
    bucket, entry, step = _cells(facts)
    pair, way = _pairs(facts)
    steps = len(facts.hours)
    sites = situation.fleet.sites
    batteries = [site.battery for site in sites]
    shape = (len(sites), steps)
    segments = facts.curve.slope.shape[2]
    prices = np.asarray([service.value_per_request for service in situation.services])
    lost = prices[:, None, None] * 3600.0 * facts.hours if len(prices) else 0.0
    energy = (facts.price_per_kwh + facts.carbon_cost_per_kwh) * facts.hours
    charge = _column([battery.charge_max_kw if battery else 0.0 for battery in batteries])
    discharge = _column([battery.discharge_max_kw if battery else 0.0 for battery in batteries])
    wear = _column([battery.wear_cost_per_kwh if battery else 0.0 for battery in batteries])
    rates = most_accelerators(facts, bucket, entry)
    return Columns(
        work=program.variables(bucket.shape, _work_cost(facts, bucket, entry, step), 0.0, rates),
        bucket=bucket,
        entry=entry,
        place=facts.menu.place[entry],
        step=step,
        flow=program.variables((len(pair), steps), _answer_cost(facts, way)),
        pair=pair,
        way=way,
        refused=program.variables(facts.requests_per_s.shape, lost),
        segment=program.variables(
            (*shape, segments), IN_ORDER * np.arange(segments), 0.0, facts.curve.width_kw[:, None]
        ),
        draw=program.variables(shape, energy, 0.0, facts.import_max_kw),
        sell=program.variables(shape, -facts.sale_per_kwh * facts.hours, 0.0, facts.export_max_kw),
        unused=program.variables(shape, THROWN_AWAY, 0.0, unused_max_kw(facts)),
        charge=program.variables(shape, THROWN_AWAY, 0.0, charge),
        discharge=program.variables(shape, wear * facts.hours, 0.0, discharge),
        store=_store(program, situation, shape),
        peak=program.variables(
            facts.months.price_per_kw.shape, facts.months.price_per_kw, facts.months.known_kw
        ),
        undone=program.variables((len(facts.buckets),), facts.buckets.value_per_h),
        later=program.variables(
            (len(facts.buckets),), facts.later_cost_per_h, 0.0, facts.buckets.later_h
        ),
        shortfall=program.variables(shape, _lacking_cost_per_kwh(facts) * facts.hours),
        offered=program.variables(
            facts.offers.most_kw.shape,
            -facts.offers.price_per_kw_h * facts.hours,
            0.0,
            facts.offers.most_kw,
        ),
        carried=program.variables(_carried_shape(facts), 0.0, 0.0, _carried_most_kw(facts)),
        cooling=_cooling(program, facts),
        rest=rest_columns(program, facts, prices),
        made=program.variables(
            facts.made.most_kw.shape,
            facts.made.cost_per_kwh[:, None] * facts.hours,
            facts.made.least_kw,
            facts.made.most_kw,
        ),
        spilt=program.variables(facts.inflow.kw.shape, THROWN_AWAY, 0.0, facts.inflow.kw),
    )


def _carried_shape(facts: Facts) -> tuple[int, int, int]:
    products, steps = facts.offers.most_kw.shape
    return (2, products if facts.offers.by_work.any() else 0, steps)


def _carried_most_kw(facts: Facts) -> Real:
    """What work may carry of each product at most, less and more, kW."""
    terms = facts.offers
    if not terms.by_work.any():
        return np.zeros(_carried_shape(facts))
    may = np.stack([terms.goes_up, terms.goes_down]) & terms.by_work
    return np.asarray(np.where(may[:, :, None], terms.most_kw, 0.0))


def unused_max_kw(facts: Facts) -> Real:
    """Own supply that may be left unused, and what plants may lead past their turbines, (S, T)."""
    plants_kw = facts.made.at_sites(facts.made.most_kw, len(facts.supply_kw))
    return np.asarray(np.maximum(facts.supply_kw, 0.0) + plants_kw)


def _pairs(facts: Facts) -> tuple[Whole, Whole]:
    """Service, origin and place of every flow, (F, 3), and its way, (F,): usual points first, then slower ones."""
    usual, slower = np.argwhere(facts.reachable), np.argwhere(facts.slower.reachable)
    way = np.concatenate([usual[:, 0], len(facts.rate) + slower[:, 0]])
    slower[:, 0] = facts.slower.service[slower[:, 0]]
    return np.concatenate([usual, slower]), way


def _answer_cost(facts: Facts, way: Whole) -> Real:
    """Money for a request per second through a step: nothing at the usual points."""
    slower_per_h = 3600.0 * facts.slower.cost_per_request + SLOWER_LAST
    per_h = np.concatenate([np.zeros(len(facts.rate)), slower_per_h])
    return np.asarray(per_h[way][:, None] * facts.hours)


def _cooling(program: Program, facts: Facts) -> CoolingColumns:
    """Halls stay within their temperatures, stores within their size; both end no worse than they began."""
    halls, stores, most_kw = facts.cooling.halls, facts.cooling.stores, facts.cooling.plant.most_kw
    shape = (len(halls.site), len(facts.hours))
    lowest = np.minimum(halls.coolest_c, halls.air_c)
    warmest = np.broadcast_to(np.maximum(halls.warmest_c, halls.air_c)[:, None], shape).copy()
    warmest[:, -1:] = np.minimum(warmest[:, -1:], halls.ends_c[:, None])
    apart = np.abs(halls.apart_k) + halls.warmest_c - halls.coolest_c
    colder = np.broadcast_to(-apart[:, None], shape).copy()
    colder[:, -1] = -np.abs(halls.apart_k)
    powers = np.stack([stores.charge_max_kw, stores.discharge_max_kw])[:, :, None]
    least = np.zeros((len(stores.site), len(facts.hours)))
    least[:, -1] = stores.ends_kwh
    energy = np.maximum(stores.energy_kwh, stores.now_kwh)[:, None]
    planes = facts.cooling.plant.planes
    beyond_kw = planes.most_kw[:, None]
    return CoolingColumns(
        hall=program.variables((2, *shape), THROWN_AWAY, 0.0, most_kw[halls.site]),
        air=program.variables(shape, 0.0, lowest[:, None], warmest),
        apart=program.variables(shape, 0.0, colder, apart[:, None]),
        store=program.variables((2, *least.shape), THROWN_AWAY, 0.0, powers),
        cold=program.variables(least.shape, 0.0, least, energy),
        beyond=program.variables((len(planes.site), shape[1]), 0.0, -beyond_kw, beyond_kw),
    )


def _lacking_cost_per_kwh(facts: Facts) -> float:
    """Dearer than any power that can be had, so that none is lacking but where there is none."""
    energy = float((facts.price_per_kwh + facts.carbon_cost_per_kwh).max())
    peak = float(facts.months.price_per_kw.max() / facts.hours.min())
    return max(SHORTFALL_COST_PER_KWH, BEYOND_ANY_PRICE * (energy + peak))


def _column(values: list[float]) -> Real:
    return np.asarray(values, dtype=np.float64)[:, None]


def _store(program: Program, situation: Situation, shape: tuple[int, int]) -> Whole:
    """A store stays between its limits and ends the horizon no emptier than it began."""
    lower, upper = np.zeros(shape), np.zeros(shape)
    for index, site in enumerate(situation.fleet.sites):
        if site.battery is None:
            continue
        now_kwh = float(situation.state.soc_kwh[index])
        least_kwh = min(site.battery.energy_kwh * site.battery.soc_min, now_kwh)
        lower[index], upper[index] = least_kwh, max(site.battery.energy_kwh, now_kwh)
        lower[index, -1] = min(now_kwh, site.battery.energy_kwh * site.battery.soc_start)
    return program.variables(shape, 0.0, lower, upper)


def _cells(facts: Facts) -> tuple[Whole, Whole, Whole]:
    """Every (bucket, entry of the menu, step) in which work may run, in that order."""
    buckets = facts.buckets
    steps = np.arange(len(facts.hours))
    inside = steps >= buckets.first[:, facts.menu.place, None]
    inside &= steps < buckets.last[:, None, None]
    inside &= facts.menu.open_to(buckets.elastic, buckets.work_class)[:, :, None]
    bucket, entry, step = np.nonzero(inside)
    return bucket.astype(np.int64), entry.astype(np.int64), step.astype(np.int64)


def _work_cost(facts: Facts, bucket: Whole, entry: Whole, step: Whole) -> Real:
    """Money for the work of one busy accelerator through a step: its delay and its move."""
    delay = facts.buckets.delay_cost_per_h[bucket] * facts.wait_h[step]
    move = facts.buckets.move_cost_per_h[bucket, facts.menu.place[entry]]
    return np.asarray((delay + move) * facts.hours[step] * facts.menu.pace[entry])
