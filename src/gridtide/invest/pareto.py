"""The front between what a supply costs and what it emits."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Solution, solve
from gridtide.finding import Finding, Infeasible
from gridtide.invest.campus import Campus
from gridtide.invest.reach import findings_of, reach_of
from gridtide.invest.size import Goal, Written, matrix_for, solved, written
from gridtide.invest.sizing import Sizing, sizing_of
from gridtide.invest.targets import Targets

Real = NDArray[np.float64]
ROOM = 1e-6
"""Relative room above the least carbon at which the cheapest supply is looked for."""


def least_cost(campus: Campus, targets: Targets, whole: bool = False) -> Sizing:
    """The cheapest supply. whole: what has a least load runs at it or more, or not at all.

    Raises Infeasible with what cannot be reached and how far it is from possible.
    """
    program = written(campus, targets, whole=whole)
    return sizing_of(program, _found(program, targets, Goal.COST))


def least_carbon(campus: Campus, targets: Targets, whole: bool = False) -> Sizing:
    """The cheapest of the supplies that emit least, within the targets; otherwise as `least_cost`."""
    program = written(campus, targets, whole=whole)
    least_kg = program.carbon.at(_found(program, targets, Goal.CARBON).values)
    room_kg = ROOM * max(abs(least_kg), 1.0)
    return least_cost(campus, replace(targets, carbon_kg=least_kg + room_kg), whole)


def _found(program: Written, targets: Targets, goal: Goal) -> Solution:
    found = solved(program, goal)
    if found.feasible or program.draft.choices:
        refuse_if_without(found)
        return found
    reach = reach_of(program.draft.campus, targets)
    if not reach.is_possible:
        raise Infeasible(findings_of(reach))
    found = solve(matrix_for(program, goal), "ipx", crossover=False)
    refuse_if_without(found)
    return found


def refuse_if_without(found: Solution) -> None:
    """Raises Infeasible where no supply was found, and it is not known which targets are in the way."""
    if not found.feasible:
        raise Infeasible(
            [
                Finding(
                    subject="supply",
                    value=f"none was found: {found.status}",
                    limit="a supply that keeps all limits and targets",
                    mend="Widen limits, or leave whole_choices out to see what stands in the way.",
                )
            ]
        )


def front(campus: Campus, targets: Targets, points: int) -> tuple[Sizing, ...]:
    """Supplies from the cheapest to the one that emits least, each the cheapest at its carbon, evenly between.

    points: 2 or more.
    """
    cheapest, cleanest = least_cost(campus, targets), least_carbon(campus, targets)
    between = np.linspace(cheapest.carbon_kg, cleanest.carbon_kg, points)[1:-1]
    inner = [least_cost(campus, replace(targets, carbon_kg=float(most))) for most in between]
    return (cheapest, *inner, cleanest)


def without_waiting(campus: Campus) -> Campus:
    """The same campus where all work runs as it arrives and every answer is at full speed."""
    return replace(
        campus,
        fixed_kw=campus.load_kw,
        waiting=(),
        slower=(),
        critical_share=_same_critical(campus),
    )


def _same_critical(campus: Campus) -> float:
    """The share of all load that the critical part of what cannot wait is, on average."""
    return float(campus.critical_share * campus.fixed_kw.mean() / campus.load_kw.mean())
