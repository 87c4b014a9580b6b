"""How much of a call that may be declined is worth its payment, decided with everything else in one program."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import UNKNOWN, CallAnswer, asked_beside
from gridtide.decide.constraints.calls import add_shares
from gridtide.decide.facts import facts_of
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import solved_without_burning, written
from gridtide.decide.program import Solution, matrix_of
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NOTHING_TAKEN = 1e-6
"""A share below this is none."""
NOTHING_GAINED = 1e-6
"""A gain that is a smaller share of a plan's cost is none."""
KWH_PER_MWH = 1e3


def weighed(
    situation: Situation,
    objective: Objective,
    held: Reservations,
    answers: Sequence[CallAnswer],
    readings: Readings | None = None,
) -> tuple[CallAnswer, ...]:
    """The same answers, each with the share that a plan over everything takes of its call.

    The plan with all of them, each taken as far as it pays, is held against the plan without any; where it costs no
    less, all are declined. situation: without these answers. held: the jobs, each with its witness.
    """
    facts = facts_of(situation, objective, held, readings=readings)
    program, columns, _ = written(situation, facts)
    without = solved_without_burning(matrix_of(program), facts, columns)
    shares, rows = add_shares(program, columns, facts, situation, answers)
    taken = solved_without_burning(matrix_of(program), facts, columns)
    if not (without.feasible and taken.feasible):
        return tuple(_declined(one, "no plan holds without it") for one in answers)
    gain = without.objective - taken.objective
    pays = gain > NOTHING_GAINED * max(abs(without.objective), 1.0)
    return tuple(
        _answered(
            one,
            float(taken.values[shares[number]]) if pays else 0.0,
            _cost_per_mwh(one, answers, situation, facts.hours, taken, rows[number]),
        )
        for number, one in enumerate(answers)
    )


def _answered(answer: CallAnswer, share: float, cost_per_mwh: float) -> CallAnswer:
    paid = answer.event.payment_per_mwh
    if not share > NOTHING_TAKEN:
        return _declined(
            answer,
            f"it pays {paid:,.2f} per MWh, its first MWh costs {cost_per_mwh:,.2f} or more",
            cost_per_mwh,
        )
    share = min(share, 1.0)
    part = "whole" if share > 1.0 - NOTHING_TAKEN else f"by {100 * share:.1f} %"
    return replace(
        answer,
        share=1.0 if part == "whole" else share,
        cost_per_mwh=cost_per_mwh,
        reason=f"taken {part}: it pays {paid:,.2f} per MWh, its last MWh costs {cost_per_mwh:,.2f}",
    )


def _declined(answer: CallAnswer, why: str, cost_per_mwh: float = UNKNOWN) -> CallAnswer:
    return replace(answer, share=0.0, cost_per_mwh=cost_per_mwh, reason=f"declined: {why}")


def _cost_per_mwh(
    answer: CallAnswer,
    answers: Sequence[CallAnswer],
    situation: Situation,
    hours: Real,
    solution: Solution,
    rows: Whole,
) -> float:
    """What the last MWh of a call costs: the prices of its rows, by what is asked in each; NaN where it has none."""
    asked_kw = np.nan_to_num(asked_beside(answer, answers, situation.horizon))
    steps = np.flatnonzero(asked_kw > 0.0)
    if not len(steps):
        return UNKNOWN
    felt = float(np.abs(solution.row_dual[rows]) @ asked_kw[steps])
    return KWH_PER_MWH * felt / float(asked_kw[steps] @ hours[steps])
