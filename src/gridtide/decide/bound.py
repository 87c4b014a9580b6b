"""A lower bound on what any course can cost, by a program that can do everything a course can and more."""

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from gridtide.decide.objective import Objective
from gridtide.decide.program import Solution, lower_bound
from gridtide.decide.relaxed import Relaxed, program_of, relaxed_course
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.fleet.contract import Contract, Exposure
from gridtide.fleet.fleet import Fleet

EXACT_COLUMNS = 5_000
"""A bound needs no vertex: beyond this size the structured method is faster."""
LACKING_KW = 1e-3
"""Power that cannot be had above which no course holds."""


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best course with everything known costs at least lower_bound and at most cost, in money.

    undone_accelerator_h: work it leaves undone at what its class says it is worth. steep_cost: part of the cost that
    only counts how far ramp rules are passed where nothing can keep them.
    """

    lower_bound: float
    cost: float
    method: str
    undone_accelerator_h: float = 0.0
    steep_cost: float = 0.0


def course_bound(situation: Situation, objective: Objective) -> float | None:
    """No course from this situation on costs less, in money; None where the contracts leave it open
    or nothing is proved.

    situation: the whole course ahead, with all arrivals, true lengths and true signals. Jobs may run in
    fractions and pause for nothing, windows are widened, import and ramp limits and the cap on response are lifted,
    stores may end empty, buildings draw the chords of their curve less its gap, or up to them and longer for every
    restart where drawing is paid for: each only lowers the cost.
    """
    if any(_is_open(site.contract) for site in situation.fleet.sites):
        return None
    free = replace(situation, fleet=_without_limits(situation.fleet))
    best = best_course(free, objective)
    return None if best is None or not isfinite(best.lower_bound) else best.lower_bound


def best_course(situation: Situation, objective: Objective) -> Best | None:
    """What `course_bound` does, with import and ramp limits as they are; None where no course holds.

    Differences between two such numbers are what a limit, an asset or an hour of slack is worth to
    somebody who knows everything.
    """
    relaxed = program_of(relaxed_course(situation, objective))
    return best_of(relaxed, solution_of(relaxed.matrix, exact_columns=EXACT_COLUMNS))


def best_of(relaxed: Relaxed, solution: Solution) -> Best | None:
    """What a solution of the program proves; None where no course holds, or only with power there is none of."""
    if not solution.feasible or solution.values[relaxed.columns.shortfall].max() > LACKING_KW:
        return None
    steep = relaxed.steep.ravel()
    return Best(
        lower_bound=lower_bound(relaxed.matrix, solution.row_dual) - relaxed.ahead,
        cost=solution.objective - relaxed.ahead,
        method=solution.solver,
        undone_accelerator_h=float(solution.values[relaxed.columns.undone].sum()),
        steep_cost=float(relaxed.matrix.cost[steep] @ solution.values[steep]),
    )


def _is_open(contract: Contract) -> bool:
    """Whether the price a decision sees is not the one that is paid for every kWh."""
    sells = contract.export_max_kw > 0
    own_price = contract.exposure in (Exposure.FIXED, Exposure.TIME_OF_USE)
    bought = (Exposure.TWO_SETTLEMENT, Exposure.CONTRACT_FOR_DIFFERENCE)
    return contract.exposure in bought or (own_price and sells)


def _without_limits(fleet: Fleet) -> Fleet:
    sites = tuple(
        replace(
            site,
            contract=replace(site.contract, import_max_kw=np.inf, ramp_max_kw_per_min=None),
        )
        for site in fleet.sites
    )
    return replace(fleet, sites=sites, response_max_kw_per_min=None)
