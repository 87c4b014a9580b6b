"""Running jobs stopped and let go on: by checkpoint and requeue, or standing still in memory, as owners declare."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Protocol

from gridtide.fleet.device import Pause, UnreachableError
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.wire.slurm.arguments import whole_second
from gridtide.wire.slurm.begins import Begins, TurnedDownError, as_told
from gridtide.wire.slurm.checkpoint import Seen
from gridtide.wire.slurm.jobs import SlurmJob
from gridtide.wire.slurm.mark import Kind, Mark, marked, unmarked
from gridtide.wire.slurm.pausing import Course, Do, Pausing, Phase, next_step


class Hands(Protocol):
    """What a pause needs done. Everything raises UnreachableError and TurnedDownError but looking."""

    def signal(self, job: SlurmJob) -> None:
        """Ask a job for a checkpoint."""
        ...

    def look(self, path: str) -> Seen | None:
        """What stands at a checkpoint's path; None where nothing does."""
        ...

    def note(self, job: SlurmJob, admin_comment: str) -> None:
        """Write an admin comment and nothing else."""
        ...

    def requeue(self, job: SlurmJob) -> None:
        """End a job and put it back into the queue."""
        ...

    def suspend(self, job: SlurmJob) -> None:
        """Let a job stand still in memory."""
        ...

    def resume(self, job: SlurmJob) -> None:
        """Let a job that stands still go on."""
        ...

    def usable_nodes(self, partition: str) -> int:
        """How many nodes of a partition take jobs."""
        ...

    def wake(self, job: SlurmJob, until: datetime) -> str:
        """Submit the job that lets another go on at an instant; its id."""
        ...

    def cancel(self, job: str) -> None:
        """End a job of gridtide's own."""
        ...


