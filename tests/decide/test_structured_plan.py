"""The structured interior-point method: its shape is the program, its bound holds, its plans hold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide import solving
from gridtide.decide.program import (
    Matrix,
    Program,
    Solution,
    lower_bound,
    matrix_of,
    places_of,
    solve,
)
from gridtide.decide.proof import proof_of, violation_of
from gridtide.decide.solving import solution_of, structured
from gridtide.decide.structured.interior_point import (
    ROUNDING,
    Iterate,
    Progress,
    interior_point,
    repaired,
)
from gridtide.decide.structured.newton import factored, solved
from gridtide.decide.structured.shape import (
    Shape,
    Unshaped,
    column_parts,
    prices,
    reaches,
    row_parts,
    totals,
)
from gridtide.decide.structured.shaping import shape_of
from gridtide.decide.structured.standard_form import standard_form
from gridtide.digest import digest
from gridtide.kernels.interior import lengths, lengths_between
from gridtide.kernels.plan_dense import cholesky
from gridtide.testing.instances.week_plan import TRAITS, program_of, week_plan

SMALL = (4, 24, 6)
Size = tuple[int, int, int]


def matrix(size: Size = SMALL, seed: int = 0, trait: str = "usual") -> Matrix:
    """A seeded week plan as a matrix."""
    return matrix_of(program_of(week_plan(*size, seed, TRAITS[trait])))


def scaled(own: Matrix) -> tuple[Shape, np.ndarray, np.ndarray]:
    """Its shape, and where its columns and rows lie flat."""
    shape = shape_of(own)
    return shape, shape.place, shape.row_place


@given(seed=st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_the_shape_times_anything_is_the_program_times_it(seed: int) -> None:
    """A x by the shape and A x by the entries agree to rounding, and so do the transposes: y(Ax) = (A'y)x."""
    own = matrix(seed=seed)
    shape, place, row_place = scaled(own)
    form = standard_form(own)
    chance = np.random.default_rng(seed)
    x = np.zeros(shape.sizes.columns)
    moves = form.moves & (place >= 0)
    x[place[moves]] = chance.uniform(0, 1, int(moves.sum()))
    y = chance.normal(0, 1, shape.sizes.rows)
    by_entries = np.bincount(
        form.row,
        weights=form.value * np.where(moves, x[np.maximum(place, 0)], 0.0)[form.column],
        minlength=len(form.wanted),
    )
    by_shape = totals(shape, x)
    assert np.allclose(by_shape[row_place], by_entries, rtol=1e-12, atol=1e-12)
    assert y @ by_shape == pytest.approx(prices(shape, y) @ x, rel=1e-12)


@given(seed=st.integers(0, 50), spread=st.floats(0.0, 4.0))
@settings(max_examples=10, deadline=None)
def test_a_newton_system_is_solved_to_its_right_hand_side(seed: int, spread: float) -> None:
    """A theta A' dy = r to 1e-7 for scalings many orders of magnitude apart."""
    shape, _, _ = scaled(matrix(seed=seed % 3))
    chance = np.random.default_rng(seed)
    theta = shape.live * 10.0 ** chance.uniform(-spread, spread, shape.sizes.columns)
    r = totals(shape, theta * chance.normal(0, 1, shape.sizes.columns))
    start = np.zeros_like(row_parts(shape.sizes, r).step)
    zero = np.zeros_like(column_parts(shape.sizes, theta).border)
    answer = solved(shape, factored(shape, theta), r, zero, start, 1e-10, 2000)
    back = totals(shape, theta * prices(shape, answer.dy))
    assert np.abs(back - r).max() <= 1e-7 * np.abs(r).max()


@pytest.mark.parametrize("trait", sorted(TRAITS))
def test_cost_and_bound_enclose_the_optimum_of_the_simplex(trait: str) -> None:
    """On small plans of every kind: bound <= optimum <= cost, both within the asked gap, rows to 1e-6."""
    own = matrix((5, 48, 8), seed=1, trait=trait)
    exact = solve(own, "simplex")
    assert exact.feasible
    found = proof_of(own, structured(own, 1e-5))
    slack = 1e-9 * abs(exact.objective)
    assert found.lower_bound - slack <= exact.objective <= found.cost + slack
    assert found.gap <= 1.5e-5 * abs(exact.objective)
    assert found.relative <= 1e-6


@given(seed=st.integers(0, 100), size=st.floats(0.01, 10.0))
@settings(max_examples=15, deadline=None)
def test_a_bound_holds_for_any_prices(seed: int, size: float) -> None:
    """Random prices of rows never prove more than the optimum."""
    own = _bounded(matrix())
    best = solve(own, "simplex").objective
    near = solve(own, "simplex").row_dual
    chance = np.random.default_rng(seed)
    wild = near + size * chance.normal(0, 1, len(near)) * np.abs(near).mean()
    assert lower_bound(own, wild) <= best + 1e-9 * abs(best)


def _bounded(own: Matrix) -> Matrix:
    """The same with every column bounded by a value it never exceeds, so that any prices give a number."""
    form = standard_form(own)
    most = (form.most * form.scale)[: form.given]
    return replace(own, upper=np.where(np.isfinite(own.upper), own.upper, own.lower + most))


def test_the_order_of_sites_changes_nothing_but_rounding() -> None:
    """Sites turned around give the same cost and bound within the gap."""
    plan = week_plan(*SMALL, 2, TRAITS["usual"])
    turned = replace(
        plan,
        **{
            name: getattr(plan, name)[::-1].copy()
            for name in (
                "cap_kw", "store_kwh", "energy_cost_per_kwh", "renewable_kw", "outdoor_c", "cop",
                "regulation_price_per_kw_h", "demand_charge_per_kw",
            )
        },
        bucket_site=SMALL[0] - 1 - plan.bucket_site,
        region_site=SMALL[0] - 1 - plan.region_site,
    )  # fmt: skip
    costs = [structured(matrix_of(program_of(case)), 1e-6).objective for case in (plan, turned)]
    assert costs[0] == pytest.approx(costs[1], rel=2e-6)


def test_the_same_program_gives_the_same_bytes() -> None:
    """Twice the same values and prices, to the last bit."""
    one, two = (structured(matrix(), 1e-5) for _ in range(2))
    assert digest(one.values) == digest(two.values)
    assert digest(one.row_dual) == digest(two.row_dual)


def test_a_large_program_goes_by_its_shape_and_a_small_one_to_the_simplex() -> None:
    """The solution says which method it was."""
    assert "simplex" in solution_of(matrix()).solver
    assert "structured interior point" in solution_of(matrix((6, 192, 12))).solver


def test_another_shape_goes_to_highs_and_says_why() -> None:
    """A column that joins two sites is no plan of a fleet: HiGHS, with the reason."""
    program = Program()
    count = 21_000
    x = program.variables((2, count // 2), 1.0, 0.0, 10.0)
    rows = program.constraints((2, count // 2), 1.0, np.inf, *places_of((2, count // 2)))
    program.put(rows, x, 1.0)
    program.put(rows[1], x[0], 1.0)
    found = solution_of(matrix_of(program))
    assert found.feasible
    assert "HiGHS" in found.solver
    assert "a column reaches into two sites" in found.solver
    with pytest.raises(Unshaped, match="two sites"):
        shape_of(matrix_of(program))


@pytest.mark.parametrize("trait", ["usual", "tight", "overloaded"])
@pytest.mark.parametrize("seed", range(3))
def test_rows_are_made_to_hold_past_columns_that_come_to_their_bounds(
    trait: str, seed: int
) -> None:
    """A plan that is nearly the best lies at many bounds; rows put out by a thousandth hold again."""
    shape, _, _ = scaled(matrix((5, 48, 8), seed, trait))
    has = np.where(np.isfinite(shape.upper), shape.live, 0.0)
    end = interior_point(shape, 1e-5, 0.0)
    put_out = 1.0 + 1e-3 * np.random.default_rng(seed).normal(0.0, 1.0, len(end.x))
    x = np.where(shape.live > 0, np.maximum(end.x * put_out, 1e-12), 1.0)
    x = np.where(has > 0, np.minimum(x, shape.upper * (1 - 1e-9)), x)
    w = np.where(has > 0, shape.upper - x, 1.0)
    z, v = np.where(shape.live > 0, 1e-6 / x, 1e-300), np.where(has > 0, 1e-6 / w, 0.0)
    assert np.abs(shape.wanted - totals(shape, x * shape.live)).max() > 1e-3
    held, worst = repaired(
        Iterate(x=x, w=w, z=z, v=v, y=end.y, felt=prices(shape, end.y)), shape, has
    )
    assert worst <= 1e-9
    assert np.abs(shape.wanted - totals(shape, held)).max() <= 1e-9
    assert (held >= 0).all()
    assert (held <= np.where(has > 0, shape.upper, np.inf)).all()


def test_prices_beyond_all_measure_prove_nothing() -> None:
    """What rounding may add to a bound grows with prices, and no row adds up to more than its reach."""
    shape, _, _ = scaled(matrix())
    reach = reaches(shape)
    chance = np.random.default_rng(0)
    x = shape.most * shape.live * chance.uniform(0, 1, shape.sizes.columns)
    assert (np.abs(totals(shape, x)) <= reach + 1e-9).all()
    wild = 1e20 * chance.normal(0, 1, shape.sizes.rows)
    claimed = shape.wanted @ wild
    again = float(np.sum([shape.wanted[i] * wild[i] for i in reversed(range(len(wild)))]))
    assert abs(claimed - again) <= ROUNDING * float(reach @ np.abs(wild))


def test_a_plan_that_cannot_hold_is_told_by_a_bound_above_any_cost() -> None:
    """Requests beyond every site, and no way to refuse them."""
    own = matrix((3, 12, 2))
    refused = own.column_family == own.column_family.max()
    none = replace(own, upper=np.where(refused, 0.0, own.upper))
    full = np.where(
        np.isfinite(none.row_lower) & (none.row_family == none.row_family.max()), 40.0, 1.0
    )
    none = replace(none, row_lower=none.row_lower * full, row_upper=none.row_upper * full)
    assert not solve(none, "simplex").feasible
    found = structured(none, 1e-5)
    assert not found.feasible
    assert "infeasible" in found.status
    said = solution_of(none, exact_columns=100)
    assert not said.feasible
    assert "HiGHS" in said.solver


def test_that_no_plan_holds_is_believed_when_another_method_says_so_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A method whose numbers went astray calls a plan infeasible: it is solved all the same, and the plan says how."""
    own = matrix()
    usual = solve(own, "simplex").objective

    def astray(given: Matrix, gap: float) -> Solution:
        return replace(structured(given, gap), feasible=False, status="infeasible: astray")

    monkeypatch.setattr(solving, "structured", astray)
    found = solution_of(own, exact_columns=100)
    assert found.feasible
    assert found.objective == pytest.approx(usual, rel=1e-6)
    assert "as the structured method says that no plan holds: infeasible: astray" in found.solver


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e3, 1e6])
def test_units_a_million_times_apart_change_nothing(factor: float) -> None:
    """Money and power counted in other units: the same plan in those units."""
    own = matrix()
    usual = structured(own, 1e-6).objective
    money = structured(replace(own, cost=own.cost * factor), 1e-6).objective
    assert money == pytest.approx(usual * factor, rel=3e-6)
    power = replace(
        own,
        lower=own.lower * factor,
        upper=own.upper * factor,
        row_lower=own.row_lower * factor,
        row_upper=own.row_upper * factor,
    )
    assert structured(power, 1e-6).objective == pytest.approx(usual * factor, rel=3e-6)


def test_equal_prices_everywhere_are_no_trouble() -> None:
    """Nothing to choose by: still a plan, a bound, and rows that hold."""
    own = matrix()
    draw = own.column_family == 0
    flat = replace(own, cost=np.where(draw, 0.02, own.cost))
    found = proof_of(flat, structured(flat, 1e-5))
    assert found.gap <= 1.5e-5 * abs(found.cost)


def test_all_prices_negative_are_no_trouble() -> None:
    """Everybody is paid to draw: as much as limits let, proved."""
    own = matrix()
    draw = own.column_family == 0
    paid = replace(own, cost=np.where(draw, -1.0, own.cost))
    exact = solve(paid, "simplex").objective
    assert exact < 0
    found = proof_of(paid, structured(paid, 1e-5))
    assert found.lower_bound <= exact + 1e-9 * abs(exact) <= found.cost + 2e-9 * abs(exact)


def test_the_method_tells_its_rounds() -> None:
    """Every round is heard, bounds only rise, and the last gap is the asked one."""
    own = matrix()
    heard: list[Progress] = []
    end = interior_point(shape_of(own), 1e-4, 0.0, heard.append)
    assert len(heard) == len(end.trail) - 1
    bounds = [turn.bound for turn in end.trail]
    assert bounds == sorted(bounds)
    last = end.trail[-1]
    assert abs(last.objective - last.bound) <= 1e-4 * abs(last.objective)


def test_violations_are_seen() -> None:
    """A value moved off its row or bound is told in its own unit."""
    own = matrix()
    good = solve(own, "simplex").values
    assert violation_of(own, good)[0] <= 1e-6
    moved = good.copy()
    moved[0] += 5.0
    assert violation_of(own, moved)[0] == pytest.approx(5.0, rel=0.2)


def test_a_plan_without_work_is_a_plan() -> None:
    """Nothing that can wait, or nothing that can be routed: still solved by its shape."""
    own = matrix((4, 48, 3))
    for family in ("work", "flow"):
        number = {"work": 10, "flow": 11}[family]
        without = own.column_family == number
        entries = without[own.column]
        bare = replace(
            own,
            value=own.value[~entries],
            index=own.index[~entries],
            start=np.concatenate(
                [[0], np.cumsum(np.bincount(own.column[~entries], minlength=len(own.cost)))]
            ),
        )
        exact = solve(bare, "simplex").objective
        assert structured(bare, 1e-6).objective == pytest.approx(exact, rel=3e-6)


@given(seed=st.integers(0, 20), share=st.sampled_from((1e-4, 1e-6, 1e-8)))
@settings(max_examples=6, deadline=None)
def test_work_a_million_times_smaller_than_other_work_is_done_too(seed: int, share: float) -> None:
    """Half of the buckets hold next to nothing: each is still served to a millionth of itself."""
    own = matrix(seed=seed)
    tied = np.flatnonzero((own.row_site < 0) & (own.row_step < 0))
    small = np.ones(len(own.row_lower))
    small[tied[::2]] = share
    own = replace(own, row_lower=own.row_lower * small, row_upper=own.row_upper * small)
    found = structured(own, 1e-5)
    served = np.bincount(
        own.index, weights=own.value * found.values[own.column], minlength=len(small)
    )
    assert np.allclose(served[tied], own.row_lower[tied], rtol=1e-6, atol=0.0)
    assert found.objective == pytest.approx(solve(own, "simplex").objective, rel=2e-5)


@given(seed=st.integers(0, 100), share=st.floats(0.0, 1.0))
@settings(max_examples=20, deadline=None)
def test_lengths_between_two_steps_are_those_of_the_step_between(seed: int, share: float) -> None:
    """Without writing it down."""
    chance = np.random.default_rng(seed)
    x, w, z, v = chance.uniform(0.01, 1, (4, 30))
    one, two = chance.normal(0, 1, (2, 3, 30))
    has = (chance.uniform(0, 1, 30) < 0.7).astype(float)
    dx, dz, dv = one + share * (two - one)
    assert lengths_between(
        x, w, z, v, one[0], one[1], one[2], two[0], two[1], two[2], share, has
    ) == pytest.approx(lengths(x, w, z, v, dx, dz, dv, has), rel=1e-12)


@given(size=st.integers(1, 200), seed=st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_a_factor_times_its_transpose_is_the_square(size: int, seed: int) -> None:
    """Any positive square; one that is not is refused."""
    chance = np.random.default_rng(seed)
    half = chance.normal(0, 1, (size, size + 2))
    square = half @ half.T
    lower = square.copy()
    assert cholesky(lower)
    assert np.allclose(np.tril(lower) @ np.tril(lower).T, square, rtol=1e-10, atol=1e-10)
    assert not cholesky(-square)
