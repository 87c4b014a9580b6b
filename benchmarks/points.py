"""What slower operating points are worth: a case as it stands, and with its pools at full speed only.

    python benchmarks/points.py CASE.toml [--policies coordinated,perfect-foresight]

Both see the same signals, arrivals and limits. Costs are settled; energy is what jobs drew at the racks; the last
column is the work done at each point, as a share of all.
"""

from dataclasses import replace

import numpy as np
from with_and_without import compare

from gridtide.simulate.course import Course
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of


def full_speed_only(study: Study) -> Study:
    """The same study whose pools know no point but full speed."""
    sites = tuple(
        replace(site, pools=tuple(replace(pool, points=pool.points[:1]) for pool in site.pools))
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def work_by_point(study: Study, course: Course) -> dict[str, float]:
    """Share of the work that was done at each point, by its name."""
    ran, menu = course.executed, study.fleet.menu
    entry = menu.entry(ran.place, ran.point)
    work_s = study.jobs.accelerators[ran.job] * (ran.end_s - ran.start_s) * menu.speed[entry]
    names = [
        study.fleet.pools[p].points[n].name for p, n in zip(menu.place, menu.point, strict=True)
    ]
    shares = dict.fromkeys(names, 0.0)
    for name, work in zip(
        names, np.bincount(entry, weights=work_s, minlength=len(menu)), strict=True
    ):
        shares[name] += float(work / max(work_s.sum(), 1e-9))
    return shares


def row(study: Study, name: str, policy: str) -> float:
    """Run, print, and give the cost."""
    course = course_of(study, policy)
    settled = settle(study, truth_of(study), course, 0.0)
    jobs_kwh = float((course.telemetry.class_kw * study.timeline.hours).sum())
    at = ", ".join(f"{point} {share:.0%}" for point, share in work_by_point(study, course).items())
    print(
        f"{policy:20s} {name:12s} {settled.total_cost:12,.2f} {study.currency}  jobs {jobs_kwh:10,.0f} kWh"
        f"  promised {settled.promises.promised:,}  missed {settled.promises.missed_deadlines}  {at}",
        flush=True,
    )
    return float(settled.total_cost)


if __name__ == "__main__":
    compare(__doc__, full_speed_only, ("full speed", "with points"), "points", row)
