"""What is written down of routed requests."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.flow_reasons import flow_rows
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.fleet.slower_answers import SlowerAnswers
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
    ((*_, _slower, cost, cost_home, _, _, _),) = [
        row for row in rows if (row[2], row[3]) == (origin, away)
    ]
    assert np.isfinite(cost)
    assert cost_home == np.inf


def test_a_thousand_requests_cost_what_they_cost_as_they_are_answered() -> None:
    """At a slower point without limits on machines a thousand requests take its energy, there and at home alike."""
    situation = next(iter(situations()))
    plan = Coordinated(objective=OBJECTIVE).plan(situation)
    service = situation.services[0]
    origin, away = 0, int(np.argmax(service.home[0] <= 0.0))
    half = SlowerAnswers(
        requests_per_accelerator_s=2.0 * service.requests_per_accelerator_s,
        time_to_first_token_s=2.0 * service.time_to_first_token_s,
        it_kw_per_accelerator=service.it_kw_per_accelerator,
    )
    bearing = replace(service, latency_max_s=1e3, delay_tolerance=0.5, slower=(half,))
    shares = np.zeros_like(plan.shares)
    shares[0, origin, away] = 1.0
    rows = {}
    for slower in (0.0, 0.5, 1.0):
        told = replace(plan, shares=shares, slower_shares=slower * shares[:1])
        changed = replace(situation, services=(bearing, *situation.services[1:]))
        (rows[slower],) = [
            row for row in flow_rows(told, changed, 1.0) if row[1:4] == (0, origin, away)
        ]
    assert [row[6] for row in rows.values()] == [0.0, 0.5, 1.0]
    assert rows[1.0][7] == pytest.approx(rows[0.0][7] / 2.0)
    assert rows[0.5][7] == pytest.approx(rows[0.0][7] * 0.75)
    assert rows[0.0][8] == rows[1.0][8]
