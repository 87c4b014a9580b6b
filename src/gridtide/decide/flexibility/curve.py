"""The steps of every site for a duration: candidates in groups, told at the meter, within what the meter allows."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate, in_groups
from gridtide.decide.flexibility.in_time import stepping_aside, stepping_in
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import RESPONSE_S, Direction, Step
from gridtide.decide.flexibility.stores import from_stores
from gridtide.fleet.building import capacities_kw, plants_of

Real = NDArray[np.float64]
FAST_S = 60
"""Up to here only the part of the building that follows IT within seconds counts."""
RAMPED_SHARE = 0.1
"""Share of a duration within which a site with a ramp rule must be where it is asked to be."""
LEAST_KW = 1e-6


def curve(outlook: Outlook, durations_s: tuple[int, ...]) -> tuple[Step, ...]:
    """Every step of every site, by duration, site and direction, what needs no delay first, then the cheaper first.

    Within one site, direction and delay the price never falls. Steps add up: each is told beside all before it.
    """
    found: list[Step] = []
    for duration_s in durations_s:
        if outlook.window(duration_s) > len(outlook.held.grid):
            continue
        by_site = defaultdict(list)
        for one in _candidates(outlook, duration_s):
            if duration_s >= RESPONSE_S[one.source]:
                by_site[one.site, one.direction].append(one)
        for site in range(len(outlook.situation.fleet.sites)):
            for direction in Direction:
                members = by_site[site, direction]
                found += _at_the_meter(outlook, members, site, direction, duration_s)
    return tuple(found)


def in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps of one curve as a bid: the price never falls; equal prices in the order they came."""
    return tuple(sorted(steps, key=lambda step: step.price_per_kwh))


def _candidates(outlook: Outlook, duration_s: int) -> list[Candidate]:
    return [
        *stepping_aside(outlook, duration_s),
        *stepping_in(outlook, duration_s),
        *from_stores(outlook, duration_s),
    ]


def _at_the_meter(
    outlook: Outlook, members: list[Candidate], site: int, direction: Direction, duration_s: int
) -> list[Step]:
    """Candidates of a site as steps, as many as its meter carries."""
    groups = _grouped(members)
    window = outlook.window(duration_s)
    at_meter = _meter_kw(outlook, groups, site, direction, window, duration_s <= FAST_S)
    left_kw = _left_kw(outlook, site, direction, window, duration_s)
    hours, found = duration_s / 3600.0, []
    for group, kw in zip(groups, at_meter, strict=True):
        if kw <= LEAST_KW or kw > left_kw:
            continue
        left_kw -= kw
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
                change=group.change,
            )
        )
    return _never_falling(found)


def _grouped(members: list[Candidate]) -> list[Candidate]:
    kinds = defaultdict(list)
    for one in members:
        kinds[one.delay, one.work, one.source].append(one)
    groups = [group for key in sorted(kinds) for group in in_groups(kinds[key])]
    return sorted(groups, key=lambda one: (one.delay, one.price))


def _meter_kw(
    outlook: Outlook,
    groups: list[Candidate],
    site: int,
    direction: Direction,
    window: int,
    fast: bool,
) -> list[float]:
    """What each group changes at the meter beside all before it, the least over the window."""
    from gridtide.kernels import facility

    sign = -1.0 if direction is Direction.DOWN else 1.0
    whole_kw = np.concatenate([[0.0], np.cumsum([one.it_kw for one in groups])])
    it_kw = np.maximum(outlook.it_kw[site, :window] + sign * whole_kw[:, None], 0.0)
    fleet, levels = outlook.situation.fleet, len(whole_kw)
    capacity = np.repeat(capacities_kw(fleet)[site], levels)
    plant = np.repeat(plants_of(fleet)[site], levels)
    if fast:
        power = facility.fast_power(it_kw, capacity, plant)
    else:
        outdoor = np.ascontiguousarray(np.tile(outlook.outdoor_c[site, :window], (levels, 1)))
        power = facility.facility_power(it_kw, capacity, outdoor, plant)
    changed = (sign * np.diff(power, axis=0)).min(axis=1)
    return [
        float(kw) if one.it_kw > 0.0 else one.meter_kw
        for one, kw in zip(groups, changed, strict=True)
    ]


def _left_kw(
    outlook: Outlook, site: int, direction: Direction, window: int, duration_s: int
) -> float:
    """By how much the meter may change in all: connection, and what a ramp rule lets it reach in time."""
    contract = outlook.situation.fleet.sites[site].contract
    drawn = outlook.import_kw[site, :window]
    if direction is Direction.DOWN:
        left = float(drawn.min()) + contract.export_max_kw
    else:
        left = float((outlook.import_max_kw[site, :window] - drawn).min())
    ramp = contract.ramp_max_kw_per_min
    if ramp:
        left = min(left, ramp * RAMPED_SHARE * duration_s / 60.0)
    return left


def _never_falling(steps: list[Step]) -> list[Step]:
    """Prices of a meter that bends differently at every level, told so that none falls within a delay."""
    found: list[Step] = []
    for step in steps:
        before = found[-1] if found and found[-1].delay == step.delay else None
        if before is not None and step.price_per_kwh < before.price_per_kwh:
            step = replace(step, price_per_kwh=before.price_per_kwh)
        found.append(step)
    return found
