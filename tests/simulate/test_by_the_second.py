"""A call that nobody told beforehand, by the second."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.decide.response.best_course import best_course
from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import Pausing
from gridtide.simulate.by_the_second import Lags, by_the_second, seconds_until
from gridtide.simulate.response import Response, answer, marks_of
from gridtide.sources.emerald import EmeraldSweep
from gridtide.testing.instances.called_cluster import EVENT_JOBS, loaded_cluster
from gridtide.testing.one_gang import one_gang

WITHIN_S, MARGIN = 30, 0.02


def test_a_cap_is_reached_after_it_was_told_and_a_parked_part_later() -> None:
    """By hand: 2 s until it is told, then 4 s straight, or 30."""
    cluster = replace(one_gang(Pausing.SOME), baseline_kw=400.0)
    size = 1000.0
    power = np.array([[100.0, 200.0], [100.0, 20.0]])
    running = np.array([[size, size], [size, 0.0]])
    lived = Response(power_kw=power, meter_kw=power.sum(axis=1), speed=power, running=running)
    meter = by_the_second(cluster, lived, Lags())
    assert meter[[0, 1, 3, 5, 59]].tolist() == [400.0, 400.0, 350.0, 300.0, 300.0]
    assert meter[[60 + 1, 60 + 16, 60 + 31]].tolist() == [300.0, 210.0, 120.0]
    assert seconds_until(meter, 300.0) == 6
    assert seconds_until(meter, 100.0) == 120


@pytest.mark.real
@pytest.mark.parametrize("untouched", [False, True])
def test_thirty_per_cent_are_gone_within_thirty_seconds_and_stay_away(
    data_dir: Path, untouched: bool
) -> None:
    """An hour here, ten in benchmarks/sudden_drop.py; tiers of the hold alone, one job untouched."""
    curves = EmeraldSweep(path=data_dir / "emerald_phoenix" / "dvfs_sweep.csv").read()
    cluster = loaded_cluster(curves, 0.9)
    if untouched:
        stiff = replace(cluster.jobs[4], loss_most=0.0, weight=1.0, pausing=Pausing.NEVER)
        cluster = replace(cluster, jobs=(*cluster.jobs[:4], stiff, cluster.jobs[5]))
    limit = 0.7 * cluster.baseline_kw
    call = flat_call("sudden", 60, (0, 60), limit, 0)
    lived = answer(cluster, call, margin=MARGIN)
    meter = by_the_second(cluster, lived, Lags(), 0.01, seed=1)
    assert seconds_until(meter, limit) <= WITHIN_S
    assert (meter[WITHIN_S:] <= limit).all()
    assert marks_of(cluster, call, lived).tiers_broken == 0
    if untouched:
        assert np.ptp(lived.power_kw[:, 4]) == 0.0
        assert lived.speed[:, 4].tolist() == [1.0] * 60


@pytest.mark.real
def test_where_no_course_keeps_every_tier_that_is_proved(data_dir: Path) -> None:
    """All jobs of the tier that may lose ten per cent."""
    curves = EmeraldSweep(path=data_dir / "emerald_phoenix" / "dvfs_sweep.csv").read()
    stiff = tuple((name, curve, size, "flex 1") for name, curve, size, _ in EVENT_JOBS)
    cluster = loaded_cluster(curves, 0.9, stiff)
    call = flat_call("sudden", 60, (0, 60), 0.7 * cluster.baseline_kw, 0)
    assert best_course(cluster, call).short
    marks = marks_of(cluster, call, answer(cluster, call, margin=MARGIN))
    assert marks.minutes_above == 0
    assert marks.tiers_broken > 0
