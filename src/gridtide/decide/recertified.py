"""Is what was said of a plan's cost and bound borne out? The program is written and solved anew, then proved.

The solver is not trusted: rows and bounds are evaluated at its values, and the bound follows from its prices by weak
duality, whatever prices these are.
"""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.objective import Objective
from gridtide.decide.plan_again import solved, task_of
from gridtide.decide.proof import proof_of
from gridtide.decide.situation import Situation

HOLDS = 1e-6
"""Worst relative miss of a row with which values count as a plan."""
SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class Recertified:
    """cost: of a plan whose rows are missed by `violation` at worst, in shares of the largest number of a row.
    lower_bound: no plan costs less. solver: that gave values and prices."""

    cost: float
    lower_bound: float
    violation: float
    solver: str

    def against(self, cost: float, lower_bound: float | None) -> tuple[str, ...]:
        """Why a cost and a bound that were stated cannot both be; empty where they are borne out."""
        near = SAME * max(abs(cost), abs(self.cost), 1.0)
        said = []
        if not self.violation <= HOLDS:
            said.append(f"the plan found again misses a row by {self.violation:.1e} of its size")
        if cost < self.lower_bound - near:
            said.append(f"no plan costs less than {self.lower_bound!r}, {cost!r} is stated")
        if lower_bound is not None and lower_bound > self.cost + near:
            said.append(f"a plan costs {self.cost!r}, as a bound {lower_bound!r} is stated")
        return tuple(said)


def recertified(situation: Situation, objective: Objective) -> Recertified:
    """The point forecast's plan of a situation over the loop's steps, proved anew.

    Raises Infeasible where there is none.
    """
    found = solved(task_of(situation, objective))
    proof = proof_of(found.matrix, found.solution)
    return Recertified(
        cost=proof.cost,
        lower_bound=float(np.minimum(found.lower_bound, proof.cost)),
        violation=proof.relative,
        solver=found.solution.solver,
    )
