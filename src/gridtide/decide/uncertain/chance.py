"""The plan of the point forecast, with limits and peak that hold where the weather and the requests miss it."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.at_once import at_once_cost
from gridtide.decide.conflict.refusal import refuse_where_power_lacks
from gridtide.decide.constraints.margin import MarginRows, add_margin
from gridtide.decide.constraints.ramp import response_price
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Facts
from gridtide.decide.margins import kinds_spread, level_of
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Certificate, Plan
from gridtide.decide.planners.coordinated import (
    Method,
    Rows,
    Solved,
    prices_of,
    quantities,
    refuse_without_plan,
    solved_without_burning,
    written,
)
from gridtide.decide.program import Solution, as_written, lower_bound, matrix_of
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Risk
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.uncertain.copies import facts_along
from gridtide.decide.uncertainty import at_levels, without_spread

Real = NDArray[np.float64]
NOTICED_KW = 1e-3


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The coordinated plan with a margin: every limit and the planned peak hold in a share of cases, step by step.

    Each series stands at its own quantile, all at once, which is safer than the share says where they miss
    apart. Prices and carbon touch no limit and stay as forecast. Without quantiles in the situation this is
    the coordinated plan.
    """

    objective: Objective
    risk: Risk

    def plan(self, situation: Situation) -> Plan:
        """The cheapest plan with its margins. Raises Infeasible naming what cannot hold together."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The same with every job in the slots `held` tells it."""
        return self._planned(situation, replace(held, settled=np.ones_like(held.settled)))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        facts = facts_of(situation, self.objective, held)
        hurting = hurting_facts(situation, facts, self.objective, self.risk.confidence)
        return solved_with_margins(situation, facts, hurting, self.risk, held).plan


def solved_with_margins(
    situation: Situation,
    facts: Facts,
    hurting: Facts,
    risk: Risk,
    held: Reservations | None,
    method: Method = solution_of,
) -> Solved:
    """The cheapest plan over the facts whose limits and peak hold under those that hurt too.

    held: what promises are named by; without it a refusal says where power lacks. Raises Infeasible.
    """
    program, columns, rows = written(situation, facts)
    margin = add_margin(program, columns, facts, hurting)
    matrix = matrix_of(program)
    plain = as_written(matrix)
    solution = solved_without_burning(matrix, facts, columns, method)
    if held is None:
        refuse_where_power_lacks(situation, solution, columns.shortfall)
    else:
        refuse_without_plan(situation, facts, held, matrix, columns, rows, solution)
    plan = Plan(
        made_at=situation.as_of,
        policy="coordinated-chance",
        horizon=situation.horizon,
        prices=prices_of(facts, columns, rows, _peaks_together(solution, rows, margin)),
        certificate=Certificate(
            cost=solution.objective,
            lower_bound=min(lower_bound(plain, solution.row_dual), solution.objective),
            run_at_once_cost=at_once_cost(situation, facts),
            method="weak duality on the chords of the power curve, margins held; "
            f"plan by {solution.solver}",
        ),
        notes=_notes(situation, facts, solution, margin, risk),
        response_price=response_price(situation, [rows.ramp], solution.row_dual, facts.hours),
        **quantities(facts, columns, solution),
    )
    return Solved(plan=plan, rows=rows, solution=solution)


def hurting_facts(
    situation: Situation, facts: Facts, objective: Objective, confidence: float
) -> Facts:
    """The facts with less supply, more heat and more requests than forecast, each at its quantile."""
    seen = at_levels(situation, partial(level_of, confidence=confidence))
    return facts_along(seen, facts, objective)


def _peaks_together(solution: Solution, rows: Rows, margin: MarginRows) -> Solution:
    """The solution in which the price of the peak holds that of the peak with its margin."""
    dual = solution.row_dual.copy()
    dual[rows.peak] += dual[margin.peak]
    return replace(solution, row_dual=dual)


def _notes(
    situation: Situation, facts: Facts, solution: Solution, margin: MarginRows, risk: Risk
) -> tuple[str, ...]:
    said = [
        f"power chords lie at most {facts.curve.gap_kw.max():.1f} kW above the model",
        solution.solver,
        f"limits and peak hold with a margin for {risk.confidence:.0%} of cases in each step",
    ]
    lacking = solution.values[margin.missed]
    if lacking.max() > NOTICED_KW:
        said.append(
            f"the margin of the import limit lacks up to {lacking.max():,.0f} kW in "
            f"{int((lacking > NOTICED_KW).sum())} steps"
        )
    points = without_spread(situation, kinds_spread(risk.uncertainty))
    if points:
        said.append("no quantile is taken of " + ", ".join(points) + ": the point forecast stands")
    return tuple(said)
