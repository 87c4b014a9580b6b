"""The reference policies again, job by job and slot by slot, as their definitions read.

Nothing of `kernels` and no running sums: what `decide/planners` must choose as well, and what its speed is held
against. Only endless capacity and jobs without a deadline of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from gridtide.decide.slots import SlotJobs, SlotPlan

Slots = list[int]
QUANTILE = 0.30
HORIZON_H = 24


@dataclass(frozen=True, kw_only=True)
class PlainJob:
    """One job, in slots; power_kw of the whole job."""

    arrival: int
    length: int
    waiting: int
    expected: int
    units: int
    power_kw: float


@dataclass(frozen=True, kw_only=True)
class PlainSignal:
    """One value a slot. hour: slots in an hour."""

    values: list[float]
    hour: int


Rule = Callable[[PlainJob, PlainSignal], Slots]
Policy = Callable[[Sequence[PlainJob], PlainSignal], list[Slots]]


def plain_jobs(jobs: SlotJobs, count: int) -> list[PlainJob]:
    """The first jobs as objects."""
    columns = (jobs.arrival, jobs.length, jobs.waiting, jobs.expected, jobs.units)
    whole = zip(*(column[:count].tolist() for column in columns), strict=True)
    return [
        PlainJob(
            arrival=arrival,
            length=length,
            waiting=waiting,
            expected=expected,
            units=units,
            power_kw=power_kw,
        )
        for (arrival, length, waiting, expected, units), power_kw in zip(
            whole, jobs.power_kw[:count].tolist(), strict=True
        )
    ]


def slots_of(plan: SlotPlan, count: int) -> list[Slots]:
    """The slots in which a plan runs each of its first jobs."""
    return [
        [
            slot
            for run in range(plan.offsets[job], plan.offsets[job + 1])
            for slot in range(plan.start[run], plan.end[run])
        ]
        for job in range(count)
    ]


def total(job: PlainJob, slots: Slots, signal: PlainSignal) -> float:
    """Signal times energy of a job, /1000: kg for grams per kWh."""
    felt = sum(signal.values[slot] for slot in slots)
    return felt * job.power_kw / signal.hour / 1000.0


def run_at_once(job: PlainJob, signal: PlainSignal) -> Slots:
    """From the arrival on."""
    return _whole(job, job.arrival)


def all_wait(job: PlainJob, signal: PlainSignal) -> Slots:
    """From the end of the wait on."""
    return _whole(job, job.arrival + job.waiting)


def lowest_slot(job: PlainJob, signal: PlainSignal) -> Slots:
    """From the earliest lowest slot of the wait on."""
    here = range(job.arrival, min(job.arrival + job.waiting + 1, len(signal.values)))
    return _whole(job, min(here, key=lambda slot: (signal.values[slot], slot)))


def lowest_window(job: PlainJob, signal: PlainSignal, oracle: bool) -> Slots:
    """The start, hour by hour from the arrival, with the least sum over the length."""
    seen = job.length if oracle else job.expected
    return _whole(job, min(_hourly(job, signal, seen), key=lambda s: (_sum(signal, s, seen), s)))


def carbon_time(job: PlainJob, signal: PlainSignal, oracle: bool) -> Slots:
    """The start, hour by hour from the arrival, with the largest saving per slot until completion."""
    seen = job.length if oracle else job.expected
    at_once = _sum(signal, job.arrival, seen)

    def saving(start: int) -> float:
        return (at_once - _sum(signal, start, seen)) / (start - job.arrival + seen)

    return _whole(job, max(_hourly(job, signal, seen), key=lambda s: (saving(s), -s)))


def threshold(job: PlainJob, signal: PlainSignal) -> Slots:
    """Slots below the 0.30-quantile of the day ahead, and any slot once no wait is left."""
    ahead = sorted(signal.values[job.arrival : job.arrival + HORIZON_H * signal.hour])
    position = QUANTILE * (len(ahead) - 1)
    below = int(position)
    above = min(below + 1, len(ahead) - 1)
    limit = ahead[below] + (position - below) * (ahead[above] - ahead[below])
    slots: Slots = []
    wait, slot = job.waiting, job.arrival
    while len(slots) < job.length and slot < len(signal.values):
        if signal.values[slot] < limit or wait <= 0:
            slots.append(slot)
        else:
            wait -= 1
        slot += 1
    return slots


def wait_awhile(job: PlainJob, signal: PlainSignal) -> Slots:
    """The start, slot by slot, with the least sum over the length that ends within length and wait."""
    end = min(job.arrival + job.length + job.waiting, len(signal.values))
    starts = range(job.arrival, end - job.length + 1)
    return _whole(job, min(starts, key=lambda s: (_sum(signal, s, job.length), s)))


def wait_awhile_interruptible(job: PlainJob, signal: PlainSignal) -> Slots:
    """The lowest slots within length and wait, of equals the earlier."""
    end = min(job.arrival + job.length + job.waiting, len(signal.values))
    by_value = sorted(range(job.arrival, end), key=lambda slot: (signal.values[slot], slot))
    return sorted(by_value[: job.length])


def bidirectional(job: PlainJob, signal: PlainSignal, width: int) -> Slots:
    """The lowest slot up to `width` slots before or behind."""
    first = max(job.arrival - width, 0)
    last = min(job.arrival + width + 1, len(signal.values))
    return [min(range(first, last), key=lambda slot: (signal.values[slot], slot))]


def reserved_first(jobs: Sequence[PlainJob], signal: PlainSignal, reserved: int) -> list[Slots]:
    """As soon as a job fits into the free reserved units, else from its lowest window on; by arrival."""
    slots = len(signal.values)
    spare = [reserved] * slots
    planned = [lowest_window(job, signal, oracle=False)[0] for job in jobs]
    found: list[Slots] = [[] for _ in jobs]
    waiting: list[int] = []
    arrived = 0
    for slot in range(slots):
        while arrived < len(jobs) and jobs[arrived].arrival <= slot:
            waiting.append(arrived)
            arrived += 1
        left = []
        for row in waiting:
            run = range(slot, min(slot + jobs[row].length, slots))
            if all(spare[t] >= jobs[row].units for t in run):
                for t in run:
                    spare[t] -= jobs[row].units
            elif slot < planned[row]:
                left.append(row)
                continue
            found[row] = _whole(jobs[row], slot)
        waiting = left
    return found


def each(rule: Rule) -> Policy:
    """A rule for one job as a policy for many."""
    return lambda jobs, signal: [rule(job, signal) for job in jobs]


def plain_policy(name: str, *, width: int, reserved: int) -> Policy | None:
    """The plain writing of a policy by its name; None where there is none.

    width: slots to either side for bidirectional. reserved: units for reserved-first.
    """
    rules: dict[str, Policy] = {
        "run-at-once": each(run_at_once),
        "all-wait": each(all_wait),
        "lowest-slot": each(lowest_slot),
        "lowest-window": each(partial(lowest_window, oracle=False)),
        "lowest-window-oracle": each(partial(lowest_window, oracle=True)),
        "carbon-time": each(partial(carbon_time, oracle=False)),
        "carbon-time-oracle": each(partial(carbon_time, oracle=True)),
        "threshold": each(threshold),
        "wait-awhile": each(wait_awhile),
        "wait-awhile-interruptible": each(wait_awhile_interruptible),
        "wait-awhile-deadline-interruptible": each(wait_awhile_interruptible),
        "bidirectional": each(partial(bidirectional, width=width)),
        "reserved-first": partial(reserved_first, reserved=reserved),
    }
    return rules.get(name)


def _whole(job: PlainJob, start: int) -> Slots:
    return list(range(start, start + job.length))


def _sum(signal: PlainSignal, start: int, length: int) -> float:
    return sum(signal.values[start : start + length])


def _hourly(job: PlainJob, signal: PlainSignal, seen: int) -> range:
    """Starts within the wait whose view stays in the data; at least the arrival."""
    last = min(job.arrival + job.waiting, len(signal.values) - seen)
    return range(job.arrival, max(last, job.arrival) + 1, signal.hour)
