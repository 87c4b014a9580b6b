"""The course of a pause: no job is put back without a checkpoint that counts, and every course ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.ticket import Fate
from gridtide.wire.slurm.checkpoint import Seen, lacking
from gridtide.wire.slurm.hints import Whole
from gridtide.wire.slurm.jobs import SlurmJob
from gridtide.wire.slurm.pausing import Course, Do, Phase, next_step

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
NOW_NS = int(NOW.timestamp() * 1e9)
UNTIL = NOW + timedelta(hours=1)
OLD = Seen(inode=1, newest_ns=NOW_NS - 10**9, bytes=100, files=2, done_ns=NOW_NS - 10**9)
NEW = Seen(inode=2, newest_ns=NOW_NS + 10**9, bytes=120, files=2, done_ns=NOW_NS + 2 * 10**9)
JOB = SlurmJob(
    id="7",
    name="train",
    user="ada",
    account="",
    partition="low",
    states=frozenset({"RUNNING"}),
    reason="",
    held=False,
    accelerators=8,
    nodes=1,
    submitted_at=NOW,
    begin_at=None,
    started_at=NOW,
    ended_at=None,
    suspended_at=None,
    run_limit_s=None,
    requeues=True,
    restarts=0,
    batch=True,
    whole_array=False,
    part_of=0,
    comment="",
    admin_comment="",
)
COURSE = Course(
    until=UNTIL,
    accelerators=8,
    restarts=0,
    whole=Whole.DONE,
    grace=timedelta(seconds=60),
    settle=timedelta(seconds=60),
)


@pytest.mark.parametrize(
    ("seen", "whole", "words"),
    [
        (NEW, Whole.DONE, None),
        (NEW, Whole.RENAME, None),
        (None, Whole.DONE, "no checkpoint"),
        (replace(NEW, bytes=0), Whole.DONE, "no checkpoint"),
        (OLD, Whole.DONE, "before the signal"),
        (replace(OLD, done_ns=NEW.done_ns), Whole.DONE, "before the signal"),
        (replace(NEW, done_ns=None), Whole.DONE, "may be half"),
        (replace(NEW, done_ns=OLD.done_ns), Whole.DONE, "may be half"),
        (replace(NEW, done_ns=NEW.newest_ns - 1), Whole.DONE, "may be half"),
        (replace(NEW, inode=1), Whole.RENAME, "written over the old one"),
    ],
)
def test_a_checkpoint_counts_when_it_is_fresh_and_whole(
    seen: Seen | None, whole: Whole, words: str | None
) -> None:
    """Written after the signal, marked or renamed as its owner declared, and as it was at the look before."""
    found = lacking(OLD, seen, seen, NOW, whole)
    assert found is None if words is None else words in str(found)
    if words is None:
        assert "growing" in str(lacking(OLD, replace(NEW, bytes=1), seen, NOW, whole))


seens = st.sampled_from([None, OLD, NEW, replace(NEW, done_ns=None), replace(NEW, bytes=7)])
jobs = st.sampled_from(
    [
        None,
        JOB,
        replace(JOB, states=frozenset({"FAILED"})),
        replace(JOB, restarts=1),
        replace(JOB, states=frozenset({"COMPLETING"}), restarts=1),
        replace(JOB, states=frozenset({"PENDING"}), restarts=1),
        replace(JOB, states=frozenset({"PENDING"}), restarts=1, begin_at=UNTIL),
    ]
)
steps = st.lists(
    st.tuples(jobs, seens, st.integers(min_value=1, max_value=30)), min_size=130, max_size=130
)


@given(steps, st.sampled_from(Whole))
def test_whatever_is_seen_nothing_is_lost_without_a_checkpoint(
    seen: list[Any], whole: Whole
) -> None:
    """The signal comes first and once, the requeue at most once and only after a fresh and whole checkpoint of a job
    that runs; every course ends, and one that was given up before the requeue lost nothing, unless the job died."""
    course, now, did = replace(COURSE, whole=whole), NOW, []
    for job, checkpoint, passed_s in seen:
        before = course
        course, do = next_step(course, job, checkpoint, now)
        did.append(do)
        if do is Do.REQUEUE:
            assert job is not None and job.runs
            assert (
                lacking(before.before, checkpoint, checkpoint, before.told_at or now, whole) is None
            )
        if do is Do.END:
            break
        now += timedelta(seconds=passed_s)
    assert course.phase is Phase.OVER
    assert did[0] is Do.SIGNAL
    assert did.count(Do.SIGNAL) == 1
    assert did.count(Do.REQUEUE) <= 1
    assert (course.fate is Fate.DONE) <= (Do.REQUEUE in did)
    if Do.REQUEUE not in did:
        assert course.fate is Fate.ABANDONED
        assert course.lost_accelerator_h == 0.0 or "FAILED" in course.said
    assert course.lost_accelerator_h >= 0.0


def test_work_after_the_checkpoint_is_booked_as_lost() -> None:
    """Eight accelerators for 90 seconds are 0.2 accelerator-hours."""
    over = replace(COURSE, saved_at=NOW, stopped_at=NOW + timedelta(seconds=90))
    assert over.lost_accelerator_h == pytest.approx(0.2)


def test_what_a_job_loses_that_dies_of_the_signal_is_booked() -> None:
    """Since its last checkpoint, or since its start where it has none."""
    failed = replace(JOB, states=frozenset({"FAILED"}), ended_at=NOW + timedelta(seconds=90))
    signalled = replace(COURSE, phase=Phase.SIGNALLED, told_at=NOW)
    for before, lost_s in ((None, 90), (OLD, 91)):
        course, do = next_step(replace(signalled, before=before), failed, None, NOW)
        assert (do, course.fate) == (Do.END, Fate.ABANDONED)
        assert "trap" in course.said
        assert course.lost_accelerator_h == pytest.approx(8 * lost_s / 3600)


def test_a_job_that_was_started_again_at_once_is_said_and_booked() -> None:
    """Where Slurm's own delay was set to nothing the pause did not come off, and the work since is lost."""
    put_back = replace(
        COURSE, phase=Phase.REQUEUED, requeued_at=NOW, saved_at=NOW - timedelta(seconds=45)
    )
    course, do = next_step(put_back, replace(JOB, restarts=1), NEW, NOW)
    assert do is Do.END
    assert course.fate is Fate.ABANDONED
    assert "at once" in course.said
    assert course.lost_accelerator_h == pytest.approx(0.1)
