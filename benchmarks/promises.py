"""Promises the guard gives beside an admission by earliest deadline with backfill, on crowded seeded days.

python benchmarks/promises.py [DAYS]
"""

import sys

from gridtide.testing.deadline_order import DeadlineOrder, one_site_day, promised_by
from gridtide.testing.studies import small_study


def main(days: int) -> None:
    """Print a line for each load: asked, by deadline order, run at once, coordinated."""
    print(f"{'':<26}{'asked':>7}{'deadline order':>16}{'run-at-once':>13}{'coordinated':>13}")
    loads = [(1, jobs) for jobs in (40, 60, 80, 120)] + [(2, jobs) for jobs in (80, 120)]
    for sites, jobs in loads:
        studies = [
            one_site_day(seed, jobs)
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
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
