"""Why requests are answered elsewhere: what a thousand of them cost there and at home, and how late they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.plan import Plan
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.service import Service

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
LEAST_SHARE = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowReasons:
    """One row per plan, service, origin and place that is not home; columns of one length.

    as_of_s; service, origin, place, home: rows of the study. share: of the origin's requests until the next
    plan. cost, cost_home: money for 1,000 requests at the plan's prices. late_s, late_home_s: seconds until
    the first token without queueing; late_max_s: allowed.
    """

    as_of_s: Whole
    service: Whole
    origin: Whole
    place: Whole
    home: Whole
    share: Real
    cost: Real
    cost_home: Real
    late_s: Real
    late_home_s: Real
    late_max_s: Real

    def __post_init__(self) -> None:
        whole = ("as_of_s", "service", "origin", "place", "home")
        real = ("share", "cost", "cost_home", "late_s", "late_home_s", "late_max_s")
        freeze(self, **dict.fromkeys(whole, np.int64), **dict.fromkeys(real, np.float64))


def flow_rows(plan: Plan, situation: Situation, hours: float) -> list[tuple[float, ...]]:
    """Rows of FlowReasons for the first `hours` of a plan, in the order of its columns."""
    steps = max(1, int((np.cumsum(plan.horizon.hours) <= hours + 1e-9).sum()))
    fleet = situation.fleet
    found: list[tuple[float, ...]] = []
    for index, service in enumerate(situation.services):
        per_thousand = _per_thousand(plan, situation, service)[:, :steps]
        late_s = fleet.network.latency_ms[:, fleet.site_of_place] / 1000.0
        late_s = late_s + service.time_to_first_token_s[None, :]
        for origin, place in np.argwhere(service.home <= 0.0):
            shares = plan.shares[index, origin, place, :steps]
            if shares.mean() < LEAST_SHARE:
                continue
            home = int(np.argmax(service.home[origin]))
            found.append(
                (
                    plan.horizon.edges_s[0], index, origin, place, home, float(shares.mean()),
                    _where_answered(per_thousand[place], shares),
                    _where_answered(per_thousand[home], shares),
                    float(late_s[origin, place]), float(late_s[origin, home]), service.latency_max_s,
                )
            )  # fmt: skip
    return found


def _where_answered(cost: Real, shares: Real) -> float:
    """The mean over the steps in which the place answers, by its shares; inf where one of them costs inf."""
    answers = shares > 0.0
    return float(np.average(cost[answers], weights=shares[answers]))


def _per_thousand(plan: Plan, situation: Situation, service: Service) -> Real:
    """Money for 1,000 requests at each place and step, inf where the service does not run, (P, T)."""
    fleet = situation.fleet
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in fleet.pools])
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in fleet.pools])
    extra_kw = service.it_kw_per_accelerator - parked
    per_h = plan.prices.it_price_per_kwh[fleet.site_of_place] * extra_kw[:, None]
    per_h = (per_h + plan.prices.accelerator_price_per_h) * reserve[:, None]
    rate = service.requests_per_accelerator_s
    runs = (rate > 0)[:, None]
    hours = 1000.0 / (3600.0 * np.where(rate > 0, rate, 1.0))
    return np.asarray(np.where(runs, per_h * hours[:, None], np.inf))
