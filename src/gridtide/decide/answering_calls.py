"""How much of a call that may be declined is worth its payment, decided with everything else in one program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import UNKNOWN, CallAnswer, aimed_beside, asked_beside
from gridtide.decide.constraints.calls import add_shares
from gridtide.decide.event import Event
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
UNASKED = 1 << 31
"""A number of priority behind every other: of a side on which nothing is asked."""


def weighed(
    situation: Situation,
    objective: Objective,
    held: Reservations,
    answers: Sequence[CallAnswer],
    readings: Readings | None = None,
) -> tuple[CallAnswer, ...]:
    """The same answers, each with the share that a plan over everything takes of its call.

    The plan with all of them, each taken as far as it pays, is held against the plan without any; where it costs no
    less, all are declined. Calls that ask one site for less and for more at once are weighed apart: the side with the
    lower number of priority is taken, of equal ones the side that saves more; each site decides by its own calls, and
    what moves between sites counts for all of them. situation: without these answers. held: the jobs, each with its
    witness.
    """
    against = opposed(answers, situation)
    sites = tuple(dict.fromkeys(one.event.site for one in answers if against[one.event]))
    if not sites:
        return _together(situation, objective, held, answers, readings)[1]
    desk = _Desk(situation, objective, held, tuple(answers), against, readings)
    return desk.decided(desk.sides(sites))


@dataclass(frozen=True)
class _Desk:
    """Calls some of which oppose each other. A side of a site is 1 for less, -1 for more, 0 for neither."""

    situation: Situation
    objective: Objective
    held: Reservations
    answers: tuple[CallAnswer, ...]
    against: Mapping[Event, bool]
    readings: Readings | None

    def sides(self, sites: Sequence[str]) -> dict[str, float]:
        """The side of each site: site by site the one that saves most beside those of all others, until none changes.

        Each change saves more or heeds a priority, and no site changes more than once a round.
        """
        sides = dict.fromkeys(sites, 0.0)
        for _ in sites:
            before = dict(sides)
            for site in sites:
                sides[site] = self._side(site, sides)
            if sides == before:
                break
        return sides

    def _side(self, site: str, sides: Mapping[str, float]) -> float:
        found = {sign: self._weighed({**sides, site: sign}) for sign in (1.0, -1.0)}
        first = self._first(site)
        if first is not None and any(
            one is not None and one.share > 0.0 and self._is_of(one, site, first)
            for one in found[first][1]
        ):
            return first
        return max(found, key=lambda sign: found[sign][0])

    def _first(self, site: str) -> float | None:
        """The side of a site whose opposed calls have the lower number of priority; None where they are level."""
        least = {
            sign: min(
                (one.event.priority for one in self.answers if self._is_of(one, site, sign)),
                default=UNASKED,
            )
            for sign in (1.0, -1.0)
        }
        if least[1.0] == least[-1.0]:
            return None
        return 1.0 if least[1.0] < least[-1.0] else -1.0

    def _is_of(self, one: CallAnswer, site: str, sign: float) -> bool:
        return self.against[one.event] and one.event.site == site and one.sign == sign

    def _weighed(self, sides: Mapping[str, float]) -> tuple[float, list[CallAnswer | None]]:
        """What is saved, and the answers; None in the places of opposed calls that are not of their site's side."""
        stays = [
            not self.against[one.event] or sides[one.event.site] == one.sign for one in self.answers
        ]
        kept = [one for one, does in zip(self.answers, stays, strict=True) if does]
        gain, found = _together(self.situation, self.objective, self.held, kept, self.readings)
        left = iter(found)
        return gain, [next(left) if does else None for does in stays]

    def decided(self, sides: Mapping[str, float]) -> tuple[CallAnswer, ...]:
        """Every call answered by the side its site has taken; one of the other side says why it was given up."""
        taken = self._weighed(sides)[1]
        told = []
        for number, (one, found) in enumerate(zip(self.answers, taken, strict=True)):
            if found is None:
                site = one.event.site
                alone = self._weighed({**sides, site: one.sign})[1][number]
                first = self._first(site)
                found = _given_up(alone or one, first is not None and first != one.sign)
            told.append(found)
        return tuple(told)


def _given_up(answer: CallAnswer, goes_behind: bool) -> CallAnswer:
    """Declined for the opposite call, where it would have been taken alone; else as it was declined."""
    if answer.share == 0.0:
        return answer
    if goes_behind:
        return _declined(answer, "the opposite call at that time has the lower number of priority")
    return _declined(answer, "more is saved by the opposite call at that time")


def opposed(answers: Sequence[CallAnswer], situation: Situation) -> dict[Event, bool]:
    """Of each call that is answered, whether another one asks its site for the opposite in some step."""
    asked = [np.nan_to_num(one.asked_over(situation.horizon)) > 0.0 for one in answers]
    return {
        one.event: any(
            other.event.site == one.event.site
            and other.sign != one.sign
            and bool((asked[number] & asked[beside]).any())
            for beside, other in enumerate(answers)
        )
        for number, one in enumerate(answers)
    }


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
    asked = np.nan_to_num(asked_beside(answer, answers, situation.horizon)) > 0.0
    aimed_kw = np.nan_to_num(aimed_beside(answer, answers, situation.horizon))[asked]
    if not aimed_kw.any():
        return UNKNOWN
    felt = float(np.abs(solution.row_dual[rows]) @ aimed_kw)
    return KWH_PER_MWH * felt / float(aimed_kw @ hours[asked])


def less_taken(taken: Sequence[CallAnswer], placed: Sequence[CallAnswer]) -> tuple[CallAnswer, ...]:
    """Each call as it was taken, or the part of it that work in whole jobs delivers, where that is less.

    placed: the same calls weighed around jobs in the slots they were given for what was taken.
    """
    return tuple(
        one
        if whole.share >= one.share - NOTHING_TAKEN
        else replace(whole, reason=whole.reason + _but_for_whole_jobs(one.share, whole.share))
        for one, whole in zip(taken, placed, strict=True)
    )


def _but_for_whole_jobs(taken: float, placed: float) -> str:
    said = f"{100 * taken:.1f} %"
    return "" if said == f"{100 * placed:.1f} %" else f"; {said} but for whole jobs"
