"""What would a dispatch cost more than the house's, from the same situation? At least so much, by the house's prices.

A plan's cost is convex in what each site draws, so that its prices times what is drawn otherwise is no more than the
difference of the two costs: nobody is accused of more than they would do, as far as the house's forecasts go.
Source: subgradients of convex programs (Rockafellar 1970), as the prices of a linear program are.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, load_of
from gridtide.decide.plan import PARTS, Plan
from gridtide.decide.reservations import Reservations, on_grid
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]

WORSE_SHARE = 0.05
"""A planner that costs so much more than the house, as a share of a usual day of the house, is flagged."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """Two answers to one question, and the house's plan by which it dispatched."""

    theirs: Dispatch
    house: Dispatch
    plan: Plan
    situation: Situation
    held: Reservations

    def work_cost(self, rows: NDArray[np.bool_]) -> float:
        """Money that these jobs (n,) cost more over the horizon, at least; less than 0 where they cost less."""
        hours = self.house.placement.horizon.hours
        price = on_grid(self.plan.prices.it_price_per_kwh, self.plan.horizon, self.held.grid)
        more_kw = _jobs_kw(self.theirs, self.situation, rows) - _jobs_kw(
            self.house, self.situation, rows
        )
        waits = _waits_cost(self.theirs, self.held, rows) - _waits_cost(self.house, self.held, rows)
        return float((more_kw * hours * price).sum()) + waits

    def stores_cost(self) -> float:
        """Money for energy that stores take and give otherwise; what is in them more at the end is worth the mean price
        at the meter."""
        prices = self.plan.prices
        at_meter = prices.it_price_per_kwh - prices.parts[PARTS.index("cooling")]
        price = on_grid(at_meter, self.plan.horizon, self.held.grid)
        return _stores_cost(self.theirs, self.house, self.situation, price)

    def begins_within(self, span: timedelta) -> NDArray[np.bool_]:
        """Jobs, (n,), that one of the two would begin within a span from now."""
        most = max(round(span.total_seconds() / float(self.held.grid.hours[0] * 3600.0)), 1)
        return (_first(self.theirs) < most) | (_first(self.house) < most)


def usual_day_cost(plan: Plan) -> float:
    """What a day costs by a plan of the house, in money; inf where it says nothing."""
    hours = float(plan.horizon.hours.sum())
    cost = abs((plan.certificate.placed_by or plan.certificate).cost)
    return cost * 24.0 / hours if np.isfinite(cost) and cost > 0.0 else np.inf


def _jobs_kw(dispatch: Dispatch, situation: Situation, rows: NDArray[np.bool_]) -> Real:
    """IT power of jobs above their parked machines, (S, T)."""
    fleet = situation.fleet
    gangs = np.where(rows, situation.jobs.accelerators, 0)
    load = load_of(dispatch.placement, gangs, fleet.menu)
    by_place = fleet.menu.by_place(load * fleet.menu.extra_kw[:, None])
    found = np.zeros((len(fleet.sites), by_place.shape[1]))
    np.add.at(found, fleet.site_of_place, by_place)
    return found


def _waits_cost(dispatch: Dispatch, held: Reservations, rows: NDArray[np.bool_]) -> float:
    """Money for waits and moves of jobs."""
    placement = dispatch.placement
    per_slot = np.where(rows, held.delay * held.gang, 0.0)
    waits = float((np.repeat(per_slot, np.diff(placement.offsets)) * placement.slots).sum())
    moved = np.flatnonzero(rows & (placement.place >= 0))
    return waits + float(held.offer[moved, placement.place[moved]].sum())


def _stores_cost(theirs: Dispatch, house: Dispatch, situation: Situation, price: Real) -> float:
    """As of `Beside.stores_cost`; price: of a kWh at each site's meter, (S, T)."""
    steps = min(price.shape[1], theirs.charge_kw.shape[1], house.charge_kw.shape[1])
    hours, cost = house.placement.horizon.hours[:steps], 0.0
    for number, site in enumerate(situation.fleet.sites):
        if site.battery is None or not steps:
            continue
        charge_kwh = (theirs.charge_kw - house.charge_kw)[number, :steps] * hours
        discharge_kwh = (theirs.discharge_kw - house.discharge_kw)[number, :steps] * hours
        kept_kwh = float(
            charge_kwh.sum() * site.battery.charge_efficiency
            - discharge_kwh.sum() / site.battery.discharge_efficiency
        )
        cost += float(((charge_kwh - discharge_kwh) * price[number, :steps]).sum())
        cost -= kept_kwh * float(price[number, :steps].mean())
    return cost


def _first(dispatch: Dispatch) -> NDArray[np.int64]:
    """The first slot of each job, (n,); one beyond all for a job without any."""
    placement = dispatch.placement
    none = np.full(len(placement), len(placement.horizon), dtype=np.int64)
    some = np.diff(placement.offsets) > 0
    none[some] = placement.slots[placement.offsets[:-1][some]]
    return none
