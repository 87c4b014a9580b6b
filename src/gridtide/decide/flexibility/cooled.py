"""What halls and stores of cold give: heat carried out later or earlier, and the power their plants draw for it."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import Change, Direction, Source
from gridtide.decide.flexibility.stores import brought_back
from gridtide.fleet.extra_cooling import extra_power_kw, heat_kw

Real = NDArray[np.float64]
HALL_LASTS_S = 900
"""A hall is worth minutes: longer than this its air is too warm for what the plan counts on."""
HALL, STORE = 0, 1
LEAST_KW = 1e-3


def from_cooling(outlook: Outlook, duration_s: int) -> list[Candidate]:
    """Both ways, of every site with a hall or a store of cold."""
    if not outlook.dispatch.cooling.heat_kw.size:
        return []
    found = []
    for site, one in enumerate(outlook.situation.fleet.sites):
        for direction in Direction:
            if one.hall is not None and duration_s <= HALL_LASTS_S:
                asked_kw = _hall_kw(outlook, site, duration_s, direction)
                found += _step(outlook, site, HALL, asked_kw, duration_s, direction)
            if one.cold_store is not None:
                asked_kw = _store_kw(outlook, site, duration_s, direction)
                found += _step(outlook, site, STORE, asked_kw, duration_s, direction)
    return found


def _hall_kw(outlook: Outlook, site: int, duration_s: int, direction: Direction) -> float:
    """Heat that may stay in the hall (down) or leave it early (up): its air changes no faster than it may, and what it
    comes to lies within its bounds."""
    hall = outlook.situation.fleet.sites[site].hall
    assert hall is not None
    air_c = float(outlook.situation.state.hall_c[0, site])
    room_k = hall.warmest_c - air_c if direction is Direction.DOWN else air_c - hall.coolest_c
    change_k = min(hall.change_max_k_per_h * duration_s / 3600.0, room_k)
    return max(hall.air_kj_per_k * change_k / duration_s, 0.0)


def _store_kw(outlook: Outlook, site: int, duration_s: int, direction: Direction) -> float:
    """Heat a store of cold takes (down) or gives (up) beside what it is told to, as far as power and cold go."""
    store = outlook.situation.fleet.sites[site].cold_store
    assert store is not None
    window, hours = outlook.window(duration_s), duration_s / 3600.0
    told_kw = outlook.dispatch.cooling.heat_kw[STORE, site]
    cold_kwh = _cold_kwh(outlook, site)
    if direction is Direction.DOWN:
        kw = float((store.discharge_max_kw + told_kw[:window]).min())
        return max(min(kw, float(cold_kwh[:window].min()) / hours), 0.0)
    kw = float((store.charge_max_kw - told_kw[:window]).min())
    return max(min(kw, float((store.energy_kwh - cold_kwh[:window]).min()) / hours), 0.0)


def _cold_kwh(outlook: Outlook, site: int) -> Real:
    """Cold at the end of each slot the plan covers if the store does what it is told."""
    steps = int(np.searchsorted(outlook.held.grid.edges_s, outlook.plan.horizon.edges_s[-1]))
    told_kw = outlook.dispatch.cooling.heat_kw[STORE, site, :steps]
    hours = outlook.held.grid.hours[:steps]
    return np.asarray(outlook.situation.state.cold_kwh[site] + np.cumsum(told_kw * hours))


def _step(
    outlook: Outlook,
    site: int,
    which: int,
    asked_kw: float,
    duration_s: int,
    direction: Direction,
) -> list[Candidate]:
    """One step of a hall or store, as far as the heat can be carried out at another time before the plan ends."""
    window, hours = outlook.window(duration_s), duration_s / 3600.0
    gives = direction is Direction.DOWN
    sign = -1.0 if gives else 1.0
    meter_kw = _power_kw(outlook, site, sign * asked_kw, window)
    end = int(np.searchsorted(outlook.held.grid.edges_s, outlook.plan.horizon.edges_s[-1]))
    if which == STORE:
        cold_kwh, moved_kwh = _cold_kwh(outlook, site), asked_kw * hours
        most_kwh = np.inf if gives else _energy_kwh(outlook, site) - moved_kwh
        least_kwh = moved_kwh if gives else -np.inf
        beyond = (cold_kwh[window:] < least_kwh - 1e-9) | (cold_kwh[window:] > most_kwh + 1e-9)
        end = window + int(np.flatnonzero(beyond)[0]) if beyond.any() else end
    else:
        end = min(end, window + int(3600 // outlook.step_s) + 1)
    if meter_kw <= LEAST_KW or end <= window:
        return []
    kwh = meter_kw * hours
    left_kwh = np.full(len(outlook.held.grid), meter_kw * outlook.step_s / 3600.0)
    left_kwh[:window] = 0.0
    saves = outlook.price_per_kwh[site] - outlook.peak_per_kwh[site]
    price = outlook.price_per_kwh[site] if gives else saves
    money = brought_back(left_kwh, price, end, kwh, cheapest=gives)
    if money is None:
        return []
    now = float(saves[:window].mean()) * kwh
    heat = np.zeros(2)
    heat[which] = sign * asked_kw
    return [
        Candidate(
            site=site,
            work="cooling",
            source=Source.COOLING,
            direction=direction,
            delay=0.0,
            it_kw=0.0,
            meter_kw=meter_kw,
            cost=money - now if gives else now - money,
            rebound_kwh=kwh,
            change=Change(heat_kw=heat),
        )
    ]


def _energy_kwh(outlook: Outlook, site: int) -> float:
    store = outlook.situation.fleet.sites[site].cold_store
    return store.energy_kwh if store is not None else 0.0


def _power_kw(outlook: Outlook, site: int, more_kw: float, window: int) -> float:
    """By how much a plant's power changes if it carries out so much more heat than it is told to, the least of a
    window; not negative."""
    fleet = outlook.situation.fleet
    told_kw = outlook.dispatch.cooling.heat_kw.sum(axis=0)[:, :window]
    changed_kw = told_kw.copy()
    changed_kw[site] += more_kw
    heat = np.stack([heat_kw(fleet, outlook.it_kw[:, slot]) for slot in range(window)], axis=1)
    outdoor = outlook.outdoor_c[:, :window]
    before = extra_power_kw(fleet, heat, told_kw, outdoor)
    after = extra_power_kw(fleet, heat, changed_kw, outdoor)
    return float(np.abs(after - before)[site].min())
