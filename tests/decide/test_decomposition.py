"""The dual decomposition: its bound holds for any prices, its plans hold, and it says what it cannot do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide import solving
from gridtide.decide.decomposition.bounding import dual_answer
from gridtide.decide.decomposition.method import Round, decomposed
from gridtide.decide.decomposition.recovery import recovered
from gridtide.decide.decomposition.scaled import Scaled, scaled
from gridtide.decide.decomposition.split import Unsplit, split_of
from gridtide.decide.program import Matrix, Program, lower_bound, matrix_of, places_of, solve
from gridtide.decide.proof import proof_of, violation_of
from gridtide.decide.solving import by_sites, solution_of
from gridtide.decide.structured.newton import Refused
from gridtide.digest import digest
from gridtide.testing.instances.week_plan import TRAITS, program_of, week_plan

SMALL = (4, 24, 6)
Size = tuple[int, int, int]


def matrix(size: Size = SMALL, seed: int = 0, trait: str = "usual") -> Matrix:
    """A seeded week plan as a matrix."""
    return matrix_of(program_of(week_plan(*size, seed, TRAITS[trait])))


@pytest.mark.parametrize("trait", sorted(TRAITS))
def test_cost_and_bound_enclose_the_optimum_of_the_simplex(trait: str) -> None:
    """On small plans of every kind: bound <= optimum <= cost, near each other, rows to 1e-6."""
    own = matrix((4, 24, 5), seed=1, trait=trait)
    exact = solve(own, "simplex").objective
    found = proof_of(own, by_sites(own, 2e-3))
    slack = 1e-9 * abs(exact)
    assert found.lower_bound - slack <= exact <= found.cost + slack
    assert found.gap <= 2e-3 * abs(found.cost) + slack
    assert found.relative <= 1e-6


@given(seed=st.integers(0, 200), size=st.integers(2, 5), buckets=st.integers(1, 6))
@settings(max_examples=8, deadline=None)
def test_seeded_plans_lie_between_bound_and_cost(seed: int, size: int, buckets: int) -> None:
    """Any small instance: the exact optimum lies between the two, whatever the gap came to."""
    own = matrix((size, 12, buckets), seed=seed)
    exact = solve(own, "simplex").objective
    end = decomposed(own, 1e-3)
    slack = 1e-9 * abs(exact)
    assert end.bound - slack <= exact <= end.cost + slack


def _priced(own: Matrix, chance: np.random.Generator, size: float) -> tuple[Scaled, np.ndarray]:
    """The program scaled, and row prices of the optimum disturbed."""
    units = scaled(own)
    near = solve(units.matrix, "simplex").row_dual
    return units, near + size * chance.normal(0, 1, len(near)) * np.abs(near).mean()


@given(seed=st.integers(0, 100), size=st.floats(0.0, 10.0))
@settings(max_examples=15, deadline=None)
def test_the_bound_holds_for_any_prices_of_loads(seed: int, size: float) -> None:
    """Random prices on what links work to sites never prove more than the optimum, and always something."""
    own = matrix()
    best = solve(own, "simplex").objective
    units, wild = _priced(own, np.random.default_rng(seed), size)
    answer = dual_answer(units.matrix, units.most, split_of(units.matrix), wild)
    bound = lower_bound(own, units.row_dual(answer))
    assert np.isfinite(bound)
    assert bound <= best + 1e-9 * abs(best)


def test_at_the_prices_of_the_optimum_the_bound_is_the_optimum() -> None:
    """Sites and tying rows at exact prices together cost what the plan costs."""
    own = matrix()
    best = solve(own, "simplex").objective
    units, exact = _priced(own, np.random.default_rng(0), 0.0)
    answer = dual_answer(units.matrix, units.most, split_of(units.matrix), exact)
    assert lower_bound(own, units.row_dual(answer)) == pytest.approx(best, rel=1e-8)


@given(seed=st.integers(0, 100), size=st.floats(0.0, 2.0))
@settings(max_examples=10, deadline=None)
def test_a_plan_is_recovered_from_any_values(seed: int, size: float) -> None:
    """Values far off still give a plan whose rows hold, and no plan costs less than the optimum."""
    own = matrix(trait="tight")
    units = scaled(own)
    chance = np.random.default_rng(seed)
    near = solve(units.matrix, "simplex").values
    wild = near * np.exp(size * chance.normal(0, 1, len(near)))
    values = np.clip(
        units.values(recovered(units.matrix, split_of(units.matrix), wild)), own.lower, own.upper
    )
    assert violation_of(own, values)[1] <= 1e-6
    assert own.cost @ values >= solve(own, "simplex").objective * (1 - 1e-9)


def test_the_same_program_gives_the_same_bytes() -> None:
    """Twice the same values and prices, to the last bit."""
    one, two = (by_sites(matrix(), 1e-3) for _ in range(2))
    assert digest(one.values) == digest(two.values)
    assert digest(one.row_dual) == digest(two.row_dual)


def test_costs_only_fall_and_bounds_only_rise() -> None:
    """Every round is heard; what was proved stays proved."""
    heard: list[Round] = []
    end = decomposed(matrix(), 0.0, heard.append)
    assert tuple(heard) == end.rounds
    assert [turn.cost for turn in heard] == sorted((turn.cost for turn in heard), reverse=True)
    assert [turn.bound for turn in heard] == sorted(turn.bound for turn in heard)


def test_a_gap_that_is_not_reached_is_refused() -> None:
    """No plan is called better than it was proved."""
    with pytest.raises(Refused, match="apart"):
        by_sites(matrix(), 1e-15)


def _with_an_energy_limit(size: Size) -> Matrix:
    """A week plan whose sites may draw nine tenths of what they would in all: rows of a site and no step."""
    plain = matrix(size)
    program = program_of(week_plan(*size, 0, TRAITS["usual"]))
    draw = np.arange(size[0] * size[1], dtype=np.int64).reshape(size[:2])
    most = 0.9 * solve(plain, "simplex").values[draw].sum(axis=1).mean()
    rows = program.constraints((size[0],), -np.inf, most, np.arange(size[0]))
    program.put(rows[:, None], draw, 1.0)
    return matrix_of(program)


def test_where_the_shape_is_another_sites_are_solved_one_by_one() -> None:
    """A limit on the energy of a site is no trouble here; the plan says why it was taken."""
    own = _with_an_energy_limit(SMALL)
    found = solution_of(own, 1e-3, exact_columns=100)
    assert "dual decomposition" in found.solver
    assert (
        "as the structured method refused: a row belongs to a site and to no step" in found.solver
    )
    exact = solve(own, "simplex").objective
    assert exact > solve(matrix(), "simplex").objective * 1.001
    assert found.objective == pytest.approx(exact, rel=1e-3)
    assert proof_of(own, found).lower_bound <= exact + 1e-9 * abs(exact)


def test_with_very_many_buckets_sites_are_solved_one_by_one_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each bucket is a row and column of a dense matrix for the structured method, and a sum here."""
    monkeypatch.setattr(solving, "LONG_ROWS_MAX", 5)
    found = solution_of(matrix(), 2e-3, exact_columns=100)
    assert "dual decomposition" in found.solver
    assert "with 6 rows over many steps" in found.solver


