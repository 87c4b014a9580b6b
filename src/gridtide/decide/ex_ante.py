"""What a placement is expected to cost under its plan, by the full model of power: to choose between two."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.agreed_terms import AgreedTerms, agreed_terms
from gridtide.decide.call_terms import MeterTerm, call_terms, missed_cost, position_terms
from gridtide.decide.dispatch import Placement, load_of
from gridtide.decide.facts import carbon_cost_per_kwh, sale_prices_per_mwh, seen_prices_per_mwh
from gridtide.decide.limits import export_max_kw
from gridtide.decide.made_terms import made_at_sites
from gridtide.decide.objective import Objective
from gridtide.decide.peak import DemandPeriods, demand_periods
from gridtide.decide.plan import Plan
from gridtide.decide.reading import outdoor_c, supply_kw
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations, expected_counts
from gridtide.decide.setpoints import off_price_per_kwh, setpoints_kw
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_of, work_cost
from gridtide.fleet.building import facility_power_kw
from gridtide.timeline import holding
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """What stays as a plan has it while jobs move, over the plan's horizon, (S, T).

    others_kw: IT power beside jobs. stores_kw: charge - discharge - supply - what plants make, and what heat carried
    out early draws. per_kwh: money for a kWh drawn, its carbon counted. earned_per_kwh: for one sold, never less than
    nothing. export_max_kw: what may be sold at once, (S, T). outdoor_c: what plants reject their heat to.
    agreed: what agreements deliver. terms: of calls that were taken, and of positions. setpoint_kw: what set-points
    of the grid ask for, off_per_kwh: money for a kWh beside them, both 0 where none holds. months: billing months of
    the horizon.
    """

    others_kw: Real
    stores_kw: Real
    per_kwh: Real
    earned_per_kwh: Real
    export_max_kw: Real
    outdoor_c: Real
    agreed: AgreedTerms
    terms: tuple[MeterTerm, ...]
    setpoint_kw: Real
    off_per_kwh: Real
    months: DemandPeriods


def surroundings(
    plan: Plan, situation: Situation, objective: Objective, readings: Readings | None = None
) -> Surroundings:
    """Services, stores, prices and weather of a plan. readings: of the same signals so far."""
    read = Readings() if readings is None else readings
    planned = replace(situation, horizon=plan.horizon)
    fleet, menu = planned.fleet, planned.fleet.menu
    jobs_kw = plan.class_accelerators.sum(axis=0) * menu.extra_kw[:, None]
    carbon = read.of(carbon_cost_per_kwh, planned, objective)
    price = cost_per_kwh(1.0) * seen_prices_per_mwh(planned, read)
    sale = cost_per_kwh(1.0) * read.of(sale_prices_per_mwh, planned)
    setpoint_kw = setpoints_kw(planned)
    off = off_price_per_kwh(planned, price + carbon, plan.horizon.hours)
    return Surroundings(
        others_kw=plan.it_kw - _by_site(jobs_kw, fleet.site_of_place[menu.place], len(fleet.sites)),
        stores_kw=plan.charge_kw
        - plan.discharge_kw
        + plan.cooling.drawn_kw(len(plan.horizon))
        - read.of(supply_kw, planned)
        - made_at_sites(fleet, plan.made_kw, len(plan.horizon)),
        per_kwh=price + carbon,
        earned_per_kwh=np.maximum(sale, 0.0),
        export_max_kw=export_max_kw(fleet, situation.events, plan.horizon),
        outdoor_c=read.of(outdoor_c, planned),
        agreed=agreed_terms(planned, price / cost_per_kwh(1.0)),
        terms=(*call_terms(planned, price + carbon), *position_terms(planned)),
        setpoint_kw=np.nan_to_num(setpoint_kw),
        off_per_kwh=np.where(np.isnan(setpoint_kw), 0.0, off),
        months=demand_periods(planned, objective),
    )


def expected_costs(
    plan: Plan,
    situation: Situation,
    placements: tuple[Placement, ...],
    held: Reservations,
    price: Real,
    objective: Objective,
    readings: Readings | None = None,
) -> tuple[float, ...]:
    """Energy less what is sold, what agreements deliver and lose, what is off a set-point, what lacks of calls and
    positions, carbon, demand charge, waits and moves of each placement, with the plan's services and stores.

    placements: rows aligned with the situation's jobs, on the slots of `held`; slots beyond a job's expected
    work draw nothing. price: money per accelerator-slot at each operating point, (M, slots), which stands for the full
    model beyond the plan's horizon. readings: of the same signals so far.
    """
    fleet = situation.fleet
    menu, sites = fleet.menu, len(fleet.sites)
    site, extra_kw = fleet.site_of_place[menu.place], menu.extra_kw
    fixed = surroundings(plan, situation, objective, readings)
    shown = holding(held.grid, plan.horizon)
    later = held.grid.starts_s >= plan.horizon.edges_s[-1]
    costs = []
    for placement in placements:
        entry = menu.entry(placement.place, placement.point)
        used = expected_counts(held, np.diff(placement.offsets), entry)
        load = load_of(placement, situation.jobs.accelerators, menu, used)
        load_kw = load[:, np.maximum(shown, 0)] * (shown >= 0) * extra_kw[:, None]
        it_kw = fixed.others_kw + _by_site(load_kw, site, sites)
        net = facility_power_kw(fleet, it_kw, fixed.outdoor_c) + fixed.stores_kw
        draw = np.maximum(net, 0.0) * (shown >= 0)
        energy = float((fixed.per_kwh * draw * plan.horizon.hours).sum())
        sold = np.clip(-net, 0.0, fixed.export_max_kw) * (shown >= 0)
        energy -= float((fixed.earned_per_kwh * sold * plan.horizon.hours).sum())
        left_kw = np.maximum(fixed.agreed.delivered_kw - draw, 0.0) * (shown >= 0)
        energy += float((fixed.agreed.lost_per_kwh * left_kw * plan.horizon.hours).sum())
        energy += missed_cost(fixed.terms, net, (shown >= 0) * plan.horizon.hours)
        off_kw = np.abs(net - fixed.setpoint_kw) * (shown >= 0)
        energy += float((fixed.off_per_kwh * off_kw * plan.horizon.hours).sum())
        energy += float((price[:, later] * load[:, later]).sum())
        others = work_cost(replace(held, told=told_of(placement, held)))
        costs.append(energy + others + fixed.months.charge(draw))
    return tuple(costs)


def _by_site(power_kw: Real, site: NDArray[np.int64], sites: int) -> Real:
    return np.stack([power_kw[site == one].sum(axis=0) for one in range(sites)])
