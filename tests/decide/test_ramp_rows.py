"""A plan keeps the ramp rule from the present grid power on, and there is one where the rule cannot hold."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.situation import Situation
from gridtide.testing.planners import OBJECTIVE, situations


def measured() -> Situation:
    """A seeded situation with the grid power of a quiet night."""
    situation = next(iter(situations()))
    now_kw = np.full(len(situation.fleet.sites), 40.0)
    return replace(situation, state=replace(situation.state, grid_power_kw=now_kw))


def ruled(situation: Situation, kw_per_min: float | None) -> Situation:
    """The situation with a ramp rule at every site."""
    sites = tuple(
        replace(site, contract=replace(site.contract, ramp_max_kw_per_min=kw_per_min))
        for site in situation.fleet.sites
    )
    return replace(situation, fleet=replace(situation.fleet, sites=sites))


def steepest(situation: Situation, objective_of: Coordinated) -> float:
    """Fastest change of grid power in a plan, from what is measured now on, kW per minute."""
    plan = objective_of.plan(situation)
    grid_kw = plan.import_kw - plan.export_kw
    now_kw = situation.state.grid_power_kw[:, None]
    change = np.abs(np.diff(np.concatenate([now_kw, grid_kw], axis=1), axis=1))
    return float(np.nanmax(change / (plan.horizon.hours * 60.0)))


@pytest.mark.parametrize("kw_per_min", [1.2, 2.0])
def test_a_plan_keeps_the_rule_where_it_can(kw_per_min: float) -> None:
    """From the first step on."""
    situation, planner = measured(), Coordinated(objective=OBJECTIVE)
    free = steepest(situation, planner)
    assert free > kw_per_min
    assert steepest(ruled(situation, kw_per_min), planner) <= kw_per_min + 1e-6


def test_a_rule_that_services_alone_break_still_has_a_plan() -> None:
    """No slower than what must happen, and no exception in the middle of a course."""
    situation, planner = measured(), Coordinated(objective=OBJECTIVE)
    assert steepest(ruled(situation, 1e-4), planner) < steepest(situation, planner)
