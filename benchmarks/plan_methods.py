"""Every method of planning on one seeded plan, in one run: CPU seconds, gap, and times HiGHS ipx.

    python benchmarks/plan_methods.py --size 10x96x384 --variant lined-up

Seconds are of the CPU, so that a machine shared with other work still compares; the program is written once
and counts for none. No ratio is printed unless every bound lies below every cost.
"""

import argparse
import time
from collections.abc import Callable

from gridtide.decide.decomposition.split import Unsplit
from gridtide.decide.program import Matrix, Solution, matrix_of, solve
from gridtide.decide.proof import Proof, proof_of
from gridtide.decide.queues.merging import Unqueued
from gridtide.decide.queues.method import by_queues
from gridtide.decide.solving import by_sites, structured
from gridtide.decide.structured.newton import Refused
from gridtide.decide.structured.shape import Unshaped
from gridtide.testing.instances.week_plan import TRAITS, program_of, week_plan

METHODS: dict[str, Callable[[Matrix, float], Solution]] = {
    "structured": structured,
    "decomposition": by_sites,
    "queues": lambda matrix, gap: by_queues(matrix, solve),
    "simplex": lambda matrix, gap: solve(matrix, "simplex"),
    "ipx": lambda matrix, gap: solve(matrix, "ipx", crossover=False),
}


def main() -> None:
    """Prints one line a method."""
    given = _arguments()
    size = tuple(int(part) for part in given.size.split("x"))
    structured(matrix_of(program_of(week_plan(4, 24, 4, 0, TRAITS["usual"]))), 1e-2)
    matrix = matrix_of(program_of(week_plan(size[0], size[1], size[2], 0, TRAITS[given.variant])))
    print(f"{given.size} {given.variant}: {len(matrix.cost):,} columns, gap {given.gap:g}")
    found: dict[str, tuple[float, Proof]] = {}
    for name in given.methods.split(","):
        begin = time.process_time()
        try:
            solution = METHODS[name](matrix, given.gap)
        except (Unshaped, Unsplit, Unqueued, Refused) as reason:
            print(f"{name}: refused, {reason}", flush=True)
            continue
        took = time.process_time() - begin
        found[name] = (took, proof_of(matrix, solution))
        proof = found[name][1]
        print(
            f"{name}: {took:.2f} s of CPU, cost {proof.cost:,.2f}, no plan below "
            f"{proof.lower_bound:,.2f}; {solution.solver}",
            flush=True,
        )
    _ratios(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="10x96x384")
    parser.add_argument("--variant", default="usual", choices=sorted(TRAITS))
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--methods", default="structured,decomposition,queues,ipx")
    return parser.parse_args()


def _ratios(found: dict[str, tuple[float, Proof]]) -> None:
    """Times ipx, once bounds and costs agree."""
    costs = [proof.cost for _, proof in found.values()]
    bounds = [proof.lower_bound for _, proof in found.values()]
    if max(bounds) > min(costs) + 1e-7 * abs(min(costs)):
        raise SystemExit("a bound lies above a cost: no ratios")
    if "ipx" not in found:
        return
    slowest = found["ipx"][0]
    for name, (took, proof) in found.items():
        gap = max(proof.cost - max(bounds), 0.0) / abs(proof.cost)
        print(f"{name}: {slowest / took:.1f} times ipx, {gap:.1e} above the best bound of all")


if __name__ == "__main__":
    main()
