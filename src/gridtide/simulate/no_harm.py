"""Was the work harmed? What jobs and users felt under two courses of the same work, before and after, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.settle.latency import weighted_quantile
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import accelerator_hours
from gridtide.simulate.study import Study

Real = NDArray[np.float64]
SPAN = 0.95


@dataclass(frozen=True, kw_only=True)
class Felt:
    """One thing that somebody felt, of a class of jobs or a service. before, after: None where there was nothing to
    feel. limit: what was agreed, None where nothing was. bad: more of it is worse; False for what only differs."""

    whose: str
    what: str
    unit: str
    before: float | None
    after: float | None
    limit: float | None = None
    bad: bool = True

    @property
    def harmed(self) -> bool:
        """Whether it got worse and is beyond what was agreed; waits that keep deadlines harm nobody."""
        if not self.bad or self.after is None or self.limit is None:
            return False
        worse = self.before is None or self.after > self.before + 1e-9
        return worse and self.after > self.limit + 1e-9


def felt(study: Study, before: Course, after: Course) -> tuple[Felt, ...]:
    """Waits, late jobs, restarts, moves and lost hours of each class; answer times and refusals of each service."""
    return (*_by_class(study, before, after), *_by_service(study, before, after))


def restarts(study: Study, course: Course) -> NDArray[np.int64]:
    """How often each job of the study stood still after it had begun and began again, (n,)."""
    ran = course.executed
    order = np.lexsort((ran.start_s, ran.job))
    job, start_s, end_s = ran.job[order], ran.start_s[order], ran.end_s[order]
    again = np.zeros(len(job), dtype=np.bool_)
    again[1:] = (job[1:] == job[:-1]) & (start_s[1:] > end_s[:-1])
    return np.bincount(job[again], minlength=len(study.jobs)).astype(np.int64)


def _by_class(study: Study, before: Course, after: Course) -> Iterator[Felt]:
    for number, kind in enumerate(study.jobs.classes):
        own = study.jobs.work_class == number
        if not own.any():
            continue
        for what, unit, of, limit, bad in (
            ("wait in the queue, mean", "h", _mean_wait_h, None, True),
            (f"wait in the queue, of {SPAN:.0%} at most", "h", _long_wait_h, None, True),
            ("late jobs", "jobs", _late, 0.0, True),
            ("promises broken", "jobs", _broken, 0.0, True),
            ("not begun by the end", "jobs", _not_begun, None, True),
            ("restarts", "times", _restarts, None, True),
            ("moves to another site", "times", _moves, None, False),
            ("work lost", "accelerator-hours", _lost_h, None, True),
        ):
            values = (of(study, course, own) for course in (before, after))
            yield Felt(
                whose=kind.name,
                what=what,
                unit=unit,
                before=next(values),
                after=next(values),
                limit=limit,
                bad=bad,
            )


def _by_service(study: Study, before: Course, after: Course) -> Iterator[Felt]:
    hours = study.timeline.hours
    for number, service in enumerate(study.services):
        answered = [
            course.telemetry.answered[number] * hours * 3600.0 for course in (before, after)
        ]
        p95_s = [course.telemetry.latency_p95_s[number] for course in (before, after)]
        slow = [weighted_quantile(s, n, SPAN) for s, n in zip(p95_s, answered, strict=True)]
        refused = [
            float((course.telemetry.refused[number] * hours * 3600.0).sum())
            for course in (before, after)
        ]
        yield Felt(
            whose=service.name,
            what=f"answer time, of {SPAN:.0%} at most",
            unit="s",
            before=slow[0],
            after=slow[1],
            limit=service.latency_max_s * (1.0 + service.delay_tolerance),
        )
        yield Felt(
            whose=service.name,
            what="requests refused",
            unit="requests",
            before=refused[0],
            after=refused[1],
            limit=0.5,
        )


def _waits_h(study: Study, course: Course, own: NDArray[np.bool_]) -> Real:
    began = own & (course.first_s >= 0)
    return np.asarray((course.first_s - study.jobs.release_s)[began] / 3600.0)


def _mean_wait_h(study: Study, course: Course, own: NDArray[np.bool_]) -> float | None:
    waits_h = _waits_h(study, course, own)
    return float(waits_h.mean()) if len(waits_h) else None


def _long_wait_h(study: Study, course: Course, own: NDArray[np.bool_]) -> float | None:
    waits_h = _waits_h(study, course, own)
    return float(np.quantile(waits_h, SPAN)) if len(waits_h) else None


def _late(study: Study, course: Course, own: NDArray[np.bool_]) -> float:
    due = own & (study.jobs.deadline_s < NO_DEADLINE_S)
    due &= study.jobs.deadline_s <= study.timeline.edges_s[-1]
    late = (course.ended_s < 0) | (course.ended_s > study.jobs.deadline_s)
    return float((due & late).sum())


def _broken(study: Study, course: Course, own: NDArray[np.bool_]) -> float:
    due = study.jobs.deadline_s <= study.timeline.edges_s[-1]
    late = (course.ended_s < 0) | (course.ended_s > study.jobs.deadline_s)
    return float((own & course.promised & ~course.cut & due & late).sum())


def _not_begun(study: Study, course: Course, own: NDArray[np.bool_]) -> float:
    return float((own & (course.first_s < 0)).sum())


def _restarts(study: Study, course: Course, own: NDArray[np.bool_]) -> float:
    return float(restarts(study, course)[own].sum())


def _moves(study: Study, course: Course, own: NDArray[np.bool_]) -> float:
    return float(course.moves[own].sum())


def _lost_h(study: Study, course: Course, own: NDArray[np.bool_]) -> float:
    return float(accelerator_hours(study, course)[0][own].sum())
