"""What a placement is expected to cost under its plan, by the full model of power: to choose between two."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Placement, load_of
from gridtide.decide.facts import carbon_cost_per_kwh, extra_power_kw, seen_prices_per_mwh
from gridtide.decide.objective import Objective
from gridtide.decide.peak import demand_periods
from gridtide.decide.plan import Plan
from gridtide.decide.reading import outdoor_c, supply_kw
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations, expected_counts
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_of, work_cost
from gridtide.fleet.building import facility_power_kw
from gridtide.timeline import holding
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


def expected_costs(
    plan: Plan,
    situation: Situation,
    placements: tuple[Placement, ...],
    held: Reservations,
    price: Real,
    objective: Objective,
    readings: Readings | None = None,
) -> tuple[float, ...]:
    """Energy, carbon, demand charge, waits and moves of each placement, with the plan's services and stores.

    placements: rows aligned with the situation's jobs, on the slots of `held`; slots beyond a job's expected
    work draw nothing. price: money per accelerator-slot at each place, (P, slots), which stands for the full
    model beyond the plan's horizon. readings: of the same signals so far.
    """
    read = Readings() if readings is None else readings
    planned = replace(situation, horizon=plan.horizon)
    fleet = planned.fleet
    sites, site = len(fleet.sites), fleet.site_of_place
    extra_kw = extra_power_kw(fleet)
    jobs_kw = plan.class_accelerators.sum(axis=0) * extra_kw[:, None]
    others_kw = plan.it_kw - _by_site(jobs_kw, site, sites)
    weather = read.of(outdoor_c, planned)
    stores_kw = plan.charge_kw - plan.discharge_kw - read.of(supply_kw, planned)
    per_kwh = cost_per_kwh(1.0) * seen_prices_per_mwh(planned, read)
    per_kwh = per_kwh + read.of(carbon_cost_per_kwh, planned, objective)
    months = demand_periods(planned, objective)
    costs = []
    for placement in placements:
        shown = holding(placement.horizon, plan.horizon)
        used = expected_counts(held, np.diff(placement.offsets))
        load = load_of(placement, situation.jobs.accelerators, len(site), used)
        load_kw = load[:, np.maximum(shown, 0)] * (shown >= 0) * extra_kw[:, None]
        it_kw = others_kw + _by_site(load_kw, site, sites)
        net = facility_power_kw(fleet, it_kw, weather) + stores_kw
        draw = np.maximum(net, 0.0) * (shown >= 0)
        energy = float((per_kwh * draw * plan.horizon.hours).sum())
        later = placement.horizon.starts_s >= plan.horizon.edges_s[-1]
        energy += float((price[:, later] * load[:, later]).sum())
        others = work_cost(replace(held, told=told_of(placement, held)))
        costs.append(energy + others + months.charge(draw))
    return tuple(costs)


def _by_site(power_kw: Real, site: NDArray[np.int64], sites: int) -> Real:
    return np.stack([power_kw[site == one].sum(axis=0) for one in range(sites)])
