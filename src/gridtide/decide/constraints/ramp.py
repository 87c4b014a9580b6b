"""Grid power changes from step to step no faster than contracts and the fleet's cap allow, from what is measured on."""

from collections.abc import Sequence

import numpy as np

from gridtide.decide.layout import Columns, Facts, Real, Whole
from gridtide.decide.program import NOWHERE, Program
from gridtide.decide.situation import Situation
from gridtide.fleet.fleet import Fleet

STEEP_COST_PER_KW = 100.0
"""What a kilowatt beyond the rule counts: far above any saving, below what leaves work undone or people in
the dark, so that a plan exists where services and weather alone are steeper than the rule."""


def add_ramp(
    program: Program, columns: Columns, facts: Facts, situation: Situation
) -> tuple[Whole, Whole]:
    """|grid power - grid power a step before| <= rate times the shorter of the two, for sites with a rule, and last
    for all sites together where the fleet's response is capped: beside what weather, requests and own supply change by
    themselves, which is no response.

    Where grid power is unknown the first step is free. Returns the rows and the columns that go beyond the rule, up and
    down, (2, rules, T).
    """
    fleet = situation.fleet
    members, limits = _ruled(fleet)
    shorter_h = np.minimum(facts.hours, np.append(facts.hours[0], facts.hours[:-1]))
    most = limits[:, None] * shorter_h * 60.0
    measured_kw = situation.state.grid_power_kw
    now_kw = np.asarray([measured_kw[sites].sum() for sites in members]).reshape(-1, 1)
    before, free = np.zeros_like(most), np.zeros_like(most)
    before[:, :1] = np.nan_to_num(now_kw)
    free[:, :1] = np.where(np.isnan(now_kw), np.inf, 0.0)
    if fleet.response_max_kw_per_min is not None:
        before[-1, 1:] += np.diff(_by_itself_kw(facts))
    stands = [int(sites[0]) if len(sites) == 1 else NOWHERE for sites in members]
    where = (np.asarray(stands, dtype=np.int64)[:, None], np.arange(len(facts.hours)))
    rows = program.constraints(most.shape, before - most - free, before + most + free, *where)
    for row, sites in zip(rows, members, strict=True):
        for block, sign in ((columns.draw, 1.0), (columns.sell, -1.0)):
            program.put(row, block[sites], sign)
            program.put(row[1:], block[sites][:, :-1], -sign)
    cost = np.full(len(members), STEEP_COST_PER_KW)
    if fleet.response_max_kw_per_min is not None:
        cost[-1] = _beyond_cap_cost_per_kw(facts, situation)
    steep = program.variables((2, *most.shape), cost[:, None])
    for block, sign in zip(steep, (1.0, -1.0), strict=True):
        program.put(rows, block, sign)
    return rows, steep


def response_price(
    situation: Situation, rows: Sequence[Whole], row_dual: Real, hours: Real
) -> Real:
    """What one more kW per minute of the fleet's cap would save in each step, money, (T,); of no steps without a cap.

    rows: of each course a plan is made for, as `add_ramp` returned them.
    """
    if situation.fleet.response_max_kw_per_min is None:
        return np.zeros(0)
    per_kw = np.sum([np.abs(row_dual[one[-1]]) for one in rows], axis=0)
    return np.asarray(per_kw * 60.0 * hours)


def _beyond_cap_cost_per_kw(facts: Facts, situation: Situation) -> float:
    """What a kilowatt beyond the cap counts: half of what a kilowatt of the work or the requests worth least earns, so
    that none is left for it, and at least the dearest kWh. Gangs keep the cap one by one when they are told."""
    kw = np.maximum(facts.extra_kw[facts.menu.first], 1e-9).max()
    worth = [kind.value_per_accelerator_h / kw for kind in situation.jobs.classes]
    for service, serving_kw, rate in zip(
        situation.services, facts.serving_kw, facts.rate, strict=True
    ):
        per_kw_h = 3600.0 * service.value_per_request * rate / np.maximum(serving_kw, 1e-9)
        worth.append(float(per_kw_h[rate > 0.0].min(initial=np.inf)) * float(facts.hours.min()))
    dearest = float((facts.price_per_kwh + facts.carbon_cost_per_kwh).max())
    return min(STEEP_COST_PER_KW, max(0.5 * min(worth, default=np.inf), dearest))


def _by_itself_kw(facts: Facts) -> Real:
    """What all sites together draw whatever is decided: parked machines in the weather and requests where they may be
    answered, on the mean, less own supply, (T,)."""
    slope = facts.curve.slope[:, :, 0][facts.site]
    with np.errstate(divide="ignore", invalid="ignore"):
        each_kw = np.where(facts.rate > 0.0, facts.serving_kw / facts.rate, 0.0)
    may = facts.reachable / np.maximum(facts.reachable.sum(axis=2, keepdims=True), 1)
    answering_kw = np.einsum("vot,vop,vp,pt->t", facts.requests_per_s, may, each_kw, slope)
    still_kw = facts.curve.floor_kw - facts.supply_kw
    return np.asarray(still_kw.sum(axis=0) + answering_kw)


def _ruled(fleet: Fleet) -> tuple[list[Whole], Real]:
    """Sites that each rule binds together, and its rate, kW per minute."""
    members, rates = [], []
    for number, site in enumerate(fleet.sites):
        if site.contract.ramp_max_kw_per_min is not None:
            members.append(np.asarray([number], dtype=np.int64))
            rates.append(site.contract.ramp_max_kw_per_min)
    if fleet.response_max_kw_per_min is not None:
        members.append(np.arange(len(fleet.sites)))
        rates.append(fleet.response_max_kw_per_min)
    return members, np.asarray(rates, dtype=np.float64)
