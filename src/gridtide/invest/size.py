"""What to build beside a load: least cost or least carbon over every hour, by one linear program."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Solution, matrix_of, solve
from gridtide.invest.campus import Campus
from gridtide.invest.draft import Draft, Total
from gridtide.invest.load_rows import begin_heat, write_cold, write_heat, write_slower, write_waiting
from gridtide.invest.store_rows import write_stores
from gridtide.invest.supply_rows import write_agreements, write_firm, write_grid, write_variable
from gridtide.invest.targets import Row, Targets, write_targets, yearly_cost

Real = NDArray[np.float64]


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
    campus: Campus, targets: Targets | None = None, *, windows: bool = False, alone: bool = False
) -> Written:
    """The program of a campus. windows, alone: the same in more columns and rows, for comparison."""
    draft = Draft(campus=campus)
    asked = targets or Targets()
    load_kw = campus.load_kw
    draft.balance = draft.program.constraints(load_kw.shape, load_kw, load_kw)
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
    draft.unclean_kwh = draft.unclean_kwh.plus(Total())
    write_agreements(draft, asked.hourly_clean_share is not None)
    rows = write_targets(draft, asked)
    matrix = matrix_of(draft.program)
    return Written(
        draft=draft, rows=rows, matrix=matrix, carbon=draft.carbon_kg, cost=yearly_cost(draft)
    )


def solved(program: Written, goal: Goal = Goal.COST) -> Solution:
    """The best supply; not feasible where nothing reaches all that is asked."""
    matrix = program.matrix
    if goal is Goal.CARBON:
        matrix = replace(matrix, cost=_dense(program.carbon, len(matrix.cost)))
    return solve(matrix, "ipx", crossover=False)


def _dense(total: Total, columns: int) -> Real:
    cost = np.zeros(columns)
    for column, value in total.terms:
        np.add.at(cost, column, value)
    return cost
