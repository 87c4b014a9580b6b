"""Seeded week plans of a fleet, version 1: markets, weather, storage, a room's warmth, regulation, peaks.

Rows as a plan of the hours has them, all sites cyclic over the horizon: what is drawn, made and stored is
what load and cooling need; segments of a convex power curve carry the load; a store; a room's temperature;
an offer of regulation within what load and store can give; a demand charge; work in buckets with windows;
requests of regions. Powers in kW, energies in kWh.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, places_of

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
VERSION = 1
STEP_H = 0.25
DAY = 96
WIDTHS = np.asarray([0.4, 0.3, 0.3])
SLOPES = np.asarray([0.65, 0.75, 0.90])
IDLE = 0.25
EFFICIENCY = 0.95
WEAR_PER_KWH = 0.003
KEEPS = 0.9
WARMS_C = 60.0
COOLEST_C, WARMEST_C = 18.0, 27.0
SHED = 0.3
MOVE_PER_KWH = 0.0005
ROUTE_PER_KWH = 0.0003
UNSERVED_PER_KWH = 2.0
CARBON_PRICE_PER_T = 60.0
BUCKET_SITES = 8
SLACKS = np.asarray([4, 16, 48, 96])
SLOW_POWER, SLOW_SPEED = 0.7, 0.8
RAMP = 0.1
STEEP_PER_KW = 0.1
KEPT_H = 0.25
SECOND_CHARGE = 0.5


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is unusual about an instance.

    work, demand: times the usual. store_h: hours of its cap that a battery holds. whole_window: length of
    every window in steps, 0 for lengths drawn with a mean of a day. negative: share of prices below 0.
    candidates: sites a region may use. lined_up: work comes evenly in four classes of slack, may run anywhere
    and as fast as there is room, so that within a class whoever comes first is due first. full: a slower
    operating point for work beside machines to share, a ramp rule, energy kept for what is offered, and a
    second period of the demand charge as well.
    """

    work: float = 1.0
    demand: float = 1.0
    store_h: float = 0.5
    whole_window: int = 0
    negative: float = 0.0
    candidates: int = 4
    lined_up: bool = False
    full: bool = False


