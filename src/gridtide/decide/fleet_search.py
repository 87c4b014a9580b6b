"""Jobs moved one by one to where the whole fleet costs least: what prices of one more kilowatt cannot see.

A price says what one kilowatt more costs. A gang is many, power is convex, and a peak is paid once for all slots under
it: where a handful of large jobs decide the month's peak, each is taken out and put where power, waits, moves and
that peak together cost least, by the full model of power. Services and stores stay as the plan has them; it is
fitted to the jobs afterwards. A job leaves its slots only for some that cost less, so every round ends cheaper.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.ex_ante import Surroundings, surroundings
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import (
    Reservations,
    Told,
    copied,
    expected_counts,
    free_of,
    grid_step_s,
    load_of_told,
    on_grid,
    told_entries,
)
from gridtide.decide.situation import Situation
from gridtide.fleet.building import capacities_kw, learned_tables, overheads_kw, plants_of
from gridtide.timeline import Timeline, holding

Real = NDArray[np.float64]
ROUNDS = 3
"""On eight seeded days, from the earliest slots on, a third round found at most 3 % more than two had, and two more
rounds at most a thousandth more."""


def searched(
    plan: Plan,
    situation: Situation,
    held: Reservations,
    objective: Objective,
    price: Real,
    order: NDArray[np.int64],
    may: NDArray[np.bool_],
    readings: Readings | None = None,
) -> Told:
    """The told slots of `held`, with the jobs of `order` moved as far as the fleet costs less for it.

    order: jobs told to run at full speed on whole gangs, at which they are moved, and elastic ones, which change their
    size as well. price: money per accelerator-slot at each operating point, (M, slots), for slots beyond the plan or
    its billing month. may: operating points that may be chosen, (M,). readings: of the same signals so far.
    """
    from gridtide.kernels import fleet_sweep

    told = copied(held.told)
    if not len(order):
        return told
    fleet, menu, grid = situation.fleet, situation.fleet.menu, held.grid
    site, hours = fleet.site_of_place, grid_step_s(grid) / 3600.0
    fixed = surroundings(plan, situation, objective, readings)
    others_kw, stores_kw, per_kwh, earned, outdoor_c, delivered_kw, lost, asked_kw, off = (
        on_grid(series, plan.horizon, grid)
        for series in (
            fixed.others_kw,
            fixed.stores_kw,
            fixed.per_kwh,
            fixed.earned_per_kwh,
            fixed.outdoor_c,
            fixed.agreed.delivered_kw,
            fixed.agreed.lost_per_kwh,
            fixed.setpoint_kw,
            fixed.off_per_kwh,
        )
    )
    shown = holding(plan.horizon, grid)
    counts = (shown >= 0) & (fixed.months.of_step[:, np.maximum(shown, 0)] == 0)
    used = expected_counts(held, told.count, told_entries(held, told))
    jobs_kw = load_of_told(held, replace(told, count=used)) * menu.extra_kw[:, None]
    at = site[menu.place]
    it_kw = others_kw + np.stack([jobs_kw[at == s].sum(axis=0) for s in range(len(fleet.sites))])
    terms = _terms(fixed, plan, grid, hours)
    scarce = plan.prices.accelerator_price_per_h + plan.prices.room_price_per_h
    free = free_of(held, told)
    elastic = situation.jobs.elastic[:, None]
    offered = (held.taken > 0) & ((menu.point == 0) | (elastic & may))
    jobs = (
        held.taken, offered, held.first, held.last, held.left, held.rule, held.running_at,
        held.running_with, held.offer, held.delay,
    )  # fmt: skip
    for _ in range(ROUNDS):
        moved = fleet_sweep.sweep(
            order,
            jobs,
            (told.place, told.offsets, told.count, told.slots, told.point),
            free,
            site,
            (menu.place, menu.speed, menu.extra_kw, menu.first),
            it_kw,
            stores_kw + overheads_kw(fleet)[:, None],
            (capacities_kw(fleet), outdoor_c, plants_of(fleet), learned_tables(fleet)),
            (
                per_kwh * hours,
                on_grid(scarce, plan.horizon, grid) * hours,
                price,
                counts,
            ),
            (
                earned * hours,
                on_grid(fixed.export_max_kw, plan.horizon, grid),
                delivered_kw,
                lost * hours,
                asked_kw,
                off * hours,
            ),
            terms,
            (fixed.months.known_kw[:, 0].copy(), fixed.months.price_per_kw[:, 0].copy()),
        )
        if not moved:
            break
    return told


def _terms(
    fixed: Surroundings, plan: Plan, grid: Timeline, hours: float
) -> tuple[NDArray[np.int64], Real, Real, Real]:
    """Sites of terms of calls and positions, (K,), their least and most on the grid, (K, T), kW, and money for a kW
    beyond them for a slot, of what is drawn alone where what is sold does not count, (K, 2)."""
    found, none = fixed.terms, np.zeros((0, len(plan.horizon)))
    least = np.stack([one.least_kw for one in found]) if found else none
    most = np.stack([one.most_kw for one in found]) if found else none
    price = [(one.price_per_kwh * hours, float(one.of_draw)) for one in found]
    return (
        np.asarray([one.site for one in found], dtype=np.int64),
        np.ascontiguousarray(on_grid(least, plan.horizon, grid)),
        np.ascontiguousarray(on_grid(most, plan.horizon, grid)),
        np.asarray(price, dtype=np.float64).reshape(len(found), 2),
    )
