"""The course of a pause by checkpoint: signal, a fresh and whole checkpoint, requeue, start time; or given up.

A state machine without clock, scheduler or files: it is told what was seen and says what to do next. Until the requeue
nothing is changed but a note, so that giving up leaves the job as it ran. After it the job waits for a start time and
starts by itself: Slurm's own of two minutes until ours is read back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.device import Standing
from gridtide.fleet.ticket import Fate
from gridtide.wire.slurm.checkpoint import Seen, lacking, written_at
from gridtide.wire.slurm.hints import Whole
from gridtide.wire.slurm.jobs import SlurmJob, standing

S_PER_H = 3600.0
LONGEST_WAIT = timedelta(hours=1)
NO_SCRIPT_HEARS = frozenset({"KILL", "9", "STOP", "19"})
"""Ends or stops a job without asking it, by name and by number."""
_PARTITION = re.compile(r"\w[\w.-]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Pausing:
    """How jobs are paused.

    signal: what asks for a checkpoint; steps: whether it goes to all that the script started, not to the script alone.
    grace: how long a checkpoint may take; settle: how long Slurm may take to show what it was told; look_every: how
    often both are looked at. wake_partition: where the job is put that lets one go on that stands still in memory;
    without it none is stopped so. Raises BadInput with every fault.
    """

    signal: str = "USR1"
    steps: bool = False
    grace: timedelta = timedelta(minutes=5)
    settle: timedelta = timedelta(minutes=3)
    look_every: timedelta = timedelta(seconds=2)
    wake_partition: str | None = None

    def __post_init__(self) -> None:
        refuse_if_any(pausing_faults(self))


def pausing_faults(how: Pausing) -> Iterator[Finding]:
    """What is wrong with how jobs are to be paused."""
    if not how.signal.isalnum() or not how.signal.isascii():
        yield _fault("signal", repr(how.signal), "the name of a signal, as USR1")
    elif how.signal.upper().removeprefix("SIG") in NO_SCRIPT_HEARS:
        yield _fault("signal", repr(how.signal), "a signal that a script can trap, as USR1")
    for name in ("grace", "settle", "look_every"):
        lasts = getattr(how, name)
        if not timedelta(0) < lasts <= LONGEST_WAIT:
            yield _fault(
                f"{name}_s", f"{lasts.total_seconds():g}", f"more than 0 and at most {LONGEST_WAIT}"
            )
    partition = how.wake_partition
    if partition is not None and not _PARTITION.fullmatch(partition):
        yield _fault("wake_partition", repr(partition), "the name of a partition")


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"slurm, {subject}", value=value, limit=limit, mend="Mend the device's table."
    )


class Do(StrEnum):
    """What to do before the next look."""

    SIGNAL = "signal"
    WAIT = "wait"
    REQUEUE = "requeue"
    TELL_BEGIN = "tell begin"
    END = "end"


class Phase(StrEnum):
    """How far a pause has come."""

    READY = "ready"
    SIGNALLED = "signalled"
    REQUEUED = "requeued"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Course:
    """A pause under way.

    last: the checkpoint as it was at the look at last_at, look_every before the next. accelerators, restarts: of the
    job when it began. grace: how long a checkpoint may take, settle: how long Slurm may take to show what it was told.
    told_at: when the signal was sent; requeued_at: when it was put back; stopped_at: when it was first seen not to run.
    saved_at: when the checkpoint that counts was written. refused: what Slurm said against the requeue. fate and said:
    once it is over.
    """

    until: datetime
    accelerators: int
    restarts: int
    whole: Whole
    grace: timedelta
    settle: timedelta
    look_every: timedelta = timedelta(0)
    phase: Phase = Phase.READY
    before: Seen | None = None
    last: Seen | None = None
    last_at: datetime | None = None
    told_at: datetime | None = None
    requeued_at: datetime | None = None
    stopped_at: datetime | None = None
    saved_at: datetime | None = None
    refused: str | None = None
    fate: Fate | None = None
    said: str = ""

    @property
    def lost_accelerator_h(self) -> float:
        """Work done after the checkpoint and lost, 0 while the job runs on."""
        if self.stopped_at is None or self.saved_at is None:
            return 0.0
        return (
            self.accelerators
            * max((self.stopped_at - self.saved_at).total_seconds(), 0.0)
            / S_PER_H
        )


def next_step(
    course: Course,
    job: SlurmJob | None,
    seen: Seen | None,
    now: datetime,
    overruled: str | None = None,
) -> tuple[Course, Do]:
    """What to do next, given the job and its checkpoint as they stand. overruled: why it should not go on, if so."""
    if course.phase is Phase.READY:
        started = replace(course, phase=Phase.SIGNALLED, before=seen, told_at=now)
        return started, Do.SIGNAL
    if course.phase is Phase.SIGNALLED:
        return _awaiting(course, job, seen, now, overruled)
    return _settling(course, job, now, overruled)


def _awaiting(
    course: Course, job: SlurmJob | None, seen: Seen | None, now: datetime, overruled: str | None
) -> tuple[Course, Do]:
    if job is not None and standing(job) is Standing.LOST:
        return _died(course, job, now)
    if job is None or not job.runs or job.restarts != course.restarts:
        return _over(course, Fate.ABANDONED, f"the job is {_shown(job)} before its checkpoint came")
    if overruled is not None:
        return _over(course, Fate.ABANDONED, f"{overruled}; the job runs on")
    told_at = course.told_at or now
    if course.last_at is not None and now < course.last_at + course.look_every:
        return course, Do.WAIT
    lacks = lacking(course.before, course.last, seen, told_at, course.whole)
    if lacks is None and seen is not None:
        kept = replace(course, phase=Phase.REQUEUED, saved_at=written_at(seen), requeued_at=now)
        return kept, Do.REQUEUE
    if now >= told_at + course.grace:
        grace_s = course.grace.total_seconds()
        return _over(
            course, Fate.ABANDONED, f"{lacks} within {grace_s:.0f} s of the signal; the job runs on"
        )
    return replace(course, last=seen, last_at=now), Do.WAIT


def _died(course: Course, job: SlurmJob, now: datetime) -> tuple[Course, Do]:
    """It ended without success after the signal, so what it did since its last checkpoint is booked to the pause."""
    since = job.started_at if course.before is None else written_at(course.before)
    lost = replace(course, stopped_at=job.ended_at or now, saved_at=since)
    return _over(
        lost, Fate.ABANDONED, f"the job is {_shown(job)} after the signal: does its script trap it?"
    )


def _settling(
    course: Course, job: SlurmJob | None, now: datetime, overruled: str | None
) -> tuple[Course, Do]:
    late = now >= (course.requeued_at or now) + course.settle
    if job is None:
        return _over(course, Fate.ABANDONED, "Slurm knows the job no more after its requeue")
    if job.runs and job.restarts == course.restarts:
        if late or course.refused is not None:
            said = course.refused or "Slurm took the requeue and did not do it"
            return _over(course, Fate.ABANDONED, f"{said}; the job runs on")
        return course, Do.WAIT
    stopped = replace(course, stopped_at=course.stopped_at or now)
    if job.runs:
        return _over(
            stopped, Fate.ABANDONED, "Slurm started it again at once: it runs on from there"
        )
    if not job.ending and "PENDING" not in job.states:
        return _over(stopped, Fate.ABANDONED, f"the job is {_shown(job)} after its requeue")
    if job.begin_at is None or job.begin_at < course.until:
        if overruled is not None:
            return _over(
                stopped, Fate.ABANDONED, f"{overruled}; it waits and begins at {job.begin_at}"
            )
        if late:
            return _over(
                stopped, Fate.FAILED, f"it waits, but begins at {job.begin_at}: tell it again"
            )
        return stopped, Do.TELL_BEGIN
    if job.waits:
        return _over(stopped, Fate.DONE, f"saved at {course.saved_at}, begins at {job.begin_at}")
    if late:
        return _over(stopped, Fate.FAILED, "it is still ending: tell it again")
    return stopped, Do.WAIT


def _over(course: Course, fate: Fate, said: str) -> tuple[Course, Do]:
    return replace(course, phase=Phase.OVER, fate=fate, said=said), Do.END


def _shown(job: SlurmJob | None) -> str:
    return "gone" if job is None else "+".join(sorted(job.states))
