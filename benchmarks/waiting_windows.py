"""The best window of every job to wait for, against the scheduler cats of GreenScheduler, in one process.

    python benchmarks/waiting_windows.py [--jobs 100000] [--theirs 400] [--repeats 5]

Both look at every half hour up to the end of a job's wait and take the start with the least mean, of equals the first:
`wait-awhile` here, `WindowedForecast` there, which joins points by straight lines, so that a half hour counts with the
mean of its two ends; the same means are given to ours. Jobs and signal are those of `gridtide bench shift`; theirs is
given just the points a job can see. First every start and mean must be the same, then CPU seconds a job in turn, the
median of the ratios. Needs climate-aware-task-scheduler, which `make bench` installs into an environment of its own.
"""

import argparse
import statistics
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.planners.wait_awhile import Settings, wait_awhile
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal, totals
from gridtide.doors.cli.measuring import SAME, worked
from gridtide.testing.instances.shift_jobs import HALF_HOUR_S, WORKLOADS, first, instance

START = datetime(2023, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=HALF_HOUR_S)
STEP_MINUTES = HALF_HOUR_S // 60
Real = NDArray[np.float64]
PEER = "climate-aware-task-scheduler"


def ours(jobs: SlotJobs, signal: SlotSignal) -> tuple[SlotPlan, Real]:
    """The plan, and the mean of the signal over each job."""
    plan = wait_awhile(jobs, signal, Settings())
    per_slot = jobs.power_kw * signal.step_s / 3600.0 / 1000.0
    return plan, totals(jobs, plan, signal) / per_slot / jobs.length


def points_seen(jobs: SlotJobs, values: Real) -> list[list[Any]]:
    """For each job the points from its arrival to the end of the last window, as theirs reads them."""
    from cats.forecast import PointEstimate

    begins = jobs.arrival.tolist()
    ends = (jobs.arrival + jobs.waiting + jobs.length + 1).tolist()
    points = [
        PointEstimate(value=value, datetime=START + slot * STEP)
        for slot, value in enumerate(values[: max(ends)].tolist())
    ]
    return [points[begin:end] for begin, end in zip(begins, ends, strict=True)]


def theirs(jobs: SlotJobs, seen: list[list[Any]]) -> list[Any]:
    """The best window of each job: its start, its end and its mean."""
    from cats.forecast import WindowedForecast

    waits, lengths = jobs.waiting.tolist(), jobs.length.tolist()
    return [
        min(
            WindowedForecast(
                points,
                duration=length * STEP_MINUTES,
                start=points[0].datetime,
                max_window_minutes=wait * STEP_MINUTES,
            )
        )
        for points, wait, length in zip(seen, waits, lengths, strict=True)
    ]


def agree(plan: SlotPlan, means: Real, found: list[Any]) -> None:
    """Ends the benchmark where a start or a mean is another."""
    for job, window in enumerate(found):
        start = START + int(plan.start[job]) * STEP
        if start != window.start or abs(means[job] - window.value) > SAME * abs(window.value):
            raise SystemExit(f"job {job}: ours {start} {means[job]}, theirs {window}")


def main() -> None:
    """The same windows, then seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=WORKLOADS["year"].jobs)
    parser.add_argument("--theirs", type=int, default=400, help="jobs that theirs is asked about")
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    try:
        peer = version(PEER)
    except PackageNotFoundError as missing:
        raise SystemExit(f"{PEER} is not installed: run `make bench`") from missing
    jobs, felt = instance("year", chosen.jobs, WORKLOADS["year"].slots)
    between = SlotSignal(
        values=(felt.values[:-1] + felt.values[1:]) / 2.0, step_s=felt.step_s
    )  # of the two ends of each half hour
    some = first(jobs, min(chosen.theirs, len(jobs)))
    seen = points_seen(some, felt.values)
    plan, means = ours(jobs, between)
    agree(plan, means, theirs(some, seen))
    print(f"{len(some)} jobs: every start and mean as cats {peer} finds them")
    own, other = [], []
    for _ in range(chosen.repeats):
        own.append(worked(lambda: ours(jobs, between))[0] / len(jobs))
        other.append(worked(lambda: theirs(some, seen))[0] / len(some))
    ratio = statistics.median(b / a for a, b in zip(own, other, strict=True))
    print(
        f"ours {1e9 * statistics.median(own):.0f} ns a job of {len(jobs):,}, cats {peer}"
        f" {1e6 * statistics.median(other):,.0f} µs a job of {len(some)}: {ratio:,.0f} times"
    )


if __name__ == "__main__":
    main()
