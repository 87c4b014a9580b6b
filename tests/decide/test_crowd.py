"""Where room is short nothing waits for a price; elsewhere prices go on deciding."""

from dataclasses import replace

import numpy as np

from gridtide.decide.dispatch import Reason
from gridtide.simulate.study import Study
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study


def _parted(seed: int) -> Study:
    """Four of five jobs may run only in the east, too many for it; the others only in the north, where few are."""
    study = small_study(seed, hours=24, jobs=120, accelerators=16)
    north = np.arange(len(study.jobs)) % 5 == 0
    allowed = np.zeros_like(study.jobs.allowed)
    allowed[~north, 0] = True
    allowed[north, 2] = True
    jobs = replace(study.jobs, allowed=allowed, home=np.where(north, 2, 0))
    return replace(study, jobs=jobs)


def _reasons(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Reasons of all choices in the east, and of those in the north."""
    told = course_of(study, "coordinated").reasons
    north = study.jobs.allowed[told.job, 2]
    return told.reason[~north], told.reason[north]


def test_a_crowd_hurries_only_work_that_could_make_room_for_it() -> None:
    """The east runs as early as it fits; in the north jobs still wait for cheaper hours."""
    for seed in (1, 2):
        east, north = _reasons(_parted(seed))
        assert (east == Reason.CROWDED).any()
        assert not (north == Reason.CROWDED).any()
        assert (north == Reason.CHEAPER_LATER).any()


def test_a_quiet_fleet_never_hurries() -> None:
    """A tenth of the work on four times the machines: prices decide alone."""
    told = course_of(small_study(3, hours=24, jobs=12, accelerators=64), "coordinated").reasons
    assert len(told.reason)
    assert not (told.reason == Reason.CROWDED).any()


def test_a_place_that_fills_up_stops_waiting_before_a_promise_is_lost() -> None:
    """Where as much work again would not fit, all that may run there goes as early as it fits, though nothing
    waits without a promise yet."""
    study = small_study(2, hours=24, jobs=30, accelerators=16)
    course = course_of(study, "coordinated")
    assert (course.reasons.reason == Reason.CROWDED).any()
    assert course.promised.all()
