"""Plans with margins, through a telescope."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.constraints.margin import margin_floor_kw, more_requests
from gridtide.decide.facts import held_of
from gridtide.decide.objective import Objective
from gridtide.decide.readings import Readings
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Telescoped, views_of
from gridtide.decide.uncertain.chance import Chance, hurting_facts
from gridtide.decide.uncertain.telescoped_chance import TelescopedChance, hurting_most
from gridtide.digest import digest
from gridtide.testing.planners import OBJECTIVE, PlannerPromises
from gridtide.testing.spread import known, with_quantiles
from gridtide.timeline import Spans, holding

NEAR = 1e-6
RISK = Risk(uncertainty=Uncertainty.CHANCE, confidence=0.9)
FAR: Spans = ((8, 900), (4, 3600), (3, 4 * 3600))
FINE: Spans = ((1, 900),)


def planner(telescope: Spans, readings: Readings | None = None) -> TelescopedChance:
    """A planner with margins that looks through a telescope."""
    return TelescopedChance(objective=OBJECTIVE, risk=RISK, telescope=telescope, readings=readings)


def unsure() -> Iterator[Situation]:
    """Small situations with quantiles."""
    for situation in known():
        yield with_quantiles(situation, RISK.confidence)


class TestTelescopedChance(PlannerPromises):
    """What every planner promises, in the steps of the loop."""

    def planner(self, objective: Objective) -> TelescopedChance:
        """The planner under test."""
        return replace(planner(FAR), objective=objective)


def test_where_no_step_is_longer_it_is_the_plan_with_margins_to_the_byte() -> None:
    """A telescope that shows nothing smaller changes nothing, whatever was read before."""
    readings = Readings()
    for situation in unsure():
        regular = Chance(objective=OBJECTIVE, risk=RISK).plan(situation)
        assert digest(planner(FINE, readings).plan(situation)) == digest(regular)


def test_without_quantiles_it_costs_what_the_telescoped_plan_does() -> None:
    """A margin of nothing changes nothing."""
    for situation in known():
        plain = Telescoped(objective=OBJECTIVE, telescope=FAR).plan(situation).certificate.cost
        assert planner(FAR).plan(situation).certificate.cost == pytest.approx(plain, rel=NEAR)


def test_the_margin_of_a_coarse_step_is_none_smaller_at_any_moment_of_it() -> None:
    """Heat, supply that lacks, requests beyond the forecast: the widest of the moments counts."""
    for situation in unsure():
        held = held_of(situation, OBJECTIVE)
        views = views_of(situation, held, OBJECTIVE, FAR)
        hurting = hurting_facts(situation, views.whole, OBJECTIVE, RISK.confidence)
        most = hurting_most(views, hurting, situation)
        shown = holding(views.seen.horizon, situation.horizon)
        wide = margin_floor_kw(views.coarse, most)[:, shown]
        assert (wide >= margin_floor_kw(views.whole, hurting) - NEAR).all()
        asked = more_requests(views.coarse, most)[..., shown]
        assert (asked >= more_requests(views.whole, hurting) - NEAR).all()


def test_margins_are_paid_for_and_the_bound_stays_below() -> None:
    """A plan that keeps a margin is no cheaper than the telescoped one, by more than coarse steps blur."""
    for situation in unsure():
        wide = planner(FAR).plan(situation).certificate
        plain = Telescoped(objective=OBJECTIVE, telescope=FAR).plan(situation).certificate
        assert wide.cost >= plain.cost * (1.0 - 0.01)
        assert wide.lower_bound <= plain.cost + NEAR * abs(plain.cost)
        assert np.isfinite(wide.lower_bound)
