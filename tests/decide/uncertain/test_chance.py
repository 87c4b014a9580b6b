"""Plans with margins on limits and peaks."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.constraints.margin import margin_floor_kw
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.decide.situation import Event, Situation
from gridtide.decide.uncertain.chance import Chance, hurting_facts
from gridtide.digest import digest
from gridtide.finding import Infeasible
from gridtide.testing.planners import OBJECTIVE, PlannerPromises
from gridtide.testing.spread import known, with_quantiles

NEAR = 1e-6


def planner(confidence: float = 0.9) -> Chance:
    """A planner of one confidence."""
    risk = Risk(uncertainty=Uncertainty.CHANCE, confidence=confidence)
    return Chance(objective=OBJECTIVE, risk=risk)


def unsure(confidence: float) -> Iterator[Situation]:
    """Small situations with quantiles."""
    for situation in known():
        yield with_quantiles(situation, confidence)


class TestChance(PlannerPromises):
    """What every planner promises, with quantiles in the situation or without."""

    def planner(self, objective: Objective) -> Chance:
        """The planner under test."""
        return replace(planner(), objective=objective)


def test_without_quantiles_the_plan_costs_what_the_coordinated_one_does() -> None:
    """A margin of nothing changes nothing."""
    for situation in known():
        expected = Coordinated(objective=OBJECTIVE).plan(situation).certificate.cost
        assert planner().plan(situation).certificate.cost == pytest.approx(expected, rel=NEAR)


def test_more_confidence_never_asks_for_less_margin_or_money() -> None:
    """From even odds, which ask for none, to nineteen in twenty."""
    for plain in known():
        facts = facts_of(plain, OBJECTIVE, held_of(plain, OBJECTIVE))
        margin = np.zeros_like(facts.supply_kw)
        cost = Coordinated(objective=OBJECTIVE).plan(plain).certificate.cost
        for confidence in (0.5, 0.7, 0.9, 0.95):
            situation = with_quantiles(plain, confidence)
            wider = margin_floor_kw(facts, hurting_facts(situation, facts, OBJECTIVE, confidence))
            dearer = planner(confidence).plan(situation).certificate.cost
            assert (wider >= margin - NEAR).all()
            assert dearer >= cost - NEAR * abs(cost)
            margin, cost = wider, dearer
        assert margin.max() > 0.0


def test_the_limit_holds_at_the_quantile_where_it_can() -> None:
    """A site that could draw all it may by the forecast leaves room for the wind that may be missing."""
    for situation in unsure(0.9):
        loose = planner().plan(situation)
        facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
        margin = margin_floor_kw(facts, hurting_facts(situation, facts, OBJECTIVE, 0.9))
        limit = float(loose.import_kw.max() + margin.max())
        sites = tuple(
            replace(site, contract=replace(site.contract, import_max_kw=limit))
            for site in situation.fleet.sites
        )
        tight = replace(situation, fleet=replace(situation.fleet, sites=sites))
        plan = planner().plan(tight)
        assert not any("lacks" in note for note in plan.notes)
        net = plan.import_kw - plan.export_kw - plan.unused_supply_kw + margin
        assert (net <= limit + NEAR * limit).all()


def test_a_margin_that_cannot_be_had_is_said() -> None:
    """With a connection that is small for the forecast, the plan stands and says what it lacks."""
    found = []
    for plain in known():
        most_kw = Coordinated(objective=OBJECTIVE).plan(plain).import_kw.max(axis=1)
        sites = tuple(
            replace(site, contract=replace(site.contract, import_max_kw=0.8 * float(limit_kw)))
            for site, limit_kw in zip(plain.fleet.sites, most_kw, strict=True)
        )
        tight = replace(plain, fleet=replace(plain.fleet, sites=sites))
        plan = planner(0.95).plan(with_quantiles(tight, 0.95, size=5.0))
        found += [note for note in plan.notes if "lacks" in note]
    assert found


def test_the_same_quantiles_give_the_same_bytes() -> None:
    """Nothing but the situation decides."""
    situation = next(unsure(0.9))
    assert digest(planner().plan(situation)) == digest(planner().plan(situation))


def test_what_cannot_hold_is_named_as_without_margins() -> None:
    """Margins may lack, so a call that leaves less than parked machines draw is the conflict it is without them."""
    situation = next(unsure(0.9))
    name = situation.fleet.sites[0].name
    call = Event(
        site=name,
        start=situation.horizon.start,
        end=situation.horizon.end,
        import_max_kw=1.0,
        issued_at=situation.as_of,
    )
    situation = replace(situation, events=(call,))
    with pytest.raises(Infeasible) as plain:
        Coordinated(objective=OBJECTIVE).plan(situation)
    with pytest.raises(Infeasible) as refused:
        planner().plan(situation)
    subjects = {finding.subject for finding in refused.value.findings}
    assert f"call of the grid at {name}" in subjects
    assert subjects == {finding.subject for finding in plain.value.findings}
