"""The coordinated policy of a case under several forecasters, cut to some days, on the same truth.

    python benchmarks/case_forecasters.py CASE.toml [--from 0] [--days 7] [--forecasters persistence,ridge]

Of a case cut short the demand charge counts in proportion to its days; the case's own `demand_charge_share` counts the
whole period. Every forecaster reads as much history as it asks for. "all known" is the same policy with every signal
known, run times and arrivals as unknown as ever: what no forecaster can give.
"""

import argparse
import re
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gridtide.case.load import load_case, load_case_for
from gridtide.simulate.course import run_course
from gridtide.simulate.policies import PERFECT, policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore


def cut(case: Path, begins: int, days: int, forecasters: tuple[str, ...]) -> Study:
    """Some days of a case, its demand charge in proportion, with history for all these forecasters."""
    whole = load_case(case)
    start = whole.timeline.start + timedelta(days=begins)
    end = min(start + timedelta(days=days), whole.timeline.end)
    share = (end - start) / (whole.timeline.end - whole.timeline.start)
    charged = whole.objective.demand_charge_share * share
    text = case.read_text()
    text = re.sub(r"^start = \S+", f"start = {start.isoformat()}", text, count=1, flags=re.M)
    text = re.sub(r"^end = \S+", f"end = {end.isoformat()}", text, count=1, flags=re.M)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / case.name
        path.write_text(text)
        study = load_case_for(path, forecasters)
    return replace(study, objective=replace(study.objective, demand_charge_share=charged))


def settled(study: Study, name: str, forecaster: str) -> Settlement:
    """What a policy cost under a forecaster."""
    seeing = replace(study, cadence=replace(study.cadence, forecaster=forecaster))
    policy, sees, knowing = policy_named(name, seeing)
    truth = truth_of(study)
    course = run_course(knowing, truth, policy, sees, MemoryStore(), lambda done, whole: None)
    return settle(study, truth, course, 0.0)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("--from", dest="begins", type=int, default=0, help="days into the case")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--forecasters", default="persistence,ridge")
    options = parser.parse_args()
    names = tuple(options.forecasters.split(","))
    study = cut(options.case, options.begins, options.days, names)
    start, end = study.timeline.start, study.timeline.end
    print(f"{study.name}: {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}, {len(study.jobs):,} jobs")
    at_once = settled(study, study.reference, names[0]).total_cost
    print(f"{study.reference:16s} {at_once:12,.2f} {study.currency}", flush=True)
    for name in (*names, PERFECT):
        began = time.process_time()
        found = settled(study, "coordinated", name)
        print(
            f"{'all known' if name == PERFECT else name:16s} {found.total_cost:12,.2f}"
            f" {study.currency}  {found.total_cost / at_once - 1.0:+.2%} "
            + "  ".join(f"{part} {cost:,.2f}" for part, cost in found.parts if cost)
            + f"  promised {found.promises.promised:,}, missed {found.promises.missed_deadlines}"
            f"  {time.process_time() - began:.0f} s of processor",
            flush=True,
        )


if __name__ == "__main__":
    main()
