"""Promises the guard gives beside an admission by earliest deadline with backfill, on crowded seeded days or on a case.

python benchmarks/promises.py [DAYS | CASE.toml]
"""

import sys
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.simulate.study import Study
from gridtide.testing.deadline_order import DeadlineOrder, one_site_day, promised_by
from gridtide.testing.studies import small_study


def show(name: str, studies: list[Study]) -> None:
    """Print a line: asked, by deadline order, run at once, coordinated."""
    asked = sum(len(study.jobs) for study in studies)
    order = sum(DeadlineOrder(study=study).run() for study in studies)
    ours = [
        sum(promised_by(policy, study) for study in studies)
        for policy in ("run-at-once", "coordinated")
    ]
    print(f"{name:<26}{asked:>7}{order:>16}{ours[0]:>13}{ours[1]:>13}", flush=True)


def loads(days: int) -> None:
    """One site and two, from quiet days to far too much work."""
    for jobs in (40, 60, 80, 120):
        name = f"1 site, {jobs} jobs a day"
        show(name, [one_site_day(seed, jobs) for seed in range(days)])
    for jobs in (80, 120):
        studies = [small_study(seed, hours=24, jobs=jobs, accelerators=16) for seed in range(days)]
        show(f"2 sites, {jobs} jobs a day", studies)


if __name__ == "__main__":
    asked_for = sys.argv[1] if len(sys.argv) > 1 else "20"
    print(f"{'':<26}{'asked':>7}{'deadline order':>16}{'run-at-once':>13}{'coordinated':>13}")
    if asked_for.isdigit():
        loads(int(asked_for))
    else:
        show(Path(asked_for).stem, [load_case(Path(asked_for))])
