"""What is written down of routed requests."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.flow_reasons import flow_rows
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.testing.planners import OBJECTIVE, situations


@pytest.mark.filterwarnings("error")
def test_steps_in_which_a_place_answers_nothing_weigh_nothing() -> None:
    """A home that runs no such service costs inf, and so it stands, not as no number."""
    situation = next(iter(situations()))
    plan = Coordinated(objective=OBJECTIVE).plan(situation)
    shares = np.zeros_like(plan.shares)
    service, origin, away = 0, 0, int(np.argmax(situation.services[0].home[0] <= 0.0))
    shares[service, origin, away, :4] = [0.0, 1.0, 0.0, 1.0]
    home = int(np.argmax(situation.services[0].home[0]))
    rate = situation.services[0].requests_per_accelerator_s.copy()
    rate[home], rate[away] = 0.0, max(rate[away], 1.0)
    gone = replace(situation.services[0], requests_per_accelerator_s=rate)
    rows = flow_rows(replace(plan, shares=shares), replace(situation, services=(gone,)), 1.0)
    ((*_, cost, cost_home, _, _, _),) = [row for row in rows if (row[2], row[3]) == (origin, away)]
    assert np.isfinite(cost)
    assert cost_home == np.inf
