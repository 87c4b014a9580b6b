"""Answers come in time: machines are added while there are any, then requests are turned away."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.simulate.staffing import QUANTILE, staffed, wait_budgets_s, waits_s
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study


@given(
    need=st.floats(0.01, 200.0),
    reserve=st.floats(0.0, 0.5),
    room=st.floats(0.5, 3.0),
    budget_s=st.floats(0.01, 5.0),
)
def test_what_is_answered_is_answered_in_time(
    need: float, reserve: float, room: float, budget_s: float
) -> None:
    """The 95 % wait of the answered requests fits its budget on no more machines than there are."""
    service = small_study(0).services[0]
    busy = np.zeros((1, 4, 1))
    busy[0, 1, 0] = need
    free = np.full((4, 1), max(need * room, need))
    active = np.minimum(busy * (1.0 + reserve), free)
    machines, share = staffed((service,), busy, active, free, np.full((1, 4, 1), budget_s))
    assert (machines.sum(axis=0) <= free + 1e-9).all()
    assert (machines >= active - 1e-9).all()
    waits = waits_s(service, busy[0] * share[0], machines[0], QUANTILE)
    assert waits[1, 0] <= budget_s * (1.0 + 1e-6)
    if share[0, 1, 0] < 1.0:
        assert machines[0, 1, 0] == pytest.approx(free[1, 0])


def test_a_trickle_gets_a_few_machines_more_instead_of_waiting() -> None:
    """Two busy machines with a tenth in reserve would be late; a few idle ones stand beside them."""
    service = small_study(0).services[0]
    busy = np.zeros((1, 4, 1))
    busy[0, 1, 0] = 1.9
    free = np.full((4, 1), 50.0)
    machines, share = staffed((service,), busy, busy * 1.1, free, np.full((1, 4, 1), 0.5))
    assert share.min() == 1.0
    assert 2.1 < machines[0, 1, 0] < 8.0


def test_a_home_that_is_late_even_without_a_queue_keeps_no_budget() -> None:
    """Nothing is turned away for a distance that no machine can shorten."""
    study = small_study(0)
    asked = np.ones((1, 1, 4, 2))
    slow = replace(study.services[0], latency_max_s=0.1)
    assert np.isinf(wait_budgets_s(study.fleet, (slow,), asked)).all()
    assert np.isfinite(wait_budgets_s(study.fleet, study.services, asked)).all()


def test_a_crowded_day_refuses_what_it_cannot_answer_in_time() -> None:
    """Four times the demand on the same machines: every answered request keeps its limit, the rest is refused."""
    study = small_study(1, hours=24, jobs=10, accelerators=32)
    service = replace(
        study.services[0],
        requests_per_accelerator_s=study.services[0].requests_per_accelerator_s / 2,
    )
    study = replace(study, services=(service,))
    for policy in ("run-at-once", "coordinated"):
        seen = course_of(study, policy).telemetry
        assert np.nanmax(seen.latency_p95_s) <= service.latency_max_s + 1e-6
    assert seen.refused.sum() > 0
