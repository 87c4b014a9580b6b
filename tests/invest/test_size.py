"""What to build: laws of a least-cost supply, published vectors, and forms of one program that must agree."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.case.technologies import technologies
from gridtide.decide.program import Matrix, Program, lower_bound, matrix_of, solve
from gridtide.invest.campus import (
    Agreement,
    Campus,
    Certificates,
    Circuit,
    Cooling,
    Grid,
    Option,
)
from gridtide.invest.hourly_form import hourly_form
from gridtide.invest.hours import real_hours
from gridtide.invest.interior import GAP, interior, solved_by_hours
from gridtide.invest.pareto import front, least_carbon, least_cost, without_waiting
from gridtide.invest.reach import reach_of
from gridtide.invest.size import Goal, solved, written
from gridtide.invest.sizing import Sizing, sizing_of
from gridtide.invest.targets import Targets
from gridtide.invest.technology import yearly_per
from gridtide.settle.green_direct import GreenTerms
from gridtide.testing.instances.campus_year import campus_year

Real = NDArray[np.float64]
HOURS = 72
NEAR = 1e-6


def cost_of(campus: Campus, targets: Targets | None = None) -> float:
    """The least cost of a year; infinite where the targets cannot be reached."""
    found = solved(written(campus, targets))
    return found.objective if found.feasible else np.inf


def given_plant(share: Real, clean: Real, sells: float = 1.0) -> Campus:
    """A load of 100 kW, a plant of 150 kW that stands already, and a grid of some carbon-free share."""
    hours = len(share)
    free = replace(technologies()["solar"], capex_per_kw=0.0, embodied_kg_per_kw=0.0)
    even = np.ones(hours)
    return Campus(
        name="vector",
        currency="EUR",
        cost_year=2025,
        interest=0.07,
        hours=real_hours(hours, 0),
        fixed_kw=100.0 * even,
        waiting=(),
        options=(Option(technology=free, share=share, least_kw=150.0, most_kw=150.0),),
        grid=Grid(
            circuits=(Circuit(name="line", import_max_kw=500.0, export_max_kw=500.0),),
            buy_per_mwh=50.0 * even,
            sell_per_mwh=sells * even,
            market_per_mwh=40.0 * even,
            carbon_average_g_per_kwh=400.0 * even,
            clean_share=clean,
        ),
    )


def test_the_annuity_is_that_of_the_reference() -> None:
    """CRF(7 %, 25 years) = .085811 and 12 of upkeep on a capex of 700: 72.068 a year."""
    solar = replace(technologies()["solar"], lifetime_y=25.0, fixed_share=12.0 / 700.0)
    assert yearly_per(700.0, solar, 0.07) == pytest.approx(700.0 * 0.085811 + 12.0, abs=1e-3)


def test_the_hourly_share_is_that_of_the_reference() -> None:
    """L = 100 four times, C = 0, 150, 50, 120, g = .3, .6, .4, .5: .75 hour by hour, .80 over the year."""
    campus = given_plant(
        np.array([0.0, 150.0, 50.0, 120.0]) / 150.0, np.array([0.3, 0.6, 0.4, 0.5])
    )
    sizing = least_cost(campus, Targets())
    assert sizing.clean_hourly == pytest.approx(0.75)
    assert sizing.clean_yearly == pytest.approx(0.80)


def test_agreements_count_in_the_hour_they_make_and_certificates_over_the_year() -> None:
    """An agreement in place of the plant: the same hourly share; certificates lift the yearly one alone."""
    share, clean = np.array([0.0, 1.0, 1.0 / 3.0, 0.8]), np.array([0.3, 0.6, 0.4, 0.5])
    campus = given_plant(share, clean)
    bare = replace(
        campus,
        options=(),
        agreements=(Agreement(name="far", share=share, price_per_mwh=40.0, most_kw=150.0),),
        certificates=Certificates(price_per_mwh=1.0, most_kwh_per_year=1e9),
    )
    asked = least_cost(bare, Targets(hourly_clean_share=0.75))
    assert asked.agreed_kw[0] == pytest.approx(150.0)
    assert asked.clean_hourly == pytest.approx(0.75)
    with pytest.raises(Exception, match="hourly_clean_share"):
        least_cost(bare, Targets(hourly_clean_share=0.76))
    yearly = least_cost(bare, Targets(yearly_clean_share=1.0))
    assert yearly.clean_yearly == pytest.approx(1.0)
    assert (
        yearly.certified_kwh + yearly.agreed_kw[0] * share.sum() * 2190 >= 0.999 * yearly.load_kwh
    )


def balanced(sizing: Sizing) -> None:
    """Every hour: what is made, drawn and given is what is used, fed in and taken; stores end as they began."""
    made = sum((one.made_kw for one in sizing.built if len(one.made_kw)), np.zeros(1))
    taken = sum((one.taken_kw for one in sizing.built if len(one.taken_kw)), np.zeros(1))
    apart = made + sizing.import_kw - sizing.export_kw - taken - sizing.load_kw
    assert np.abs(apart).max() < NEAR * sizing.load_kw.max()
    for one in sizing.built:
        if not len(one.level_kwh):
            continue
        technology = technologies()[one.name]
        before = np.roll(one.level_kwh, 1)
        after = (
            before + technology.efficiency * one.taken_kw - one.made_kw / technology.efficiency_out
        )
        assert np.abs(after - one.level_kwh).max() < NEAR * (1.0 + one.level_kwh.max())
        assert one.level_kwh.min() > -NEAR and one.level_kwh.max() <= one.kwh * (1 + NEAR) + NEAR


@settings(max_examples=8)
@given(seed=st.integers(0, 50), asked=st.sampled_from([None, 0.8, 0.97]))
def test_energy_balances_every_hour_and_stores_end_as_they_began(
    seed: int, asked: float | None
) -> None:
    """With and without an hourly target; all work is done, none before it came nor after its slack."""
    campus = campus_year(HOURS, seed)
    sizing = least_cost(campus, Targets(hourly_clean_share=asked))
    balanced(sizing)
    came, done = np.cumsum(campus.waiting[0].arrives_kw), np.cumsum(sizing.waiting_kw[0])
    assert (done <= came * (1 + NEAR)).all()
    late = np.concatenate([np.zeros(24), came])[: len(came)]
    assert (done >= late * (1 - NEAR) - NEAR).all() and done[-1] == pytest.approx(came[-1])
    if asked is not None:
        assert sizing.clean_hourly >= asked - NEAR


@settings(max_examples=6)
@given(seed=st.integers(0, 50))
def test_another_technology_never_makes_it_dearer(seed: int) -> None:
    """One after another, in the order of the instance."""
    names = ("solar", "wind", "battery", "hydrogen", "reactor")
    costs = [cost_of(campus_year(HOURS, seed, names=names[: k + 1])) for k in range(len(names))]
    assert all(later <= before * (1 + NEAR) for before, later in pairwise(costs))


@settings(max_examples=6)
@given(seed=st.integers(0, 50))
def test_a_tighter_target_never_makes_it_cheaper(seed: int) -> None:
    """Hourly shares from .5 to all."""
    campus = campus_year(HOURS, seed)
    costs = [
        cost_of(campus, Targets(hourly_clean_share=one)) for one in (None, 0.5, 0.9, 0.99, 1.0)
    ]
    assert all(later >= before * (1 - NEAR) for before, later in pairwise(costs))


@settings(max_examples=6)
@given(seed=st.integers(0, 50), slack=st.integers(0, 30), moved=st.sampled_from([0.0, 0.01]))
def test_queues_say_what_windows_say(seed: int, slack: int, moved: float) -> None:
    """The same least cost to 1e-7, in fewer columns, moving free or not; plants in one column say what plants alone
    say."""
    campus = campus_year(HOURS, seed, slack_h=slack, names=("solar", "wind", "battery"))
    waiting = tuple(replace(one, moved_per_kwh=moved) for one in campus.waiting)
    campus = replace(campus, waiting=waiting)
    queue, window = written(campus), written(campus, windows=True)
    alone = written(campus, alone=True)
    costs = [solve(one.matrix, "simplex").objective for one in (queue, window, alone)]
    assert costs == pytest.approx([costs[0]] * 3, rel=1e-7)
    assert len(alone.matrix.row_lower) > len(queue.matrix.row_lower)
    done = sizing_of(window, solve(window.matrix, "simplex")).waiting_kw[0]
    assert done.sum() == pytest.approx(campus.waiting[0].arrives_kw.sum())


def test_work_that_waits_replaces_storage() -> None:
    """Where all energy must be carbon-free, less is stored and the year is cheaper; nothing else changed."""
    campus = campus_year(336, names=("solar", "wind", "battery"))
    targets = Targets(hourly_clean_share=0.9)
    moves, still = least_cost(campus, targets), least_cost(without_waiting(campus), targets)
    kept = [sum(one.kwh for one in sizing.built) for sizing in (moves, still)]
    assert kept[0] < kept[1] and moves.cost < still.cost
    assert moves.load_kwh == pytest.approx(still.load_kwh)


@pytest.mark.parametrize("asked", [None, 0.95])
def test_the_method_of_hours_finds_what_the_simplex_method_finds(asked: float | None) -> None:
    """504 hours of eight technologies within 1e-6, its bound below, its rows held."""
    matrix = written(campus_year(504), Targets(hourly_clean_share=asked)).matrix
    exact, found = solve(matrix, "simplex"), solved_by_hours(matrix, 20_000.0)
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)
    bound = lower_bound(matrix, found.row_dual)
    assert bound <= exact.objective * (1 + 1e-9) and bound == pytest.approx(
        exact.objective, rel=1e-5
    )
    reached = np.bincount(
        matrix.index, weights=matrix.value * found.values[matrix.column],
        minlength=len(matrix.row_lower),
    )  # fmt: skip
    near = 1e-6 * (1.0 + np.abs(reached).max())
    assert (reached >= matrix.row_lower - near).all() and (reached <= matrix.row_upper + near).all()
    assert (found.values >= matrix.lower - 1e-9).all()


@pytest.mark.parametrize(
    ("seed", "slack", "asked", "share"),
    [(2, 3, 0.9, 0.1), (2, 6, 0.99, 0.5), (2, 12, 0.99, 0.5), (3, 6, 0.9, 0.1)],
)
def test_the_method_of_hours_closes_its_gap_where_stores_are_nowhere_full(
    seed: int, slack: int, asked: float, share: float
) -> None:
    """1,000 hours, short queues: gap, rows and prices within what it states, and a bound that proves it."""
    campus = campus_year(1000, seed, slack_h=slack, waiting_share=share)
    matrix = written(campus, Targets(hourly_clean_share=asked)).matrix
    _, gap, _ = interior(hourly_form(matrix, 20_000.0))
    assert gap <= GAP
    found = solved_by_hours(matrix, 20_000.0)
    bound = lower_bound(matrix, found.row_dual)
    assert bound <= found.objective + NEAR * abs(found.objective)
    assert bound == pytest.approx(found.objective, rel=2e-7)


def test_limits_as_rows_and_flows_of_their_own_change_nothing() -> None:
    """The same program with limits of columns as rows and no bounds, and the net flow of a queue as a free column
    between two equations: the same cost, every row held, and prices that prove it."""
    matrix = written(campus_year(504), Targets(hourly_clean_share=0.9)).matrix
    other = limits_as_rows(matrix)
    plain, found = (solved_by_hours(one, 20_000.0) for one in (matrix, other))
    assert not np.isfinite(other.lower).any() and len(other.row_lower) > len(matrix.row_lower)
    assert found.objective == pytest.approx(plain.objective, rel=1e-7)
    reached = np.bincount(
        other.index, weights=other.value * found.values[other.column],
        minlength=len(other.row_lower),
    )  # fmt: skip
    near = 1e-6 * (1.0 + np.abs(reached).max())
    assert (reached >= other.row_lower - near).all() and (reached <= other.row_upper + near).all()
    assert lower_bound(other, found.row_dual) == pytest.approx(plain.objective, rel=1e-6)


def limits_as_rows(matrix: Matrix) -> Matrix:
    """The program without bounds of columns; its equations by the hour each name their first term apart, and
    three more."""
    program = Program()
    every = program.variables(matrix.cost.shape, matrix.cost, -np.inf, np.inf)
    equal = np.flatnonzero((matrix.row_lower == matrix.row_upper) & (matrix.row_step >= 0))
    more = np.zeros(len(matrix.row_lower))
    more[equal] = 3.0
    rows = program.constraints(
        more.shape, matrix.row_lower + more, matrix.row_upper + more, 0, matrix.row_step
    )
    _, first = np.unique(matrix.index, return_index=True)
    taken = first[equal]
    stay = np.ones(len(matrix.value), dtype=bool)
    stay[taken] = False
    program.put(matrix.index[stay], every[matrix.column[stay]], matrix.value[stay])
    flow = program.variables(equal.shape, 0.0, -np.inf, np.inf)
    program.put(rows[equal], flow, 2.0)
    sets = program.constraints(equal.shape, 3.0, 3.0, 0, matrix.row_step[equal])
    program.put(sets, flow, 2.0)
    program.put(sets, every[matrix.column[taken]], -matrix.value[taken])
    for low, high, kept in (
        (matrix.lower, np.inf, np.isfinite(matrix.lower)),
        (-np.inf, matrix.upper, np.isfinite(matrix.upper)),
    ):
        ends = [np.broadcast_to(side, kept.shape)[kept] for side in (low, high)]
        limits = program.constraints((int(kept.sum()),), *ends)
        program.put(limits, every[kept], 1.0)
    return matrix_of(program)


def test_ratios_of_a_direct_connection_hold_where_they_are_asked() -> None:
    """Self-use 0.6, green 0.5, export 0.05 of what could be made, with what is curtailed counted."""
    campus = campus_year(240, names=("solar", "wind", "battery"))
    terms = GreenTerms(
        self_use_least=0.6,
        green_share_least=0.5,
        export_most=0.05,
        available_includes_curtailed=True,
    )
    sizing = least_cost(campus, Targets(green=terms))
    weight = campus.hours.weight
    could = sum(one.could_kwh for one in sizing.built)
    made = sum(one.made_kwh for one in sizing.built if one.could_kwh)
    sold = float(sizing.export_kw @ weight)
    assert (made - sold) / could >= 0.6 - NEAR
    assert (made - sold) / sizing.load_kwh >= 0.5 - NEAR
    assert sold / could <= 0.05 + NEAR


def test_a_ratio_out_of_reach_is_told_with_the_best_that_there_is() -> None:
    """150 kW of plants beside 100 kW of load: of what could be made at most 2/3 is used, whatever the load is."""
    campus = given_plant(np.ones(24), np.ones(24))
    terms = GreenTerms(
        self_use_least=0.9, green_share_least=0.0, export_most=1.0, available_includes_curtailed=True
    )  # fmt: skip
    (missed,) = reach_of(campus, Targets(green=terms)).missed
    assert missed.name == "self_use_least" and missed.reached == pytest.approx(2.0 / 3.0, abs=1e-6)
    assert missed.lacking == "0.2333 of the generation"


def test_an_hourly_share_out_of_reach_is_a_share_of_all_that_is_used() -> None:
    """Cooling draws a quarter more: of 125 kW the plants serve 75, with 50 of a grid that burns coal."""
    campus = given_plant(0.5 * np.ones(24), np.zeros(24))
    cooling = Cooling(
        heat_share=1.0, cop=4.0 * np.ones(24), plant_most_kw=500.0, water_l_per_kwh=np.zeros(24)
    )
    found = reach_of(replace(campus, cooling=cooling), Targets(hourly_clean_share=0.8))
    (missed,) = found.missed
    assert missed.reached == pytest.approx(0.6, abs=1e-6)
    assert missed.lacking == "0.2000 of the load"


def test_the_front_falls_from_least_cost_to_least_carbon() -> None:
    """Each point costs more and emits less than the one before; the last emits least of all."""
    campus = campus_year(96, names=("solar", "wind", "battery"))
    points = front(campus, Targets(), 4)
    costs, carbon = [one.cost for one in points], [one.carbon_kg for one in points]
    assert costs == sorted(costs) and carbon == sorted(carbon, reverse=True)
    cleanest = least_carbon(campus, Targets())
    program = written(campus)
    least = program.carbon.at(solved(program, Goal.CARBON).values)
    assert cleanest.carbon_kg == pytest.approx(least, rel=1e-4)


def test_a_budget_is_kept_and_buys_the_least_carbon() -> None:
    """Least carbon at most a tenth above least cost: within it, and no worse than the cheapest."""
    campus = campus_year(96, names=("solar", "wind", "battery"))
    cheapest = least_cost(campus, Targets())
    within = least_carbon(campus, Targets(cost=1.1 * cheapest.cost))
    assert within.cost <= 1.1 * cheapest.cost * (1 + NEAR)
    assert within.carbon_kg < cheapest.carbon_kg
