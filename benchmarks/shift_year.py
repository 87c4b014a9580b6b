"""Reference policies on 100,000 jobs, a year of half hours: seconds a policy, and a ratio to plain Python.

    python benchmarks/shift_year.py [--jobs N] [--plain N]

The plain loop is written here, slot by slot, and answers the same question for the first jobs; both must
agree before a ratio is printed.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from gridtide.decide.policy_names import parsed, policy_of
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal, totals

STEP_S = 1800
SLOTS = 17_520
POLICIES = (
    "run-at-once",
    "all-wait",
    "lowest-slot",
    "lowest-window",
    "lowest-window-oracle",
    "carbon-time",
    "carbon-time-oracle",
    "threshold",
    "wait-awhile",
    "wait-awhile-interruptible",
    "wait-awhile-deadline-interruptible",
    "reserved-first(reserved=2000)",
    "vcc",
)


def instance(count: int, seed: int = 0) -> tuple[SlotJobs, SlotSignal]:
    """Seeded jobs (lognormal run times, queues 6x24) on a signal with days, seasons and noise."""
    rng = np.random.default_rng(seed)
    hour = np.arange(SLOTS) * STEP_S / 3600
    values = 300 + 120 * np.sin(2 * np.pi * (hour - 3) / 24) + 40 * np.sin(2 * np.pi * hour / 8760)
    signal = SlotSignal(values=values + 30 * rng.standard_normal(SLOTS), step_s=STEP_S)
    length = np.clip(np.ceil(rng.lognormal(0.5, 1.2, count)), 1, 96).astype(np.int64)
    long = length * STEP_S >= 7200
    waiting = np.where(long, 48, 12)
    arrival = np.sort(rng.integers(0, SLOTS - 300, count))
    jobs = SlotJobs(
        arrival=arrival,
        length=length,
        waiting=waiting,
        deadline=np.full(count, -1),
        expected=np.where(long, int(length[long].mean()), max(1, int(length[~long].mean()))),
        units=rng.integers(1, 9, count),
        power_kw=np.ones(count),
    )
    return jobs, signal


def plain_lowest_window(jobs: SlotJobs, signal: SlotSignal, count: int) -> list[int]:
    """lowest-window-oracle for the first jobs, in plain Python, as its definition reads."""
    values = signal.values.tolist()
    starts = []
    for arrival, length, waiting in zip(
        jobs.arrival[:count].tolist(),
        jobs.length[:count].tolist(),
        jobs.waiting[:count].tolist(),
        strict=True,
    ):
        sums = [
            (sum(values[arrival + wait : arrival + wait + length]), wait)
            for wait in range(0, waiting + 1, signal.hour)
        ]
        starts.append(arrival + min(sums)[1])
    return starts


def seconds(call: Callable[[], SlotPlan]) -> tuple[float, SlotPlan]:
    """Wall seconds of a call, and its answer."""
    begin = time.perf_counter()
    plan = call()
    return time.perf_counter() - begin, plan


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--plain", type=int, default=2_000)
    options = parser.parse_args()
    jobs, signal = instance(options.jobs)
    print(f"{options.jobs:,} jobs, {SLOTS:,} slots of {STEP_S} s")
    whole = 0.0
    for text in POLICIES:
        call = policy_of(parsed(text), None)
        call(*instance(100))
        took, plan = seconds(lambda call=call: call(jobs, signal))  # type: ignore[misc]
        whole += took
        print(f"{text:38s} {took:7.3f} s   {totals(jobs, plan, signal).sum():14.1f} kg")
    print(f"{'all':38s} {whole:7.3f} s")
    call = policy_of(parsed("lowest-window-oracle"), None)
    fast, plan = seconds(lambda: call(jobs, signal))
    begin = time.perf_counter()
    starts = plain_lowest_window(jobs, signal, options.plain)
    slow = time.perf_counter() - begin
    if plan.first[: options.plain].tolist() != starts:
        raise SystemExit("the plain loop chose other starts")
    ratio = (slow / options.plain) / (fast / options.jobs)
    print(f"lowest-window-oracle against a plain Python loop, per job: {ratio:,.0f} times faster")


if __name__ == "__main__":
    main()
