"""A plan of coarse steps told in the steps of the loop: choices held, what nobody chooses as it is known."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.at_once import above_floor
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.held_offers import held_offers
from gridtide.decide.layout import Facts
from gridtide.decide.made_terms import following_kw, made_at_sites
from gridtide.decide.plan import PARTS, Plan, Prices
from gridtide.decide.situation import Situation
from gridtide.fleet.site import Battery
from gridtide.timeline import Timeline, holding

Real = NDArray[np.float64]
NEXT_TO_NOTHING_KW = 1e-6


def unfolded(plan: Plan, situation: Situation, fine: Facts, coarse: Facts) -> Plan:
    """The plan over the situation's own horizon; coarse, fine: facts of the steps of the two.

    Work, shares and stores keep what was chosen for the step; given work, requests, weather and supply
    are those of the moment. A store gives more, or takes less, where a limit of import would otherwise
    be passed inside a step, and the other way round where more would be left than can be sold or left
    unused. Steps in which even that does not help are counted in a note. Of what is offered stays what could be called
    at every moment.
    """
    shown = holding(plan.horizon, situation.horizon)
    classes = (plan.class_accelerators - coarse.given)[..., shown] + fine.given
    classes = np.maximum(classes, 0.0)
    shares = plan.shares[..., shown]
    slower = plan.slower_shares[..., shown] if len(plan.slower_shares) else plan.slower_shares
    beyond_kw = _beyond_parked_kw(classes, shares, fine) - _spared_kw(slower, fine)
    it_kw = fine.curve.floor_it_kw[:, None] + beyond_kw
    cooling = _cooling(plan, shown, fine)
    steps = len(situation.horizon)
    facility_kw = fine.curve.floor_kw + above_floor(fine, beyond_kw) + cooling.drawn_kw(steps)
    made = _made(plan, shown, situation)
    supply_kw = fine.supply_kw + made_at_sites(situation.fleet, made, steps)
    charge, discharge, soc = _stores(plan, shown, facility_kw, supply_kw, fine, situation)
    net = facility_kw + charge - discharge - supply_kw
    left = np.maximum(-net, 0.0)
    sold = np.where(plan.export_kw[:, shown] > NEXT_TO_NOTHING_KW, left, 0.0)
    sold = np.minimum(sold, fine.export_max_kw)
    over = int((net > fine.import_max_kw + NEXT_TO_NOTHING_KW).sum())
    told = replace(
        plan,
        horizon=situation.horizon,
        class_accelerators=classes,
        shares=shares,
        slower_shares=slower,
        it_kw=it_kw,
        facility_kw=facility_kw,
        import_kw=np.clip(net, 0.0, fine.import_max_kw),
        export_kw=sold,
        unused_supply_kw=left - sold,
        charge_kw=charge,
        discharge_kw=discharge,
        soc_kwh=soc,
        extra_cooling_kw=cooling.heat_kw,
        extra_power_kw=cooling.power_kw,
        air_c=plan.air_c[:, shown] if plan.air_c.size else plan.air_c,
        cold_kwh=plan.cold_kwh[:, shown] if plan.cold_kwh.size else plan.cold_kwh,
        made_kw=made,
        response_price=plan.response_price[shown]
        if plan.response_price.size
        else plan.response_price,
        prices=_prices(plan, shown, fine, coarse, beyond_kw),
        notes=(*plan.notes, *_said(plan.horizon, situation.horizon, over)),
    )
    offered_kw = held_offers(plan.offered_kw[:, shown], told, situation, fine)
    return replace(told, offered_kw=offered_kw)


def _cooling(plan: Plan, shown: NDArray[np.int64], fine: Facts) -> ExtraCooling:
    """Heat carried out early or late as chosen for the step, at what plants draw for it at the moment."""
    if not plan.cooling.power_kw.size:
        return plan.cooling
    heat_kw = plan.cooling.heat_kw[..., shown]
    early, late = fine.cooling.plant.drawn_per_kw
    power_kw = (np.maximum(heat_kw, 0.0) * early + np.minimum(heat_kw, 0.0) * late).sum(axis=0)
    return ExtraCooling(heat_kw=heat_kw, power_kw=power_kw)


def _made(plan: Plan, shown: NDArray[np.int64], situation: Situation) -> Real:
    """What plants make as chosen for the step, as fast as they get there, (G, T)."""
    if not plan.made_kw.size:
        return plan.made_kw
    now_kw, horizon = situation.state.made_kw, situation.horizon
    return following_kw(situation.fleet, plan.made_kw[:, shown], now_kw, horizon)


def _said(coarse: Timeline, fine: Timeline, over: int) -> tuple[str, ...]:
    seen = (
        f"planned in {len(coarse)} steps of up to {60 * coarse.hours.max():g} min for {len(fine)} "
        f"of {60 * fine.hours.min():g} min"
    )
    passed = (
        f"in {over} steps a site would need more than it may import, before they are planned finely"
    )
    return (seen, passed) if over else (seen,)


def _beyond_parked_kw(classes: Real, shares: Real, fine: Facts) -> Real:
    """IT power of work and of answered requests beyond all machines parked, (S, T)."""
    places_kw = fine.menu.by_place(classes.sum(axis=0) * fine.extra_kw[:, None])
    for service in range(len(fine.requests_per_s)):
        rate = np.where(fine.rate[service] > 0, fine.rate[service], np.inf)
        per_request = fine.serving_kw[service] * (1.0 + fine.reserve) / rate
        asked = np.einsum("ot,opt->pt", fine.requests_per_s[service], shares[service])
        places_kw = places_kw + asked * per_request[:, None]
    sites = len(fine.curve.floor_it_kw)
    return np.stack([places_kw[fine.site == one].sum(axis=0) for one in range(sites)])


def _spared_kw(slower: Real, fine: Facts) -> Real:
    """IT power that slower answers take less than the same at the usual points, (S, T)."""
    spared = np.zeros((len(fine.site), len(fine.hours)))
    for number, service in enumerate(fine.slower.service if len(slower) else ()):
        usual, slow = (
            kw / np.where(rate > 0, rate, np.inf)
            for kw, rate in (
                (fine.serving_kw[service], fine.rate[service]),
                (fine.slower.serving_kw[number], fine.slower.rate[number]),
            )
        )
        less = (usual - slow) * (1.0 + fine.reserve)
        asked = np.einsum("ot,opt->pt", fine.requests_per_s[service], slower[number])
        spared += asked * less[:, None]
    sites = len(fine.curve.floor_it_kw)
    return np.stack([spared[fine.site == one].sum(axis=0) for one in range(sites)])


def _stores(
    plan: Plan,
    shown: NDArray[np.int64],
    facility_kw: Real,
    supply_kw: Real,
    fine: Facts,
    situation: Situation,
) -> tuple[Real, Real, Real]:
    """Charge, discharge and level of each store, (S, T); facility_kw, supply_kw: of its site but for the store."""
    need_kw = facility_kw - supply_kw
    charge, discharge = plan.charge_kw[:, shown].copy(), plan.discharge_kw[:, shown].copy()
    level = np.zeros_like(charge)
    inflow_kw = fine.inflow.at_sites(len(charge))
    give_away_kw = supply_kw + fine.export_max_kw
    for index, site in enumerate(situation.fleet.sites):
        if site.battery is None:
            continue
        now_kwh = float(situation.state.soc_kwh[index])
        least_kw, most_kw = -give_away_kw[index], fine.import_max_kw[index]
        net_kw = need_kw[index] + charge[index] - discharge[index]
        if ((net_kw > most_kw) | (net_kw < least_kw)).any():
            within = (need_kw[index], least_kw, most_kw, fine.hours)
            _yield(site.battery, now_kwh, charge[index], discharge[index], *within)
        if site.reservoir is not None:
            came = (inflow_kw[index], fine.hours)
            level[index] = _of_water(site.battery, now_kwh, discharge[index], *came)
            continue
        stored_kw = site.battery.charge_efficiency * charge[index]
        stored_kw = stored_kw - discharge[index] / site.battery.discharge_efficiency
        level[index] = now_kwh + np.cumsum(stored_kw * fine.hours)
    return charge, discharge, level


def _of_water(
    battery: Battery, now_kwh: float, discharge: Real, inflow_kw: Real, hours: Real
) -> Real:
    """Level of a reservoir, (T,), kWh; it gives less, in place, where less has come than it was to give."""
    least_kwh = min(battery.energy_kwh * battery.soc_min, now_kwh)
    level = np.zeros_like(discharge)
    for step, (came_kw, hour) in enumerate(zip(inflow_kw.tolist(), hours.tolist(), strict=True)):
        there_kwh = now_kwh + came_kw * hour
        most_kw = max(there_kwh - least_kwh, 0.0) * battery.discharge_efficiency / hour
        discharge[step] = min(discharge[step], most_kw)
        there_kwh -= discharge[step] * hour / battery.discharge_efficiency
        level[step] = now_kwh = min(there_kwh, max(battery.energy_kwh, now_kwh))
    return level


def _yield(
    battery: Battery,
    now_kwh: float,
    charge: Real,
    discharge: Real,
    need_kw: Real,
    least_kw: Real,
    most_kw: Real,
    hours: Real,
) -> None:
    """Change a store's flows, step by step, as far as it can hold its site between two powers, all (T,)."""
    least_kwh = min(battery.energy_kwh * battery.soc_min, now_kwh)
    most_kwh = max(battery.energy_kwh, now_kwh)
    into, out_of = battery.charge_efficiency, battery.discharge_efficiency
    moments = zip(
        *(row.tolist() for row in (charge, discharge, need_kw, least_kw, most_kw, hours)),
        strict=True,
    )
    for step, (taking_kw, giving_kw, need, least, most, hour) in enumerate(moments):
        net_kw = need + taking_kw - giving_kw
        over, under = max(net_kw - most, 0.0), max(least - net_kw, 0.0)
        less, fewer = min(over, taking_kw), min(under, giving_kw)
        room_kw = (most_kwh - now_kwh) / (into * hour)
        held_kw = (now_kwh - least_kwh) * out_of / hour
        taken = min(taking_kw - less + under - fewer, battery.charge_max_kw, room_kw)
        given = min(giving_kw - fewer + over - less, battery.discharge_max_kw, held_kw)
        charge[step], discharge[step] = taken, given = max(taken, 0.0), max(given, 0.0)
        now_kwh += hour * (into * taken - given / out_of)


