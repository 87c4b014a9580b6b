"""Figures of a course by kind: energy by site and work, jobs by class, moves by data set."""

from dataclasses import dataclass

import numpy as np

from gridtide.doors.results.names import work_names
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

PARKED = "parked machines"
BUILDING = "cooling and losses"


def energy_by_site_kwh(study: Study, course: Course) -> dict[str, dict[str, float]]:
    """Energy of each site by kind of work, kWh: at the IT meter, then parked machines, cooling and losses.

    The values of a site sum to what its building took, whether from the grid, its own supply or its battery.
    """
    seen, hours = course.telemetry, study.timeline.hours
    classes, services = work_names(study)
    found = {}
    for index, site in enumerate(study.fleet.sites):
        parts = {name: seen.class_kw[row, index] for row, name in enumerate(classes)}
        parts |= {name: seen.service_kw[row, index] for row, name in enumerate(services)}
        used = sum(parts.values(), np.zeros(len(study.timeline)))
        parts[PARKED] = seen.it_kw[index] - used
        parts[BUILDING] = seen.facility_kw[index] - seen.it_kw[index]
        found[site.name] = {name: float((power * hours).sum()) for name, power in parts.items()}
    return found


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """What the jobs of one class, home and sensitivity carried between sites.

    jobs: how many there are; moved: of them, at least once. moves: between sites. carried_gb: over all moves.
    exposure: transfers, repeated ones too, times sensitivity.
    """

    work_class: str
    home: str
    sensitivity: int
    jobs: int
    moved: int
    moves: int
    carried_gb: float
    exposure: int


def data_sets(study: Study, course: Course) -> tuple[DataSet, ...]:
    """Moves and exposure per data set, the most exposed first, then the most carried."""
    jobs = study.jobs
    if not len(jobs):
        return ()
    site = study.fleet.site_of_place[jobs.home]
    keys = np.stack([jobs.work_class, site, jobs.sensitivity], axis=1)
    groups, member = np.unique(keys, axis=0, return_inverse=True)
    member = member.reshape(-1)
    found = []
    for number, (kind, home, sensitivity) in enumerate(groups):
        rows = member == number
        found.append(
            DataSet(
                work_class=jobs.classes[kind].name,
                home=study.fleet.sites[home].name,
                sensitivity=int(sensitivity),
                jobs=int(rows.sum()),
                moved=int((course.moves[rows] > 0).sum()),
                moves=int(course.moves[rows].sum()),
                carried_gb=float((course.moves[rows] * jobs.data_gb[rows]).sum()),
                exposure=int(course.exposure[rows].sum()),
            )
        )
    return tuple(
        sorted(found, key=lambda item: (-item.exposure, -item.carried_gb, item.work_class))
    )


@dataclass(frozen=True, kw_only=True)
class ClassDone:
    """What became of the jobs of one class.

    late: due in the period and not ended in time, promised or not. wait_h, wait_p95_h: from release to first
    slot, over jobs that ran; None where none did. accelerator_h_done: compute served.
    """

    work_class: str
    jobs: int
    promised: int
    late: int
    done: int
    wait_h: float | None
    wait_p95_h: float | None
    accelerator_h_done: float


def classes_done(study: Study, course: Course) -> tuple[ClassDone, ...]:
    """Promises, delay and compute served of each class that has jobs, in the order of the case."""
    jobs = study.jobs
    ended = (course.ended_s >= 0) & course.complete
    due = jobs.deadline_s <= study.timeline.edges_s[-1]
    late = due & ~(ended & (course.ended_s <= jobs.deadline_s))
    done_h = jobs.accelerators * course.done_s / 3600.0
    found = []
    for number, kind in enumerate(jobs.classes):
        rows = jobs.work_class == number
        if not rows.any():
            continue
        ran = rows & (course.first_s >= 0)
        waits_h = (course.first_s - jobs.release_s)[ran] / 3600.0
        found.append(
            ClassDone(
                work_class=kind.name,
                jobs=int(rows.sum()),
                promised=int(course.promised[rows].sum()),
                late=int(late[rows].sum()),
                done=int(ended[rows].sum()),
                wait_h=float(waits_h.mean()) if len(waits_h) else None,
                wait_p95_h=float(np.quantile(waits_h, 0.95)) if len(waits_h) else None,
                accelerator_h_done=float(done_h[rows].sum()),
            )
        )
    return tuple(found)
