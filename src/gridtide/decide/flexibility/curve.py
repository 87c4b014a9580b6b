"""The steps of every site for a duration: candidates in groups, told at the meter, within what the meter allows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate, in_groups, part_of
from gridtide.decide.flexibility.cooled import from_cooling
from gridtide.decide.flexibility.in_space import moving_away, sooner_or_cheaper
from gridtide.decide.flexibility.in_speed import beside_slower, slowing_down
from gridtide.decide.flexibility.in_time import runs_through, stepping_aside, stepping_in
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.services import from_services
from gridtide.decide.flexibility.step import RESPONSE_S, Change, Direction, Source, Step
from gridtide.decide.flexibility.stores import from_stores
from gridtide.fleet.building import fast_power_of_site_kw, power_of_site_kw

Real = NDArray[np.float64]
FAST_S = 60
"""Up to here only the part of the building that follows IT within seconds counts."""
RAMPED_SHARE = 0.1
"""Share of a duration within which a site with a ramp rule must be where it is asked to be."""
LEAST_KW = 1e-6
OF_SERVICES = (Source.RELOCATION, Source.PACKING)
"""Told beside everything else, so that what jobs and assets give is the same whether requests may move or not."""


def curve(
    outlook: Outlook,
    durations_s: tuple[int, ...],
    *,
    moves: bool = True,
    moved: Sequence[Step] = (),
) -> tuple[Step, ...]:
    """Every step of every site, by duration, site and direction, services last, and what needs no delay first.

    Steps add up: each is told beside all before it; sorted by price they are a bid. With moves each site is asked
    alone, and its requests and jobs may go to others; without, all may be asked together beside what `moved` from
    site to site already.
    """
    found: list[Step] = []
    for duration_s in durations_s:
        if outlook.window(duration_s) > len(outlook.held.grid):
            continue
        already = tuple(step for step in moved if step.duration_s == duration_s)
        by_site = defaultdict(list)
        for one in _candidates(outlook, duration_s, moves, already):
            if duration_s >= RESPONSE_S[one.source]:
                by_site[one.site, one.direction].append(one)
        for site in range(len(outlook.situation.fleet.sites)):
            for direction in Direction:
                members = by_site[site, direction]
                found += _at_the_meter(outlook, members, site, direction, duration_s)
    return tuple(found)


def _candidates(
    outlook: Outlook, duration_s: int, moves: bool, already: tuple[Step, ...]
) -> list[Candidate]:
    gone = {int(job) for step in already for job in step.change.jobs}
    running = runs_through(outlook, outlook.window(duration_s))
    free = outlook.free.copy()
    slowed = _left(slowing_down(outlook, duration_s, running, free), gone)
    aside = _left(stepping_aside(outlook, duration_s, free), gone)
    if moves:
        aside = sooner_or_cheaper(aside, moving_away(outlook, duration_s, free))
    return [
        *beside_slower(aside, slowed),
        *stepping_in(outlook, duration_s),
        *from_services(outlook, duration_s, moves, already),
        *from_stores(outlook, duration_s),
        *from_cooling(outlook, duration_s),
    ]


def _left(candidates: list[Candidate], gone: set[int]) -> list[Candidate]:
    """Candidates of single jobs without those that have gone."""
    return [one for one in candidates if int(one.change.jobs[0]) not in gone]


def _at_the_meter(
    outlook: Outlook, members: list[Candidate], site: int, direction: Direction, duration_s: int
) -> list[Step]:
    """Candidates of a site as steps, as many as its meter carries."""
    groups = _grouped(outlook, members)
    window = outlook.window(duration_s)
    at_meter = _meter_kw(outlook, groups, site, direction, window, duration_s <= FAST_S)
    left_kw = _left_kw(outlook, site, direction, window, duration_s)
    held_kw = _below_held_kw(outlook, site, window)
    hours, found, before_kw = duration_s / 3600.0, [], 0.0
    for group, kw in zip(groups, at_meter, strict=True):
        if group.it_kw == 0.0 and LEAST_KW < left_kw - before_kw < kw:
            group = part_of(group, (left_kw - before_kw) / kw)
            kw = group.meter_kw
        if kw <= LEAST_KW or before_kw + kw > left_kw * (1.0 + 1e-9):
            continue
        raised_kw = 0.0
        if direction is Direction.UP:
            raised_kw = kw
            above = max(before_kw + kw - held_kw, 0.0) - max(before_kw - held_kw, 0.0)
            peak = above * float(outlook.dispatch.raise_price_per_kw[site]) if above > 0.0 else 0.0
            group = replace(group, cost=group.cost + peak)
        before_kw += kw
        found.append(
            Step(
                site=site,
                work=group.work,
                source=group.source,
                direction=direction,
                delay=group.delay,
                duration_s=duration_s,
                kw=kw,
                price_per_kwh=group.cost / (kw * hours),
                rebound_kwh=group.rebound_kwh,
                change=replace(group.change, raised_kw=raised_kw),
            )
        )
    return found


def _below_held_kw(outlook: Outlook, site: int, window: int) -> float:
    """What the meter may draw more before it passes the import it is held to, beyond which a month's peak rises."""
    room_kw = outlook.dispatch.import_held_kw[site] - outlook.import_kw[site, :window]
    return max(float(room_kw.min()), 0.0)