def _prices(
    plan: Plan, shown: NDArray[np.int64], fine: Facts, coarse: Facts, beyond_kw: Real
) -> Prices:
    """What one more unit costs in each fine step.

    Where a site draws within its limit in a coarse step, one more kilowatt-hour costs the moment's own
    price and carbon; elsewhere a store, a limit or a sale sets the price of the whole step.
    """
    parts = plan.prices.parts[:, :, shown].copy()
    energy, carbon, limit, cooling = (
        PARTS.index(part) for part in ("energy", "carbon", "limit", "cooling")
    )
    drawn = plan.import_kw
    inside = (drawn > NEXT_TO_NOTHING_KW) & (drawn < coarse.import_max_kw - NEXT_TO_NOTHING_KW)
    own = fine.price_per_kwh + fine.carbon_cost_per_kwh
    mean = (coarse.price_per_kwh + coarse.carbon_cost_per_kwh)[:, shown]
    electric = (plan.prices.it_price_per_kwh - plan.prices.parts[cooling])[:, shown]
    electric = electric + np.where(inside[:, shown], own - mean, 0.0)
    parts[energy], parts[carbon] = fine.price_per_kwh, fine.carbon_cost_per_kwh
    parts[limit] = electric - own - parts[PARTS.index("peak")] - parts[PARTS.index("regulation")]
    parts[cooling] = electric * (_slope_at(fine, beyond_kw) - 1.0)
    return Prices(
        it_price_per_kwh=parts.sum(axis=0),
        parts=parts,
        accelerator_price_per_h=plan.prices.accelerator_price_per_h[:, shown],
        room_price_per_h=plan.prices.room_price_per_h[:, shown],
        promise_price=plan.prices.promise_price,
    )


def _slope_at(fine: Facts, beyond_kw: Real) -> Real:
    """Facility kW that one more kW of IT takes at a load, (S, T)."""
    ends = np.cumsum(fine.curve.width_kw, axis=1)[:, None, :]
    full = (beyond_kw[:, :, None] >= ends - NEXT_TO_NOTHING_KW).sum(axis=2)
    index = np.minimum(full, fine.curve.slope.shape[2] - 1)
    slope: Real = np.take_along_axis(fine.curve.slope, index[:, :, None], axis=2)[:, :, 0]
    return slope
