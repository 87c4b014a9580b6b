"""Start times of waiting jobs, told and read back; shared by every way of speaking to Slurm.

A start time is never a hold: Slurm starts the job then, whether or not anybody is there to let it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from gridtide.finding import Finding
from gridtide.fleet.device import QueuedJob, Restraint, UnreachableError
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.world import Clock
from gridtide.wire.slurm.allowed import Allowed, forbidden, is_job_id
from gridtide.wire.slurm.arguments import whole_second
from gridtide.wire.slurm.jobs import Decoded, SlurmJob, queued
from gridtide.wire.slurm.mark import Kind, Mark, marked, unmarked

SLACK = timedelta(seconds=3)


class TurnedDownError(Exception):
    """Slurm said no; the message is what it said."""


class Controller(Protocol):
    """One way of speaking to a controller of Slurm."""

    def jobs(self) -> Decoded:
        """The jobs it knows. Raises UnreachableError."""
        ...

    def tell(self, job: SlurmJob, begin_at: datetime, admin_comment: str) -> None:
        """Give a waiting job a start time and an admin comment. Raises UnreachableError, TurnedDownError."""
        ...


@dataclass(kw_only=True)
class Begins:
    """A queue of Slurm whose waiting jobs are told when they may begin. findings: of the newest reading."""

    controller: Controller
    clock: Clock
    allowed: Allowed
    gate: Gate = field(default_factory=Gate)
    findings: tuple[Finding, ...] = ()

    def read(self) -> tuple[SlurmJob, ...]:
        """The jobs, with what of them cannot be read, or declares what nobody here knows, kept as findings."""
        decoded = self.controller.jobs()
        declared = [finding for job in decoded.jobs for finding in job.hints.findings]
        unknown = [_unknown(job, key) for job in decoded.jobs for key, _ in _strange(job)]
        self.findings = (*decoded.findings, *declared, *unknown)
        return decoded.jobs

    def find(self, job: str) -> SlurmJob | None:
        """A job by its id; None where Slurm knows none. Raises UnreachableError."""
        return next((one for one in self.read() if one.id == job), None)

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs in the words of the fleet."""
        return tuple(queued(job) for job in self.read())

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on, but never before its owner's own begin time."""
        return self.act(ticket, job, lambda found: self.begin(ticket, found, at))

    def release(self, ticket: Ticket, job: str) -> Outcome:
        """Let a job that waits by a start time of ours begin when its owner asked for."""
        return self.act(ticket, job, lambda found: self.let_begin(ticket, found))

    def restraints(self) -> tuple[Restraint, ...]:
        """What is held now, by job, as Slurm has it."""
        now = self.clock.now()
        held = ((job, job.mark) for job in self.read())
        return tuple(
            _restraint(job, mark, now)
            for job, mark in held
            if mark is not None and _holds(job, mark, now)
        )

    def act(self, ticket: Ticket, job: str, told: Callable[[SlurmJob], Outcome]) -> Outcome:
        """Do something with a job that may be touched, unless its ticket stops it."""
        now = self.clock.now()
        stopped = self.gate.stopped(ticket, job, now)
        if stopped is not None:
            return stopped
        if not is_job_id(job):
            return self.gate.settled(
                ticket, Fate.REFUSED, f"{job!r} is no id of a job of Slurm", now
            )
        try:
            found = self.find(job)
            if found is None:
                return self.end(ticket, Fate.REFUSED, f"Slurm knows no job {job}")
            refusal = forbidden(self.allowed, found)
            if refusal is not None:
                return self.end(ticket, Fate.REFUSED, f"job {job}: {refusal}")
            return told(found)
        except UnreachableError as error:
            return self.end(ticket, Fate.FAILED, str(error))
        except TurnedDownError as error:
            return self.end(ticket, Fate.REFUSED, f"job {job}: {error}")

    def end(
        self, ticket: Ticket, fate: Fate, said: str, lost_accelerator_h: float = 0.0
    ) -> Outcome:
        """What came of a ticket, now."""
        return self.gate.settled(ticket, fate, said, self.clock.now(), lost_accelerator_h)

    def too_far(self, at: datetime) -> str | None:
        """Why an instant is too far ahead; None where it is not."""
        longest = self.allowed.longest
        if at - self.clock.now() <= longest:
            return None
        return f"{at} is more than {longest} ahead, the longest that is told"

    def let_begin(self, ticket: Ticket, job: SlurmJob) -> Outcome:
        """Let a waiting job begin when its owner asked for, or now."""
        mark = job.mark
        if mark is None or not _holds(job, mark, self.clock.now()):
            return self.end(ticket, Fate.UNCHANGED, f"nothing of ours holds job {job.id}")
        if not job.waits:
            return self.end(ticket, Fate.FAILED, f"job {job.id} is still ending: tell it again")
        return self._told(ticket, job, max(_own(job) or self.clock.now(), self.clock.now()), None)

    def begin(self, ticket: Ticket, job: SlurmJob, at: datetime) -> Outcome:
        """Let a waiting job that may be touched begin from an instant on."""
        refusal = self.too_far(at) or _not_movable(job)
        if refusal is not None:
            return self.end(ticket, Fate.REFUSED, f"job {job.id}: {refusal}")
        now, own = self.clock.now(), _own(job)
        if own is not None and own > now and at < own:
            said = f"job {job.id}: its owner lets it begin from {own} on; {at} is earlier"
            return self.end(ticket, Fate.REFUSED, said)
        at = whole_second(at)
        if at <= now and (job.begin_at is None or job.begin_at <= now):
            return self.end(ticket, Fate.UNCHANGED, f"job {job.id} may begin already")
        if at > now and as_told(job.begin_at, at):
            return self.end(ticket, Fate.UNCHANGED, f"job {job.id} begins at {at} already")
        mark = Mark(kind=Kind.BEGIN, until=at, was=own) if at > now else None
        if mark is not None and job.mark is not None and job.paused:
            mark = replace(job.mark, until=at)
        return self._told(ticket, job, max(at, now), mark)

    def _told(self, ticket: Ticket, job: SlurmJob, at: datetime, mark: Mark | None) -> Outcome:
        """Tell a start time and read it back; what Slurm answers is not taken for it."""
        kept = unmarked(job.admin_comment)
        self.controller.tell(job, at, kept if mark is None else marked(kept, mark))
        after = self.find(job.id)
        if after is None:
            return self.end(ticket, Fate.FAILED, f"Slurm knows job {job.id} no more")
        if mark is None and (
            not after.waits or after.begin_at is None or after.begin_at <= at + SLACK
        ):
            return self.end(ticket, Fate.DONE, f"job {job.id} may begin from {at} on")
        if mark is not None and after.waits and as_told(after.begin_at, at):
            return self.end(ticket, Fate.DONE, f"job {job.id} begins at {after.begin_at}")
        states = "+".join(sorted(after.states))
        said = f"job {job.id} was told to begin at {at}; Slurm has it {states}, to begin at {after.begin_at}"
        return self.end(ticket, Fate.FAILED, said)