TRAITS = {
    "usual": Traits(),
    "tight": Traits(work=2.2, demand=1.5),
    "overloaded": Traits(work=5.0, demand=1.5),
    "no-battery": Traits(store_h=0.0),
    "large-battery": Traits(store_h=4.0),
    "long-windows": Traits(whole_window=400),
    "negative-prices": Traits(negative=0.1),
    "many-routes": Traits(candidates=12),
    "lined-up": Traits(lined_up=True),
    "full": Traits(full=True),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class WeekPlan:
    """S sites, T steps, K buckets, R regions.

    cap_kw, store_kwh: of IT load and battery (S,). energy_cost_per_kwh: price and carbon; renewable_kw,
    outdoor_c, cop (S, T). regulation_price_per_kw_h (S, T), demand_charge_per_kw (S,). bucket_site: (K, 8)
    home first; first, last: window [first, last) (K,); work_kwh (K,); rate_kw (K, 8). region_site (R, 4)
    nearest first; demand_kw (R, T). full: see Traits.
    """

    cap_kw: Real
    store_kwh: Real
    energy_cost_per_kwh: Real
    renewable_kw: Real
    outdoor_c: Real
    cop: Real
    regulation_price_per_kw_h: Real
    demand_charge_per_kw: Real
    bucket_site: Whole
    first: Whole
    last: Whole
    work_kwh: Real
    rate_kw: Real
    region_site: Whole
    demand_kw: Real
    full: bool


def week_plan(sites: int, steps: int, buckets: int, seed: int, traits: Traits) -> WeekPlan:
    """A seeded instance of this size."""
    chance = np.random.default_rng(seed)
    hour: Real = np.arange(steps, dtype=np.float64) * STEP_H
    cap = chance.uniform(20e3, 120e3, sites)
    price, carbon = _market(chance, sites, hour, traits.negative)
    outdoor = (
        chance.uniform(14.0, 26.0, (sites, 1))
        + 6.0 * np.sin(2 * np.pi * (hour - 9.0) / 24.0)
        + chance.normal(0.0, 1.0, (sites, steps))
    )
    has_store = chance.permutation(sites) < round(0.6 * sites)
    energy = (price + CARBON_PRICE_PER_T * carbon / 1000.0) / 1000.0
    renewable = _renewable(chance, cap, hour)
    regulation = chance.uniform(2.0, 8.0, (sites, 1)) * (
        1.0 + 0.5 * np.sin(2 * np.pi * (hour - 6.0) / 24.0)
    )
    bucket_site, first, last, work, rate = _work(chance, cap, steps, buckets, traits)
    region_site, demand = _demand(chance, cap, hour, traits)
    return WeekPlan(
        cap_kw=cap,
        store_kwh=np.where(has_store, traits.store_h * cap, 0.0),
        energy_cost_per_kwh=energy,
        renewable_kw=renewable,
        outdoor_c=outdoor,
        cop=np.clip(8.0 - 0.15 * outdoor, 3.0, 8.0),
        regulation_price_per_kw_h=regulation / 1000.0,
        demand_charge_per_kw=chance.uniform(1.0, 3.0, sites),
        bucket_site=bucket_site,
        first=first,
        last=last,
        work_kwh=work,
        rate_kw=rate,
        region_site=region_site,
        demand_kw=demand,
        full=traits.full,
    )


def _market(
    chance: np.random.Generator, sites: int, hour: Real, negative: float
) -> tuple[Real, Real]:
    """price_per_mwh and carbon intensity in g/kWh, (S, T)."""
    phase = chance.uniform(-3.0, 3.0, (sites, 1))
    noon = np.exp(-((((hour % 24.0) - 13.0) / 2.5) ** 2))
    price = 60.0 + 25.0 * np.sin(2 * np.pi * (hour - 12.0 - phase) / 24.0) - 35.0 * noon
    price = price * chance.uniform(0.7, 1.3, (sites, 1))
    price = price + chance.normal(0.0, 6.0, price.shape)
    carbon = np.clip(chance.uniform(330.0, 450.0, (sites, 1)) * (1.0 - 0.4 * noon), 200.0, 450.0)
    if negative > 0.0:
        price = price - np.quantile(price + CARBON_PRICE_PER_T * carbon / 1000.0, negative)
    return price, carbon


def _renewable(chance: np.random.Generator, cap: Real, hour: Real) -> Real:
    """On-site sun everywhere, wind at half the sites, kW (S, T)."""
    sites = len(cap)
    sun = np.clip(np.sin(np.pi * ((hour % 24.0) - 6.0) / 12.0), 0.0, None)
    cloud = chance.uniform(0.5, 1.0, (sites, len(hour)))
    made = 0.25 * chance.uniform(0.0, 1.0, (sites, 1)) * sun * cloud
    windy = (chance.permutation(sites) < sites // 2)[:, None]
    gusts = np.cumsum(chance.normal(0.0, 0.08, (sites, len(hour))), axis=1)
    blown = 0.5 + 0.5 * np.sin(gusts + chance.uniform(0.0, 6.0, (sites, 1)))
    return np.asarray((made + np.where(windy, 0.3 * blown, 0.0)) * cap[:, None])


def _work(
    chance: np.random.Generator, cap: Real, steps: int, buckets: int, traits: Traits
) -> tuple[Whole, Whole, Whole, Real, Real]:
    """Sites, windows, energies and rates of the buckets; together about a quarter of the fleet."""
    near = min(BUCKET_SITES, len(cap))
    if traits.lined_up:
        return _lined_up(chance, cap, steps, buckets, traits.work)
    order = [chance.permutation(len(cap))[:near] for _ in range(buckets)]
    site = np.asarray(order, dtype=np.int64).reshape(buckets, near)
    length = 4 + chance.exponential(DAY, buckets).astype(np.int64)
    length = np.minimum(traits.whole_window or length, steps)
    first = (chance.uniform(0.0, 1.0, buckets) * (steps - length + 1)).astype(np.int64)
    rate = 0.25 * cap[site]
    most = rate.sum(axis=1) * length * STEP_H
    share = chance.uniform(0.5, 1.5, buckets) * most
    work = share * 0.22 * traits.work * cap.sum() * steps * STEP_H / share.sum()
    if traits.work <= 2.2:
        work = np.minimum(work, 0.7 * most)
    return site, first, first + length, work, rate


def _lined_up(
    chance: np.random.Generator, cap: Real, steps: int, buckets: int, times: float
) -> tuple[Whole, Whole, Whole, Real, Real]:
    """Work of four classes of slack that comes evenly over the horizon; any site, any rate."""
    near = min(BUCKET_SITES, len(cap))
    site = np.tile(np.arange(near), (buckets, 1))
    number, kind = np.arange(buckets) // len(SLACKS), np.arange(buckets) % len(SLACKS)
    length = np.minimum(SLACKS[kind], steps)
    first = number * (steps - length + 1) // (-(-buckets // len(SLACKS)))
    share = chance.uniform(0.5, 1.5, buckets)
    work = share * 0.22 * times * cap[:near].sum() * steps * STEP_H / share.sum()
    rate = np.repeat(work[:, None] / STEP_H, near, axis=1)
    return site, first, first + length, work, rate


def _demand(
    chance: np.random.Generator, cap: Real, hour: Real, traits: Traits
) -> tuple[Whole, Real]:
    """Sites of each region, nearest first, and its demand in kW of IT; about 0.3 of the sites it reaches."""
    regions = min(20, len(cap))
    near = min(traits.candidates, len(cap))
    site = np.stack(
        [np.roll(np.arange(len(cap)), -(r * len(cap) // regions))[:near] for r in range(regions)]
    )
    phase = chance.uniform(-6.0, 6.0, (regions, 1))
    shape = 1.0 + 0.4 * np.sin(2 * np.pi * (hour - 9.0 - phase) / 24.0)
    level = chance.uniform(0.5, 1.5, (regions, 1))
    level = level * 0.3 * traits.demand * cap[np.unique(site)].sum() / level.sum()
    return site, np.asarray(level * shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class Blocks:
    """Columns by name: (S, T) each but segment (S, T, 3), peak (S,), work one a cell, flow (R, 4, T)."""

    draw: Whole
    unused: Whole
    charge: Whole
    discharge: Whole
    store: Whole
    segment: Whole
    heat: Whole
    warmth: Whole
    offer: Whole
    peak: Whole
    work: Whole
    flow: Whole
    unserved: Whole
    refused: Whole


def program_of(plan: WeekPlan) -> Program:
    """The instance as a program, block by block."""
    program = Program()
    blocks, cell = _columns(program, plan)
    _site_rows(program, plan, blocks)
    load = program.constraints(blocks.draw.shape, 0.0, 0.0, *places_of(blocks.draw.shape))
    program.put(load[:, :, None], blocks.segment, 1.0)
    bucket, near, step = cell
    program.put(load[plan.bucket_site[bucket, near], step], blocks.work, -1.0)
    program.put(load[plan.region_site], blocks.flow, -1.0)
    work = program.constraints(plan.work_kwh.shape, plan.work_kwh, plan.work_kwh)
    program.put(work[bucket], blocks.work, STEP_H)
    program.put(work, blocks.unserved, 1.0)
    steps = np.arange(plan.demand_kw.shape[1])
    demand = program.constraints(plan.demand_kw.shape, plan.demand_kw, plan.demand_kw, step=steps)
    program.put(demand[:, None, :], blocks.flow, 1.0)
    program.put(demand, blocks.refused, 1.0)
    if plan.full:
        _slower(program, plan, blocks, cell, (load, work))
        _ramp(program, plan, blocks)
        _kept_for_offers(program, blocks)
        _second_period(program, plan, blocks)
    return program


def _slower(
    program: Program,
    plan: WeekPlan,
    blocks: Blocks,
    cell: tuple[Whole, Whole, Whole],
    rows: tuple[Whole, Whole],
) -> None:
    """A second operating point: less power, less work done, the same machines, of which there are so many."""
    bucket, near, step = cell
    load, work = rows
    site = plan.bucket_site[bucket, near]
    moves = STEP_H * MOVE_PER_KWH * (near > 0)
    slow = program.variables(bucket.shape, moves, 0.0, plan.rate_kw[bucket, near])
    program.put(load[site, step], slow, -SLOW_POWER)
    program.put(work[bucket], slow, SLOW_SPEED * STEP_H)
    shape = blocks.draw.shape
    machines = program.constraints(shape, -np.inf, plan.cap_kw[:, None], *places_of(shape))
    program.put(machines[site, step], blocks.work, 1.0)
    program.put(machines[site, step], slow, 1.0)
    program.put(machines[plan.region_site], blocks.flow, 1.0)


def _ramp(program: Program, plan: WeekPlan, blocks: Blocks) -> None:
    """What is drawn changes by a tenth of the cap a step; steeper costs."""
    shape, most = blocks.draw.shape, RAMP * plan.cap_kw[:, None]
    rows = program.constraints(shape, -most, most, *places_of(shape))
    program.put(rows, blocks.draw, 1.0)
    program.put(np.roll(rows, -1, axis=1), blocks.draw, -1.0)
    for sign in (1.0, -1.0):
        program.put(rows, program.variables(shape, STEEP_PER_KW), sign)


def _kept_for_offers(program: Program, blocks: Blocks) -> None:
    """The store holds a quarter of an hour of what is offered beyond what load can shed."""
    shape = blocks.draw.shape
    rows = program.constraints(shape, 0.0, np.inf, *places_of(shape))
    program.put(rows, blocks.store, 1.0)
    program.put(rows, blocks.offer, -KEPT_H)
    program.put(rows[:, :, None], blocks.segment, KEPT_H * SHED * SLOPES)


def _second_period(program: Program, plan: WeekPlan, blocks: Blocks) -> None:
    """The second half of the horizon has a demand charge of its own."""
    late = np.arange(blocks.draw.shape[1] // 2, blocks.draw.shape[1])
    sites = np.arange(len(plan.cap_kw))[:, None]
    again = program.variables(plan.cap_kw.shape, SECOND_CHARGE * plan.demand_charge_per_kw)
    rows = program.constraints((len(sites), len(late)), -np.inf, 0.0, sites, late)
    program.put(rows, blocks.draw[:, late], 1.0)
    program.put(rows, again[:, None], -1.0)


def _columns(program: Program, plan: WeekPlan) -> tuple[Blocks, tuple[Whole, Whole, Whole]]:
    shape = plan.renewable_kw.shape
    cap, store = plan.cap_kw[:, None], plan.store_kwh[:, None]
    steps = np.arange(shape[1])
    inside = (steps >= plan.first[:, None]) & (steps < plan.last[:, None])
    bucket, near, step = (
        part.astype(np.int64)
        for part in np.nonzero(np.repeat(inside[:, None, :], plan.bucket_site.shape[1], axis=1))
    )
    rank = np.arange(plan.region_site.shape[1])[None, :, None]
    blocks = Blocks(
        draw=program.variables(shape, STEP_H * plan.energy_cost_per_kwh),
        unused=program.variables(shape, 0.0, 0.0, plan.renewable_kw),
        charge=program.variables(shape, STEP_H * WEAR_PER_KWH, 0.0, store / 2.0),
        discharge=program.variables(shape, STEP_H * WEAR_PER_KWH, 0.0, store / 2.0),
        store=program.variables(shape, 0.0, 0.0, store),
        segment=program.variables((*shape, 3), 0.0, 0.0, WIDTHS * cap[:, :, None]),
        heat=program.variables(shape, 0.0, 0.0, 1.3 * cap),
        warmth=program.variables(shape, 0.0, 0.0, WARMEST_C - COOLEST_C),
        offer=program.variables(shape, -STEP_H * plan.regulation_price_per_kw_h, 0.0, 0.2 * cap),
        peak=program.variables(plan.cap_kw.shape, plan.demand_charge_per_kw),
        work=program.variables(
            bucket.shape, STEP_H * MOVE_PER_KWH * (near > 0), 0.0, plan.rate_kw[bucket, near]
        ),
        flow=program.variables((*plan.region_site.shape, shape[1]), STEP_H * ROUTE_PER_KWH * rank),
        unserved=program.variables(plan.work_kwh.shape, UNSERVED_PER_KWH),
        refused=program.variables(plan.demand_kw.shape, STEP_H * UNSERVED_PER_KWH),
    )
    return blocks, (bucket, near, step)


def _site_rows(program: Program, plan: WeekPlan, blocks: Blocks) -> None:
    """Balance, store, warmth, regulation, import limit and peak of every site and step."""
    shape = plan.renewable_kw.shape
    cap, power = plan.cap_kw[:, None], np.broadcast_to(plan.store_kwh[:, None] / 2.0, shape)
    need = IDLE * cap - plan.renewable_kw
    balance = program.constraints(shape, need, need, *places_of(shape))
    for block, sign in (
        (blocks.draw, 1.0), (blocks.unused, -1.0), (blocks.discharge, 1.0), (blocks.charge, -1.0),
    ):  # fmt: skip
        program.put(balance, block, sign)
    program.put(balance[:, :, None], blocks.segment, -SLOPES)
    program.put(balance, blocks.heat, -1.0 / plan.cop)
    soc = program.constraints(shape, 0.0, 0.0, *places_of(shape))
    program.put(soc, blocks.store, 1.0)
    program.put(np.roll(soc, -1, axis=1), blocks.store, -1.0)
    program.put(soc, blocks.charge, -EFFICIENCY * STEP_H)
    program.put(soc, blocks.discharge, STEP_H / EFFICIENCY)
    per_kw = (1.0 - KEEPS) * WARMS_C / cap
    outside = (1.0 - KEEPS) * (plan.outdoor_c - COOLEST_C) + per_kw * IDLE * cap
    warm = program.constraints(shape, outside, outside, *places_of(shape))
    program.put(warm, blocks.warmth, 1.0)
    program.put(np.roll(warm, -1, axis=1), blocks.warmth, -KEEPS)
    program.put(warm[:, :, None], blocks.segment, -per_kw[:, :, None] * SLOPES)
    program.put(warm, blocks.heat, per_kw)
    offer = program.constraints(shape, -np.inf, power, *places_of(shape))
    for block, sign in ((blocks.offer, 1.0), (blocks.discharge, 1.0), (blocks.charge, -1.0)):
        program.put(offer, block, sign)
    program.put(offer[:, :, None], blocks.segment, -SHED * SLOPES)
    limit = program.constraints(shape, -np.inf, 1.6 * cap, *places_of(shape))
    program.put(limit, blocks.draw, 1.0)
    program.put(limit, blocks.offer, 1.0)
    peak = program.constraints(shape, -np.inf, 0.0, *places_of(shape))
    program.put(peak, blocks.draw, 1.0)
    program.put(peak, blocks.peak[:, None], -1.0)
