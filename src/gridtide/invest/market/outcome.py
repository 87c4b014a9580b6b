"""What a rule came to over a year: cost, prices, carbon, peaks, what fleets pay, what they gave, what they promised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.invest.market.fleets import late_kwh
from gridtide.invest.market.planner import net_peak_kw
from gridtide.invest.market.rules import Market, Ruled
from gridtide.units import cost_per_kwh, kg_per_kwh

Real = NDArray[np.float64]
MOVED = 1e-3
"""Of the most that fleets can draw: less than that in an hour is no move."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """Of a year, but for what is said to be of hours, which are those studied (H,).

    cost: energy_cost (energy, starts, reserve, what lacks) and capacity_cost; bound: of the least cost, None where
    the rule proves none. price_per_mwh: of hours, mean_price_per_mwh: weighted by load. fleet_kw: of hours, firm work
    included, (F, H), load_kw: of all. bills: of each fleet, (F,), energy at cleared prices and its part of the
    capacity less what it earns standing ready. curtailed_kwh: what weather offered and nobody took.
    reserve_price_per_mw_h, reserve_share_given: mean of each product, and the part of its need that fleets give,
    (R,). short_kwh: reserve that lacked, kW and hours. late_kwh: work done too late or too early.
    """

    rule: str
    energy_cost: float
    capacity_cost: float
    bound: float | None
    price_per_mwh: Real
    mean_price_per_mwh: float
    fleet_kw: Real
    load_kw: Real
    net_load_kw: Real
    bills: Real
    emissions_kg: float
    curtailed_kwh: float
    shed_kwh: float
    short_kwh: float
    reserve_price_per_mw_h: Real
    reserve_share_given: Real
    late_kwh: Real

    def __post_init__(self) -> None:
        freeze(
            self,
            price_per_mwh=np.float64,
            fleet_kw=np.float64,
            load_kw=np.float64,
            net_load_kw=np.float64,
        )
        freeze(self, bills=np.float64, reserve_price_per_mw_h=np.float64)
        freeze(self, reserve_share_given=np.float64, late_kwh=np.float64)

    @property
    def cost(self) -> float:
        """Of energy, reserve and capacity."""
        return self.energy_cost + self.capacity_cost


def outcome_of(market: Market, ruled: Ruled) -> Outcome:
    """A rule's year, from its stretches cleared."""
    system, cleared = market.system, ruled.cleared
    weight = system.weight
    fleet_kw = market.fleets.firm_kw[:, None] + _drawn_kw(market, ruled)
    load_kw = market.firm_kw + fleet_kw.sum(axis=0) - market.fleets.firm_kw.sum()
    price = np.concatenate([one.price_per_mwh for one in cleared])
    given = sum(one.used_kw.sum() for one in cleared)
    needed = system.reserves.required_kw
    ready = _joined(ruled, lambda one: one.ready_kw.sum(axis=0))
    carbon = sum(
        float(system.classes.carbon_g_per_kwh @ one.output_kw.sum(axis=1)) for one in cleared
    )
    return Outcome(
        rule=ruled.rule,
        energy_cost=weight * sum(one.cost - one.passed_cost for one in cleared),
        capacity_cost=system.terms.peak_cost_per_kw_year * net_peak_kw(market.clearings, cleared),
        bound=ruled.bound,
        price_per_mwh=price,
        mean_price_per_mwh=float(price @ load_kw / load_kw.sum()),
        fleet_kw=fleet_kw,
        load_kw=load_kw,
        net_load_kw=load_kw - system.weather.available_kw.sum(axis=1),
        bills=_bills(market, ruled, fleet_kw, price),
        emissions_kg=weight * kg_per_kwh(carbon),
        curtailed_kwh=weight * float(system.weather.available_kw.sum() - given),
        shed_kwh=weight * sum(float(one.shed_kw.sum()) for one in cleared),
        short_kwh=weight * sum(float(one.short_kw.sum()) for one in cleared),
        reserve_price_per_mw_h=_joined(ruled, lambda one: one.reserve_price_per_mw_h).mean(axis=1),
        reserve_share_given=ready.mean(axis=1) / np.where(needed > 0.0, needed, 1.0),
        late_kwh=_late_kwh(market, ruled),
    )


def _joined(ruled: Ruled, part: Callable[..., Real]) -> Real:
    return np.concatenate([part(one) for one in ruled.cleared], axis=1)


def _drawn_kw(market: Market, ruled: Ruled) -> Real:
    """Flexible work of each fleet, (F, H)."""
    pairs = zip(market.kinds, ruled.cleared, strict=True)
    return np.concatenate([kinds.shared_out(one.drawn_kw) for kinds, one in pairs], axis=1)


def _late_kwh(market: Market, ruled: Ruled) -> Real:
    """Judged on each fleet's own window, not on that of its kind."""
    triples = zip(market.windows, market.kinds, ruled.cleared, strict=True)
    late = [late_kwh(window, kinds.shared_out(one.drawn_kw)) for window, kinds, one in triples]
    return np.asarray(np.sum(late, axis=0))