def _grouped(outlook: Outlook, members: list[Candidate]) -> list[Candidate]:
    kinds = defaultdict(list)
    for one in members:
        cancels = _in_zone(outlook, one.site, _sites_that_take(outlook, one.change))
        kinds[one.delay, one.work, one.source, one.tolerated, cancels].append(one)
    groups = [group for key in sorted(kinds) for group in in_groups(kinds[key])]
    return sorted(groups, key=lambda one: (one.source in OF_SERVICES, one.delay, one.price))


def _meter_kw(
    outlook: Outlook,
    groups: list[Candidate],
    site: int,
    direction: Direction,
    window: int,
    fast: bool,
) -> list[float]:
    """What each group changes at the meter beside all before it, the least over the window."""
    sign = -1.0 if direction is Direction.DOWN else 1.0
    whole_kw = np.concatenate([[0.0], np.cumsum([one.it_kw for one in groups])])
    it_kw = np.maximum(outlook.it_kw[site, :window] + sign * whole_kw[:, None], 0.0)
    fleet = outlook.situation.fleet
    if fast:
        power = fast_power_of_site_kw(fleet, site, it_kw)
    else:
        power = power_of_site_kw(fleet, site, it_kw, outlook.outdoor_c[site, :window])
    changed = (sign * np.diff(power, axis=0)).min(axis=1)
    return [
        float(kw) if one.it_kw > 0.0 else one.meter_kw
        for one, kw in zip(groups, changed, strict=True)
    ]


def _left_kw(
    outlook: Outlook, site: int, direction: Direction, window: int, duration_s: int
) -> float:
    """By how much the meter may change in all: connection, what is offered to the grid, and what a ramp rule lets it
    reach in time."""
    contract = outlook.situation.fleet.sites[site].contract
    drawn = outlook.import_kw[site, :window]
    if direction is Direction.DOWN:
        free = drawn - _offered_kw(outlook, site, window)
        left = float((free + outlook.export_max_kw[site, :window]).min())
    else:
        left = float((outlook.import_max_kw[site, :window] - drawn).min())
    ramp = contract.ramp_max_kw_per_min
    if ramp:
        left = min(left, ramp * RAMPED_SHARE * duration_s / 60.0)
    return left


def _offered_kw(outlook: Outlook, site: int, window: int) -> Real:
    """What a site must be able to draw less by when the grid calls for what it offered, (window,)."""
    products, offered = outlook.situation.fleet.products, outlook.dispatch.offered_kw
    kept = np.zeros(window)
    for (of, product), kw in zip(products, offered, strict=True) if offered.size else ():
        if of == site and product.goes_up:
            kept += kw[:window]
    return kept


def moved_in_the_fleet(outlook: Outlook, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Moves of requests and jobs that do not cancel in the fleet: between sites of different zones, each site on one
    side only; of every duration what needs no delay first, then the cheapest."""
    taken: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    found = []
    for step in sorted(steps, key=lambda one: (one.duration_s, one.delay, one.price_per_kwh)):
        to = _sites_that_take(outlook, step.change)
        gives, takes = taken[step.duration_s]
        down = step.direction is Direction.DOWN and step.source is Source.RELOCATION
        if not down or _in_zone(outlook, step.site, to) or step.site in takes or to & gives:
            continue
        gives.add(step.site)
        takes |= to
        found.append(step)
    return tuple(found)


def _sites_that_take(outlook: Outlook, change: Change) -> set[int]:
    """Sites that take over what is moved."""
    routes = [route.to for route in change.routes]
    places = [*routes, *(int(place) for place in change.places if place >= 0)]
    return {int(outlook.situation.fleet.site_of_place[place]) for place in places}


def _in_zone(outlook: Outlook, site: int, others: set[int]) -> bool:
    """Whether any of the others lies in the zone of a site."""
    sites = outlook.situation.fleet.sites
    return any(sites[other].zone == sites[site].zone for other in others)
