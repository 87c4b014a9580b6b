"""What to build beside a load: least cost or least carbon over every hour, by one linear program."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import (
    Matrix,
    Solution,
    handed_over,
    matrix_of,
    solution_from,
    solve,
)
from gridtide.invest.campus import Campus
from gridtide.invest.draft import Draft, Total
from gridtide.invest.hourly_form import Unfit
from gridtide.invest.interior import GaveOut, solved_by_hours
from gridtide.invest.load_rows import (
    begin_heat,
    write_cold,
    write_heat,
    write_slower,
    write_waiting,
)
from gridtide.invest.store_rows import write_stores
from gridtide.invest.supply_rows import write_agreements, write_firm, write_grid, write_variable
from gridtide.invest.targets import Row, Targets, write_targets, yearly_cost

Real = NDArray[np.float64]


GAP, NODES_MAX = 1e-4, 5_000
"""Of whole choices: how near to the best, and after how many branches no nearer."""
EXACT_COLUMNS = 6_000
"""Columns up to which a program is solved by the simplex method."""


class Goal(StrEnum):
    """What is made least."""

    COST = "cost"
    CARBON = "carbon"


@dataclass(frozen=True, kw_only=True, eq=False)
class Written:
    """A program ready to be solved. carbon, cost: totals of a year."""

    draft: Draft
    rows: list[Row]
    matrix: Matrix
    carbon: Total
    cost: Total


def written(
    campus: Campus,
    targets: Targets | None = None,
    *,
    windows: bool = False,
    alone: bool = False,
    whole: bool = False,
) -> Written:
    """The program of a campus. windows, alone: the same in more columns and rows, for comparison. whole: what has a
    least load runs at it or more, or not at all."""
    draft = Draft(campus=campus, whole=whole)
    asked = targets or Targets()
    load_kw = campus.load_kw
    draft.balance = draft.rows(load_kw, load_kw)
    draft.load_kwh.constant = float(draft.weight @ load_kw)
    begin_heat(draft)
    write_variable(draft, alone)
    write_firm(draft)
    write_grid(draft)
    write_stores(draft)
    write_waiting(draft, windows)
    write_slower(draft)
    write_cold(draft)
    write_heat(draft)
    write_agreements(draft, asked.hourly_clean_share is not None)
    rows = write_targets(draft, asked)
    matrix = matrix_of(draft.program)
    return Written(
        draft=draft, rows=rows, matrix=matrix, carbon=draft.carbon_kg, cost=yearly_cost(draft)
    )


def solved(program: Written, goal: Goal = Goal.COST) -> Solution:
    """The best supply; not feasible where nothing reaches all that is asked, or where numbers gave out (`best_of`)."""
    matrix = matrix_for(program, goal)
    if program.draft.choices:
        return by_whole_choices(matrix, np.concatenate(program.draft.choices))
    return best_of(matrix, program.draft.campus)


def matrix_for(program: Written, goal: Goal) -> Matrix:
    """The program at what is to be made least."""
    if goal is Goal.COST:
        return program.matrix
    return replace(program.matrix, cost=_dense(program.carbon, len(program.matrix.cost)))


def best_of(matrix: Matrix, campus: Campus) -> Solution:
    """The optimum: exactly where the program is small, hour by hour where it is one of many hours.

    The latter says nothing of programs that nothing fulfils but that its numbers gave out: then not feasible.
    """
    if len(matrix.cost) <= EXACT_COLUMNS:
        return solve(matrix, "simplex")
    try:
        return solved_by_hours(matrix, float(campus.load_kw.mean()))
    except Unfit as reason:
        found = solve(matrix, "ipx", crossover=False)
        return replace(found, solver=f"{found.solver}, as {reason}")
    except GaveOut as reason:
        nothing = np.zeros(len(matrix.cost))
        return Solution(
            values=nothing,
            row_dual=np.zeros(len(matrix.row_lower)),
            objective=np.inf,
            feasible=False,
            status=str(reason),
            solver="interior point over hours",
        )


def by_whole_choices(matrix: Matrix, choices: NDArray[np.int64]) -> Solution:
    """The best supply where some columns are 0 or 1, within GAP or by NODES_MAX branches; `status` says how near."""
    import highspy

    highs = handed_over(matrix, "choose", True)
    highs.setOptionValue("mip_rel_gap", GAP)
    highs.setOptionValue("mip_max_nodes", NODES_MAX)
    kinds = np.full(len(choices), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    highs.changeColsIntegrality(len(choices), choices.astype(np.int32), kinds)
    highs.run()
    found = solution_from(highs, "branch and bound")
    info = highs.getInfo()
    some = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    said = f"within {info.mip_gap:.1e} of the best" if some else found.status
    return replace(found, feasible=some, status=said, row_dual=np.zeros(len(matrix.row_lower)))


def _dense(total: Total, columns: int) -> Real:
    cost = np.zeros(columns)
    for column, value in total.terms:
        np.add.at(cost, column, value)
    return cost
