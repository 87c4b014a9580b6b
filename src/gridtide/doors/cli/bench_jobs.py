"""The jobs of `gridtide bench twin`: a fleet whose power comes from the jobs it was told, beside its plain writing."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.bench_fleet import metered, plainly_metered
from gridtide.doors.cli.measuring import apart, median_worked, worked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.testing.instances.working_fleet import WorkingFleet
    from gridtide.testing.plain_jobs import PlainHall, PlainRun


@dataclass(frozen=True, kw_only=True)
class Course:
    """What was metered, (7, S, T), seconds of work done by each job, (n,), and when it ended, -1 where it did not."""

    seen: "NDArray[np.float64]"
    done_s: "NDArray[np.int64]"
    ended_s: "NDArray[np.int64]"


def measured_jobs(
    size: tuple[int, int, int], seed: int, plain: int, repeats: int
) -> dict[str, Any]:
    """Everything one run of (sites, steps, jobs) tells. Raises RuntimeError where the plain writing differs."""
    import numpy as np

    from gridtide.testing.instances import working_fleet as shelf
    from gridtide.testing.instances.metered_fleet import DAY, STEP_H

    sites, steps, jobs = size
    _run(shelf.working_fleet(1, DAY, 1, 0), DAY)
    fleet = shelf.working_fleet(sites, steps, jobs, seed)
    fast_s, course = median_worked(lambda: _run(fleet, steps), repeats)
    click.echo(f"compiled, {steps} steps: {fast_s:.3f} s", err=True)
    count = min(plain, steps)
    plain_s, difference = _held_against_plain(fleet, count, course)
    told = len(fleet.jobs.slots)
    return {
        "instance": shelf.VERSION,
        "size": {"sites": sites, "steps": steps, "jobs": jobs},
        "repeats": repeats,
        "plain_steps": count,
        "seconds": {"compiled": fast_s, "plain": plain_s},
        "unit_steps_per_s": (sites * steps + told) / fast_s,
        "ratio_to_plain": (plain_s / count) / (fast_s / steps),
        "largest_difference": difference,
        "found": {
            "steps_told_to_jobs": told,
            "accelerators": int(fleet.accelerators.sum()),
            "jobs_ended": int((course.ended_s >= 0).sum()),
            "work_h": float(np.sum(fleet.jobs.gang * course.done_s)) / 3600.0,
            "facility_kwh": float(course.seen[0].sum()) * STEP_H,
            "import_kwh": float(course.seen[1].sum()) * STEP_H,
            "export_kwh": float(course.seen[2].sum()) * STEP_H,
        },
    }


def _run(fleet: "WorkingFleet", steps: int) -> Course:
    """Jobs, then buildings and stores, through the first steps."""
    import numpy as np

    from gridtide.kernels import twin as kernel
    from gridtide.testing.instances.working_fleet import CLASSES, STEP_S, it_power_kw

    jobs, sites = fleet.jobs, len(fleet.accelerators)
    done_s = np.zeros(len(jobs), dtype=np.int64)
    ended_s = np.full(len(jobs), -1)
    busy = np.zeros((CLASSES, sites, steps))
    kernel.run_jobs(
        (jobs.offsets, jobs.slots),
        (jobs.site, jobs.site, np.ones(len(jobs))),
        jobs.gang,
        (jobs.true_s, jobs.declared_s, jobs.restart_s),
        (done_s, np.full(len(jobs), -2), ended_s, jobs.available_s),
        jobs.work_class,
        (0, steps, STEP_S, 0),
        busy,
        np.zeros((sites, steps), dtype=np.int64),
    )
    it_kw = it_power_kw(busy, fleet.accelerators)
    return Course(seen=metered(replace(fleet.sites, it_kw=it_kw)), done_s=done_s, ended_s=ended_s)


def _held_against_plain(fleet: "WorkingFleet", count: int, course: Course) -> tuple[float, float]:
    """CPU seconds of the plain writing over the first steps, and the largest difference of what was metered.

    Raises RuntimeError where a job has done or ended otherwise, or a figure differs.
    """
    import numpy as np

    from gridtide.testing.instances.working_fleet import STEP_S
    from gridtide.testing.plain_jobs import plain_it_kw

    runs, halls = _plain_runs(fleet), _plain_halls(fleet)
    bounds = fleet.jobs.offsets.tolist()
    slots = fleet.jobs.slots.tolist()
    told = [slots[begin:end] for begin, end in pairwise(bounds)]

    def answer() -> "NDArray[np.float64]":
        it_kw = np.asarray(plain_it_kw(runs, told, halls, count, STEP_S))
        return plainly_metered(replace(fleet.sites, it_kw=it_kw), count)

    plain_s, other = worked(answer)
    click.echo(f"plain, {count} steps: {plain_s:.3f} s", err=True)
    first = _run(_first_steps(fleet, count), count)
    for run, done, ended in zip(runs, first.done_s.tolist(), first.ended_s.tolist(), strict=True):
        if run.done_s != done or (-1 if run.ended_s is None else run.ended_s) != ended:
            raise RuntimeError(f"the plain writing differs in a job: {run}, here {done} s done")
    return plain_s, apart(course.seen[:, :, :count], other)


def _first_steps(fleet: "WorkingFleet", count: int) -> "WorkingFleet":
    """The same fleet with the first steps alone."""
    series = (
        "it_kw", "outdoor_c", "supply_kw", "charge_kw", "discharge_kw", "import_max_kw",
    )  # fmt: skip
    cut = {name: getattr(fleet.sites, name)[:, :count] for name in series}
    return replace(fleet, sites=replace(fleet.sites, **cut))


def _plain_runs(fleet: "WorkingFleet") -> "list[PlainRun]":
    from gridtide.testing.plain_jobs import PlainRun

    names = ("site", "gang", "true_s", "declared_s", "restart_s", "available_s", "work_class")
    columns = (getattr(fleet.jobs, name).tolist() for name in names)
    return [
        PlainRun(**dict(zip(names, given, strict=True))) for given in zip(*columns, strict=True)
    ]


def _plain_halls(fleet: "WorkingFleet") -> "list[PlainHall]":
    from gridtide.testing.instances.working_fleet import FULL_KW, PARKED_KW
    from gridtide.testing.plain_jobs import PlainHall

    return [
        PlainHall(accelerators=count, full_kw=FULL_KW, parked_kw=PARKED_KW)
        for count in fleet.accelerators.tolist()
    ]
