"""Admit flexible work under an hourly limit that is drawn up the day before: the virtual capacity curve."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.program import Program, matrix_of, solve
from gridtide.decide.slots import (
    Capacity,
    Real,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    back_in_place,
    free_units,
    in_order_of_arrival,
    unbroken,
)

HOURS = 24
HISTORY_DAYS = 28


@dataclass(frozen=True, kw_only=True)
class Settings:
    """signal_weight, peak_weight: what the signal and each unit of a day's peak count.

    risk_quantile: of the flexible unit-hours of past days, taken as the day's. usage_ratio: units reserved
    for one that is used; the units of a job, the limit and the capacity are reserved ones. strike_days:
    days in a row by whose end work that could have been done is not, after which the limit is lifted for
    cooldown_days. capacity: units there are, None for endless ones.
    """

    signal_weight: float = 1.0
    peak_weight: float = 0.1
    risk_quantile: float = 0.97
    usage_ratio: float = 1.0
    strike_days: int = 2
    cooldown_days: int = 7
    capacity: Capacity = None


def vcc(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Jobs start in order of arrival while what runs fits under the day's curve (after arXiv 2106.11750).

    A curve is drawn from the days before alone; the first day, with nothing to go by, has none. The first
    job of the queue that does not fit holds back those behind it. Days count from the first slot.
    """
    from gridtide.kernels import slot_choice

    slots = len(signal.values)
    day = HOURS * signal.hour
    free, limited = free_units(settings.capacity, slots)
    order = in_order_of_arrival(jobs)
    start = slot_choice.admitted_starts(
        jobs.arrival[order],
        jobs.length[order],
        jobs.units[order],
        _limit_units(jobs, signal, settings, slots, day),
        free,
        limited,
        (day, settings.strike_days, settings.cooldown_days),
    )
    return unbroken(jobs, back_in_place(order, start), slots, jobs.arrival)


def _limit_units(
    jobs: SlotJobs, signal: SlotSignal, settings: Settings, slots: int, day: int
) -> Real:
    """Units that may be reserved in each slot, inf where no curve is drawn yet, (slots,)."""
    days = -(-slots // day)
    arrived = np.minimum(jobs.arrival // day, days - 1)
    unit_hours = jobs.units * jobs.length / signal.hour / settings.usage_ratio
    per_day = np.bincount(arrived, weights=unit_hours, minlength=days)
    flexible = np.asarray(
        [
            np.quantile(per_day[max(0, d - HISTORY_DAYS) : d], settings.risk_quantile)
            for d in range(1, days)
        ]
    )
    limit = np.full(days * day, np.inf)
    if days > 1:
        padded = np.pad(signal.values, (0, days * day - slots), mode="edge")
        hourly = padded.reshape(days, HOURS, signal.hour).mean(axis=2)[1:]
        most = np.inf if settings.capacity is None else float(np.max(settings.capacity))
        curve = capacity_curve(np.zeros_like(hourly), flexible, hourly, most, settings)
        limit[day:] = np.repeat(curve.ravel(), signal.hour)
    return limit[:slots]


def capacity_curve(
    inflexible_kw: Real,
    flexible_kwh: Real,
    signal: Real,
    capacity_kw: float,
    settings: Settings,
    flexible_max_kw: float = np.inf,
) -> Real:
    """Hourly limits of days, (D, 24), in reserved kW: usage ratio times planned use, peers' page 5.5.

    inflexible_kw, signal: (D, 24), the signal per MWh or in g per kWh. flexible_kwh: of each day, (D,);
    what the capacity cannot hold is left out. Power follows use one to one. Minimises the signal on
    flexible use plus the peak of each day.
    """
    ratio = settings.usage_ratio
    room_kw = np.clip(capacity_kw / ratio - inflexible_kw, 0.0, flexible_max_kw)
    work_kwh = np.minimum(flexible_kwh, room_kw.sum(axis=1))
    program = Program()
    used = program.variables(room_kw.shape, settings.signal_weight * signal / 1e3, 0.0, room_kw)
    peak = program.variables((len(work_kwh), 1), settings.peak_weight, -np.inf)
    done = program.constraints(work_kwh.shape, work_kwh, work_kwh)
    program.put(done[:, None], used, 1.0)
    under = program.constraints(room_kw.shape, -np.inf, -inflexible_kw)
    program.put(under, used, 1.0)
    program.put(under, peak, -1.0)
    solution = solve(matrix_of(program))
    if not solution.feasible:
        raise ValueError(f"the capacity curve is {solution.status}")
    return np.asarray(ratio * (inflexible_kw + solution.values[used]), dtype=np.float64)
