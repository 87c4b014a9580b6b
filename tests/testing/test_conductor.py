"""The published policies on two equal jobs, by hand: 400 kW at full power, 300 kW asked in 25 of 60 minutes."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import Pausing
from gridtide.testing.conductor import (
    Course,
    ReferencePolicy,
    headroom_of,
    minutes_over,
    total_kw,
)
from gridtide.testing.conductor.fair_caps import fair_caps
from gridtide.testing.conductor.fair_caps_and_pauses import fair_caps_and_pauses
from gridtide.testing.conductor.fair_sizes_and_pauses import fair_sizes_and_pauses
from gridtide.testing.conductor.greedy_pauses import greedy_pauses
from gridtide.testing.conductor.uniform_cap import uniform_cap
from gridtide.testing.one_gang import one_gang

CLUSTER = one_gang(Pausing.WHOLE)
CALL = flat_call("by hand", 60, (15, 40), 300.0, 10)
POLICIES = (uniform_cap, fair_caps, fair_caps_and_pauses, greedy_pauses, fair_sizes_and_pauses)


def drawn(course: Course) -> list[float]:
    """Power of all jobs in a minute without and in two with the call."""
    kw = total_kw(headroom_of(CLUSTER, CALL), course)
    return [float(kw[0]), float(kw[15]), float(kw[39])]


@pytest.mark.parametrize("policy", [uniform_cap, fair_caps])
def test_caps_take_half_of_the_headroom_of_both(policy: ReferencePolicy) -> None:
    """Both at 150 W, and the budget is met to the watt."""
    course = policy(CLUSTER, CALL)
    np.testing.assert_allclose(course.power_w[15:40], 150.0)
    assert drawn(course) == pytest.approx([400.0, 300.0, 300.0])


def test_a_set_pauses_one_after_the_other_for_even_parts_of_the_call() -> None:
    """Thirteen minutes and twelve, the other at full power meanwhile."""
    course = fair_caps_and_pauses(CLUSTER, CALL)
    assert np.flatnonzero(course.running[:, 0] == 0.0).tolist() == list(range(15, 28))
    assert np.flatnonzero(course.running[:, 1] == 0.0).tolist() == list(range(28, 40))
    assert drawn(course) == pytest.approx([400.0, 220.0, 220.0])


def test_the_first_job_pauses_for_exactly_its_allowance() -> None:
    """Half of an hour, though the call is over before."""
    course = greedy_pauses(CLUSTER, CALL)
    assert np.flatnonzero(course.running[:, 0] == 0.0).tolist() == list(range(15, 45))
    assert (course.running[:, 1] == 1000.0).all()


def test_the_more_flexible_job_pauses_first() -> None:
    """Whatever their order."""
    first, second = CLUSTER.jobs
    stiff = replace(CLUSTER, jobs=(replace(first, loss_most=0.25), second))
    course = greedy_pauses(stiff, CALL)
    assert (course.running[:, 0] == 1000.0).all()
    assert (course.running[15:45, 1] == 0.0).all()


def test_sizes_are_whole_and_of_all_plans_the_one_that_draws_most_is_kept() -> None:
    """722 accelerators of each job: 40 kW of idle ones and 0.18 kW for each that runs."""
    course = fair_sizes_and_pauses(CLUSTER, CALL)
    assert (course.running[15:40] == 722.0).all()
    assert drawn(course) == pytest.approx([400.0, 299.92, 299.92])


@pytest.mark.parametrize("policy", POLICIES)
def test_a_job_without_checkpoint_is_paused_by_nobody(policy: ReferencePolicy) -> None:
    """The rule of the house holds for those we compare with; resized it may be."""
    stiff = one_gang(Pausing.NEVER)
    course = policy(stiff, CALL)
    assert (course.running > 0.0).all()
    if policy is not greedy_pauses:
        assert minutes_over(headroom_of(stiff, CALL), course) == 0
