"""Run while the signal is below a threshold, until the patience of the job is used up."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from gridtide.decide.slots import (
    Capacity,
    Real,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    Whole,
    free_units,
    in_order_of_arrival,
    in_rows,
    runs_written,
    split,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """quantile of the signal over horizon_h hours from the arrival is the threshold, unless `fixed` is one.

    capacity: units there are, None for endless ones.
    """

    quantile: float = 0.30
    horizon_h: float = 24.0
    fixed: float | None = None
    capacity: Capacity = None


def threshold(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Walk the slots from the arrival: run when strictly below the threshold or no wait is left.

    The threshold is fixed at arrival; quantiles interpolate linearly at position q (n - 1) and the view
    is cut at the end of the data (Ecovisor-like).
    """
    slots = len(signal.values)
    horizon = max(1, round(settings.horizon_h * 3600 / signal.step_s))
    fixed = np.nan if settings.fixed is None else settings.fixed
    arrival = np.minimum(jobs.arrival, slots)
    if settings.capacity is None and signal.holds.are_long:
        from gridtide.kernels import held_choice

        held, patience = signal.holds.columns, (jobs.length, jobs.waiting)
        runs = held_choice.threshold_runs(
            held, arrival, *patience, horizon, settings.quantile, fixed
        )
        return split(np.arange(len(jobs)), runs, jobs, slots, False)
    from gridtide.kernels import slot_choice, window_choice

    below = np.full(len(jobs), fixed)
    if settings.fixed is None:
        below = _quantiles(signal, arrival, horizon, settings.quantile)
    if settings.capacity is None:
        asked = (arrival, jobs.length, jobs.waiting, below)
        write = partial(window_choice.threshold_runs, signal.values, asked)
        return in_rows(runs_written(len(jobs), write), jobs, slots, False)
    order = in_order_of_arrival(jobs)
    free, limited = free_units(settings.capacity, slots)
    runs = slot_choice.threshold_runs(
        signal.values,
        arrival[order],
        jobs.length[order],
        jobs.waiting[order],
        below[order],
        jobs.units[order],
        free,
        limited,
    )
    return split(order, runs, jobs, slots, False)


def _quantiles(signal: SlotSignal, arrival: Whole, horizon: int, q: float) -> Real:
    """The quantile of what each job sees ahead, (n,), NaN behind the end; asked for in order of arrival."""
    from gridtide.kernels.window_choice import quantiles_ahead

    found = np.full(len(arrival), np.nan)
    if (arrival[1:] >= arrival[:-1]).all():
        quantiles_ahead(signal.values, arrival, horizon, q, found)
        return found
    order = np.argsort(arrival, kind="stable")
    quantiles_ahead(signal.values, arrival[order], horizon, q, found)
    in_place = np.empty_like(found)
    in_place[order] = found
    return in_place
