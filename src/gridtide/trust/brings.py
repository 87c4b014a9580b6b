"""What a decision brings beside what stands, jobs, requests and stores together: money, carbon and own supply."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, load_of
from gridtide.decide.facts import sale_prices_per_mwh, seen_prices_per_mwh
from gridtide.decide.limits import export_max_kw
from gridtide.decide.overflow import per_request
from gridtide.decide.reading import known_steps, outdoor_c, requests_per_s, series, supply_kw
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.fleet.building import facility_power_kw, parked_kw
from gridtide.fleet.menu import at_speed_s
from gridtide.fleet.ways import ways_of
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline
from gridtide.trust.by_stores import kept_and_worn
from gridtide.trust.explain import money
from gridtide.trust.said import Said, say
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
LEAST = {"money": 0.005, "kg": 0.5, "kwh": 1.0}
"""Less than this is not said."""
APART = ("cooling", "made_kw", "nodes_used")
"""Parts of a dispatch whose effect on meters is not reckoned here: where they differ, nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Brings:
    """Beside the standing orders, at all meters, over the steps whose requests, weather and supply are known.

    saved: money, energy drawn less energy sold at the prices that decisions see, and wear of stores. carbon_less_kg: of
    what is drawn, by average intensity. What stores hold more at the end counts at the mean price and intensity.
    supply_kwh: of own supply that is used more. NaN where it is not known: no price, no intensity, or orders for what
    is not reckoned.
    """

    saved: float
    carbon_less_kg: float
    supply_kwh: float


