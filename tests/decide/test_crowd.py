"""Where room is short nothing waits for a price; elsewhere prices go on deciding."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.crowd import HURRIED, due_first, lacking
from gridtide.decide.dispatch import Reason
from gridtide.simulate.study import Study
from gridtide.testing.courses import course_of
from gridtide.testing.mornings import held_with
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
    """Where as much work again would not fit, as much as is lacking goes as early as it fits, though nothing
    waits without a promise yet."""
    study = small_study(2, hours=24, jobs=30, accelerators=16)
    course = course_of(study, "coordinated")
    assert (course.reasons.reason == Reason.CROWDED).any()
    assert course.promised.all()


@given(st.integers(4, 40))
@settings(max_examples=20, deadline=None)
def test_as_much_hurries_as_is_lacking_and_not_a_job_more(room: int) -> None:
    """HURRIED times the hours lacking, or all that is due by then; less than that without the last of them."""
    held = held_with(32)
    held = replace(held, room=np.minimum(held.room, room))
    hurries = due_first(held, ~held.settled)
    work = np.ceil(held.left[:, 1] / held.left[:, 3]) * held.gang * ~held.settled
    missing, ends = HURRIED * lacking(held)[0], np.arange(1, held.room.shape[1] + 1)
    due_by = np.asarray([work[held.last <= end].sum() for end in ends])
    needed = np.minimum(missing, due_by).max()
    assert work[hurries].sum() >= needed
    if hurries.any():
        last = held.last[hurries].max()
        assert work[hurries].sum() - work[hurries & (held.last == last)].max() < needed
        assert not (~hurries & ~held.settled & (held.last < last)).any()


def test_nothing_hurries_where_nothing_is_lacking() -> None:
    """However much waits."""
    held = held_with(256)
    assert not lacking(held).any()
    assert not due_first(held, ~held.settled).any()
