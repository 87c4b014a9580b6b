"""What one more kilowatt-hour costs at each place by the published signals alone, and what slots then cost."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.facts import carbon_cost_per_kwh, seen_prices_per_mwh
from gridtide.decide.objective import Objective
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import (
    Reservations,
    Told,
    expected_counts,
    grid_step_s,
    on_grid,
    told_accelerators,
    told_entries,
)
from gridtide.decide.situation import Situation
from gridtide.timeline import Timeline
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


def steering_price(
    situation: Situation, objective: Objective, grid: Timeline, readings: Readings | None = None
) -> Real:
    """Price a policy of the literature steers by: energy and carbon, money per MWh, (P, T).

    Between plans the signals of the last one are known; beyond their end their last day repeats. readings: of the
    same signals so far.
    """
    read = Readings() if readings is None else readings
    seen = replace(situation, horizon=covered(situation))
    carbon = read.of(carbon_cost_per_kwh, seen, objective)
    price = seen_prices_per_mwh(seen, read) + 1e3 * carbon
    return on_grid(price, seen.horizon, grid)[situation.fleet.site_of_place]


def covered(situation: Situation) -> Timeline:
    """The part of the horizon that the situation's signals reach."""
    end = max(signal.timeline.end for signal in situation.signals)
    return situation.horizon.between(situation.as_of, min(end, situation.horizon.end))


def slot_costs(held: Reservations, told: Told, price: Real) -> Real:
    """Expected money for the slots of each job, its move included, (n,); NaN where it has none.

    price: money per accelerator-slot at each operating point, (M, T). Slots kept beyond the expected work are free.
    """
    entry = told_entries(held, told)
    count = np.where(told.place >= 0, expected_counts(held, told.count, entry), 0)
    job = np.repeat(np.arange(len(count)), count)
    slot = told.slots[
        np.repeat(told.offsets[:-1], count)
        + np.arange(len(job))
        - np.repeat(np.cumsum(count) - count, count)
    ]
    taken = told_accelerators(held, told)
    waits = held.delay[job] * slot * held.menu.speed[entry[job]] * (held.gang / taken)[job]
    spent = (price[entry[job], slot] + waits) * taken[job]
    cost = np.bincount(job, weights=spent, minlength=len(count))
    moved = held.offer[np.arange(len(count)), np.maximum(told.place, 0)]
    return np.where(count > 0, cost + moved, np.nan)


def slot_prices_alone(situation: Situation, price_per_mwh: Real, grid: Timeline) -> Real:
    """Money per accelerator-slot at each operating point at published prices, cooling and losses left out, (M, T)."""
    hours, menu = grid_step_s(grid) / 3600.0, situation.fleet.menu
    return cost_per_kwh(1.0) * price_per_mwh[menu.place] * menu.extra_kw[:, None] * hours
