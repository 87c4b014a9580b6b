"""A situation's plan solved again from facts that may be changed, with what is proved of its cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.refusal import refuse_where_power_lacks
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import (
    Rows,
    solved_without_burning,
    written,
)
from gridtide.decide.program import Matrix, Solution, as_written, lower_bound, matrix_of, summed
from gridtide.decide.set_apart import set_apart
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of

Real = NDArray[np.float64]
NOBODY = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """What a plan is made of. bucket: that of the one job set apart, NOBODY for none.

    last: step of the horizon before which that job must end. shut: places that take no movable work and
    answer nothing.
    """

    situation: Situation
    objective: Objective
    facts: Facts
    bucket: int = NOBODY
    last: int = 0
    shut: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """A task's plan. plain: the program as it was written; matrix: as it ended, where negative prices made
    it burn no energy; lower_bound: no plan of the task costs less, in money; cost: what this one costs.
    """

    task: Task
    plain: Matrix
    matrix: Matrix
    columns: Columns
    rows: Rows
    solution: Solution
    lower_bound: float

    @property
    def cost(self) -> float:
        """Money over the horizon."""
        return self.solution.objective


def task_of(situation: Situation, objective: Objective, job: int = NOBODY) -> Task:
    """The plan of a situation, one job (a row of its jobs) set apart.

    Raises BadInput when a series is missing, ValueError for a job the plan takes as given.
    """
    held = held_of(situation, objective)
    facts = facts_of(situation, objective, held)
    if job == NOBODY:
        return Task(situation=situation, objective=objective, facts=facts)
    last = situation.horizon.steps_until(held.grid.edges_s[held.last[[job]]])
    return Task(
        situation=situation,
        objective=objective,
        facts=set_apart(facts, situation, held, job),
        bucket=len(facts.buckets),
        last=min(int(last[0]), len(situation.horizon)),
    )


def program_of(task: Task) -> tuple[Matrix, Columns, Rows]:
    """The program of a task; steps behind the deadline of the job set apart and shut places are closed."""
    program, columns, rows = written(task.situation, task.facts)
    matrix = matrix_of(program)
    closed = (columns.bucket == task.bucket) & (columns.step >= task.last)
    closed |= np.isin(columns.place, task.shut)
    matrix.upper[columns.work[closed]] = 0.0
    matrix.upper[columns.flow[np.isin(columns.pair[:, 2], task.shut)]] = 0.0
    return matrix, columns, rows


def solved(task: Task) -> Solved:
    """The cheapest plan of a task and its bound. Raises Infeasible naming site, step and kW."""
    matrix, columns, rows = program_of(task)
    plain = as_written(matrix)
    solution = solved_without_burning(matrix, task.facts, columns)
    refuse_where_power_lacks(task.situation, solution, columns.shortfall)
    return Solved(
        task=task,
        plain=plain,
        matrix=matrix,
        columns=columns,
        rows=rows,
        solution=solution,
        lower_bound=min(_proved(plain, matrix, solution), solution.objective),
    )


def _proved(plain: Matrix, matrix: Matrix, solution: Solution) -> float:
    """A bound on the program as it was written; one that was changed on the way is solved once more."""
    same = np.array_equal(plain.value, matrix.value) and np.array_equal(plain.upper, matrix.upper)
    duals = solution.row_dual if same else solution_of(plain).row_dual
    return lower_bound(plain, duals)


def first_order(base: Solved, other: Task) -> float:
    """Money by which the cost of the base begins to change on the straight way to another task.

    By the envelope of a linear program: costs weigh the quantities, bounds the prices of rows and columns.
    Raises ValueError where the two are not programs of one shape.
    """
    there, _, _ = program_of(other)
    here, x, y = base.plain, base.solution.values, base.solution.row_dual
    if not (np.array_equal(here.index, there.index) and np.array_equal(here.value, there.value)):
        raise ValueError("the two programs have different rows")
    reduced = base.matrix.cost - summed(
        base.matrix.column, base.matrix.value * y[base.matrix.index], len(x)
    )
    return float(
        (there.cost - here.cost) @ x
        + _pushed(y, (here.row_lower, here.row_upper), (there.row_lower, there.row_upper))
        + _pushed(reduced, (here.lower, here.upper), (there.lower, there.upper))
    )


def _pushed(price: Real, here: tuple[Real, Real], there: tuple[Real, Real]) -> float:
    """Prices times the moves of the bounds they push against; a bound that is infinite moves nothing."""
    before = np.where(price > 0, here[0], here[1])
    after = np.where(price > 0, there[0], there[1])
    moves = np.isfinite(before) & np.isfinite(after) & (before != after)
    return float(price[moves] @ (after[moves] - before[moves]))
