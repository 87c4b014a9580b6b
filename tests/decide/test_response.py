"""A call for less power: what the controller may never do, whatever the jobs and the call."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.response.best_course import best_course
from gridtide.decide.response.call import believed_kw, flat_call
from gridtide.decide.response.merit import corners, merit_of, shared, speed_of
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing
from gridtide.simulate.response import Noise, answer, marks_of
from gridtide.testing.called_clusters import clusters, jobs

MINUTES, WINDOW = 120, (30, 80)


@given(cluster=clusters(), shares=st.tuples(st.floats(0.3, 1.0), st.floats(0.3, 1.0)))
@settings(max_examples=25)
def test_a_deeper_call_never_costs_less(
    cluster: CappedCluster, shares: tuple[float, float]
) -> None:
    """By the bound; tiers hold in both or the deeper one is refused first."""
    deep, light = (
        best_course(cluster, flat_call("any", MINUTES, WINDOW, share * cluster.baseline_kw, 10))
        for share in sorted(shares)
    )
    assert deep.short or light.weighted >= deep.weighted - 1e-9
    assert deep.short or not light.short


@given(cluster=clusters(), seed=st.integers(0, 5))
@settings(max_examples=5)
def test_nothing_is_paused_that_has_no_checkpoint_and_ramps_hold(
    cluster: CappedCluster, seed: int
) -> None:
    """Whatever is asked; from one minute to the next power rises no faster than the cluster says."""
    call = flat_call("any", MINUTES, WINDOW, 0.8 * cluster.baseline_kw, 10)
    lived = answer(cluster, call, Noise(error=0.01, seed=seed), 0.02)
    for number, job in enumerate(cluster.jobs):
        if job.pausing is Pausing.NEVER:
            assert (lived.running[:, number] == job.accelerators).all()
    told = answer(cluster, call)
    assert np.diff(told.meter_kw).max() <= cluster.rise * cluster.baseline_kw + 1e-9


@given(job=jobs())
def test_the_hull_lies_on_or_above_every_measured_point(job: CappedJob) -> None:
    """And its pieces never gain more per kilowatt than those before."""
    power_w, speed = corners(job, relaxed=True)
    assert (np.interp(job.power_w, power_w, speed) >= job.speed - 1e-12).all()
    merit = merit_of((job,), np.array([job.usual]), True, True)
    gains = merit.gain_per_kw[0][merit.width_kw[0] > 0.0]
    assert (np.diff(gains) <= 1e-9).all()


def test_power_goes_where_it_is_worth_most() -> None:
    """The last kilowatt is taken from the job that loses least by it: by hand, two jobs of two pieces."""
    one = CappedJob(name="one", accelerators=1000, power_w=np.array([100.0, 200.0, 300.0]),
                    speed=np.array([0.2, 0.8, 1.0]), idle_w=0.0, loss_most=0.5, weight=1.0,
                    pausing=Pausing.NEVER)  # fmt: skip
    two = replace(one, name="two", speed=np.array([0.5, 0.8, 1.0]))
    merit = merit_of((one, two), np.ones(2), False, False)
    power = shared(merit, np.array([1.0, 1.0]), np.array([700.0, 450.0, 350.0, 0.0]))
    np.testing.assert_allclose(power, [[300, 300], [250, 200], [200, 150], [100, 100]])
    np.testing.assert_allclose(speed_of(merit, power)[2], [0.8, 0.65])


def test_answers_given_elsewhere_count_by_their_value_and_only_during_the_call() -> None:
    """The first loss goes elsewhere: a tenth of full speed at half its value."""
    job = CappedJob(name="a", accelerators=1, power_w=np.array([100.0, 200.0]), speed=np.array([0.5, 1.0]),
                    idle_w=0.0, loss_most=0.5, weight=1.0, pausing=Pausing.NEVER, away_share=0.1,
                    away_value=0.5)  # fmt: skip
    asked = merit_of((job,), np.ones(1), True, False)
    assert speed_of(asked, np.array([[0.18]]))[0, 0] == pytest.approx(0.95)
    assert speed_of(asked, np.array([[0.10]]))[0, 0] == pytest.approx(0.55)
    plain = merit_of((job,), np.ones(1), False, False)
    assert speed_of(plain, np.array([[0.18]]))[0, 0] == pytest.approx(0.90)


def test_a_call_is_believed_as_told_until_its_minutes_say_otherwise() -> None:
    """Nothing before the notice; then what was announced, or what was seen where it is lower."""
    call = replace(
        flat_call("any", 10, (4, 8), 7.0, 2), limit_kw=np.array([np.inf] * 4 + [5.0] * 4 + [np.inf] * 2)
    )  # fmt: skip
    assert np.isinf(believed_kw(call, 1)).all()
    assert believed_kw(call, 2)[2:6].tolist() == [7.0] * 4
    assert believed_kw(call, 4)[:5].tolist() == [5.0] * 4 + [np.inf]


def test_lost_work_is_made_up_below_the_baseline() -> None:
    """A job at 0.8 that may run faster afterwards loses less than one that may not, and the meter never passes."""
    job = CappedJob(name="a", accelerators=1000, power_w=np.array([100.0, 200.0]), speed=np.array([0.4, 1.0]),
                    idle_w=0.0, loss_most=0.5, weight=1.0, pausing=Pausing.NEVER, usual=0.8)  # fmt: skip
    call = flat_call("any", MINUTES, WINDOW, 120.0, 10)
    found = []
    for makes_up in (False, True):
        some = (replace(job, makes_up=makes_up),)
        one = CappedCluster(name="c", jobs=some, other_kw=0.0, baseline_kw=190.0)
        lived = answer(one, call)
        marks = marks_of(one, call, lived)
        found.append(marks.weighted)
        assert lived.meter_kw.max() <= 190.0 + 1e-9
        assert marks.weighted <= best_course(one, call).weighted + 1e-9
    assert found[1] > found[0] + 0.05


@given(cluster=clusters())
@settings(max_examples=15)
def test_nobody_calling_means_nobody_losing(cluster: CappedCluster) -> None:
    """A limit at the baseline costs no job anything, whatever its curve."""
    call = flat_call("none", 40, (10, 30), cluster.baseline_kw, 10)
    usual = [replace(job, away_share=0.0) for job in cluster.jobs]
    marks = marks_of(cluster, call, answer(replace(cluster, jobs=tuple(usual)), call))
    np.testing.assert_allclose(marks.share, 1.0, atol=1e-6)
    assert marks.minutes_above == 0
