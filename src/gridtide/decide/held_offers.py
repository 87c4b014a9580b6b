"""How much of what a plan of coarse steps offers can be called at every moment of its blocks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Facts
from gridtide.decide.plan import Plan
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NEXT_TO_NOTHING = 1e-6
"""kW or kWh by which a call may be short and still counts as found."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Room:
    """What a site has left for calls one way: power (kW) and energy behind it as steps begin and end (kWh), (T,)."""

    power_kw: Real
    begin_kwh: Real
    end_kwh: Real


def held_offers(offered_kw: Real, plan: Plan, situation: Situation, facts: Facts) -> Real:
    """The offers, each less where the store or the meter could not answer a full call of all together, (Q, T).

    Offers that are free become one number through their block; what stands is held step by step. plan: its stores and
    what sites draw and export, over the situation's horizon, as are facts and offered_kw.
    """
    terms = facts.offers
    share = np.ones_like(offered_kw)
    for goes, room_of in ((terms.goes_down, _room_down), (terms.goes_up, _room_up)):
        for site in np.unique(terms.site[goes]):
            own = np.flatnonzero(goes & (terms.site == site))
            room = room_of(plan, situation, facts, int(site))
            found = _share(offered_kw[own], terms.hold_h[own], room)
            share[own] = np.minimum(share[own], found)
    free = np.isnan(terms.standing_kw)
    for index, block in enumerate(terms.block):
        number = np.unique(block, return_inverse=True)[1]
        least = np.ones(int(number.max(initial=0)) + 1)
        np.minimum.at(least, number, share[index])
        share[index] = np.where(free[index], least[number], share[index])
    return offered_kw * share


def _share(offered_kw: Real, hold_h: Real, room: _Room) -> Real:
    """The share of what is offered together that finds its power and energy, (T,)."""
    asked_kw, asked_kwh = offered_kw.sum(axis=0), hold_h @ offered_kw
    share = np.ones(offered_kw.shape[1])
    pairs = ((asked_kw, room.power_kw), (asked_kwh, room.begin_kwh), (asked_kwh, room.end_kwh))
    for asked, room_left in pairs:
        there = np.maximum(room_left, 0.0)
        short = asked > there + NEXT_TO_NOTHING
        share = np.where(short, np.minimum(share, there / np.where(short, asked, 1.0)), share)
    return share


def _room_up(plan: Plan, situation: Situation, facts: Facts, site: int) -> _Room:
    """Room to draw less."""
    given_kw, drawn_kw, begin_kwh = _now(plan, situation, site)
    battery = situation.fleet.sites[site].battery
    export_max_kw = facts.export_max_kw[site]
    at_meter_kw = drawn_kw + export_max_kw - facts.offers.overstated_kw[site]
    surely_kw = export_max_kw + float(facts.offers.surely_kw[site])
    if battery is None:
        return _none(given_kw)
    least_kwh = min(battery.energy_kwh * battery.soc_min, float(situation.state.soc_kwh[site]))
    power_kw = np.minimum(battery.discharge_max_kw - given_kw, at_meter_kw)
    out_of = battery.discharge_efficiency
    return _Room(
        power_kw=np.minimum(power_kw, surely_kw),
        begin_kwh=out_of * (begin_kwh - least_kwh),
        end_kwh=out_of * (plan.soc_kwh[site] - least_kwh),
    )


def _room_down(plan: Plan, situation: Situation, facts: Facts, site: int) -> _Room:
    """Room to draw more."""
    given_kw, drawn_kw, begin_kwh = _now(plan, situation, site)
    battery = situation.fleet.sites[site].battery
    if battery is None:
        return _none(given_kw)
    most_kwh = max(battery.energy_kwh, float(situation.state.soc_kwh[site]))
    into = battery.charge_efficiency
    return _Room(
        power_kw=np.minimum(battery.charge_max_kw + given_kw, facts.import_max_kw[site] - drawn_kw),
        begin_kwh=(most_kwh - begin_kwh) / into,
        end_kwh=(most_kwh - plan.soc_kwh[site]) / into,
    )


def _now(plan: Plan, situation: Situation, site: int) -> tuple[Real, Real, Real]:
    """What the store gives, what the site draws (kW), and what the store holds as each step begins (kWh), (T,)."""
    given_kw = plan.discharge_kw[site] - plan.charge_kw[site]
    drawn_kw = plan.import_kw[site] - plan.export_kw[site]
    begin_kwh = np.append(situation.state.soc_kwh[site], plan.soc_kwh[site])[:-1]
    return given_kw, drawn_kw, begin_kwh


def _none(like: Real) -> _Room:
    """A site without a store answers no call."""
    none = np.zeros_like(like)
    return _Room(power_kw=none, begin_kwh=none, end_kwh=none)
