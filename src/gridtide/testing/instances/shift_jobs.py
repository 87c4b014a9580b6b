"""Jobs that may wait, and the signal they wait by: seeded, versioned instances for `gridtide bench shift`.

`year`: half hours of a year, many jobs, every policy. `ticks`: a month on slots of five seconds under an hourly signal
and a thousand jobs, the form in which published simulators of carbon-aware waiting are run. `workdays`: jobs of office
hours, see `workday_jobs`. Nothing here is measured; the shapes are round figures.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.slots import SlotJobs, SlotSignal, expected_lengths
from gridtide.testing.instances import workday_jobs

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
VERSION = "shift-jobs 1"
HALF_HOUR_S = 1_800
TICK_S = 5
DIVIDE_S = 7_200
"""Jobs from here on count as long and may wait a day, others six hours."""

LONGEST_WAY = 300
"""Half hours before the end in which no job arrives, so that every one can wait and end."""

LAST_DAYS = 2
"""Days before the end in which no job of the ticks arrives."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One kind of instance, by its version. least_slots: below it there is no room for a job to wait and end."""

    version: str
    jobs: int
    slots: int
    least_slots: int
    step_s: int
    most_slots: int = 20_000_000


WORKLOADS = {
    "year": Workload(
        version=VERSION, jobs=100_000, slots=17_520, least_slots=400, step_s=HALF_HOUR_S
    ),
    "ticks": Workload(
        version=VERSION, jobs=1_000, slots=518_400, least_slots=51_840, step_s=TICK_S
    ),
    "workdays": Workload(
        version=workday_jobs.VERSION,
        jobs=workday_jobs.JOBS,
        slots=workday_jobs.SLOTS,
        least_slots=workday_jobs.SLOTS,
        step_s=workday_jobs.STEP_S,
        most_slots=workday_jobs.SLOTS,
    ),
}
"""By name, with the sizes that are run when none is given."""


def instance(workload: str, count: int, slots: int, seed: int = 0) -> tuple[SlotJobs, SlotSignal]:
    """Jobs in order of arrival and the signal, g/kWh. slots at least the workload's least_slots."""
    if workload == "workdays":
        return workday_jobs.workday_jobs(count, seed)
    return _year(count, slots, seed) if workload == "year" else _ticks(count, slots, seed)


def short(jobs: SlotJobs) -> SlotJobs:
    """The same jobs, each of one slot: what shifting to both sides is defined for."""
    ones = np.ones(len(jobs), dtype=np.int64)
    return SlotJobs(
        arrival=jobs.arrival,
        length=ones,
        waiting=jobs.waiting,
        deadline=jobs.deadline,
        expected=ones,
        units=jobs.units,
        power_kw=jobs.power_kw,
    )


def first(jobs: SlotJobs, count: int) -> SlotJobs:
    """The first jobs alone."""
    columns = ("arrival", "length", "waiting", "deadline", "expected", "units", "power_kw")
    return replace(jobs, **{name: getattr(jobs, name)[:count] for name in columns})


def _year(count: int, slots: int, seed: int) -> tuple[SlotJobs, SlotSignal]:
    rng = np.random.default_rng(seed)
    hour = np.arange(slots) * HALF_HOUR_S / 3600
    values = 300 + 120 * np.sin(2 * np.pi * (hour - 3) / 24) + 40 * np.sin(2 * np.pi * hour / 8760)
    signal = SlotSignal(values=values + 30 * rng.standard_normal(slots), step_s=HALF_HOUR_S)
    length = np.clip(np.ceil(rng.lognormal(0.5, 1.2, count)), 1, 96).astype(np.int64)
    long = length * HALF_HOUR_S >= DIVIDE_S
    arrival = np.sort(rng.integers(0, slots - LONGEST_WAY, count))
    jobs = SlotJobs(
        arrival=arrival,
        length=length,
        waiting=np.where(long, 48, 12),
        deadline=np.full(count, -1),
        expected=np.where(long, _mean(length[long]), _mean(length[~long])),
        units=rng.integers(1, 9, count),
        power_kw=np.ones(count),
    )
    return jobs, signal


def _ticks(count: int, slots: int, seed: int) -> tuple[SlotJobs, SlotSignal]:
    """One watt a core; lengths in whole ticks; the signal is held over each hour."""
    rng = np.random.default_rng(seed)
    per_hour = 3600 // TICK_S
    hour = np.arange(-(-slots // per_hour))
    carbon = 300 + 120 * np.sin(2 * np.pi * (hour - 3) / 24) + 30 * rng.standard_normal(len(hour))
    length_s = np.clip(rng.lognormal(7.5, 1.3, count), 60, 86_400).astype(np.int64)
    last_s = slots * TICK_S - LAST_DAYS * 86_400
    cores = rng.integers(1, 65, count)
    jobs = SlotJobs(
        arrival=np.sort(rng.integers(0, last_s, count)) // TICK_S,
        length=length_s // TICK_S,
        waiting=np.where(length_s >= DIVIDE_S, 24, 6) * per_hour,
        deadline=np.full(count, -1),
        expected=expected_lengths(length_s, TICK_S, DIVIDE_S),
        units=cores,
        power_kw=cores / 1000.0,
    )
    return jobs, SlotSignal(values=np.repeat(carbon, per_hour)[:slots], step_s=TICK_S)


def _mean(length: Whole) -> int:
    return max(1, int(length.mean())) if len(length) else 1
