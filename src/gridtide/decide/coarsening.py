"""What a plan reads, told in fewer and longer steps: signals at their mean, limits at their tightest."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.agreed_terms import AgreedTerms
from gridtide.decide.at_once import above_floor, serving_at_home_kw
from gridtide.decide.buckets import Buckets, need_s, on_horizon
from gridtide.decide.cooling_terms import terms_over
from gridtide.decide.layout import Facts
from gridtide.decide.made_terms import coarse_made
from gridtide.decide.offer_terms import OfferTerms
from gridtide.decide.power_curve import PowerCurve
from gridtide.decide.reservations import Reservations
from gridtide.decide.rest_terms import nothing_rests
from gridtide.decide.situation import Situation
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)


def changes(facts: Facts) -> Whole:
    """Steps that begin under another limit of import or export, in another billing month, or where more or less
    capacity may be offered or stands, than the one before, or in which a plant begins or ends an outage."""
    new = np.diff(facts.import_max_kw, axis=1) != 0
    new |= np.diff(facts.export_max_kw, axis=1) != 0
    new |= np.diff(facts.months.of_step, axis=1) != 0
    standing_kw = np.nan_to_num(facts.offers.standing_kw, nan=-1.0)
    for offered_kw in (facts.offers.most_kw, standing_kw):
        new |= (np.diff(offered_kw, axis=1) != 0).any(axis=0)
    outages = (np.diff(facts.made.most_kw, axis=1) != 0).any(axis=0)
    return 1 + np.flatnonzero(new.any(axis=0) | outages).astype(np.int64)


def kept_where_too_coarse(held: Reservations, coarse: Timeline) -> Reservations:
    """Jobs that fit their window but not what of it is left in coarse steps stay where they were told.

    They are decided when the steps there have become fine. A job without slots has none to stay in.
    """
    fits = _window_s(held.grid, held.first, held.last) >= need_s(held)
    fits_no_more = _window_s(coarse, *on_horizon(held, coarse)) < need_s(held)
    due_inside = held.grid.edges_s[held.last] <= coarse.edges_s[-1]
    lost = fits & fits_no_more & due_inside & (held.told.place >= 0)
    return replace(held, settled=held.settled | lost)


def _window_s(steps: Timeline, first: Whole, last: Whole) -> Whole:
    """From the first step a job may take anywhere to its last, (n,), s."""
    soonest = first.min(axis=1, initial=len(steps))
    return np.asarray(steps.edges_s[last] - steps.edges_s[soonest])


def coarsened(facts: Facts, situation: Situation, coarse: Timeline, buckets: Buckets) -> Facts:
    """Facts over the situation's horizon as facts over `coarse`, whose steps are made of whole steps of it.

    Means are exact for what draws the same power throughout a step. Room for work is the least of any
    moment, a limit of import the lowest, less what the need rises above its mean inside the step (as
    long as the mean itself fits), so that what fits here fits there.
    What may be offered to the grid is one number through a step and all steps that share a block with it, at the mean
    of its prices; the most that the need falls below its mean is kept free at the meter. buckets: of work, over
    `coarse`.
    """
    steps = Steps.of(situation.horizon, coarse)
    kept = steps.highest(facts.kept)
    need_kw = _need_kw(situation, facts)
    mean_kw = steps.mean(need_kw)
    swing_kw, dip_kw = steps.highest(need_kw) - mean_kw, mean_kw - steps.lowest(need_kw)
    limit_kw = steps.lowest(facts.import_max_kw)
    demand = steps.mean(facts.requests_per_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        peak = np.where(demand > 0, steps.highest(facts.requests_per_s) / demand, 1.0)
    later = facts.later_cost_per_h.max(initial=0.0)
    return replace(
        facts,
        hours=coarse.hours,
        price_per_kwh=steps.mean(facts.price_per_kwh),
        sale_per_kwh=steps.mean(facts.sale_per_kwh),
        carbon_cost_per_kwh=steps.mean(facts.carbon_cost_per_kwh),
        supply_kw=steps.mean(facts.supply_kw),
        wait_h=steps.mean(facts.wait_h),
        months=replace(facts.months, of_step=facts.months.of_step[:, steps.first]),
        import_max_kw=np.maximum(limit_kw - swing_kw, np.minimum(limit_kw, mean_kw)),
        export_max_kw=steps.lowest(facts.export_max_kw),
        requests_per_s=demand,
        room=kept + steps.lowest(facts.room - facts.kept),
        given=steps.mean(facts.given),
        kept=kept,
        curve=_curve(facts.curve, steps),
        buckets=buckets,
        later_cost_per_h=np.full(len(buckets), later),
        swing_kw=swing_kw,
        request_peak=peak,
        offers=_offers(facts.offers, steps, dip_kw),
        cooling=terms_over(facts.cooling, situation.fleet, coarse.hours, steps.mean),
        rest=nothing_rests(len(coarse)),
        made=coarse_made(facts.made, steps.lowest),
        inflow=replace(facts.inflow, kw=steps.mean(facts.inflow.kw)),
        declared=replace(
            facts.declared,
            position_kw=steps.mean(facts.declared.position_kw),
            free_kw=steps.mean(facts.declared.free_kw),
        ),
        agreed=AgreedTerms(
            delivered_kw=steps.mean(facts.agreed.delivered_kw),
            lost_per_kwh=steps.mean(facts.agreed.lost_per_kwh),
            not_bought_kw=steps.mean(facts.agreed.not_bought_kw),
        ),
    )


class Steps:
    """Sums, least and most over the fine steps inside each coarse one, along the last axis."""

    def __init__(self, first: Whole, count: Whole) -> None:
        self.first = first
        self.count = count

    @staticmethod
    def of(fine: Timeline, coarse: Timeline) -> "Steps":
        edges = np.searchsorted(fine.edges_s, coarse.edges_s)
        return Steps(edges[:-1].astype(np.int64), np.diff(edges).astype(np.int64))

    def mean(self, series: NDArray[Number]) -> Real:
        total: Real = np.add.reduceat(series.astype(np.float64), self.first, axis=-1)
        return total / self.count

    def highest(self, series: NDArray[Number]) -> NDArray[Number]:
        found: NDArray[Number] = np.maximum.reduceat(series, self.first, axis=-1)
        return found

    def lowest(self, series: NDArray[Number]) -> NDArray[Number]:
        found: NDArray[Number] = np.minimum.reduceat(series, self.first, axis=-1)
        return found


def _offers(terms: OfferTerms, steps: Steps, dip_kw: Real) -> OfferTerms:
    """What may be offered in each coarse step: inside it neither what may be offered nor what stands changes.

    Work carries nothing: what runs in a coarse step need not run in each of its moments. dip_kw: by how much the need
    of a site falls below its mean inside a step, (S, T).
    """
    first, last = terms.block[:, steps.first], terms.block[:, steps.first + steps.count - 1]
    begins = np.ones(first.shape, dtype=np.int64)
    begins[:, 1:] = first[:, 1:] != last[:, :-1]
    return replace(
        terms,
        price_per_kw_h=steps.mean(terms.price_per_kw_h),
        most_kw=steps.lowest(terms.most_kw),
        standing_kw=terms.standing_kw[:, steps.first],
        block=np.cumsum(begins, axis=1),
        overstated_kw=steps.highest(terms.overstated_kw) + dip_kw,
        by_work=np.zeros_like(terms.by_work),
        given_kw=steps.lowest(terms.given_kw),
    )


def _curve(curve: PowerCurve, steps: Steps) -> PowerCurve:
    slope = steps.mean(np.moveaxis(curve.slope, 1, -1))
    return replace(
        curve,
        floor_kw=steps.mean(curve.floor_kw),
        slope=np.moveaxis(slope, -1, 1),
        gap_kw=steps.highest(curve.gap_kw),
    )


def _need_kw(situation: Situation, facts: Facts) -> Real:
    """What each site needs without any choice: parked, given work, requests at home, less supply, (S, T)."""
    given_kw = facts.given.sum(axis=0) * facts.extra_kw[:, None]
    sites, site = len(facts.curve.floor_it_kw), facts.site[facts.menu.place]
    load = np.stack([given_kw[site == one].sum(axis=0) for one in range(sites)])
    load = load + serving_at_home_kw(situation, facts)
    return facts.curve.floor_kw + above_floor(facts, load) - facts.supply_kw