@dataclass(kw_only=True)
class Pauses:
    """What is done to running jobs of a queue. What a pause lost is booked once, when it is known what became of it."""

    begins: Begins
    hands: Hands
    pausing: Pausing
    _underway: set[str] = field(default_factory=set)
    _unsettled: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant, as its owner permits. Waits for its checkpoint."""
        with self._lock:
            if ticket.id in self._underway:
                now = self.begins.clock.now()
                return Outcome(
                    ticket=ticket.id,
                    fate=Fate.UNCHANGED,
                    said=f"the pause of job {job} is under way",
                    at=now,
                )
            self._underway.add(ticket.id)
        try:
            at = whole_second(until)
            return self.begins.act(ticket, job, lambda found: self._pause(ticket, found, at))
        finally:
            with self._lock:
                self._underway.discard(ticket.id)

    def let_go(self, ticket: Ticket, job: str) -> Outcome:
        """Let a job go on, or begin when its owner asked for, whatever of ours holds it."""
        return self.begins.act(ticket, job, lambda found: self._let_go(ticket, found))

    def _pause(self, ticket: Ticket, job: SlurmJob, until: datetime) -> Outcome:
        mark, too_far = job.mark, self.begins.too_far(until)
        if too_far is not None:
            return self._end(ticket, Fate.REFUSED, job, too_far)
        if mark is not None and job.paused:
            return self._again(ticket, job, mark, until)
        if mark is not None and job.still:
            fate = Fate.UNCHANGED if mark.until == until else Fate.REFUSED
            return self._end(ticket, fate, job, f"it stands still until {mark.until} already")
        refusal = self._refusal(job, until)
        if refusal is not None:
            return self._end(ticket, Fate.REFUSED, job, refusal)
        if job.hints.pause is Pause.SIGSTOP:
            return self._stop(ticket, job, until)
        return self._run(ticket, job, self._course(job, until))

    def _refusal(self, job: SlurmJob, until: datetime) -> str | None:
        if until <= self.begins.clock.now():
            return f"a pause until {until} is over before it begins"
        if not job.runs:
            return f"it is {'+'.join(sorted(job.states))}; only a running job is paused"
        return _PERMITS[job.hints.pause](job, self.pausing)

    def _course(self, job: SlurmJob, until: datetime) -> Course:
        return Course(
            until=until,
            accelerators=job.accelerators,
            restarts=job.restarts,
            whole=job.hints.whole,
            grace=self.pausing.grace,
            settle=self.pausing.settle,
            look_every=self.pausing.look_every,
        )

    def _again(self, ticket: Ticket, job: SlurmJob, mark: Mark, until: datetime) -> Outcome:
        """Move the end of a pause; where nobody knows what became of one, tell again what comes after the requeue."""
        settled = job.waits and as_told(job.begin_at, mark.until) and job.id not in self._unsettled
        if settled and self.begins.clock.now() < until:
            return self.begins.begin(ticket, job, until)
        return self._run(
            ticket,
            job,
            replace(
                self._course(job, until),
                phase=Phase.REQUEUED,
                restarts=-1,
                requeued_at=self.begins.clock.now(),
                stopped_at=job.submitted_at,
                saved_at=mark.saved,
            ),
        )

    def _run(self, ticket: Ticket, job: SlurmJob, course: Course) -> Outcome:
        clock, path, done = self.begins.clock, job.hints.checkpoint, None
        while course.phase is not Phase.OVER:
            seen = self.hands.look(path) if path is not None else None
            try:
                found = self.begins.find(job.id)
                course, do = next_step(
                    course, found, seen, clock.now(), self._overruled(ticket, job, course)
                )
                course = self._do(do, found or job, course)
            except UnreachableError as error:
                course, do = self._unanswered(course, error), Do.WAIT
            if do in (Do.SIGNAL, Do.WAIT) or do is done:
                clock.wait_until(clock.now() + self.pausing.look_every)
            done = do
        if course.fate is Fate.ABANDONED and course.requeued_at is not None:
            self._unmark(job.id)
        fate = course.fate or Fate.FAILED
        if fate is Fate.FAILED:
            self._unsettled.add(job.id)
            return self._end(ticket, fate, job, course.said)
        self._unsettled.discard(job.id)
        said, lost_h = f"job {job.id}: {course.said}", course.lost_accelerator_h
        return self.begins.end(ticket, fate, said, lost_h)

    def _do(self, do: Do, job: SlurmJob, course: Course) -> Course:
        try:
            if do is Do.SIGNAL:
                self.hands.signal(job)
            elif do is Do.REQUEUE:
                self.hands.note(job, marked(job.admin_comment, _pause_mark(course)))
                self.hands.requeue(job)
            elif do is Do.TELL_BEGIN:
                comment = marked(job.admin_comment, _pause_mark(course))
                self.begins.controller.tell(job, course.until, comment)
        except TurnedDownError as error:
            if do is Do.SIGNAL:
                return _given_up(course, Fate.ABANDONED, f"{error}; the job runs on")
            return replace(course, refused=str(error))
        return course

    def _unanswered(self, course: Course, error: UnreachableError) -> Course:
        """Before the requeue nothing was changed and the act is given up; after it Slurm is asked again for a while."""
        now = self.begins.clock.now()
        if course.phase is not Phase.REQUEUED:
            return _given_up(course, Fate.ABANDONED, f"{error}; nothing holds the job")
        if now < (course.requeued_at or now) + course.settle:
            return course
        return _given_up(course, Fate.FAILED, str(error))

    def _overruled(self, ticket: Ticket, job: SlurmJob, course: Course) -> str | None:
        gate = self.begins.gate
        if gate.epoch != ticket.epoch or gate.newest.get(job.id, -1) != ticket.sequence:
            return "a newer act stands"
        if self.begins.clock.now() >= course.until:
            return f"{course.until}, when the pause was to end, has come"
        return None

    def _stop(self, ticket: Ticket, job: SlurmJob, until: datetime) -> Outcome:
        """Let it stand still, the job that lets it go on being in the queue first."""
        partition = self.pausing.wake_partition or ""
        if not self.hands.usable_nodes(partition):
            said = f"no node of partition {partition!r} takes the job that would let it go on: sinfo -p {partition}"
            return self._end(ticket, Fate.REFUSED, job, said)
        wake = self.hands.wake(job, until)
        queued = self.begins.find(wake)
        if queued is None or not queued.waits or queued.held or not as_told(queued.begin_at, until):
            self.hands.cancel(wake)
            return self._end(
                ticket,
                Fate.ABANDONED,
                job,
                f"job {wake}, which should let it go on, does not wait for {until}",
            )
        mark = Mark(kind=Kind.STOP, until=until, wake=int(wake))
        self.hands.note(job, marked(job.admin_comment, mark))
        self.hands.suspend(job)
        if self._becomes(job.id, lambda one: "SUSPENDED" in one.states):
            return self._end(
                ticket, Fate.DONE, job, f"it stands still; job {wake} lets it go on at {until}"
            )
        self.hands.resume(job)
        self._unmark(job.id)
        self.hands.cancel(wake)
        return self._end(
            ticket, Fate.ABANDONED, job, "it does not stand still though Slurm was told"
        )

    def _let_go(self, ticket: Ticket, job: SlurmJob) -> Outcome:
        if job.runs:
            return self._end(ticket, Fate.UNCHANGED, job, "it runs")
        if "SUSPENDED" not in job.states:
            return self.begins.let_begin(ticket, job)
        mark = job.mark
        if mark is None or not job.still:
            return self._end(
                ticket, Fate.REFUSED, job, "others suspended it, and others let it go on"
            )
        self.hands.resume(job)
        if not self._becomes(job.id, lambda one: "SUSPENDED" not in one.states):
            return self._end(
                ticket, Fate.FAILED, job, "it stands still though Slurm was told to let it go on"
            )
        self._unmark(job.id)
        if mark.wake and self.begins.find(str(mark.wake)) is not None:
            self.hands.cancel(str(mark.wake))
        return self._end(ticket, Fate.DONE, job, "it goes on")

    def _becomes(self, job: str, wanted: Callable[[SlurmJob], bool]) -> bool:
        """Whether a job reads as wanted before Slurm had time enough."""
        clock = self.begins.clock
        until = clock.now() + self.pausing.settle
        while True:
            found = self.begins.find(job)
            if found is None or wanted(found) or clock.now() >= until:
                return found is not None and wanted(found)
            clock.wait_until(clock.now() + self.pausing.look_every)

    def _unmark(self, job: str) -> None:
        """Take our mark from a job that runs; where that fails the mark holds nothing and says nothing."""
        try:
            found = self.begins.find(job)
            if found is not None and found.mark is not None:
                self.hands.note(found, unmarked(found.admin_comment))
        except (UnreachableError, TurnedDownError):
            return

    def _end(self, ticket: Ticket, fate: Fate, job: SlurmJob, said: str) -> Outcome:
        return self.begins.end(ticket, fate, f"job {job.id}: {said}")


def _never(job: SlurmJob, pausing: Pausing) -> str | None:
    return "its owner does not permit a pause; pause=checkpoint in its comment would"


def _by_checkpoint(job: SlurmJob, pausing: Pausing) -> str | None:
    if job.hints.checkpoint is None:
        return "its comment names no checkpoint; checkpoint=/path says where it writes one"
    if not job.batch or not job.requeues:
        return "it cannot be put back into the queue; sbatch --requeue permits that"
    return None


def _in_memory(job: SlurmJob, pausing: Pausing) -> str | None:
    if job.nodes != 1 or job.accelerators:
        found = f"{job.nodes} nodes and {job.accelerators} accelerators"
        return f"it has {found}; only work of one node without any stands still in memory"
    if pausing.wake_partition is None:
        return "no partition is named for the job that lets it go on; set wake_partition"
    return None


_PERMITS: dict[Pause, Callable[[SlurmJob, Pausing], str | None]] = {
    Pause.NEVER: _never,
    Pause.CHECKPOINT: _by_checkpoint,
    Pause.SIGSTOP: _in_memory,
}


def _pause_mark(course: Course) -> Mark:
    return Mark(kind=Kind.PAUSE, until=course.until, saved=course.saved_at)


def _given_up(course: Course, fate: Fate, said: str) -> Course:
    return replace(course, phase=Phase.OVER, fate=fate, said=said)
