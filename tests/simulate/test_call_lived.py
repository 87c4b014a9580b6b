"""A call lived through: met where it can be met, and said so where it cannot."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gridtide.decide.response.best_course import best_course, deepest_kw
from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing
from gridtide.simulate.response import answer, marks_of
from gridtide.simulate.response_depth import STEP, deepest_kept_kw
from gridtide.testing.called_clusters import clusters
from gridtide.testing.one_gang import one_gang

MINUTES, WINDOW = 60, (15, 40)


@given(cluster=clusters(), shares=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)))
@settings(max_examples=5, phases=[Phase.generate])
def test_a_call_that_can_be_met_is_met_and_no_tier_breaks(
    cluster: CappedCluster, shares: tuple[float, float]
) -> None:
    """At the deepest call and anywhere between it and the baseline: power stays below, tiers hold, nothing comes back
    above, ramps are kept, jobs without checkpoint run."""
    asked = flat_call("any", MINUTES, WINDOW, cluster.baseline_kw, 10)
    deepest = deepest_kept_kw(cluster, asked)
    assert deepest >= deepest_kw(cluster, asked, relaxed=True) - 1e-9
    for share in (0.0, *shares):
        limit = deepest + share * (cluster.baseline_kw - deepest)
        call = flat_call("any", MINUTES, WINDOW, limit, 10)
        lived = answer(cluster, call)
        marks = marks_of(cluster, call, lived)
        assert marks.minutes_above == 0
        assert marks.tiers_broken == 0
        assert marks.highest_after <= 1.0 + 1e-9
        assert marks.largest_rise <= cluster.rise + 1e-9
        assert marks.weighted <= best_course(cluster, call).weighted + 1e-9
        for number, job in enumerate(cluster.jobs):
            if job.pausing is Pausing.NEVER:
                assert (lived.running[:, number] == job.accelerators).all()


def two_gangs(checkpoint_min: float = 1.0, restart_min: float = 3.0) -> CappedCluster:
    """Two tolerant gangs beside a firm service, 240 kW: the caps of all three reach down to 60."""
    gang = CappedJob(
        name="gang", accelerators=200, power_w=np.array([100.0, 200.0, 400.0]),
        speed=np.array([0.2, 0.6, 1.0]), idle_w=50.0, loss_most=0.5, weight=0.5,
        pausing=Pausing.WHOLE, checkpoint_min=checkpoint_min, restart_min=restart_min,
    )  # fmt: skip
    firm = replace(
        gang, name="firm", loss_most=0.1, weight=0.9, pausing=Pausing.NEVER, checkpoint_min=0.0,
        restart_min=0.0,
    )  # fmt: skip
    jobs = (gang, replace(gang, name="other gang"), firm)
    return CappedCluster(name="two gangs", jobs=jobs, other_kw=0.0, baseline_kw=240.0)


@pytest.mark.parametrize("limit_kw", [80.0, 84.0, 90.0])
def test_a_gang_pauses_where_only_a_tier_is_short(limit_kw: float) -> None:
    """Caps reach, no kilowatt is worth more than a gang's mean one, and yet the firm job would lose too much: a gang
    with room stands still for as long as it takes."""
    cluster, call = two_gangs(), flat_call("deep", 120, (30, 80), limit_kw, 10)
    lived = answer(cluster, call)
    assert marks_of(cluster, call, lived).tiers_broken == 0
    assert (lived.running[30:80] == 0.0).any()


def sagging_gangs() -> CappedCluster:
    """Two gangs, one that runs at full speed or hardly at all and one that takes up little of what it leaves."""
    sagging = CappedJob(
        name="sagging", accelerators=100, power_w=np.array([400.0, 700.0]), speed=np.array([0.1, 1.0]),
        idle_w=50.0, loss_most=0.9, weight=0.1, pausing=Pausing.WHOLE,
    )  # fmt: skip
    steep = replace(
        sagging, name="steep", power_w=np.array([100.0, 400.0]), speed=np.array([0.1, 1.0]),
        loss_most=0.1, weight=0.9, pausing=Pausing.NEVER,
    )  # fmt: skip
    jobs = (sagging, steep)
    return CappedCluster(name="sagging gangs", jobs=jobs, other_kw=0.0, baseline_kw=110.0)


@pytest.mark.parametrize("fall", [0.124, 0.2])
@pytest.mark.parametrize("limit_kw", [75.0, 80.0, 85.0])
def test_no_gang_pauses_for_its_worth_faster_than_power_may_fall(
    limit_kw: float, fall: float
) -> None:
    """Others could not take up what a gang leaves at once: its pause gained, and power fell by up to a half of the
    baseline in the first minute of a call that was told long before and that caps alone reach."""
    cluster = replace(sagging_gangs(), fall=fall)
    call = flat_call("told long before", 120, (30, 80), limit_kw, 20)
    marks = marks_of(cluster, call, answer(cluster, call))
    assert marks.minutes_above == 0
    assert marks.largest_fall <= cluster.fall + 1e-9


@pytest.mark.parametrize("limit_kw", [85.0, 90.0, 95.0])
def test_a_slow_return_after_the_call_is_counted_before_it(limit_kw: float) -> None:
    """Power comes back by a hundredth a minute: what those minutes lack was once noticed when nobody could make up
    for it, so that a tier broke by a hair while the other job had room."""
    gang, _, firm = two_gangs().jobs
    jobs = (replace(gang, pausing=Pausing.NEVER), replace(firm, weight=0.1))
    cluster = replace(two_gangs(), jobs=jobs, baseline_kw=160.0, rise=0.01)
    call = flat_call("slow", 120, (30, 80), limit_kw, 10)
    marks = marks_of(cluster, call, answer(cluster, call))
    assert marks.tiers_broken == 0
    assert marks.largest_rise <= 0.01 + 1e-9


@pytest.mark.parametrize("limit_kw", [74.0, 84.0, 88.0])
def test_no_gang_comes_back_for_a_minute_and_stops_again(limit_kw: float) -> None:
    """A pause that goes on costs no second restart: it once seemed to, so that gangs came back and stopped anew."""
    call = flat_call("deep", 120, (30, 80), limit_kw, 10)
    lived = answer(two_gangs(restart_min=8.0), call)
    assert (lived.running[:, :2] == 0.0).any()
    for running in lived.running[:, :2].T:
        turns = np.flatnonzero(np.diff(running == 0.0))
        assert (np.diff(turns)[1::2] >= 15).all()
        assert (running[80:] > 0.0).all()


def test_every_limit_tried_above_the_deepest_is_kept_and_the_next_step_below_is_not() -> None:
    """By caps alone: a job of a tenth's loss over an hour of which a third is called keeps 70 % of its speed."""
    job = replace(two_gangs().jobs[2], name="alone")
    cluster = CappedCluster(name="alone", jobs=(job,), other_kw=0.0, baseline_kw=80.0)
    asked = flat_call("any", 60, (20, 40), 80.0, 10)
    deepest = deepest_kept_kw(cluster, asked)
    for step in np.arange(0.0, 80.0 - deepest, 1.6):
        call = flat_call("any", 60, (20, 40), deepest + step, 10)
        assert marks_of(cluster, call, answer(cluster, call)).tiers_broken == 0
    below = flat_call("any", 60, (20, 40), deepest - 2.0 * STEP * 80.0, 10)
    assert marks_of(cluster, below, answer(cluster, below)).tiers_broken == 1


