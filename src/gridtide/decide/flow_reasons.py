"""Why requests are answered elsewhere: what a thousand of them cost there and at home, and how late they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.plan import Plan
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.ways import Ways, by_way, ways_of

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
LEAST_SHARE = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowReasons:
    """One row per plan, service, origin and place that is not home; columns of one length.

    as_of_s; service, origin, place, home: rows of the study. share: of the origin's requests until the next
    plan; slower: what part of these is answered at slower points. cost, cost_home: money for 1,000 requests at the
    plan's prices, there as they are answered, at home in the cheapest way. late_s, late_home_s: seconds until the
    first token without queueing, there as answered, at home as usual; late_max_s: allowed as usual.
    """

    as_of_s: Whole
    service: Whole
    origin: Whole
    place: Whole
    home: Whole
    share: Real
    slower: Real
    cost: Real
    cost_home: Real
    late_s: Real
    late_home_s: Real
    late_max_s: Real

    def __post_init__(self) -> None:
        whole = ("as_of_s", "service", "origin", "place", "home")
        real = ("share", "slower", "cost", "cost_home", "late_s", "late_home_s", "late_max_s")
        freeze(self, **dict.fromkeys(whole, np.int64), **dict.fromkeys(real, np.float64))


def flow_rows(plan: Plan, situation: Situation, hours: float) -> list[tuple[float, ...]]:
    """Rows of FlowReasons for the first `hours` of a plan, in the order of its columns."""
    steps = max(1, int((np.cumsum(plan.horizon.hours) <= hours + 1e-9).sum()))
    fleet, ways = situation.fleet, ways_of(situation.fleet, situation.services)
    told = by_way(plan.shares, plan.slower_shares, ways)[..., :steps]
    costs = [_per_thousand(plan, situation, ways, way)[:, :steps] for way in range(len(ways.of))]
    network_s = fleet.network.latency_ms[:, fleet.site_of_place] / 1000.0
    first_s = np.stack([way.time_to_first_token_s for way in ways.services] or [np.zeros(0)])
    found: list[tuple[float, ...]] = []
    for index, service in enumerate(situation.services):
        mine = ways.of == index
        of_ways = np.stack([cost for cost, one in zip(costs, mine, strict=True) if one])
        for origin, place in np.argwhere(service.home <= 0.0):
            shares = told[mine, origin, place]
            if shares.sum(axis=0).mean() < LEAST_SHARE:
                continue
            home = int(np.argmax(service.home[origin]))
            at_home = _cheapest(of_ways[:, home], ways.may[mine, origin, home])
            late_s = network_s[origin, place] + np.average(
                first_s[mine, place], weights=shares.sum(axis=1)
            )
            late_home_s = network_s[origin, home] + service.time_to_first_token_s[home]
            found.append(
                (
                    plan.horizon.edges_s[0], index, origin, place, home,
                    float(shares.sum(axis=0).mean()), float(shares[1:].sum() / shares.sum()),
                    _where_answered(of_ways[:, place], shares),
                    _where_answered(at_home, shares.sum(axis=0)),
                    float(late_s), float(late_home_s), service.latency_max_s,
                )
            )  # fmt: skip
    return found


def _where_answered(cost: Real, shares: Real) -> float:
    """The mean over where and when requests are answered, by their shares; inf where one of them costs inf."""
    answers = shares > 0.0
    return float(np.average(cost[answers], weights=shares[answers]))


def _cheapest(costs: Real, may: NDArray[np.bool_]) -> Real:
    """What the cheapest way costs in each step, (T,), among those that may answer; the usual one always counts."""
    may = may.copy()
    may[0] = True
    cheapest: Real = costs[may].min(axis=0)
    return cheapest


def _per_thousand(plan: Plan, situation: Situation, ways: Ways, way: int) -> Real:
    """Money for 1,000 requests answered one way at each place and step, inf where it does not run, (P, T)."""
    fleet, service = situation.fleet, ways.services[way]
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in fleet.pools])
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in fleet.pools])
    extra_kw = service.it_kw_per_accelerator - parked
    per_h = plan.prices.it_price_per_kwh[fleet.site_of_place] * extra_kw[:, None]
    per_h = (per_h + plan.prices.accelerator_price_per_h) * reserve[:, None]
    rate = service.requests_per_accelerator_s
    hours = 1000.0 / (3600.0 * np.where(rate > 0, rate, 1.0))
    delay = 1000.0 * service.delay_cost_per_request if way >= ways.usual else 0.0
    return np.asarray(np.where((rate > 0)[:, None], per_h * hours[:, None] + delay, np.inf))
