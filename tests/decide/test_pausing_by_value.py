"""A gang stands still where its power is worth more to others, with what its pause costs; elsewhere it runs on."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing
from gridtide.simulate.response import answer, marks_of
from gridtide.testing.called_clusters import clusters

MINUTES, WINDOW = 120, (30, 90)


def pair(checkpoint_min: float = 1.0, restart_min: float = 3.0) -> CappedCluster:
    """A tolerant gang of little weight beside a firm job on as many accelerators of the same curve; 80 kW."""
    tolerant = CappedJob(
        name="tolerant", accelerators=100, power_w=np.array([100.0, 200.0, 400.0]),
        speed=np.array([0.1, 0.4, 1.0]), idle_w=20.0, loss_most=0.9, weight=0.2,
        pausing=Pausing.WHOLE, checkpoint_min=checkpoint_min, restart_min=restart_min,
    )  # fmt: skip
    firm = replace(
        tolerant, name="firm", loss_most=0.1, weight=1.0, pausing=Pausing.NEVER,
        checkpoint_min=0.0, restart_min=0.0,
    )  # fmt: skip
    return CappedCluster(
        name="pair", jobs=(tolerant, firm), other_kw=0.0, baseline_kw=80.0, fall=1.0, rise=1.0
    )


def test_a_gang_pauses_though_caps_reach_where_its_power_does_more_elsewhere() -> None:
    """44 kW: capped as low as it goes it draws 10 kW for a tenth of its work, and leaves the firm job 340 W each, at
    0.82 of its speed. Paused it leaves 420 W each, and the firm job is untouched."""
    cluster, call = pair(), flat_call("deep", MINUTES, WINDOW, 44.0, 10)
    lived = answer(cluster, call)
    marks = marks_of(cluster, call, lived)
    assert (lived.running[30:90, 0] == 0.0).all()
    assert lived.speed[30:90, 1] == pytest.approx(1.0)
    assert marks.minutes_above == 0 and marks.tiers_broken == 0 and marks.highest_after <= 1.0
    capped = replace(
        cluster, jobs=(replace(cluster.jobs[0], pausing=Pausing.NEVER), cluster.jobs[1])
    )
    assert marks.weighted > marks_of(capped, call, answer(capped, call)).weighted + 0.05


def test_a_pause_books_the_work_lost_and_the_minutes_it_takes_to_come_back() -> None:
    """By hand: of 120 minutes 60 are lost to the pause, 1 to the checkpoint and 3 to the restart."""
    cluster, call = pair(), flat_call("deep", MINUTES, WINDOW, 44.0, 10)
    lived = answer(cluster, call)
    assert lived.speed[:, 0].sum() == pytest.approx(120.0 - 60.0 - 1.0 - 3.0)
    assert (lived.speed[90:93, 0] == 0.0).all() and (lived.power_kw[90:93, 0] > 10.0).all()


def test_servers_that_were_parked_one_by_one_answer_again_as_soon_as_a_call_ends() -> None:
    """The least time of a pause is a gang's: answers parked for five minutes are back at once."""
    tolerant, firm = pair().jobs
    answers = replace(tolerant, pausing=Pausing.SOME, checkpoint_min=0.0, restart_min=0.0)
    cluster, call = (
        replace(pair(), jobs=(answers, firm)),
        flat_call("short", MINUTES, (30, 35), 42.0, 10),
    )
    lived = answer(cluster, call)
    assert (lived.running[30:35, 0] == 0.0).all()
    assert (lived.speed[35:, 0] == 1.0).all()


def test_a_pause_that_costs_more_than_it_gives_is_not_made() -> None:
    """A checkpoint and restart longer than the call, or a limit under which each kilowatt is worth most where it is."""
    costly = pair(60.0, 60.0)
    call = flat_call("deep", MINUTES, (30, 50), 44.0, 10)
    assert (answer(costly, call).running[:, 0] > 0.0).all()
    mild = flat_call("mild", MINUTES, WINDOW, 78.0, 10)
    assert (answer(pair(), mild).running[:, 0] > 0.0).all()


@given(cluster=clusters(), share=st.floats(0.3, 0.95))
@settings(max_examples=12, phases=[Phase.generate], deadline=None)
def test_pauses_by_value_never_do_less_than_caps_alone(
    cluster: CappedCluster, share: float
) -> None:
    """Where caps alone keep the limit and every tier, so does what is told, and it does no less weighted work."""
    jobs = tuple(replace(job, checkpoint_min=1.0, restart_min=3.0) for job in cluster.jobs)
    cluster = replace(cluster, jobs=jobs)
    call = flat_call("any", 60, (15, 40), share * cluster.baseline_kw, 15)
    never = tuple(
        replace(job, pausing=Pausing.NEVER) if job.pausing is Pausing.WHOLE else job for job in jobs
    )
    capped = marks_of(cluster, call, answer(replace(cluster, jobs=never), call))
    if capped.minutes_above or capped.tiers_broken:
        return
    marks = marks_of(cluster, call, answer(cluster, call))
    assert not marks.minutes_above and not marks.tiers_broken
    assert marks.highest_after <= 1.0 + 1e-9
    assert marks.weighted >= capped.weighted - 1e-3