def as_told(begin_at: datetime | None, told: datetime) -> bool:
    """Whether a start time that was read is the one that was told; some ways of telling are a second late."""
    return begin_at is not None and told <= begin_at <= told + SLACK


def _not_movable(job: SlurmJob) -> str | None:
    if not job.waits:
        return f"it is {'+'.join(sorted(job.states))}; only a waiting job is told when to begin"
    if job.held:
        return f"it is held ({job.reason}); gridtide neither holds nor lets go what others hold"
    return None


def _own(job: SlurmJob) -> datetime | None:
    """The begin time that its owner asked for, as far as the queue tells."""
    mark = job.mark
    if mark is not None and (mark.kind is not Kind.BEGIN or as_told(job.begin_at, mark.until)):
        return mark.was
    return job.begin_at


def _holds(job: SlurmJob, mark: Mark, now: datetime) -> bool:
    if mark.kind is Kind.STOP:
        return job.still
    return "PENDING" in job.states and job.begin_at is not None and job.begin_at > now


def _restraint(job: SlurmJob, mark: Mark, now: datetime) -> Restraint:
    until = mark.until if mark.kind is Kind.STOP else job.begin_at or now
    kind = "begin" if mark.kind is Kind.BEGIN else "pause"
    value = "stands still" if mark.kind is Kind.STOP else f"begins at {until}"
    return Restraint(subject=job.id, kind=kind, value=value, until=until)


def _strange(job: SlurmJob) -> tuple[tuple[str, str], ...]:
    hints = job.hints
    return hints.unknown if hints.declared else ()


def _unknown(job: SlurmJob, key: str) -> Finding:
    return Finding(
        subject=f"job {job.id}, comment, {key}",
        value="a key that nothing reads",
        limit="site, class, deadline, pause, checkpoint or whole",
        mend="it is kept as it is; leave it, or mend its name",
    )
