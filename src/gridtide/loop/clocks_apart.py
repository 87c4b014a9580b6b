"""A scheduler that tells of an instant still to come goes by another clock: by ours nothing can be promised then."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from gridtide.fleet.device import QueuedJob

NEAR = timedelta(seconds=30)
"""Clocks that somebody keeps right differ by less."""


class ClockBehindError(Exception):
    """What was told of an instant to come, by whom, and what to do."""


def refuse_a_clock_behind(listed: Mapping[str, Iterable[QueuedJob]], now: datetime) -> None:
    """Raise ClockBehindError where a job was submitted, began or ended later than now. listed: jobs of each scheduler,
    all with its own instants."""
    for name, jobs in sorted(listed.items()):
        latest = max((at for job in jobs for at in _instants(job)), default=now)
        if latest - now > NEAR:
            ahead_s = (latest - now).total_seconds()
            raise ClockBehindError(
                f"{name} tells of {latest.isoformat(timespec='seconds')}, {ahead_s:.0f} s from now by the clock here:"
                " nothing is decided by a clock that is behind; set it right, and restart the service"
            )


def _instants(job: QueuedJob) -> list[datetime]:
    """Everything that has happened to a job, by its scheduler's clock."""
    return [at for at in (job.submitted_at, job.started_at, job.ended_at) if at is not None]
