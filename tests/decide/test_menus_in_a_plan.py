"""A plan that chooses speeds is solved alike by every method, and its prices stay those of the program."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Rows, written
from gridtide.decide.program import SIMPLEX_COLUMNS, Matrix, Solution, lower_bound, matrix_of, solve
from gridtide.decide.proof import violation_of
from gridtide.decide.queues.method import by_queues
from gridtide.decide.situation import Situation
from gridtide.decide.solving import by_sites, structured
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study

ECO = OperatingPoint(name="eco", speed=0.85, it_kw_per_accelerator=0.7)
LOW = OperatingPoint(name="low", speed=0.5, it_kw_per_accelerator=0.38)


def situation_with(points: tuple[OperatingPoint, ...], seed: int = 0) -> Situation:
    """The first morning of a small study whose work is known, nothing told yet."""
    study = small_study(seed, hours=24, jobs=40, points=points)
    study = replace(study, arrivals_known=True)
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now, ())
    return situation


def program_with(
    points: tuple[OperatingPoint, ...], seed: int = 0
) -> tuple[Matrix, Columns, Rows, Facts]:
    """Its plan as a program."""
    situation = situation_with(points, seed)
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    program, columns, rows = written(situation, facts)
    return matrix_of(program), columns, rows, facts


def by_shape(matrix: Matrix) -> Solution:
    """By the structured method, which has to read the shape."""
    return structured(matrix, 1e-6)


def by_prices(matrix: Matrix) -> Solution:
    """Site by site."""
    return by_sites(matrix, 1e-3)


@pytest.mark.parametrize(("method", "gap"), [(by_shape, 1e-5), (by_prices, 2e-3)])
def test_every_method_finds_the_cost_of_the_exact_one(method, gap) -> None:  # type: ignore[no-untyped-def]
    """By the shape and site by site: within its gap of the vertex, and its rows hold."""
    matrix, _, _, _ = program_with((POINT, ECO, LOW))
    exact = solve(matrix)
    found = method(matrix)
    assert found.objective == pytest.approx(exact.objective, rel=gap)
    _, missed = violation_of(matrix, found.values)
    assert missed <= 1e-6
    bound = lower_bound(matrix, found.row_dual)
    assert bound <= exact.objective + 1e-6 * abs(exact.objective)


def test_queues_of_work_that_may_run_slower_cost_what_their_buckets_do() -> None:
    """Work that any one step could do at any of its speeds stands in queues, and costs the same there."""
    matrix, columns, _, _ = program_with((POINT, ECO, LOW))
    matrix.upper[columns.work] = 1e5
    exact = solve(matrix)
    found = by_queues(matrix, solve, SIMPLEX_COLUMNS)
    assert found.objective == pytest.approx(exact.objective, rel=1e-7)
    _, missed = violation_of(matrix, found.values)
    assert missed <= 1e-6


def test_work_at_lower_speed_is_used_and_lowers_the_cost() -> None:
    """Less power for the same work: the plan takes it where there is time, and pays less."""
    plain, *_ = program_with((POINT,))
    matrix, columns, _, facts = program_with((POINT, ECO))
    before, after = solve(plain), solve(matrix)
    assert after.objective < before.objective
    slow = facts.menu.point[columns.entry] > 0
    assert after.values[columns.work[slow]].sum() > 0.0


def test_all_work_is_done_at_the_speeds_it_runs_at() -> None:
    """Accelerator-hours times speed, with what is left for later or undone, are the work of each bucket."""
    matrix, columns, _, facts = program_with((POINT, ECO, LOW), seed=3)
    x = solve(matrix).values
    worked = x[columns.work] * facts.hours[columns.step] * facts.menu.speed[columns.entry]
    done = np.bincount(columns.bucket, weights=worked, minlength=len(facts.buckets))
    assert done + x[columns.later] + x[columns.undone] == pytest.approx(facts.buckets.work_h)


def test_no_accelerator_is_used_twice_at_two_speeds() -> None:
    """Machines count by accelerators, whatever their speed."""
    matrix, columns, _, facts = program_with((POINT, ECO, LOW), seed=4)
    x = solve(matrix).values
    busy = np.zeros((len(facts.accelerators), len(facts.hours)))
    np.add.at(busy, (columns.place, columns.step), x[columns.work])
    assert (busy <= facts.accelerators[:, None] + 1e-6).all()
