"""Promises the guard gives beside an admission by earliest deadline with backfill, on crowded seeded days.

python benchmarks/promises.py [DAYS]
"""

import sys
from dataclasses import replace

import numpy as np

from gridtide.simulate.course import run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.deadline_order import DeadlineOrder
from gridtide.testing.studies import small_study


def promised_by(policy: str, study: Study) -> int:
    """Promises given over a course."""
    chosen, forecaster, known = policy_named(policy, study)
    course = run_course(
        known, truth_of(study), chosen, forecaster, MemoryStore(), lambda done, whole: None
    )
    return int(course.promised.sum())


def at_home(seed: int, jobs: int) -> Study:
    """A day on 32 accelerators at which every job stays at its own site and may wait."""
    study = small_study(seed, hours=24, jobs=jobs, accelerators=32)
    own = np.arange(len(study.fleet.places)) == study.jobs.home[:, None]
    work = replace(study.jobs, allowed=own, movable=np.ones(len(own), dtype=np.bool_))
    return replace(study, jobs=work)


def main(days: int) -> None:
    """Print a line for each load: asked, by deadline order, run at once, coordinated."""
    print(f"{'':<26}{'asked':>7}{'deadline order':>16}{'run-at-once':>13}{'coordinated':>13}")
    loads = [(1, jobs) for jobs in (40, 60, 80, 120)] + [(2, jobs) for jobs in (80, 120)]
    for sites, jobs in loads:
        studies = [
            at_home(seed, jobs)
            if sites == 1
            else small_study(seed, hours=24, jobs=jobs, accelerators=16)
            for seed in range(days)
        ]
        order = sum(DeadlineOrder(study=study).run() for study in studies)
        ours = [
            sum(promised_by(policy, study) for study in studies)
            for policy in ("run-at-once", "coordinated")
        ]
        name = f"{sites} site{'s' if sites > 1 else ''}, {jobs} jobs a day"
        print(f"{name:<26}{days * jobs:>7}{order:>16}{ours[0]:>13}{ours[1]:>13}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
