"""What the prices of a plan are worth to placement: bound, cost and time from nothing and from the plan.

    python benchmarks/warm_placement.py CASE [--seed 0]

CASE is known whole (as by perfect foresight), planned by the coordinated planner, and its waiting jobs are placed
one by one beside what holds its slots, after so many passes from nothing and from the plan's price of scarce
machines. Gaps are of the cost; every placement is looked at slot by slot. Seconds are of this process, after a first
run that compiles.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.decide.facts import held_of
from gridtide.decide.mass_bound import Ascent, Congestion, ascended, certified, no_congestion
from gridtide.decide.mass_check import account
from gridtide.decide.mass_from_plan import WARM, SingleJobs, single_jobs
from gridtide.decide.mass_placement import swept
from gridtide.decide.mass_sweeps import Sweeps
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of

COLD = (0, 1, 2, 6, 20)
FROM_PLAN = (0, 1, 2)


def main() -> None:
    """Print a row for each start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    study = load_case(given.case)
    situation = known_course(study, truth_of(study))
    held = held_of(situation, study.objective)
    plan = Coordinated(objective=study.objective).plan(situation)
    single = single_jobs(plan, situation, held)
    sites, slots = single.room.cost.shape
    print(f"{study.name}: {len(single.jobs):,} jobs, {sites} places, {slots:,} slots")
    print(f"cells where the plan prices machines: {(single.start.mu > 0).mean():.1%}")
    _row(single, "nothing", Ascent(passes=0), None, given.seed, quiet=True)
    _row(single, "nothing", Ascent(passes=1), None, given.seed, quiet=True)
    for passes in COLD:
        _row(single, "nothing", Ascent(passes=passes), None, given.seed)
    for passes in FROM_PLAN:
        warm = Ascent(passes=passes, first_step=WARM.first_step)
        _row(single, "the plan", warm, single.start, given.seed)


def _row(
    single: SingleJobs,
    name: str,
    ascent: Ascent,
    start: Congestion | None,
    seed: int,
    *,
    quiet: bool = False,
) -> None:
    jobs, room = single.jobs, single.room
    begin = time.process_time()
    first = start or no_congestion(room)
    congestion = ascended(jobs, room, ascent, np.random.default_rng(seed), first)
    bound = certified(jobs, room, congestion)
    proved_s = time.process_time() - begin
    placement = swept(jobs, room, congestion, bound, Sweeps())
    told = account(jobs, room, placement)
    if not told.holds:
        raise SystemExit(f"the placement breaks its rules: {told.breaches}")
    if quiet:
        return
    gap = (told.cost - bound.lower_bound) / abs(told.cost)
    print(
        f"from {name:8s} {ascent.passes:2d} passes: bound {bound.lower_bound:14,.2f} cost "
        f"{told.cost:14,.2f} gap {gap:7.3%} left out {int((placement.reason > 0).sum())} "
        f"prices and bound {proved_s:.2f} s"
    )


if __name__ == "__main__":
    main()