def _bills(market: Market, ruled: Ruled, fleet_kw: Real, price: Real) -> Real:
    """Capacity is charged by the draw in announced hours: as things would stand without moving, but under the rule that
    credits it, and by the draw at the limit of net load where one planner sets it."""
    system = market.system
    energy = system.weight * cost_per_kwh(1.0) * (fleet_kw @ price)
    earned = np.zeros(len(fleet_kw))
    for kinds, one in zip(market.kinds, ruled.cleared, strict=True):
        paid = cost_per_kwh(1.0) * (one.ready_kw * one.reserve_price_per_mw_h).sum(axis=(1, 2))
        earned += kinds.part * paid[kinds.of]
    rate = system.terms.peak_cost_per_kw_year
    return np.asarray(energy - system.weight * earned + rate * _charged_kw(market, ruled, fleet_kw))


def _charged_kw(market: Market, ruled: Ruled, fleet_kw: Real) -> Real:
    if ruled.rule == "capacity":
        return np.asarray(fleet_kw[:, market.credited].mean(axis=1))
    at_limit = np.concatenate([one.peak_price_per_kw for one in ruled.cleared])
    if ruled.rule == "planner" and at_limit.sum() > 0.0:
        return np.asarray(fleet_kw @ at_limit / at_limit.sum())
    still = Ruled(rule="none", cleared=market.still)
    firm_kw = market.fleets.firm_kw[:, None]
    return np.asarray((firm_kw + _drawn_kw(market, still))[:, market.credited].mean(axis=1))


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """How far fleets that move carry the price with them. moved_kwh: of a year; rise_per_mwh, fall_per_mwh: of the
    price in hours that work moved into, out of, weighted by it; expected, got: what moving would have saved per MWh
    moved at the prices before, and at the prices after."""

    moved_kwh: float
    rise_per_mwh: float
    fall_per_mwh: float
    expected_per_mwh: float
    got_per_mwh: float

    @property
    def spread_kept(self) -> float:
        """What is left of the spread of prices that work moved for; below 0 it went to dearer hours than it left."""
        return self.got_per_mwh / self.expected_per_mwh if self.expected_per_mwh > 0.0 else 1.0


def feedback(market: Market, before: Outcome, after: Outcome) -> Feedback:
    """Prices of an outcome beside those of nobody moving."""
    moved = after.fleet_kw.sum(axis=0) - before.fleet_kw.sum(axis=0)
    moved[np.abs(moved) < MOVED * market.fleets.most_kw.sum()] = 0.0
    into, out = np.maximum(moved, 0.0), np.maximum(-moved, 0.0)
    if not (into.sum() > 0.0 and out.sum() > 0.0):
        return Feedback(
            moved_kwh=0.0, rise_per_mwh=0.0, fall_per_mwh=0.0, expected_per_mwh=0.0, got_per_mwh=0.0
        )

    def mean(price: Real, weight: Real) -> float:
        return float(price @ weight / weight.sum())

    was, now = before.price_per_mwh, after.price_per_mwh
    return Feedback(
        moved_kwh=market.system.weight * float(into.sum()),
        rise_per_mwh=mean(now - was, into),
        fall_per_mwh=mean(was - now, out),
        expected_per_mwh=mean(was, out) - mean(was, into),
        got_per_mwh=mean(now, out) - mean(now, into),
    )


@dataclass(frozen=True, kw_only=True)
class Rebound:
    """Peaks that fleets make by moving together. load_peak_kw, net_peak_kw: the highest; made_kw: how far the highest
    load is above that of nobody moving, 0 where it is not; fleet_step_kw, load_step_kw: the largest rise from one
    hour to the next; together: the highest draw of all fleets over the sum of each one's highest, 1 where all peak at
    once."""

    load_peak_kw: float
    net_peak_kw: float
    made_kw: float
    fleet_step_kw: float
    load_step_kw: float
    together: float


def rebound(market: Market, before: Outcome, after: Outcome) -> Rebound:
    """Of an outcome beside that of nobody moving."""
    stretches = market.system.stretches
    fleet = after.fleet_kw.sum(axis=0)
    return Rebound(
        load_peak_kw=float(after.load_kw.max()),
        net_peak_kw=float(after.net_load_kw.max()),
        made_kw=max(float(after.load_kw.max() - before.load_kw.max()), 0.0),
        fleet_step_kw=_step_kw(fleet, stretches),
        load_step_kw=_step_kw(after.load_kw, stretches),
        together=float(fleet.max() / after.fleet_kw.max(axis=1).sum()),
    )


def _step_kw(course: Real, stretches: Sequence[slice]) -> float:
    return max(float(np.diff(course[hours]).max(initial=0.0)) for hours in stretches)
