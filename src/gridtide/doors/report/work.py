"""Jobs of a report: a stated sample of rows for the Gantt, all of them by the time they had left."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.doors.report.curves import OPENING_DAYS, opening_s
from gridtide.doors.results.folder import answers_of
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

JOBS_SHOWN = 40
LEAST_OF_A_CLASS = 3
RUNS_SHOWN = 60
AT_RISK_SHOWN = 8
MARGINS_H = (0.0, 1.0, 4.0, 12.0, 24.0)
Whole = NDArray[np.int64]


def gantt_of(study: Study, shown: Course) -> dict[str, Any]:
    """Rows of a sample of jobs, and the rule it follows in words."""
    chosen = sample(study, shown)
    rows = [_row(study, shown, int(job)) for job in chosen]
    early = "" if opening_s(study) is None else f" released in the first {OPENING_DAYS} days"
    rule = "Every job of the case." if len(chosen) == len(study.jobs) else (
        f"{len(chosen)} of {len(study.jobs):,} jobs: those that broke a promise first, then the"
        f" {LEAST_OF_A_CLASS} largest by energy of every class{early}, then the largest of all{early}."
    )  # fmt: skip
    return {"rows": rows, "rule": rule, "all": len(study.jobs)}


def sample(study: Study, shown: Course) -> Whole:
    """At most JOBS_SHOWN rows of the study's jobs, ordered by class, then by arrival."""
    jobs = study.jobs
    energy = _energy_kwh(study, shown)
    broken = shown.promised & ~_met(study, shown) & _due(study)
    late = jobs.release_s >= (opening_s(study) or NO_DEADLINE_S)
    rank = np.zeros(len(jobs), dtype=np.int64)
    for kind in range(len(jobs.classes)):
        members = np.flatnonzero((jobs.work_class == kind) & ~late)
        rank[members[np.argsort(-energy[members], kind="stable")]] = np.arange(len(members))
    few = rank < LEAST_OF_A_CLASS
    order = np.lexsort((np.arange(len(jobs)), -energy, ~few, late, ~broken))[:JOBS_SHOWN]
    return order[np.lexsort((jobs.release_s[order], jobs.work_class[order]))]


def _energy_kwh(study: Study, shown: Course) -> NDArray[np.float64]:
    full_kw = np.asarray([pool.full.it_kw_per_accelerator for pool in study.fleet.pools])
    full_kwh = study.jobs.accelerators * full_kw[study.jobs.home] * shown.done_s / 3600.0
    return np.asarray(full_kwh * _power_per_work(study, shown), dtype=np.float64)


def _power_per_work(study: Study, shown: Course) -> NDArray[np.float64]:
    """Power for its work at the operating points each job ran at beside full speed, (n,); 1 for jobs that never ran."""
    ran, menu, jobs = shown.executed, study.fleet.menu, len(study.jobs)
    entry, span_s = menu.entry(ran.place, ran.point), ran.end_s - ran.start_s
    busy_kw = menu.it_kw[entry] * menu.gang_share[entry]
    full_kw = menu.it_kw[menu.first[menu.place[entry]]]
    drawn = np.bincount(ran.job, weights=span_s * busy_kw, minlength=jobs)
    at_full = np.bincount(ran.job, weights=span_s * menu.speed[entry] * full_kw, minlength=jobs)
    return np.divide(drawn, at_full, out=np.ones(jobs), where=at_full > 0)


def _due(study: Study) -> NDArray[np.bool_]:
    due: NDArray[np.bool_] = study.jobs.deadline_s <= study.timeline.edges_s[-1]
    return due


def _met(study: Study, shown: Course) -> NDArray[np.bool_]:
    met: NDArray[np.bool_] = (shown.ended_s >= 0) & (shown.ended_s <= study.jobs.deadline_s)
    return met & shown.complete


def _row(study: Study, shown: Course, job: int) -> dict[str, Any]:
    jobs = study.jobs
    here = np.flatnonzero(shown.executed.job == job)
    deadline_s = int(jobs.deadline_s[job])
    return {
        "name": str(jobs.name[job]),
        "class": jobs.classes[jobs.work_class[job]].name,
        "home": study.fleet.sites[study.fleet.places[jobs.home[job]].site].name,
        "accelerators": int(jobs.accelerators[job]),
        "release": int(jobs.release_s[job]),
        "deadline": None if deadline_s == NO_DEADLINE_S else deadline_s,
        "until": int(min(deadline_s, study.timeline.edges_s[-1])),
        "runs": _runs(study, shown, here),
        "energy_kwh": round(float(_energy_kwh(study, shown)[job]), 1),
        "promised": bool(shown.promised[job]),
        "met": bool(_met(study, shown)[job]),
        "ended": bool(shown.ended_s[job] >= 0),
        "moves": int(shown.moves[job]),
    }


def _runs(study: Study, shown: Course, here: Whole) -> list[list[Any]]:
    """Unbroken runs of one job as [start, end, site]; beyond RUNS_SHOWN the shortest gaps are closed."""
    ran = shown.executed
    names = [study.fleet.sites[place.site].name for place in study.fleet.places]
    runs = [[int(ran.start_s[row]), int(ran.end_s[row]), names[ran.place[row]]] for row in here]
    while len(runs) > RUNS_SHOWN:
        gaps = [
            after[0] - before[1] if after[2] == before[2] else NO_DEADLINE_S
            for before, after in pairwise(runs)
        ]
        shortest = int(np.argmin(gaps))
        if gaps[shortest] == NO_DEADLINE_S:
            break
        runs[shortest][1] = runs.pop(shortest + 1)[1]
    return runs


def margins_of(study: Study, courses: list[Course]) -> dict[str, Any]:
    """All jobs with a deadline inside the period by the hours they had left at their end, a row a policy."""
    names = ["late or unfinished"]
    edges = [*MARGINS_H, None]
    for low, high in pairwise(edges):
        names.append(f"over {low:.0f} h" if high is None else f"{low:.0f} to {high:.0f} h")
    rows = {}
    for course in courses:
        due, met = _due(study), _met(study, course)
        left_h = (study.jobs.deadline_s - course.ended_s)[due & met] / 3600.0
        kind = np.searchsorted(np.asarray(MARGINS_H), left_h, side="right")
        counts = np.bincount(kind, minlength=len(names))
        counts[0] = int((due & ~met).sum())
        rows[course.policy] = [int(count) for count in counts]
    return {"names": names, "rows": rows}


def at_risk_of(study: Study, shown: Course) -> dict[str, Any]:
    """Jobs that were not promised their deadline: how many, how many were in time, and the first few."""
    risky = np.flatnonzero(~shown.promised)
    met = _met(study, shown)
    said = answers_of(shown)
    first = [
        {"name": str(study.jobs.name[job]), "answer": said[str(study.jobs.name[job])]}
        for job in risky
        if str(study.jobs.name[job]) in said
    ][:AT_RISK_SHOWN]
    return {"count": len(risky), "in_time": int(met[risky].sum()), "first": first}
