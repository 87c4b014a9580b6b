"""Where selling earns more than drawing costs a plan still goes one way a step, and no better one is left out."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.planners.coordinated import Coordinated, solved_without_burning, written
from gridtide.decide.program import matrix_of, solve
from gridtide.decide.situation import Situation
from gridtide.loop.turn import Memory, take_turn
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.timeline import Timeline

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 200
discharge_max_kw = 200

[[site.pool]]
"""


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Situation]:
    """A day of known work at a site with a battery that may sell, as the first turn sees it."""
    path = tmp_path_factory.mktemp("case") / "case.toml"
    text = TEXT.replace("[[site.pool]]", STORE, 1).replace(
        "import_max_kw = 700,", "import_max_kw = 700, export_max_kw = 150,"
    )
    path.write_text(text)
    study = replace(load_case(path), arrivals_known=True)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    return study, turn.situation


def selling_at(situation: Situation, per_mwh: list[float], hours: int | None = None) -> Situation:
    """The situation with a price of export, by the hour, and its first hours alone if told."""
    horizon = situation.horizon
    if hours is not None:
        end = situation.as_of + timedelta(hours=hours)
        horizon = horizon.between(situation.as_of, end)
    hour = ((horizon.starts_s - horizon.edges_s[0]) // 3600).astype(np.int64)
    signal = Signal(
        kind=Kind.EXPORT_PRICE,
        zone="DE-LU",
        timeline=Timeline(edges_s=horizon.edges_s),
        values=np.asarray(per_mwh, dtype=np.float64)[hour % len(per_mwh)],
        source="a test",
        currency="EUR",
        issued_at=situation.as_of,
    )
    return replace(situation, horizon=horizon, signals=(*situation.signals, signal))


def test_a_plan_never_draws_and_sells_in_one_step(morning: tuple[Study, Situation]) -> None:
    """At a price of export above, below and under nothing; each kWh sold comes from the store or own supply."""
    study, situation = morning
    for prices in ([-50.0, 200.0, 90.0], [20.0, 300.0]):
        plan = Coordinated(objective=study.objective).plan(selling_at(situation, prices))
        both = np.minimum(plan.import_kw, plan.export_kw)
        assert both.max() <= 1e-6
        assert (plan.export_kw <= plan.discharge_kw + 1e-6).all()
    assert plan.export_kw.max() > 10.0


def test_a_higher_price_of_export_never_costs_more(morning: tuple[Study, Situation]) -> None:
    """What is sold grows with it, and a bound stays below the cost."""
    study, situation = morning
    plans = [
        Coordinated(objective=study.objective).plan(selling_at(situation, [0.0, 0.0, price]))
        for price in (0.0, 150.0, 300.0)
    ]
    costs = [plan.certificate.cost for plan in plans]
    assert np.diff(costs).max() <= 1e-6 * max(map(abs, costs))
    assert all(one.certificate.lower_bound <= one.certificate.cost + 1e-9 for one in plans)
    assert plans[0].export_kw.max() <= 1e-6 < plans[-1].export_kw.max()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from([-40.0, 30.0, 90.0, 150.0, 400.0]), min_size=2, max_size=2))
def test_no_choice_of_ways_is_cheaper(
    morning: tuple[Study, Situation], prices: list[float]
) -> None:
    """All of two hours' choices tried one by one, each a program of its own, find nothing better."""
    study, situation = morning
    seen = selling_at(situation, prices, 2)
    facts = facts_of(seen, study.objective, held_of(seen, study.objective))
    program, columns, _ = written(seen, facts)
    found = solved_without_burning(matrix_of(program), facts, columns).objective
    best = np.inf
    for draws in product([True, False], repeat=len(facts.hours)):
        matrix = matrix_of(program)
        closed = np.asarray(draws)
        matrix.upper[columns.draw[0, ~closed]] = 0.0
        matrix.upper[columns.sell[0, closed]] = 0.0
        alone = solve(matrix)
        if alone.feasible:
            best = min(best, alone.objective)
    assert found == pytest.approx(best, rel=1e-6, abs=1e-6)
