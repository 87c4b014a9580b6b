"""Plans that cool ahead: what they see of halls and stores is what the twin does, by every method."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated, solved, written
from gridtide.decide.program import matrix_of, solve
from gridtide.decide.proof import proof_of
from gridtide.decide.situation import Situation
from gridtide.decide.solving import by_sites, structured
from gridtide.decide.telescoped import Telescoped
from gridtide.fleet.site import Cooling
from gridtide.loop.sight import see
from gridtide.simulate.cold_side import ColdSide
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.cooled import cooled_ahead
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import small_study

PLANTS = list(Cooling)


def situation_of(cooling: Cooling, store_h: float = 3.0) -> Situation:
    """A seeded situation of two sites that can both be cooled ahead."""
    study = cooled_ahead(small_study(1, hours=24, jobs=20), cooling=cooling, store_h=store_h)
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now + timedelta(0))
    return situation


def plans() -> Iterator[tuple[Situation, Plan]]:
    for cooling in PLANTS:
        situation = situation_of(cooling)
        yield situation, Coordinated(objective=OBJECTIVE).plan(situation)


def test_what_a_plan_sees_of_halls_and_stores_is_what_the_twin_does() -> None:
    """The twin, told the plan's orders under the plan's load, comes to the same temperatures and the same cold; the
    reference asks for 1 K."""
    for situation, plan in plans():
        side = ColdSide.of(situation.fleet)
        outdoor = np.full(plan.it_kw.shape, 20.0)
        spare = np.full(plan.it_kw.shape, 1e6)
        seen = side.advance(plan.it_kw, plan.cooling, outdoor, spare, plan.horizon.hours)
        assert np.abs(plan.extra_cooling_kw).max() > 1.0
        assert seen.air_c == pytest.approx(plan.air_c, abs=1e-4)
        assert seen.cold_kwh == pytest.approx(plan.cold_kwh, abs=1e-3)


def test_power_of_a_plan_adds_up_with_what_is_carried_out_early() -> None:
    """What is drawn, sold, stored and left unused is what facilities need, extra cooling among it."""
    for situation, plan in plans():
        facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
        drawn = plan.import_kw - plan.export_kw + plan.discharge_kw - plan.charge_kw
        need = plan.facility_kw + plan.unused_supply_kw - facts.supply_kw
        assert drawn == pytest.approx(need, abs=1e-5)


@pytest.mark.parametrize("cooling", PLANTS)
def test_every_method_finds_the_same_plan(cooling: Cooling) -> None:
    """Simplex, the structured method and the decomposition, each proved by code of its own."""
    situation = situation_of(cooling)
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    matrix = matrix_of(written(situation, facts)[0])
    best = solve(matrix)
    assert best.feasible
    for found, gap in ((structured(matrix, 1e-6), 1e-6), (by_sites(matrix, 1e-3), 1e-3)):
        proof = proof_of(matrix, found)
        assert proof.lower_bound <= best.objective + 1e-6 * abs(best.objective)
        assert found.objective == pytest.approx(best.objective, rel=1.5 * gap)


def test_a_bigger_store_never_costs_more() -> None:
    """More room for cold only adds choices."""
    costs = []
    for store_h in (0.0, 1.0, 4.0):
        situation = situation_of(Cooling.WATER_CHILLER, store_h=store_h)
        plan = Coordinated(objective=OBJECTIVE).plan(situation)
        costs.append(plan.certificate.cost)
    assert costs[0] >= costs[1] - 1e-6 >= costs[2] - 2e-6


def test_a_plan_through_a_telescope_cools_ahead_within_the_halls_limits() -> None:
    """Coarse steps further out; the plan told in the loop's steps keeps temperatures, and its bound holds."""
    situation = situation_of(Cooling.WATER_CHILLER)
    whole = Coordinated(objective=OBJECTIVE).plan(situation)
    spans = ((16, 900), (100, 3600))
    plan = Telescoped(objective=OBJECTIVE, telescope=spans).plan(situation)
    assert any("planned in" in note for note in plan.notes)
    assert len(plan.horizon) == len(situation.horizon)
    assert (plan.air_c >= 18.0 - 1e-6).all() and (plan.air_c <= 27.0 + 1e-6).all()
    assert plan.certificate.lower_bound <= whole.certificate.cost + 1e-6
    assert plan.certificate.lower_bound >= 0.99 * whole.certificate.lower_bound
    assert np.abs(plan.extra_cooling_kw).max() > 1.0


def test_a_fleet_without_halls_and_stores_plans_as_it_did() -> None:
    """No columns, no rows, nothing told."""
    study = small_study(1, hours=24, jobs=20)
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now + timedelta(0))
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    found = solved(situation, facts, None)
    assert not found.plan.extra_cooling_kw.size
    assert not found.rows.cooling.plant.size
    bare = replace(situation, state=replace(situation.state, cold_kwh=np.zeros(0)))
    assert Coordinated(objective=OBJECTIVE).plan(bare).certificate.cost == pytest.approx(
        found.plan.certificate.cost
    )
