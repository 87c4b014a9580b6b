"""Steps in which nothing may run: rows force columns to nothing, and the plan and its proof hold all the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.program import Matrix, Program, lower_bound, matrix_of, places_of, solve
from gridtide.decide.proof import proof_of
from gridtide.decide.solving import structured
from gridtide.decide.structured.forced import forced

STEPS = 12


def idle_hours(seed: int, runs: int, negative: bool) -> Matrix:
    """Two sites and one queue of work that may run in the first steps only; later nothing draws. Prices may fall
    below 0, where what draws nothing would gladly draw."""
    chance = np.random.default_rng(seed)
    program, shape = Program(), (2, STEPS)
    price = chance.uniform(-50.0 if negative else 10.0, 90.0, shape)
    draw = program.variables(shape, price, 0.0, 500.0)
    segment = program.variables((*shape, 2), 0.0, 0.0, 60.0)
    cells = program.variables((2, runs), 0.0, 0.0, 80.0)
    undone = program.variables((1,), 1e4)
    load = program.constraints(shape, 0.0, 0.0, *places_of(shape))
    program.put(load[:, :, None], segment, 1.0)
    program.put(load[:, :runs], cells, -1.0)
    need = chance.uniform(5.0, 20.0, shape)
    balance = program.constraints(shape, need, need, *places_of(shape))
    program.put(balance, draw, 1.0)
    program.put(balance[:, :, None], segment, -np.asarray([1.1, 1.4]))
    work = program.constraints((1,), 300.0, 300.0)
    program.put(np.broadcast_to(work, cells.shape), cells, 1.0)
    program.put(work, undone, 1.0)
    return matrix_of(program)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), runs=st.integers(4, STEPS - 1), negative=st.booleans())
def test_hours_without_work_are_solved_and_proved_to_a_millionth(
    seed: int, runs: int, negative: bool
) -> None:
    matrix = idle_hours(seed, runs, negative)
    best = solve(matrix)
    found = structured(matrix, 1e-6)
    proof = proof_of(matrix, found)
    assert found.objective == pytest.approx(best.objective, rel=2e-6)
    assert proof.lower_bound == pytest.approx(best.objective, rel=2e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), runs=st.integers(1, STEPS - 1))
def test_any_prices_prove_as_much_of_the_program_as_of_the_tightened_one(
    seed: int, runs: int
) -> None:
    """What the rows force is named exactly, and priced so that nothing of a proof is lost."""
    matrix = idle_hours(seed, runs, negative=True)
    found = forced(matrix)
    (wave,) = found.waves
    assert wave.rows.sum() == wave.at_least.sum() == 2 * (STEPS - runs)
    assert wave.low.sum() == 4 * (STEPS - runs) and not wave.high.any()
    prices = np.random.default_rng(seed).normal(0.0, 50.0, len(matrix.row_lower))
    tight = lower_bound(found.matrix, prices)
    assert lower_bound(matrix, found.priced(prices)) == pytest.approx(tight)
    assert lower_bound(matrix, found.priced(prices)) <= solve(matrix).objective


def test_a_program_that_forces_nothing_stays_as_it_is() -> None:
    matrix = idle_hours(0, STEPS, negative=True)
    found = forced(matrix)
    assert not found.waves
    assert found.matrix is matrix


@given(price=st.floats(-1e18, 1e18))
def test_prices_of_rows_that_leave_no_choice_say_nothing(price: float) -> None:
    """An interior method makes them as large as it likes: what they cost in rounding is not taken off a bound."""
    program, shape = Program(), (1, 4)
    off = program.variables(shape, -1.0, 0.0, 128.0)
    gone = program.variables(shape, 0.0, 0.0, 128.0)
    drawn = program.variables(shape, 2.0, 0.0, 50.0)
    at = places_of(shape)
    idle = program.constraints(shape, -np.inf, 0.0, *at)
    program.put(idle, off, 1.0)
    program.put(idle, gone, 1.0)
    left = program.constraints(shape, -np.inf, 0.0, *at)
    program.put(left, off, 1.0)
    program.put(left, gone, -1.0)
    need = program.constraints(shape, 5.0, np.inf, *at)
    program.put(need, drawn, 1.0)
    matrix = matrix_of(program)
    prices = np.zeros(len(matrix.row_lower))
    prices[left.ravel()], prices[need.ravel()] = price, 2.0
    assert lower_bound(matrix, forced(matrix).priced(prices)) == pytest.approx(40.0)
