"""The program of a course that can do everything a course can and more: bounds and worths are read from it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.burning import (
    is_paid_for,
    let_buildings_draw,
    let_restarts_burn,
    restart_share,
)
from gridtide.decide.columns import SLOWER_LAST, unused_max_kw
from gridtide.decide.constraints.gangs import GangRows
from gridtide.decide.cooling_terms import cheapest_terms
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.move_terms import nothing_lost
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Rows, written
from gridtide.decide.program import Matrix, matrix_of
from gridtide.decide.reservations import Reservations
from gridtide.decide.rest_terms import cheapest_rest
from gridtide.decide.situation import Situation
from gridtide.decide.vertex import names_of

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """What the program of a whole course is written from.

    facts: with all arrivals, lengths and signals, relaxed. ahead: money the program counts for waits
    before the jobs of a bucket were even there, (K,). squeezed: burst reserve of each place that is left out, (P,).
    """

    situation: Situation
    objective: Objective
    held: Reservations
    facts: Facts
    ahead: Real
    squeezed: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxed:
    """A course as a program. names: of its columns, growing, which stay the same when windows grow or buckets
    are added. work: its rows of work, (K,); gangs: those of elastic work. burnt: how much more than its work each
    bucket may be run, as a share, (K,). steep: columns beyond the ramp rule, (2, S, T). ahead: to be taken off its
    cost, in money."""

    matrix: Matrix
    names: Whole
    columns: Columns
    work: Whole
    gangs: GangRows
    burnt: Real
    steep: Whole
    ahead: float


def relaxed_course(situation: Situation, objective: Objective) -> Course:
    """The whole course ahead; jobs may run in fractions, pause for nothing and move once for the cheapest of
    their kind, windows are widened, buildings draw the chords of their curve less its gap."""
    held = held_of(situation, objective)
    held = replace(held, settled=np.zeros_like(held.settled))
    plain = facts_of(situation, objective, held, outward=True)
    facts = _working_longer(held, cheaper(situation, plain))
    of_job, before = facts.buckets.of_job, waits_before_release(situation)
    inside = of_job >= 0
    ahead = np.bincount(of_job[inside], before[inside], minlength=len(facts.buckets))
    return Course(
        situation=situation,
        objective=objective,
        held=held,
        facts=facts,
        ahead=ahead.astype(np.float64),
        squeezed=plain.reserve - facts.reserve,
    )


def burnt_share(course: Course) -> Real:
    """How much more than its work each bucket may be run, as a share, (K,): where power is paid for a restart earns."""
    if not is_paid_for(course.facts).any():
        return np.zeros(len(course.facts.buckets))
    return restart_share(course.held, course.facts)


def program_of(course: Course) -> Relaxed:
    """The program, without the small costs that only order equals; stores may end as empty as they may be."""
    program, columns, rows = written(course.situation, course.facts)
    matrix = matrix_of(program)
    loosened(matrix, columns, course.situation)
    free_to_draw_more(matrix, columns, course.facts)
    burnt = burnt_share(course)
    let_restarts_burn(matrix, rows.work, course.facts, burnt)
    let_buildings_draw(matrix, columns, course.facts, course.squeezed)
    _let_plants_lead_past(matrix, columns, rows, course.facts)
    entries, steps = len(course.facts.menu), course.facts.room.shape[1]
    names = names_of(matrix.column_family)
    names[columns.work] = (columns.bucket * entries + columns.entry) * steps + columns.step
    return Relaxed(
        matrix=matrix,
        names=names,
        columns=columns,
        work=rows.work,
        gangs=rows.gangs,
        burnt=burnt,
        steep=rows.steep,
        ahead=float(course.ahead.sum()),
    )


def _working_longer(held: Reservations, facts: Facts) -> Facts:
    """The facts in which work carries as much as it would if it ran for as long as restarts and whole seconds of work
    can make it."""
    if not facts.offers.by_work.any() or not len(facts.buckets):
        return facts
    slot_s = float(held.left[:, 3].min())
    whole = 1.0 - 1.0 / (float(facts.menu.speed.min()) * slot_s)
    longer = (1.0 + float(restart_share(held, facts).max())) / whole
    kw = facts.offers.per_accelerator_kw * longer
    return replace(facts, offers=replace(facts.offers, per_accelerator_kw=kw))


def _let_plants_lead_past(matrix: Matrix, columns: Columns, rows: Rows, facts: Facts) -> None:
    """Sites with plants may throw away as much more as the others may."""
    sites = np.unique(facts.made.site)
    more_kw = matrix.upper[columns.unused[sites]] - unused_max_kw(facts)[sites]
    matrix.row_upper[rows.made.past] += more_kw


def free_to_draw_more(matrix: Matrix, columns: Columns, facts: Facts) -> None:
    """Lets sites that offer to draw less throw power away, as much as a real building may draw beyond the program's.

    A real site draws more than a program that only lowers its need, and may offer that much more.
    """
    sites = np.unique(facts.offers.site[facts.offers.goes_up])
    curve = facts.curve
    whole_kw = (curve.width_kw[:, None, :] * curve.slope).sum(axis=2) + curve.gap_kw
    matrix.upper[columns.unused[sites]] += whole_kw[sites]


def waits_before_release(situation: Situation) -> Real:
    """What the program counts as delay of each job before it was there, money, (n,)."""
    jobs = situation.jobs
    if len(jobs) == 0:
        return np.zeros(0)
    per_h = np.asarray([kind.delay_cost_per_accelerator_h for kind in jobs.classes])
    ahead_h = np.maximum(jobs.release_s - situation.horizon.edges_s[0], 0) / 3600.0
    work_h = jobs.accelerators * situation.state.expected_left_s / 3600.0
    return np.asarray(per_h[jobs.work_class] * work_h * ahead_h, dtype=np.float64)


def cheaper(situation: Situation, facts: Facts) -> Facts:
    """Facts that only lower the cost: less power, a reserve only where nothing can squeeze it, offers to draw less
    whatever they rest on."""
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
        cooling=cheapest_terms(facts.cooling, situation, facts.curve),
        moves=nothing_lost(facts.moves),
        rest=cheapest_rest(facts.rest, facts.curve),
        offers=replace(
            facts.offers,
            overstated_kw=np.zeros_like(facts.offers.overstated_kw),
            surely_kw=np.full_like(facts.offers.surely_kw, np.inf),
            of_store_kw=np.full_like(facts.offers.of_store_kw, np.inf),
        ),
    )


def loosened(matrix: Matrix, columns: Columns, situation: Situation) -> None:
    """Drop the small costs that only order equals, and the level a store must end at."""
    cooling = (columns.cooling.hall, columns.cooling.store)
    rest = (columns.rest.awake, columns.rest.risen, columns.rest.woken, columns.rest.late)
    small = (columns.segment, columns.unused, columns.charge, columns.spilt, *cooling, *rest)
    for column in small:
        matrix.cost[column] = 0.0
    slow = columns.flow[columns.way >= len(situation.services)]
    matrix.cost[slow] = np.maximum(matrix.cost[slow] - SLOWER_LAST * situation.horizon.hours, 0.0)
    for index, site in enumerate(situation.fleet.sites):
        least = 0.0 if site.battery is None else site.battery.energy_kwh * site.battery.soc_min
        now_kwh = float(situation.state.soc_kwh[index])
        matrix.lower[columns.store[index, -1]] = min(least, now_kwh)
