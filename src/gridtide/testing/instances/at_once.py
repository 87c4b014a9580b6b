"""What a week plan costs when nothing waits, moves in space for a price, is stored or offered."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.instances.week_plan import (
    IDLE,
    MOVE_PER_KWH,
    ROUTE_PER_KWH,
    SECOND_CHARGE,
    SLOPES,
    STEP_H,
    UNSERVED_PER_KWH,
    WARMEST_C,
    WARMS_C,
    WIDTHS,
    WeekPlan,
)

Real = NDArray[np.float64]


def run_at_once_cost(plan: WeekPlan) -> float:
    """Requests at the nearest site with room, work from its release on at the first of its sites with room,
    batteries idle, rooms as warm as they may be; what finds no room is unserved at its price."""
    load, cost = _requests(plan)
    cost += _work(plan, load)
    it_kw = IDLE * plan.cap_kw[:, None] + _through_segments(plan, load)
    spare_kw = (WARMEST_C - plan.outdoor_c) / WARMS_C * plan.cap_kw[:, None]
    heat_kw = np.maximum(it_kw - spare_kw, 0.0)
    draw_kw = np.maximum(it_kw + heat_kw / plan.cop - plan.renewable_kw, 0.0)
    energy = float((plan.energy_cost_per_kwh * draw_kw).sum()) * STEP_H
    peaks_kw = draw_kw.max(axis=1)
    if plan.full:
        peaks_kw = peaks_kw + SECOND_CHARGE * draw_kw[:, draw_kw.shape[1] // 2 :].max(axis=1)
    return cost + energy + float((plan.demand_charge_per_kw * peaks_kw).sum())


def _requests(plan: WeekPlan) -> tuple[Real, float]:
    """IT load of requests (S, T), and what routing and refusing cost."""
    load = np.zeros_like(plan.renewable_kw)
    cost = 0.0
    for region, sites in enumerate(plan.region_site):
        left = plan.demand_kw[region].copy()
        for rank, site in enumerate(sites):
            taken = np.minimum(left, plan.cap_kw[site] - load[site])
            load[site] += taken
            left -= taken
            cost += rank * ROUTE_PER_KWH * STEP_H * float(taken.sum())
        cost += UNSERVED_PER_KWH * STEP_H * float(left.sum())
    return load, cost


def _work(plan: WeekPlan, load: Real) -> float:
    """Adds the buckets to the load, in order of release; what moving and leaving undone costs."""
    cost = 0.0
    for bucket in np.argsort(plan.first, kind="stable"):
        left = float(plan.work_kwh[bucket])
        for step in range(plan.first[bucket], plan.last[bucket]):
            for near, site in enumerate(plan.bucket_site[bucket]):
                room = plan.cap_kw[site] - load[site, step]
                taken = max(min(plan.rate_kw[bucket, near], room, left / STEP_H), 0.0)
                load[site, step] += taken
                left -= taken * STEP_H
                cost += MOVE_PER_KWH * STEP_H * taken * (near > 0)
        cost += UNSERVED_PER_KWH * max(left, 0.0)
    return cost


def _through_segments(plan: WeekPlan, load: Real) -> Real:
    """Electric kW of an IT load through the segments of the power curve, in order."""
    power = np.zeros_like(load)
    left = load.copy()
    for width, slope in zip(WIDTHS, SLOPES, strict=True):
        taken = np.minimum(left, width * plan.cap_kw[:, None])
        power += slope * taken
        left -= taken
    return power
