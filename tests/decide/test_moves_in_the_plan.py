"""A plan knows what a move of requests takes, and so leaves routes of equal cost as they are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import shares_of, written
from gridtide.decide.program import Matrix, matrix_of, solve
from gridtide.decide.situation import Situation
from gridtide.decide.structured.shaping import shape_of
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

EAST, NORTH = 1, 3
"""The places that answer."""


def situation_with(lost_s: float, seed: int = 0) -> Situation:
    """The first morning of a small study without jobs whose service loses so much."""
    study = small_study(seed, hours=24, jobs=1)
    (service,) = study.services
    study = replace(study, services=(replace(service, lost_cache_s=np.full(4, lost_s)),))
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now, ())
    return situation


def program_of(situation: Situation, **changed: object) -> tuple[Matrix, Columns, Facts]:
    """Its plan as a program; where some of its facts are changed, without demand charges."""
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    if changed:
        free = replace(facts.months, price_per_kw=0.0 * facts.months.price_per_kw)
        facts = replace(facts, months=free, **changed)  # type: ignore[arg-type]
    program, columns, _ = written(situation, facts)
    return matrix_of(program), columns, facts


def to_and_fro(situation: Situation, **changed: object) -> float:
    """How much of the requests moves in all through a day's plan, in shares of an origin."""
    matrix, columns, facts = program_of(situation, **changed)
    shares, _ = shares_of(facts, columns, solve(matrix).values)
    return float(np.maximum(np.diff(shares, axis=-1), 0.0).sum())


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 9), st.floats(0.05, 2.0))
def test_lost_caches_calm_routes(seed: int, lost_s: float) -> None:
    """Whatever the prices: where moving takes machines, no more of the requests moves than where it takes nothing."""
    calm = to_and_fro(situation_with(lost_s, seed))
    assert calm <= to_and_fro(situation_with(0.0, seed)) + 1e-6


@settings(max_examples=6, deadline=None)
@given(st.lists(st.floats(20.0, 120.0), min_size=8, max_size=8))
def test_routes_of_equal_cost_do_not_flip(price_per_mwh: list[float]) -> None:
    """Two sites at one price and one slope in every step: with lost caches nothing moves after the first step."""
    situation = situation_with(0.5)
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    moved = to_and_fro(
        situation,
        price_per_kwh=np.tile(np.repeat(np.asarray(price_per_mwh) / 1000.0, 12), (2, 1)),
        curve=replace(facts.curve, slope=np.full_like(facts.curve.slope, 1.3)),
        supply_kw=0.0 * facts.supply_kw,
        carbon_cost_per_kwh=0.0 * facts.carbon_cost_per_kwh,
    )
    assert moved < 1e-6


def test_a_move_that_saves_less_than_it_takes_is_not_made() -> None:
    """By hand: for one step the north is cheaper by a little; with a cache of a minute nobody goes there for it."""
    dear = np.full((2, 96), 0.100)
    dear[1] = 0.2
    dear[1, 40] = 0.05
    free, lost = situation_with(0.0), situation_with(60.0)
    nothing = {"supply_kw": np.zeros((2, 96)), "carbon_cost_per_kwh": np.zeros((2, 96))}
    assert to_and_fro(free, price_per_kwh=dear, **nothing) > 0.9
    assert to_and_fro(lost, price_per_kwh=dear, **nothing) < 1e-6


def test_what_moves_takes_power_and_machines_in_the_plan() -> None:
    """Told to go north in one step: the load there rises by the lost caches once."""
    situation = situation_with(0.5)
    before = np.zeros((1, 1, 4))
    before[0, 0, EAST] = 1.0
    situation = replace(situation, state=replace(situation.state, answered_shares=before))
    dear = np.full((2, 96), 0.05)
    dear[0] = 1.0
    matrix, columns, facts = program_of(situation, price_per_kwh=dear)
    x = solve(matrix).values
    shares, _ = shares_of(facts, columns, x)
    moved = np.diff(shares[0, 0, NORTH], prepend=0.0) * facts.requests_per_s[0, 0]
    segments = x[columns.segment].sum(axis=2)[1]
    answering = (x[columns.flow] * (columns.pair[:, 2] == NORTH)[:, None]).sum(axis=0)
    per_s = facts.serving_kw[0, NORTH] * (1.0 + facts.reserve[NORTH])
    expected = answering * per_s / facts.rate[0, NORTH] + np.maximum(moved, 0.0) * 0.5 * per_s
    work = segments - expected
    assert moved[0] > 1.0
    assert work[0] == pytest.approx(0.0, abs=1e-6)


def test_the_structured_method_reads_a_plan_whose_requests_move() -> None:
    """No row ties sites and steps at once."""
    matrix, _, _ = program_of(situation_with(0.5))
    assert shape_of(matrix).sizes.columns > 0


def test_a_course_moves_less_where_caches_are_lost() -> None:
    """In the twin as in the plan."""
    moved = []
    for lost_s in (0.0, 5.0):
        study = small_study(3, hours=48)
        (service,) = study.services
        study = replace(study, services=(replace(service, lost_cache_s=np.full(4, lost_s)),))
        seen = course_of(study, "coordinated").telemetry
        shares = seen.answered[0, 0] / seen.answered[0, 0].sum(axis=0)
        moved.append(float(np.maximum(np.diff(shares, axis=1), 0.0).sum()))
    assert moved[1] < 0.8 * moved[0]
