"""Rows that leave no choice are taken out before the structured method, and programs without work have one optimum."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide import solving
from gridtide.decide.endless_columns import paid_no_more
from gridtide.decide.program import Matrix, Program, Solution, lower_bound, matrix_of, solve
from gridtide.decide.proof import proof_of
from gridtide.decide.solving import by_sites, solution_of, structured
from gridtide.decide.structured.forced import forced
from gridtide.testing.instances.week_plan import TRAITS, program_of, week_plan


def without_work(sites: int, steps: int, seed: int, trait: str = "usual") -> Matrix:
    """A seeded week plan that only answers requests."""
    return matrix_of(program_of(week_plan(sites, steps, 0, seed, TRAITS[trait])))


def full(own: Matrix, steps: int, sites: tuple[int, ...]) -> Matrix:
    """The plan where every other step of these sites carries all that its segments can, and no request."""
    load = np.unique(own.row_family)[_load_family(own)]
    rows = np.flatnonzero(
        (own.row_family == load) & np.isin(own.row_site, sites) & (own.row_step % 2 == 0)
    )
    entries = np.isin(own.index, rows)
    column = own.column[entries]
    flows = column[own.value[entries] < 0]
    upper = own.upper.copy()
    upper[flows] = 0.0
    widths = np.zeros(len(own.row_lower))
    positive = entries & (own.value > 0)
    np.add.at(widths, own.index[positive], own.value[positive] * own.upper[own.column[positive]])
    lower, highest = own.row_lower.copy(), own.row_upper.copy()
    lower[rows] = highest[rows] = widths[rows]
    return replace(own, upper=upper, row_lower=lower, row_upper=highest)


def _load_family(own: Matrix) -> int:
    """The rows that both requests and segments reach: those of a site and step that a flow touches."""
    tied = own.index[(own.row_site[own.index] < 0) & (own.row_step[own.index] >= 0)]
    flows = np.isin(own.column, own.column[np.isin(own.index, tied)]) & (
        own.row_site[own.index] >= 0
    )
    family = np.unique(own.row_family[own.index[flows]])
    return int(np.searchsorted(np.unique(own.row_family), family[0]))


@pytest.mark.parametrize("trait", ["usual", "tight", "no-battery", "negative-prices", "full"])
def test_a_program_without_work_has_one_optimum_by_every_method(trait: str) -> None:
    """No row reaches over all steps: simplex, the structured method and the decomposition enclose one cost."""
    own = without_work(4, 48, 1, trait)
    exact = solve(own, "simplex").objective
    for found in (structured(own, 1e-5), by_sites(own, 1e-3), solution_of(own, exact_columns=0)):
        proof = proof_of(own, found)
        slack = 1e-9 * abs(exact)
        assert proof.lower_bound - slack <= exact <= proof.cost + slack
        assert proof.gap <= 1.5e-3 * abs(exact) and proof.relative <= 1e-6


def test_the_largest_programs_without_work_are_solved_to_a_ten_thousandth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program without long rows goes by its shape whatever its size, and the gap follows the size."""
    own, asked = without_work(4, 48, 1), list[float]()

    def told(matrix: Matrix, gap: float) -> Solution:
        asked.append(gap)
        return structured(matrix, gap)

    monkeypatch.setattr(solving, "structured", told)
    small = solution_of(own, exact_columns=0)
    monkeypatch.setattr(solving, "MANY_COLUMNS", len(own.cost) - 1)
    solution_of(own, exact_columns=0)
    assert asked == [solving.STRUCTURED_GAP, solving.DECOMPOSED_GAP]
    assert small.solver.startswith("structured interior point") and "refused" not in small.solver


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sites_that_are_full_are_planned_by_their_shape(seed: int) -> None:
    """Where every machine is taken a load row has no inside; the method ends at the optimum all the same."""
    own = full(without_work(3, 96, seed), 96, (0, 2))
    exact = solve(own, "simplex")
    assert exact.feasible and len(forced(own).waves) > 0
    proof = proof_of(own, structured(own, 1e-5))
    assert proof.lower_bound <= exact.objective * (1 + 1e-9)
    assert proof.gap <= 1.5e-5 * abs(exact.objective)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), at_most=st.booleans(), equal=st.booleans())
def test_fixing_what_has_no_choice_changes_neither_cost_nor_bound(
    seed: int, at_most: bool, equal: bool
) -> None:
    """Random programs in which some rows ask for all, or the least, that their columns give."""
    own = _random(seed, at_most, equal)
    exact = solve(own, "simplex")
    held = forced(own)
    assert held.waves
    fewer = solve(held.matrix, "simplex")
    assert fewer.objective == pytest.approx(exact.objective, rel=1e-9, abs=1e-9)
    dual = fewer.row_dual.copy()
    dual[np.any([wave.rows for wave in held.waves], axis=0)] = 0.0
    assert lower_bound(own, held.priced(dual)) == pytest.approx(exact.objective, rel=1e-7, abs=1e-7)


def _random(seed: int, at_most: bool, equal: bool) -> Matrix:
    """Three rows over columns of their own that have no choice, and one over all of them and three others."""
    chance = np.random.default_rng(seed)
    program = Program()
    own = program.variables((3, 4), chance.normal(0, 1, (3, 4)), -1.0, chance.uniform(0, 2, (3, 4)))
    other = program.variables((3,), chance.uniform(0.1, 1, 3), 0.0, 50.0)
    value = chance.choice([-2.0, -1.0, 1.0, 3.0], (3, 4))
    lower, upper = np.full((3, 4), -1.0), np.asarray(program.upper[0]).reshape(3, 4)
    sides = value * lower, value * upper
    asked = (np.maximum(*sides) if at_most else np.minimum(*sides)).sum(axis=1)
    bounds = (asked if at_most or equal else -np.inf, asked if equal or not at_most else np.inf)
    rows = program.constraints((3,), *bounds)
    program.put(rows[:, None], own, value)
    more = program.constraints((1,), 5.0, np.inf)
    program.put(more, other, 1.0)
    program.put(more, own.ravel(), chance.normal(0, 1, 12))
    return matrix_of(program)


def test_a_digit_of_rounding_at_an_endless_column_costs_no_bound() -> None:
    """A peak without limit is paid by its rows a billionth more than it costs; the bound is what it was, nearly."""
    own = without_work(3, 48, 0, "full")
    exact = solve(own, "simplex")
    over = exact.row_dual * (1 + 1e-8)
    found = lower_bound(own, paid_no_more(own, over))
    assert lower_bound(own, over) == pytest.approx(found, rel=1e-9)
    assert found == pytest.approx(exact.objective, rel=1e-6) and found <= exact.objective * (
        1 + 1e-9
    )
