"""What the coordinated policy loses against perfect foresight, by what it does not know and by part of the cost.

    python benchmarks/loss_by_cause.py [CASE.toml] [--known signals,lengths]

Each line is the coordinated policy with more of the truth known beforehand: signals (forecasts are right), run times,
arrivals, and perfect foresight, which also plans the whole course at once. Between two lines lies what that knowledge
is worth. Without a case the bundled one runs.
"""

import argparse
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.case.load import load_case
from gridtide.fleet.site import Site
from gridtide.loop.spread import FORESIGHT
from gridtide.settle.cost import settle_demand_charge
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import PERFECT, policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore

KNOWN = {
    "nothing": (),
    "signals": ("signals",),
    "lengths": ("lengths",),
    "signals+lengths": ("signals", "lengths"),
    "all": ("signals", "lengths", "arrivals"),
}
PARTS = ("energy", "demand charge", "wear", "transfer", "carbon")


def knowing(study: Study, what: tuple[str, ...]) -> Study:
    """The study whose decisions know some of the truth from the start."""
    if "signals" in what:
        study = replace(study, cadence=replace(study.cadence, forecaster=FORESIGHT))
    if "lengths" in what:
        takes_s = np.minimum(study.true_s, study.jobs.declared_s)
        jobs = replace(study.jobs, declared_s=takes_s, expected_s=takes_s)
        study = replace(study, jobs=jobs, length_knowledge=LengthKnowledge.TRUE)
    return replace(study, arrivals_known=study.arrivals_known or "arrivals" in what)


def charge(study: Study, site: Site, import_kw: NDArray[np.float64]) -> float:
    """The demand charge of a site, month by month of its clock."""
    local = study.timeline.local_times(site.clock)
    month = np.asarray([moment.year * 12 + moment.month for moment in local])
    share = study.objective.demand_charge_share
    return settle_demand_charge(site.contract, import_kw, month, share)


def show(name: str, study: Study, course: Course) -> None:
    """Print a line: the parts of the cost, what is left, and the peak and demand charge of each site."""
    settled = settle(study, truth_of(study), course, 0.0)
    parts = dict(settled.parts)
    rest = settled.total_cost - sum(parts[part] for part in PARTS)
    sites = [
        f"{site.name} {import_kw.max():,.0f} kW {charge(study, site, import_kw):,.0f}"
        for site, import_kw in zip(study.fleet.sites, course.telemetry.import_kw, strict=True)
    ]
    figures = [settled.total_cost, *(parts[part] for part in PARTS), rest]
    money = "".join(f"{figure:14,.0f}" for figure in figures)
    kept = f"{settled.promises.promised:8,}{settled.promises.missed_deadlines:7,}"
    print(f"{name:<18}{money}{kept}  {', '.join(sites)}", flush=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    demo = Path(str(files("gridtide.case") / "demo" / "case.toml"))
    parser.add_argument("case", type=Path, nargs="?", default=demo)
    parser.add_argument("--known", default=",".join((*KNOWN, PERFECT)))
    options = parser.parse_args()
    study = load_case(options.case)
    heads = "".join(f"{part:>14}" for part in ("total", *PARTS, "rest"))
    print(f"{'known':<18}{heads}{'promised':>8}{'missed':>7}  sites")
    for name in options.known.split(","):
        known = study if name == PERFECT else knowing(study, KNOWN[name])
        chosen = PERFECT if name == PERFECT else "coordinated"
        policy, forecaster, seen = policy_named(chosen, known)
        store, quiet = MemoryStore(), lambda done, whole: None
        show(name, study, run_course(seen, truth_of(study), policy, forecaster, store, quiet))


if __name__ == "__main__":
    main()
