"""The guard at operating points below full speed, and slowed work that makes room for a newcomer."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.reservations import grid_step_s, reservations
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.testing.mornings import Judged, run_at_once
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.packing import sped_up

HALF = OperatingPoint(name="half", speed=0.5, it_kw_per_accelerator=0.4)


@pytest.fixture(scope="module")
def asked() -> Judged:
    """The first morning of a small study, all work known, run at once at full speed."""
    return run_at_once(small_study(3, hours=24, jobs=30, accelerators=32, points=(POINT, HALF)))


def long_job(asked: Judged) -> int:
    """A promised job of several slots."""
    return int(np.flatnonzero(asked.promised & (np.diff(asked.dispatch.placement.offsets) > 3))[0])


def test_the_longer_run_of_slower_work_is_counted(asked: Judged) -> None:
    """The slots that full speed needs do not hold the work at half of it."""
    assert asked.limits(asked.dispatch) == []
    assert asked.limits(asked.told(long_job(asked), 1)) == ["reserved time"]


@pytest.mark.parametrize("point", [-1, 2])
def test_a_point_that_the_pool_does_not_have_is_refused(asked: Judged, point: int) -> None:
    """By its number in the menu."""
    assert "operating point" in asked.limits(asked.told(long_job(asked), point))


def test_protected_work_is_not_slowed(asked: Judged) -> None:
    """Whatever it would save."""
    situation = asked.situation
    movable = np.zeros_like(situation.jobs.movable)
    held = replace(situation, jobs=replace(situation.jobs, movable=movable))
    assert "operating point" in asked.limits(asked.told(long_job(asked), 1), held)


def test_the_lower_power_of_slower_work_is_counted(asked: Judged) -> None:
    """A site too small for all jobs at full speed is large enough for them at lower power."""
    situation, dispatch = asked.situation, asked.dispatch
    load = np.zeros(len(dispatch.placement.horizon))
    counts = np.diff(dispatch.placement.offsets)
    east = situation.fleet.site_of_place[dispatch.placement.place] == 0
    gang = np.repeat(np.where(east, situation.jobs.accelerators, 0), counts)
    np.add.at(load, dispatch.placement.slots, gang)
    kept_kw = 32 * 1.0 + 32 * 0.1
    most_kw = kept_kw + 0.6 * load.max() * (1.0 - 0.1)
    sites = list(situation.fleet.sites)
    facility = replace(sites[0].facility, it_capacity_kw=float(most_kw))
    sites[0] = replace(sites[0], facility=facility)
    small = replace(situation, fleet=replace(situation.fleet, sites=tuple(sites)))
    assert "it_power_kw" in asked.limits(dispatch, small)
    points = np.where(dispatch.placement.place >= 0, 1, 0)
    slower = replace(dispatch, placement=replace(dispatch.placement, point=points))
    assert "it_power_kw" not in asked.limits(slower, small)


def test_slowed_work_that_stays_runs_on_at_full_speed_where_room_is_sought(asked: Judged) -> None:
    """It gives back the slots that full speed does not need, and holds its declared work still."""
    situation, dispatch, room = asked.situation, asked.dispatch, asked.room
    job = long_job(asked)
    place = int(dispatch.placement.place[job])
    state, step_s = situation.state, grid_step_s(dispatch.placement.horizon)
    need = -(-int(state.remaining_s[job]) // step_s)
    held = reservations(situation, room, dispatch.placement.horizon, 2)
    told = held.told
    told.place[job], told.point[job], told.count[job] = place, 1, 2 * need
    told.slots[told.offsets[job] : told.offsets[job] + 2 * need] = np.arange(2 * need)
    settled, running = held.settled.copy(), held.running_at.copy()
    settled[job], running[job] = True, place
    fresh = sped_up(replace(held, settled=settled, running_at=running), told)
    assert (fresh.point[job], fresh.count[job]) == (0, need)
    assert (told.point[job], told.count[job]) == (1, 2 * need)