def test_what_is_too_little_for_one_accelerator_is_drawn_by_another() -> None:
    """Power falls no faster than declared though a service parks whole accelerators."""
    gang, _, firm = two_gangs().jobs
    gang = replace(gang, pausing=Pausing.NEVER)
    served = replace(
        firm, name="served", accelerators=7, pausing=Pausing.SOME, loss_most=0.5, weight=0.2
    )
    cluster = CappedCluster(name="mixed", jobs=(gang, served), other_kw=0.0, baseline_kw=82.8)
    for limit_kw in np.linspace(20.5, 22.5, 9):
        call = flat_call("any", 60, (20, 40), float(limit_kw), 10)
        marks = marks_of(cluster, call, answer(cluster, call))
        assert marks.largest_fall <= cluster.fall + 1e-9
        assert marks.largest_rise <= cluster.rise + 1e-9


def test_where_caps_do_not_reach_a_gang_pauses_whole() -> None:
    """For a quarter of an hour at least; a job without checkpoint never, and the minutes above are counted."""
    call = flat_call("deep", MINUTES, (20, 24), 150.0, 10)
    whole = answer(one_gang(Pausing.WHOLE), call)
    assert marks_of(one_gang(Pausing.WHOLE), call, whole).minutes_above == 0
    assert (whole.running == 0.0).sum() == 15
    never = answer(one_gang(Pausing.NEVER), call)
    assert marks_of(one_gang(Pausing.NEVER), call, never).minutes_above == 4
    assert never.meter_kw[21] == pytest.approx(200.0)


def test_a_part_of_a_server_is_parked_where_that_beats_a_lower_cap() -> None:
    """By hand: 120 kW of 400 are 2 x 222 accelerators at 200 W and the others at 20 W, or 0.222 of the work."""
    call = flat_call("deep", MINUTES, (20, 24), 120.0, 10)
    lived = answer(one_gang(Pausing.SOME), call)
    assert lived.running[21].sum() == pytest.approx(444.0, abs=1.0)
    assert lived.meter_kw[21] <= 120.0
    assert lived.speed[21].mean() == pytest.approx(0.222, abs=1e-3)
