"""The guard counts the machines a gang takes, and lets only elastic work change them."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.reservations import slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.guard import check

GROWN = OperatingPoint(name="eightfold", speed=5.0, it_kw_per_accelerator=1.0, gang_share=8.0)
OTHERS = replace(GROWN, name="of others", speed=4.0, work_class=7)
Asked = tuple[Situation, Dispatch, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def asked() -> Asked:
    """The first morning of a small study of elastic jobs, all work known, run at once on whole gangs."""
    study = small_study(3, hours=24, jobs=30, accelerators=32, points=(POINT, GROWN, OTHERS))
    jobs = replace(study.jobs, elastic=np.ones(30, dtype=bool))
    study = replace(study, jobs=jobs, arrivals_known=True)
    policy, forecaster, known = policy_named("run-at-once", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    room = promised_room(turn.situation, slot_grid(turn.situation, 900))
    return turn.situation, turn.orders.dispatch, room, turn.orders.promised


def sized(dispatch: Dispatch, job: int, point: int) -> Dispatch:
    """The dispatch with one job told another operating point for the same slots."""
    points = dispatch.placement.point.copy()
    points[job] = point
    return replace(dispatch, placement=replace(dispatch.placement, point=points))


def limits(asked: Asked, dispatch: Dispatch, situation: Situation | None = None) -> list[str]:
    """What the guard says is broken."""
    seen, _, room, promised = asked
    return [found.limit for found in check(dispatch, situation or seen, room, promised)]


def job_of(asked: Asked, gang: int) -> int:
    """A job of at least so many accelerators that has slots and may move."""
    situation, dispatch, _, _ = asked
    found = (dispatch.placement.place >= 0) & situation.jobs.movable
    return int(np.flatnonzero(found & (situation.jobs.accelerators >= gang))[0])


def test_machines_of_a_grown_gang_are_counted(asked: Asked) -> None:
    """Eight times a gang of eight is more than the place has."""
    _, dispatch, _, _ = asked
    assert limits(asked, dispatch) == []
    assert "accelerators in use" in limits(asked, sized(dispatch, job_of(asked, 8), 1))


def test_only_elastic_work_of_the_right_class_changes_its_gang(asked: Asked) -> None:
    """A rigid job, or a speed-up of other work, is refused by name."""
    situation, dispatch, _, _ = asked
    job = job_of(asked, 1)
    rigid = replace(situation.jobs, elastic=np.zeros_like(situation.jobs.elastic))
    assert "accelerators" not in limits(asked, sized(dispatch, job, 1))
    assert "accelerators" in limits(asked, sized(dispatch, job, 1), replace(situation, jobs=rigid))
    assert "accelerators" in limits(asked, sized(dispatch, job, 2))


def test_a_running_job_without_checkpoints_is_not_resized(asked: Asked) -> None:
    """It would start over."""
    situation, dispatch, _, _ = asked
    job = job_of(asked, 1)
    status, place = situation.state.status.copy(), situation.state.told_place.copy()
    status[job], place[job] = Status.RUNNING, dispatch.placement.place[job]
    told = np.zeros(len(place), dtype=np.int64)
    state = replace(situation.state, status=status, told_place=place, told_point=told)
    for interruptible in (True, False):
        may = np.full(len(status), interruptible)
        runs = replace(situation, state=state, jobs=replace(situation.jobs, interruptible=may))
        assert ("accelerators" in limits(asked, sized(dispatch, job, 1), runs)) is not interruptible