def test_with_many_buckets_a_plan_is_proved_to_a_ten_thousandth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the structured method, in fewer rounds than a closer proof takes, and no further off than said."""
    usual = solution_of(matrix(), 1e-7, exact_columns=100)
    monkeypatch.setattr(solving, "MANY_LONG_ROWS", 5)
    found = solution_of(matrix(), 1e-7, exact_columns=100)
    assert "structured interior point" in found.solver
    assert rounds_of(found.solver) < rounds_of(usual.solver)
    assert found.objective == pytest.approx(usual.objective, rel=1.2e-4)


def rounds_of(solver: str) -> int:
    """Rounds the method says it took."""
    return int(solver.split(" rounds")[0].rsplit(" ", 1)[1])


def test_what_cannot_be_split_says_why() -> None:
    """A column of two sites, nothing that ties, one site alone."""
    program = Program()
    x = program.variables((2, 3), 1.0, 0.0, 10.0)
    rows = program.constraints((2, 3), 1.0, np.inf, *places_of((2, 3)))
    program.put(rows, x, 1.0)
    with pytest.raises(Unsplit, match="nothing to split"):
        split_of(matrix_of(program))
    tie = program.constraints((2,), 2.0, np.inf)
    program.put(tie[0], x, 1.0)
    assert split_of(matrix_of(program)).ties == 2
    program.put(tie[1], x[0], 1.0)
    with pytest.raises(Unsplit, match="two rows"):
        split_of(matrix_of(program))
    program.put(rows[1], x[0], 1.0)
    with pytest.raises(Unsplit, match="two sites"):
        split_of(matrix_of(program))


def test_a_plan_that_cannot_hold_is_no_plan() -> None:
    """Requests beyond every site and no way to refuse them: refused, for HiGHS to say so exactly."""
    own = matrix((3, 12, 2))
    refused = own.column_family == own.column_family.max()
    none = replace(own, upper=np.where(refused, 0.0, own.upper))
    full = np.where(none.row_family == none.row_family.max(), 40.0, 1.0)
    none = replace(none, row_lower=none.row_lower * full, row_upper=none.row_upper * full)
    with pytest.raises(Refused):
        by_sites(none, 1e-3)
