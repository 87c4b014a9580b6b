"""What the same horizon costs when everything runs at once at home and stores rest."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Facts
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]


def at_once_cost(situation: Situation, facts: Facts) -> float:
    """Energy, carbon and demand charge of running each bucket from its first step on, in money.

    Each bucket runs at full speed and at its full rate where it can start first, requests are answered at home;
    plants make all they can;
    machines are endless, as in the literature, so this is what shifting is measured against, not a plan.
    """
    busy = _busy(facts)
    entries_kw = busy * facts.extra_kw[:, None]
    sites, site = len(facts.curve.floor_it_kw), facts.site[facts.menu.place]
    load = np.stack([entries_kw[site == s].sum(axis=0) for s in range(sites)])
    load = load + serving_at_home_kw(situation, facts)
    power = facts.curve.floor_kw + above_floor(facts, load)
    made_kw = facts.made.most_kw
    supply_kw = facts.supply_kw + facts.made.at_sites(made_kw, len(power))
    draw = np.maximum(power - supply_kw, 0.0)
    energy = (facts.price_per_kwh + facts.carbon_cost_per_kwh) * draw * facts.hours
    fuel = facts.made.cost_per_kwh[:, None] * made_kw * facts.hours
    return float(energy.sum()) + float(fuel.sum()) + facts.months.charge(draw)


def _busy(facts: Facts) -> Real:
    busy: Real = facts.given.sum(axis=0).astype(np.float64)
    edges_h = np.concatenate([[0.0], np.cumsum(facts.hours)])
    for bucket in range(len(facts.buckets)):
        place = int(np.argmin(facts.buckets.first[bucket]))
        first = int(facts.buckets.first[bucket, place])
        span_h = facts.buckets.work_h[bucket] / max(facts.buckets.rate[bucket], 1e-9)
        inside = np.clip(np.minimum(edges_h[1:], edges_h[first] + span_h) - edges_h[:-1], 0.0, None)
        inside[:first] = 0.0
        busy[facts.menu.first[place]] += facts.buckets.rate[bucket] * inside / facts.hours
    return busy


def serving_at_home_kw(situation: Situation, facts: Facts) -> Real:
    """IT power of requests answered at home, with their reserve, (S, T)."""
    sites = len(facts.curve.floor_it_kw)
    total = np.zeros((sites, len(facts.hours)))
    for index, service in enumerate(situation.services):
        asked = np.einsum("ot,op->pt", facts.requests_per_s[index], service.home)
        rate = np.where(facts.rate[index] > 0, facts.rate[index], np.inf)
        power = asked / rate[:, None] * (facts.serving_kw[index] * (1.0 + facts.reserve))[:, None]
        np.add.at(total, facts.site, power)
    return total


def above_floor(facts: Facts, load: Real) -> Real:
    """Facility power of IT power beyond the floor; beyond the last segment its slope goes on, (S, T)."""
    left = load.copy()
    power = np.zeros_like(load)
    for segment in range(facts.curve.slope.shape[2]):
        last = segment == facts.curve.slope.shape[2] - 1
        carried = left if last else np.minimum(left, facts.curve.width_kw[:, segment, None])
        power += carried * facts.curve.slope[:, :, segment]
        left = left - carried
    return power
