"""A scheduler whose jobs all run at one place: its jobs get a place and names that no other scheduler gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.fleet.act import Act, BeginAt, PauseJob, Release, ResumeJob, do
from gridtide.fleet.device import (
    QueuedJob,
    QueuesJobs,
    RenewsLeases,
    Restrains,
    Restraint,
    Standing,
    TellsTime,
)
from gridtide.fleet.ticket import Fate, Outcome, Ticket

MARK = "-"
"""Between the scheduler's name and its own id of a job."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AtPlace:
    """Satisfies QueuesJobs, TellsTime, PausesJobs, PlacesJobs, Restrains and RenewsLeases as far as the scheduler does:
    the rest is refused.

    name: of the scheduler, before each id. place: site/pool. point: the only operating point that its jobs run at.
    """

    scheduler: QueuesJobs
    name: str
    place: str
    point: str
    now: Callable[[], datetime]

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended lately. Raises UnreachableError."""
        return self.queue_of(self.scheduler.queue())

    def queue_of(self, listed: Iterable[QueuedJob]) -> tuple[QueuedJob, ...]:
        """What the scheduler lists, by the names of the room."""
        now = self.now()
        return tuple(
            replace(
                job,
                id=f"{self.name}{MARK}{job.id}",
                place=self.place,
                done_s=_done_s(job, now) if job.done_s is None else job.done_s,
            )
            for job in listed
        )

    def read_clock(self) -> datetime:
        """What the scheduler's clock shows, ours where it tells none. Raises UnreachableError."""
        if isinstance(self.scheduler, TellsTime):
            return self.scheduler.read_clock()
        return self.now()

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on."""
        return self._do(BeginAt(job=self.id_of(job), at=at), ticket)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant."""
        return self._do(PauseJob(job=self.id_of(job), until=until), ticket)

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on at once."""
        return self._do(ResumeJob(job=self.id_of(job)), ticket)

    def place_job(self, ticket: Ticket, job: str, place: str, point: str) -> Outcome:
        """A job is where it is: nothing is told for its own place, any other is refused."""
        if (place, point) == (self.place, self.point):
            fate, said = Fate.UNCHANGED, f"jobs of {self.name} run at {place}, {point}"
        else:
            fate = Fate.REFUSED
            said = f"jobs of {self.name} run at {self.place}, {self.point}; not at {place}, {point}"
        return Outcome(ticket=ticket.id, fate=fate, said=said, at=self.now())

    def restraints(self) -> tuple[Restraint, ...]:
        """Start times and pauses that hold now. Raises UnreachableError."""
        if not isinstance(self.scheduler, Restrains):
            return ()
        return tuple(self._known(one) for one in self.scheduler.restraints())

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let a job begin or go on at once."""
        return self._do(Release(subject=self.id_of(subject)), ticket)

    def renew(self) -> tuple[Restraint, ...]:
        """Hold on, where it lets go of what nobody renews. Raises UnreachableError."""
        renewed = self.scheduler.renew() if isinstance(self.scheduler, RenewsLeases) else ()
        return tuple(self._known(one) for one in renewed)

    def _known(self, held: Restraint) -> Restraint:
        return replace(held, subject=f"{self.name}{MARK}{held.subject}")

    def _do(self, act: Act, ticket: Ticket) -> Outcome:
        return do(act, self.scheduler, ticket, self.now())

    def id_of(self, job: str) -> str:
        """The scheduler's own id of a job."""
        return job.removeprefix(f"{self.name}{MARK}")


def _done_s(job: QueuedJob, now: datetime) -> int | None:
    """What is certainly done of a job whose scheduler does not say: what it ran since it started last."""
    until = job.ended_at or (now if job.standing is Standing.RUNNING else None)
    if job.started_at is None or until is None:
        return None
    return max(int((until - job.started_at).total_seconds()), 0)
