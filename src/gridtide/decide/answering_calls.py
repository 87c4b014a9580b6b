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
    less, all are declined. Calls that ask one site for less and for more at once are weighed apart, and the side that
    saves more is taken. situation: without these answers. held: the jobs, each with its witness.
    """
    against = opposed(answers, situation)
    if not any(against):
        return _together(situation, objective, held, answers, readings)[1]
    by_sign = {
        sign: _one_side(situation, objective, held, answers, against, sign, readings)
        for sign in (1.0, -1.0)
    }
    best = max(by_sign, key=lambda sign: by_sign[sign][0])
    taken, other = by_sign[best][1], by_sign[-best][1]
    return tuple(
        taken[number] or _given_up(other[number] or one) for number, one in enumerate(answers)
    )


def _one_side(
    situation: Situation,
    objective: Objective,
    held: Reservations,
    answers: Sequence[CallAnswer],
    against: Sequence[bool],
    sign: float,
    readings: Readings | None,
) -> tuple[float, list[CallAnswer | None]]:
    """What is saved, and the answers, without those opposed calls that ask for the other sign: None in their places."""
    stays = [not beside or one.sign == sign for one, beside in zip(answers, against, strict=True)]
    kept = [one for one, does in zip(answers, stays, strict=True) if does]
    gain, found = _together(situation, objective, held, kept, readings)
    left = iter(found)
    return gain, [next(left) if does else None for does in stays]


def _given_up(answer: CallAnswer) -> CallAnswer:
    """Declined for the opposite call, where it would have been taken alone; else as it was declined."""
    if answer.share == 0.0:
        return answer
    return _declined(answer, "more is saved by the opposite call at that time")


def opposed(answers: Sequence[CallAnswer], situation: Situation) -> list[bool]:
    """Of each answer, whether another one asks its site for the opposite in some step."""
    asked = [np.nan_to_num(one.asked_over(situation.horizon)) > 0.0 for one in answers]
    return [
        any(
            other.event.site == one.event.site
            and other.sign != one.sign
            and bool((asked[number] & asked[beside]).any())
            for beside, other in enumerate(answers)
        )
        for number, one in enumerate(answers)
    ]


def _together(
    situation: Situation,
    objective: Objective,
    held: Reservations,
    answers: Sequence[CallAnswer],
    readings: Readings | None,
) -> tuple[float, tuple[CallAnswer, ...]]:
    """What a plan with these calls saves beside one without, and what it takes of each."""
    facts = facts_of(situation, objective, held, readings=readings)
    program, columns, _ = written(situation, facts)
    without = solved_without_burning(matrix_of(program), facts, columns)
    shares, rows = add_shares(program, columns, facts, situation, answers)
    taken = solved_without_burning(matrix_of(program), facts, columns)
    if not (without.feasible and taken.feasible):
        return 0.0, tuple(_declined(one, "no plan holds without it") for one in answers)
    gain = without.objective - taken.objective
    pays = gain > NOTHING_GAINED * max(abs(without.objective), 1.0)
    return gain, tuple(
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