def brings(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> Brings:
    """What a dispatch is expected to save and emit less than the standing one, each job for the time it is expected to
    run. Held meters count as planned, no demand charge is reckoned."""
    apart = any(digest(getattr(dispatch, one)) != digest(getattr(standing, one)) for one in APART)
    count = known_steps(situation)
    if apart or count == 0:
        return Brings(saved=np.nan, carbon_less_kg=np.nan, supply_kwh=np.nan)
    known = Timeline(edges_s=situation.horizon.edges_s[: count + 1])
    situation = replace(situation, horizon=known)
    at, hours, steps = _seen_steps(dispatch, situation)
    net = [_net_kw(one, situation, at, steps) for one in (standing, dispatch)]
    most_out = export_max_kw(situation.fleet, situation.events, situation.horizon)[:, at]
    less_kwh = (np.maximum(net[0], 0.0) - np.maximum(net[1], 0.0)) * hours
    sold = [np.clip(-one, 0.0, most_out) for one in net]
    unused = [np.maximum(-one - most_out, 0.0) for one in net]
    price = _known(seen_prices_per_mwh, situation)[:, at]
    sale = _known(sale_prices_per_mwh, situation)[:, at]
    grams = _known(_grams_per_kwh, situation)[:, at]
    kept_kwh, wear = _stores(dispatch, standing, situation, hours, steps)
    bought = (price * less_kwh).sum() + (price.mean(axis=1) * kept_kwh).sum()
    earned = (sale * (sold[1] - sold[0]) * hours).sum()
    emitted = (grams * less_kwh).sum() + (grams.mean(axis=1) * kept_kwh).sum()
    return Brings(
        saved=cost_per_kwh(1.0) * float(bought + earned) - wear,
        carbon_less_kg=float(emitted) / 1000.0,
        supply_kwh=float(((unused[0] - unused[1]) * hours).sum()),
    )


def all_of_it(found: Brings, currency: str) -> list[Said]:
    """What is known of it and no trifle, a sentence each."""
    said = []
    if abs(found.saved) >= LEAST["money"]:
        key = "in_all_less" if found.saved > 0.0 else "in_all_more"
        said.append(say(key, money=money(abs(found.saved)), currency=currency))
    if abs(found.carbon_less_kg) >= LEAST["kg"]:
        key = "carbon_less" if found.carbon_less_kg > 0.0 else "carbon_more"
        said.append(say(key, kg=f"{abs(found.carbon_less_kg):,.0f}"))
    if abs(found.supply_kwh) >= LEAST["kwh"]:
        key = "supply_more" if found.supply_kwh > 0.0 else "supply_less"
        said.append(say(key, kwh=f"{abs(found.supply_kwh):,.0f}"))
    return said


def _seen_steps(
    dispatch: Dispatch, situation: Situation
) -> tuple[NDArray[np.int64], Real, NDArray[np.int64]]:
    """Steps of the orders that the situation looks at: which of its own each lies in, its hours, and its number."""
    steps, own = dispatch.placement.horizon, situation.horizon
    at = np.searchsorted(own.edges_s, steps.starts_s, side="right") - 1
    seen = np.flatnonzero((at >= 0) & (at < len(own)))
    return at[seen], steps.hours[seen], seen


def _net_kw(
    one: Dispatch, situation: Situation, at: NDArray[np.int64], steps: NDArray[np.int64]
) -> Real:
    """What each site draws at its connection less what it makes, as planned, (S, T)."""
    fleet = situation.fleet
    it_kw = parked_kw(fleet)[:, None] + _at_sites(_jobs_kw(one, situation)[:, steps], situation)
    it_kw = it_kw + _at_sites(_answers_kw(one, situation, at, steps), situation)
    drawn = facility_power_kw(fleet, it_kw, outdoor_c(situation)[:, at])
    stores = (one.charge_kw - one.discharge_kw)[:, steps]
    return np.asarray(drawn + stores - supply_kw(situation)[:, at])


def _jobs_kw(one: Dispatch, situation: Situation) -> Real:
    """IT power of jobs beyond parked machines at each place, in the slots they are expected to use, (P, T)."""
    menu, placement, horizon = situation.fleet.menu, one.placement, one.placement.horizon
    slot_s = int(horizon.edges_s[1] - horizon.edges_s[0])
    speed = menu.speed[menu.entry(placement.place, placement.point)]
    used = np.maximum(1, -(-at_speed_s(situation.state.expected_left_s, speed) // slot_s))
    used = np.minimum(np.diff(placement.offsets), used)
    load = load_of(placement, situation.jobs.accelerators, menu, used)
    return menu.by_place(load * menu.extra_kw[:, None])


def _answers_kw(
    one: Dispatch, situation: Situation, at: NDArray[np.int64], steps: NDArray[np.int64]
) -> Real:
    """IT power of answers beyond parked machines at each place, the slower ones at what these take, (P, T)."""
    fleet, services = situation.fleet, situation.services
    if not services or not one.shares.size:
        return np.zeros((len(fleet.places), len(at)))
    ways = ways_of(fleet, services)
    each_kw, _ = per_request(fleet, ways.services)
    asked = requests_per_s(situation)[..., at]
    kw = np.einsum("vot,vopt,vp->pt", asked, one.shares[..., steps], each_kw[: len(services)])
    if one.slower_shares.size:
        of = ways.of[len(services) :]
        beside = each_kw[len(services) :] - each_kw[of]
        kw = kw + np.einsum("not,nopt,np->pt", asked[of], one.slower_shares[..., steps], beside)
    return np.asarray(kw)


def _at_sites(of_places: Real, situation: Situation) -> Real:
    found = np.zeros((len(situation.fleet.sites), of_places.shape[1]))
    np.add.at(found, situation.fleet.site_of_place, of_places)
    return found


def _stores(
    dispatch: Dispatch,
    standing: Dispatch,
    situation: Situation,
    hours: Real,
    steps: NDArray[np.int64],
) -> tuple[Real, float]:
    """What stores hold more at the end than under the standing orders, (S,), kWh; and money for what they wear more."""
    taken_kwh = ((dispatch.charge_kw - standing.charge_kw)[:, steps] * hours).sum(axis=1)
    given_kwh = ((dispatch.discharge_kw - standing.discharge_kw)[:, steps] * hours).sum(axis=1)
    return kept_and_worn(taken_kwh, given_kwh, situation.fleet)


def _grams_per_kwh(situation: Situation) -> Real:
    zones = [site.zone for site in situation.fleet.sites]
    return np.stack([series(situation, Kind.CARBON_AVERAGE, zone) for zone in zones])


def _known(read: Any, situation: Situation) -> Real:
    """Values of each site, (S, T); NaN where they are not known."""
    try:
        return np.asarray(read(situation))
    except BadInput:
        return np.full((len(situation.fleet.sites), len(situation.horizon)), np.nan)
