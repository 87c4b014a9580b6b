"""The guard counts the machines a gang takes, and lets only elastic work change them."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.state import Status
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.testing.mornings import Judged, run_at_once
from gridtide.testing.studies import POINT, small_study

GROWN = OperatingPoint(name="eightfold", speed=5.0, it_kw_per_accelerator=1.0, gang_share=8.0)
OTHERS = replace(GROWN, name="of others", speed=4.0, work_class=7)


@pytest.fixture(scope="module")
def asked() -> Judged:
    """The first morning of a small study of elastic jobs, all work known, run at once on whole gangs."""
    study = small_study(3, hours=24, jobs=30, accelerators=32, points=(POINT, GROWN, OTHERS))
    jobs = replace(study.jobs, elastic=np.ones(30, dtype=bool))
    return run_at_once(replace(study, jobs=jobs))


def job_of(asked: Judged, gang: int) -> int:
    """A job of at least so many accelerators that has slots and may move."""
    situation, dispatch = asked.situation, asked.dispatch
    found = (dispatch.placement.place >= 0) & situation.jobs.movable
    return int(np.flatnonzero(found & (situation.jobs.accelerators >= gang))[0])


def test_machines_of_a_grown_gang_are_counted(asked: Judged) -> None:
    """Eight times a gang of eight is more than the place has."""
    assert asked.limits(asked.dispatch) == []
    assert "accelerators in use" in asked.limits(asked.told(job_of(asked, 8), 1))


def test_only_elastic_work_of_the_right_class_changes_its_gang(asked: Judged) -> None:
    """A rigid job, or a speed-up of other work, is refused by name."""
    situation = asked.situation
    job = job_of(asked, 1)
    rigid = replace(situation.jobs, elastic=np.zeros_like(situation.jobs.elastic))
    assert "accelerators" not in asked.limits(asked.told(job, 1))
    assert "accelerators" in asked.limits(asked.told(job, 1), replace(situation, jobs=rigid))
    assert "accelerators" in asked.limits(asked.told(job, 2))


def test_a_running_job_without_checkpoints_is_not_resized(asked: Judged) -> None:
    """It would start over."""
    situation, dispatch = asked.situation, asked.dispatch
    job = job_of(asked, 1)
    status, place = situation.state.status.copy(), situation.state.told_place.copy()
    status[job], place[job] = Status.RUNNING, dispatch.placement.place[job]
    told = np.zeros(len(place), dtype=np.int64)
    state = replace(situation.state, status=status, told_place=place, told_point=told)
    for interruptible in (True, False):
        may = np.full(len(status), interruptible)
        runs = replace(situation, state=state, jobs=replace(situation.jobs, interruptible=may))
        assert ("accelerators" in asked.limits(asked.told(job, 1), runs)) is not interruptible
