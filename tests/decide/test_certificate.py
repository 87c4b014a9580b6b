"""The gap of a plan, three ways."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Facts
from gridtide.decide.plan import Certificate
from gridtide.decide.planners.coordinated import Coordinated, solved_without_burning, written
from gridtide.decide.program import Matrix, Program, Solution, lower_bound, matrix_of, solve
from gridtide.decide.situation import Situation
from gridtide.decide.solving import structured
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import small_study


def certificate(cost: float, lower_bound: float, at_once: float) -> Certificate:
    """A certificate of these three."""
    return Certificate(cost=cost, lower_bound=lower_bound, run_at_once_cost=at_once, method="test")


def test_the_gap_is_told_in_money_and_as_two_shares() -> None:
    """Of the run-at-once cost, and of the saving still possible."""
    found = certificate(90.0, 85.0, 105.0)
    assert found.gap == pytest.approx(5.0)
    assert found.gap_of_run_at_once == pytest.approx(5.0 / 105.0)
    assert found.gap_of_saving == pytest.approx(5.0 / 20.0)


def test_a_share_of_next_to_nothing_is_none() -> None:
    """Nothing to save, nothing spent: no ratio, never an infinite or a negative one."""
    assert certificate(90.0, 90.0, 90.0).gap_of_saving is None
    assert certificate(90.0, 91.0, 80.0).gap_of_saving is None
    assert certificate(1.0, 0.5, 0.0).gap_of_run_at_once is None


def test_a_bound_above_the_cost_by_rounding_is_no_gap() -> None:
    """Never below zero."""
    assert certificate(90.0, 90.0 + 1e-9, 100.0).gap == 0.0


def with_negative_prices(seed: int) -> tuple[Situation, Facts]:
    """A day of a small fleet whose prices fall below zero, and what a plan of it reads."""
    study = small_study(seed, hours=24, jobs=1, accelerators=48, negative_prices=True)
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now)
    return situation, facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))


@pytest.mark.parametrize("seed", [3, 13, 23])
def test_a_bound_is_proved_on_the_program_as_it_was_written(seed: int) -> None:
    """Where negative prices would burn energy, slopes are fixed; a bound on what was fixed would claim too much."""
    situation, facts = with_negative_prices(seed)
    program, _, _ = written(situation, facts)
    least = solve(matrix_of(program)).objective
    found = Coordinated(objective=OBJECTIVE).plan(situation).certificate
    assert found.lower_bound <= least + 1e-9


@pytest.mark.parametrize("seed", [3, 23])
def test_nothing_is_solved_again_for_slopes_that_are_the_same(seed: int) -> None:
    """A solution between vertices fills equal slopes in any order: that alone is no reason to solve again."""
    situation, facts = with_negative_prices(seed)
    program, columns, _ = written(situation, facts)
    asked: list[np.ndarray] = []

    def interior(matrix: Matrix) -> Solution:
        asked.append(matrix.value.copy())
        return structured(matrix, 1e-4)

    solved_without_burning(matrix_of(program), facts, columns, interior)
    assert len(asked) > 1
    for before, after in pairwise(asked):
        assert not np.allclose(before, after, rtol=1e-6, atol=0.0)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), size=st.floats(1e-12, 1e-7))
def test_traces_that_a_solver_leaves_cost_a_proof_next_to_nothing(seed: int, size: float) -> None:
    """A peak that costs nothing, rows that push one way only: prices off by a trace prove nearly as much."""
    chance = np.random.default_rng(seed)
    program = Program()
    draw = program.variables((8,), chance.uniform(1.0, 9.0, 8), 0.0, 50.0)
    peak = program.variables((1,), 0.0)
    need = chance.uniform(5.0, 20.0, 8)
    wanted = program.constraints((8,), need, np.inf)
    program.put(wanted, draw, 1.0)
    below = program.constraints((8,), -np.inf, 0.0)
    program.put(below, draw, 1.0)
    program.put(below, np.broadcast_to(peak, (8,)), -1.0)
    matrix = matrix_of(program)
    best = solve(matrix)
    off = best.row_dual + size * chance.normal(0.0, 1.0, len(best.row_dual))
    assert lower_bound(matrix, off) == pytest.approx(best.objective, rel=1e-5)
    assert lower_bound(matrix, off) <= best.objective
