"""A device that goes by another clock than ours: nothing is decided, told or kept until both agree."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from gridtide.fleet.device import QueuedJob
from gridtide.loop.reach import Reach
from gridtide.loop.world import Clock

NEAR = timedelta(seconds=30)
"""Clocks that somebody keeps right differ by less."""
MEND = "nothing is decided until both agree: set right the one that is wrong"


@runtime_checkable
class FollowsAWall(Protocol):
    """A clock that goes on by itself from what the wall's once showed."""

    def shown(self) -> datetime:
        """What it would be by what the wall's clock shows now."""
        ...

    def follow(self) -> None:
        """Go on from that."""
        ...


def apart(reach: Reach, clock: Clock) -> str:
    """Which device goes by another clock, by how much, and what to do; empty where none does. A clock that goes on by
    itself follows the wall's where every device says that the wall's was set right meanwhile."""
    said = _said(reach, clock)
    if not said or not isinstance(clock, FollowsAWall) or not _set_right(reach, clock):
        return said
    clock.follow()
    return _said(reach, clock)


def _said(reach: Reach, clock: Clock) -> str:
    for name, ahead in reach.clocks(clock.now).items():
        if abs(ahead) > NEAR:
            way = "ahead of" if ahead > NEAR else "behind"
            off_s = abs(ahead.total_seconds())
            return f"the clock of {name} is {off_s:.0f} s {way} the one here: {MEND}"
    return behind(reach.listed, clock.now())


def _set_right(reach: Reach, clock: FollowsAWall) -> bool:
    """Whether devices tell their clocks, and all agree with what the wall's shows."""
    told = reach.clocks(clock.shown)
    return bool(told) and all(abs(ahead) <= NEAR for ahead in told.values())


def earliest(reach: Reach, now: datetime) -> datetime:
    """The earliest instant that a clock shows, ours or a device's, within the last day: a course that begins there
    holds the present whichever is right."""
    behind_by = min([timedelta(), *reach.clocks(lambda: now).values()])
    return now + max(behind_by, -timedelta(days=1))


def behind(listed: Mapping[str, Iterable[QueuedJob]], now: datetime) -> str:
    """What is to be said where a job was submitted, began or ended later than now: its scheduler, whether or not it
    tells its clock, goes by another. listed: jobs of each scheduler, all with its own instants."""
    for name, jobs in sorted(listed.items()):
        latest = max((at for job in jobs for at in _instants(job)), default=now)
        if latest - now > NEAR:
            at, ahead_s = latest.isoformat(timespec="seconds"), (latest - now).total_seconds()
            return f"{name} tells of {at}, {ahead_s:.0f} s from now by the clock here: {MEND}"
    return ""


def _instants(job: QueuedJob) -> list[datetime]:
    """Everything that has happened to a job, by its scheduler's clock."""
    return [at for at in (job.submitted_at, job.started_at, job.ended_at) if at is not None]
