"""A lower bound on what any course can cost, by a program that can do everything a course can and more."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import written
from gridtide.decide.program import Matrix, lower_bound, matrix_of
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.fleet.contract import Contract, Exposure
from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]
EXACT_COLUMNS = 5_000
"""A bound needs no vertex: beyond this size the structured method is faster."""
LACKING_KW = 1e-3
"""Power that cannot be had above which no course holds."""


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best course with everything known costs at least lower_bound and at most cost, in money."""

    lower_bound: float
    cost: float
    method: str


def course_bound(situation: Situation, objective: Objective) -> float | None:
    """No course from this situation on costs less, in money; None where the contracts leave it open.

    situation: the whole course ahead, with all arrivals, true lengths and true signals. Jobs may run in
    fractions and pause for nothing, windows are widened, import and ramp limits are lifted, stores may
    end empty, buildings draw the chords of their curve less its gap: each only lowers the cost.
    """
    if any(_is_open(site.contract) for site in situation.fleet.sites):
        return None
    free = replace(situation, fleet=_without_limits(situation.fleet))
    best = best_course(free, objective)
    return None if best is None else best.lower_bound


def best_course(situation: Situation, objective: Objective) -> Best | None:
    """What `course_bound` does, with import and ramp limits as they are; None where no course holds.

    Differences between two such numbers are what a limit, an asset or an hour of slack is worth to
    somebody who knows everything.
    """
    held = held_of(situation, objective)
    held = replace(held, settled=np.zeros_like(held.settled))
    facts = relaxed(situation, facts_of(situation, objective, held, outward=True))
    program, columns, _ = written(situation, facts, objective)
    matrix = matrix_of(program)
    loosened(matrix, columns, situation)
    solution = solution_of(matrix, exact_columns=EXACT_COLUMNS)
    lacking = solution.values[columns.shortfall].max(initial=0.0) if solution.feasible else np.inf
    if lacking > LACKING_KW:
        return None
    early = _waits_before_release(situation, facts)
    return Best(
        lower_bound=lower_bound(matrix, solution.row_dual) - early,
        cost=solution.objective - early,
        method=solution.solver,
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
    return replace(fleet, sites=sites)


def relaxed(situation: Situation, facts: Facts) -> Facts:
    """Facts that only lower the cost: less power, a reserve only where nothing can squeeze it."""
    curve = replace(facts.curve, floor_kw=facts.curve.floor_kw - facts.curve.gap_kw)
    kept = np.asarray([pool.for_services for pool in situation.fleet.pools])
    with np.errstate(divide="ignore", invalid="ignore"):
        need = np.einsum("vot,vop->vpt", facts.requests_per_s, facts.reachable.astype(np.float64))
        need = np.where(facts.rate[:, :, None] > 0, need / facts.rate[:, :, None], 0.0)
    most = need.sum(axis=0).max(axis=1, initial=0.0) * (1.0 + facts.reserve)
    return replace(
        facts,
        curve=curve,
        reserve=np.where(most <= kept, facts.reserve, 0.0),
        later_cost_per_h=np.zeros_like(facts.later_cost_per_h),
    )


def loosened(matrix: Matrix, columns: Columns, situation: Situation) -> None:
    """Drop the small costs that only order equals, and the level a store must end at."""
    for column in (columns.segment, columns.unused, columns.charge):
        matrix.cost[column] = 0.0
    for index, site in enumerate(situation.fleet.sites):
        least = 0.0 if site.battery is None else site.battery.energy_kwh * site.battery.soc_min
        now_kwh = float(situation.state.soc_kwh[index])
        matrix.lower[columns.store[index, -1]] = min(least, now_kwh)


def _waits_before_release(situation: Situation, facts: Facts) -> float:
    """What the program counts as delay before jobs were even there."""
    jobs = situation.jobs
    per_h = np.asarray([kind.delay_cost_per_accelerator_h for kind in jobs.classes] or [0.0])
    ahead_h = np.maximum(jobs.release_s - situation.horizon.edges_s[0], 0) / 3600.0
    work_h = jobs.accelerators * situation.state.expected_left_s / 3600.0
    return float((per_h[jobs.work_class] * work_h * ahead_h).sum()) if len(jobs) else 0.0
