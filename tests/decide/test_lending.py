"""Accelerators that stand still in a tolerant job work for a firm one: faster at no more power, and given back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gridtide.decide.response.best_course import best_course
from gridtide.decide.response.call import flat_call
from gridtide.decide.response.lending import READY_MIN
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing
from gridtide.simulate.response import answer, marks_of
from gridtide.testing.called_clusters import clusters

POWER_W, SPEED = np.array([100.0, 200.0, 400.0]), np.array([0.2, 0.7, 1.0])


def pair(lends: bool) -> CappedCluster:
    """Servers that may park, beside a firm job that may grow to half as many more; 80 kW."""
    servers = CappedJob(
        name="servers", accelerators=100, power_w=POWER_W, speed=SPEED, idle_w=40.0, loss_most=0.9,
        weight=0.1, pausing=Pausing.SOME, gives=lends,
    )  # fmt: skip
    firm = CappedJob(
        name="firm", accelerators=100, power_w=POWER_W, speed=SPEED, idle_w=40.0, loss_most=0.2,
        weight=1.0, pausing=Pausing.NEVER, grows_to=150, borrowed_worth=0.9,
    )  # fmt: skip
    return CappedCluster(
        name="pair", jobs=(servers, firm), other_kw=0.0, baseline_kw=80.0, fall=1.0, rise=1.0
    )


def test_a_firm_job_runs_on_what_a_tolerant_one_leaves() -> None:
    """By hand, 34 kW: the servers stand still at 4 kW, the firm job has 30 kW, 300 W each, 0.85 of its speed. Over 17
    more accelerators, 0.68 kW of idle power with them, that is 262 W each and 0.794 of 1.153: 0.915; 50 more reach
    213 W, 0.720 of 1.45: more than there is work for, so that fewer do."""
    call = flat_call("deep", 60, (15, 45), 34.0, 10)
    apart, together = answer(pair(False), call), answer(pair(True), call)
    assert apart.speed[30] == pytest.approx([0.0, 0.85])
    assert together.speed[30, 1] == pytest.approx(1.0, abs=0.01)
    assert (together.meter_kw[15:45] <= 34.0 + 1e-9).all()
    assert marks_of(pair(True), call, together).highest_after <= 1.0 + 1e-9


def test_what_is_borrowed_works_once_it_is_ready_and_is_given_back_after_the_call() -> None:
    """Three minutes at the least; nothing is slower meanwhile."""
    call = flat_call("deep", 60, (15, 45), 34.0, 10)
    apart, together = answer(pair(False), call), answer(pair(True), call)
    assert together.speed[15 : 15 + READY_MIN, 1] == pytest.approx(
        apart.speed[15 : 15 + READY_MIN, 1]
    )
    assert together.speed[46:] == pytest.approx(apart.speed[46:])
    assert together.power_kw[46:] == pytest.approx(apart.power_kw[46:])


@given(cluster=clusters(), share=st.floats(0.2, 0.9), growth=st.integers(1, 64))
@settings(max_examples=12, phases=[Phase.generate], deadline=None)
def test_lending_draws_no_more_and_never_passes_the_bound(
    cluster: CappedCluster, share: float, growth: int
) -> None:
    """Whatever jobs there are: the meter stays where it was or below, and no bound is passed."""
    jobs = tuple(
        replace(job, gives=True, grows_to=job.accelerators + growth) for job in cluster.jobs
    )
    call = flat_call("any", 60, (15, 40), share * cluster.baseline_kw, 15)
    lends = replace(cluster, jobs=jobs)
    apart, together = answer(cluster, call), answer(lends, call)
    limit = np.minimum(call.limit_kw, cluster.baseline_kw)
    over = apart.meter_kw.max(where=np.isfinite(call.limit_kw), initial=0.0)
    called = call.called
    assert (together.meter_kw[called] <= np.maximum(limit[called], over) + 1e-9).all()
    assert marks_of(lends, call, together).weighted <= best_course(lends, call).weighted + 1e-9
