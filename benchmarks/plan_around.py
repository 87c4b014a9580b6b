"""The plan of a whole course around jobs that have their slots, by every method: CPU seconds, cost and bound.

    python benchmarks/plan_around.py examples/real/six_markets.toml

Every arrival and signal is known, and each job stands in the slots that admission found for it: no work is left to
decide, so no row of the program reaches over all steps. `as planned` is the method that the planner itself picks. Exit
code 1 where a bound lies above a cost.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.decide.decomposition.split import Unsplit
from gridtide.decide.facts import facts_of
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import written
from gridtide.decide.program import Matrix, Solution, matrix_of, solve
from gridtide.decide.proof import proof_of
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of, structured
from gridtide.decide.structured.newton import Refused
from gridtide.decide.structured.shape import Unshaped
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import PERFECT, policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.instances.week_plan import TRAITS, program_of, week_plan

METHODS: dict[str, Callable[[Matrix], Solution]] = {
    "simplex": lambda matrix: solve(matrix, "simplex"),
    "ipx": lambda matrix: solve(matrix, "ipx", crossover=False),
    "structured": lambda matrix: structured(matrix, 1e-5),
    "as planned": solution_of,
}


class Asked(Exception):
    """What a policy is asked at its first turn."""


class Asks:
    """A policy that only says what it was asked."""

    name = PERFECT

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[None, None]:
        """Raises Asked."""
        raise Asked(situation, held)


def around(study: Study) -> Matrix:
    """The program of the whole course with every job in its slots."""
    _, forecaster, knowing = policy_named(PERFECT, study)
    twin = Twin.of(knowing, truth_of(knowing))
    try:
        take_turn(mandate_of(knowing, forecaster), Asks(), twin, Memory(), twin.now)  # type: ignore[arg-type]
    except Asked as asked:
        situation, held = asked.args
        held = replace(held, settled=np.ones_like(held.settled))
        return matrix_of(written(situation, facts_of(situation, study.objective, held))[0])
    raise SystemExit("no turn was taken")


def main() -> None:
    """Print one line a method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=Path)
    asked = parser.parse_args()
    structured(matrix_of(program_of(week_plan(4, 24, 4, 0, TRAITS["usual"]))), 1e-2)
    matrix = around(load_case(asked.case))
    print(f"{len(matrix.cost):,} columns, {len(matrix.row_lower):,} rows", flush=True)
    costs, bounds = [], []
    for name, method in METHODS.items():
        before = time.process_time()
        try:
            found = method(matrix)
        except (Unshaped, Unsplit, Refused) as reason:
            took = time.process_time() - before
            print(f"{name}: {took:.2f} s of CPU, refused: {reason}", flush=True)
            continue
        took = time.process_time() - before
        proof = proof_of(matrix, found)
        costs.append(proof.cost)
        bounds.append(proof.lower_bound)
        print(
            f"{name}: {took:.2f} s of CPU, cost {proof.cost:,.2f}, no plan below "
            f"{proof.lower_bound:,.2f}; {found.solver}",
            flush=True,
        )
    sys.exit(0 if max(bounds) <= min(costs) * (1 + 1e-9) else 1)


if __name__ == "__main__":
    main()
