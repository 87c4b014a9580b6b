"""A scheduler whose jobs run at one place, at operating points that its boards are told.

Boards of a node run at the fastest point that a job on it was told, so that none is ever slower than it was promised.
What is told holds by a short lease at the boards: it is renewed while the room may tell, and for a while after.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil, inf

from gridtide.fleet.board_bound import BoardPoint
from gridtide.fleet.device import (
    GivesTime,
    QueuedJob,
    Restraint,
    Standing,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.acts import OPEN
from gridtide.loop.at_place import MARK, AtPlace
from gridtide.loop.led_boards import OWN_TICKET, LedBoards, Seen
from gridtide.loop.names import point_of
from gridtide.loop.set_points.slowed import SPARE_S, Slowed
from gridtide.loop.speeds_held import second_of
from gridtide.loop.underway import TOLD

HOLDS_ON = timedelta(minutes=15)
"""So long after the room could tell something last, as when it is frozen, what boards were told is still renewed."""
LIMIT_SLACK_S = 120
"""More time that a slowed job gets than its work needs: its boards are told, and given back, a little beside the
instant."""


@dataclass(kw_only=True, eq=False)
class PointsAtPlace:
    """Satisfies QueuesJobs, PausesJobs, PlacesJobs, Restrains and RenewsLeases. Any thread may call it.

    own: the scheduler at its place. boards: those of the place, by node, or all as one group under an empty name.
    may_tell: whether the room tells anything now. slowed: what set-points take beside the room. Promise: boards are
    never slower than the fastest work on them was told, but for the seconds until new work on them is seen, and what
    set-points take, both counted; no work is ended at its limit because it ran slower: its scheduler gives it more time
    first.
    """

    own: AtPlace
    boards: LedBoards
    now: Callable[[], datetime]
    may_tell: Callable[[], bool] = lambda: True
    slowed: Slowed | None = None
    gate: Gate = field(default_factory=Gate)
    wanted: dict[str, BoardPoint] = field(default_factory=dict)
    newest: Ticket | None = None
    told_at: datetime | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended lately, with what is surely done of them. Raises UnreachableError."""
        listed = self.own.scheduler.queue()
        with self.lock:
            self._forget(listed)
            self._say_spare(listed)
            seen = self.boards.seen()
            return self.own.queue_of([self._counted(job, seen) for job in listed])

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on."""
        return self.own.begin_at(ticket, job, at)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant."""
        return self.own.pause(ticket, job, until)

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on at once."""
        return self.own.resume(ticket, job)

    def place_job(self, ticket: Ticket, job: str, place: str, point: str) -> Outcome:
        """Have a job run at an operating point of its place, at once where it runs, else as soon as it does."""
        asked = self.boards.point(point)
        if place != self.own.place or asked is None:
            names = ", ".join(one.name for one in self.boards.menu)
            said = f"jobs of {self.own.name} run at {self.own.place}, at {names}; not at {place}, {point}"
            return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=self.now())
        with self.lock:
            stopped = self.gate.stopped(ticket, point_of(job), self.now())
            if stopped is not None:
                return stopped
            fate, said = self._placed(ticket, self.own.id_of(job), asked)
            return self.gate.settled(ticket, fate, said, self.now())

    def restraints(self) -> tuple[Restraint, ...]:
        """Start times, pauses and points that hold now, points as their boards have them. Raises UnreachableError."""
        found, seen = list(self.own.restraints()), self.boards.seen()
        for job in self.own.scheduler.queue():
            groups = self._groups(job)
            point = _point(groups, seen) if job.standing is Standing.RUNNING else None
            if point is None or point.bound.is_free:
                continue
            ends = [end for group in groups if (end := seen[group].until) is not None]
            named = point_of(self._named(job))
            until = min(ends, default=self.now())
            found.append(Restraint(subject=named, kind="point", value=point.name, until=until))
        return tuple(sorted(found, key=lambda one: one.subject))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let a job begin or go on at once; of a point, let the boards of its job go."""
        job = subject.removeprefix(point_of(""))
        if job == subject:
            with self.lock:
                self.wanted.pop(self.own.id_of(job), None)
            return self.own.release(ticket, subject)
        with self.lock:
            stopped = self.gate.stopped(ticket, subject, self.now())
            if stopped is not None:
                return stopped
            own = self.own.id_of(job)
            self.wanted.pop(own, None)
            self._remember(ticket)
            fate, said = self._released(ticket, own)
            return self.gate.settled(ticket, fate, said, self.now())

    def renew(self) -> tuple[Restraint, ...]:
        """Hold on, and have boards follow what runs on them now. Raises UnreachableError, also where they cannot."""
        renewed = self.own.renew()
        with self.lock:
            if self.newest is None:
                return renewed
            listed = self.own.scheduler.queue()
            faults = self._followed(listed, self.newest)
            if self.slowed is not None and self.may_tell():
                faults |= self._give_spare(listed, self.newest)
        said = [f"{group or self.own.place}: {why}" for group, (_, why) in faults.items()]
        if said:
            raise UnreachableError("; ".join(said))
        return renewed

    def _placed(self, ticket: Ticket, job: str, point: BoardPoint) -> tuple[Fate, str]:
        """What comes of an operating point that a job is told."""
        if point.bound.is_free and self._wanted(job).bound.is_free:
            self._remember(ticket)
            return Fate.UNCHANGED, f"job {job} runs at {point.name}"
        try:
            listed = {one.id: one for one in self.own.scheduler.queue()}
        except UnreachableError as fault:
            return Fate.FAILED, str(fault)
        found, before = listed.get(job), self.wanted.get(job)
        if found is None or found.standing not in OPEN:
            return Fate.REFUSED, f"{self.own.name} lists no job {job} that waits or runs"
        self._remember(ticket)
        if not point.bound.is_free:
            refusal = self._cannot(found, listed, point)
            if refusal:
                return Fate.REFUSED, refusal
            fate, said = self._with_time(ticket, found, point)
            if fate not in TOLD:
                return fate, said
        self.wanted[job] = point
        faults = self._followed(listed.values(), ticket)
        own = [faults[group] for group in self._groups(found) if group in faults]
        if found.standing is not Standing.RUNNING:
            return Fate.DONE, f"job {job} gets {point.name} once it runs"
        if not own:
            return Fate.DONE, f"the boards of job {job} stand at {point.name}"
        self.wanted.pop(job)
        if before is not None:
            self.wanted[job] = before
        return own[0]

    def _cannot(self, job: QueuedJob, listed: Mapping[str, QueuedJob], point: BoardPoint) -> str:
        """Why the boards of a job cannot be slowed to a point; empty where they can, or it does not run yet."""
        if job.standing is not Standing.RUNNING:
            return ""
        groups = self._groups(job)
        if not groups:
            return f"job {job.id} runs on {_nodes(job)}, whose boards no device of this room has"
        for other in listed.values():
            shared = other.standing is Standing.RUNNING and {*groups} & {*self._groups(other)}
            if shared and other.id != job.id and self._wanted(other.id).speed > point.speed:
                return f"job {other.id} runs on the same boards, faster than at {point.name}"
        return ""

    def _with_time(self, ticket: Ticket, job: QueuedJob, point: BoardPoint) -> tuple[Fate, str]:
        """Have the scheduler let a job run as long as the rest of its limit takes at a point."""
        limit_s = self.boards.speeds.limits_s.get(job.id, job.run_limit_s)
        if limit_s is None or job.run_limit_s is None:
            return Fate.UNCHANGED, "it has no limit"
        if not isinstance(self.own.scheduler, GivesTime):
            return (
                Fate.REFUSED,
                f"{self.own.name} ends job {job.id} at its limit, whatever its speed",
            )
        ran_s, done_s = self._ran_s(job), self._done_s(job) or 0
        needed_s = ran_s + ceil(max(limit_s - done_s, 0) / point.speed) + LIMIT_SLACK_S
        if needed_s <= job.run_limit_s:
            return Fate.UNCHANGED, "it may run so long already"
        self.boards.speeds.limits_s[job.id] = limit_s
        try:
            self.boards.keep(self.boards.speeds)
        except OSError as fault:
            return Fate.FAILED, f"not written down: {fault}"
        own = replace(ticket, id=f"{ticket.id} time")
        outcome = self.own.scheduler.give_time(own, job.id, needed_s)
        return outcome.fate, outcome.said

    def _followed(self, listed: Iterable[QueuedJob], ticket: Ticket) -> dict[str, tuple[Fate, str]]:
        """Have each group stand at the fastest point that work on it was told; of each that does not, why. New
        restraints are only put on while the room may tell; old ones are renewed for a while longer."""
        now, found = self.now(), {}
        if self.may_tell():
            self.told_at = now
        renews = self.told_at is not None and now - self.told_at <= HOLDS_ON
        targets = self._targets(listed)
        for group in sorted(self.boards.groups):
            point = targets.get(group, self.boards.full)
            slows = not point.bound.is_free
            if slows and not (self.may_tell() or (renews and self.boards.is_slow(group))):
                continue
            fate, said = self.boards.lead(group, point, ticket)
            if fate not in TOLD:
                found[group] = (fate, said)
        return found

    def _targets(self, listed: Iterable[QueuedJob]) -> dict[str, BoardPoint]:
        """The fastest point that was told to work on each group of boards that has any."""
        found: dict[str, BoardPoint] = {}
        for job in listed:
            if job.standing is Standing.RUNNING:
                point = self._wanted(job.id)
                for group in self._groups(job):
                    found[group] = max(found.get(group, point), point, key=lambda one: one.speed)
        return found

    def _released(self, ticket: Ticket, job: str) -> tuple[Fate, str]:
        """Free the boards of a job, whatever else was told to work on them."""
        try:
            found = next((one for one in self.own.scheduler.queue() if one.id == job), None)
        except UnreachableError as fault:
            return Fate.FAILED, str(fault)
        groups = self._groups(found) if found is not None else ()
        said = [self.boards.give_back(group, ticket) for group in groups]
        bad = next((one for one in said if one[0] not in TOLD), None)
        return bad or (Fate.DONE, f"the boards of job {job} are free")

    def _groups(self, job: QueuedJob) -> tuple[str, ...]:
        """Groups of boards that a job runs on; none where some of its nodes has no boards here."""
        if tuple(self.boards.groups) == ("",):
            return ("",)
        known = job.on and all(node in self.boards.groups for node in job.on)
        return job.on if known else ()

    def _wanted(self, job: str) -> BoardPoint:
        return self.wanted.get(job, self.boards.full)

    def _counted(self, job: QueuedJob, seen: Mapping[str, Seen]) -> QueuedJob:
        """With what is surely done of it, its limit as its owner declared it, and the point it stands at."""
        runs = job.standing is Standing.RUNNING
        point = _point(self._groups(job), seen) if runs else None
        return replace(
            job,
            done_s=self._done_s(job) if job.done_s is None else job.done_s,
            run_limit_s=self.boards.speeds.limits_s.get(job.id, job.run_limit_s),
            point=None if point is None else point.name,
        )

    def _done_s(self, job: QueuedJob) -> int | None:
        """Seconds at full speed that are surely done since it started last; None where it did not."""
        end = job.ended_at or (self.now() if job.standing is Standing.RUNNING else None)
        if job.started_at is None or end is None:
            return None
        groups = self._groups(job)
        done_s = self.boards.speeds.done_s(groups, second_of(job.started_at), second_of(end))
        lost_s = 0.0 if self.slowed is None else self.slowed.lost_s(self._named(job))
        return max(done_s - ceil(lost_s), 0)

    def _named(self, job: QueuedJob) -> str:
        """A job as the room calls it."""
        return f"{self.own.name}{MARK}{job.id}"

    def _spare_s(self, job: QueuedJob) -> float:
        """By how much a job may fall behind, at its point, before its scheduler ends it; inf where that never does."""
        limit_s = self.boards.speeds.limits_s.get(job.id, job.run_limit_s)
        if limit_s is None or job.run_limit_s is None:
            return inf
        speed = self._wanted(job.id).speed
        left_s = max(limit_s - (self._done_s(job) or 0), 0)
        return (job.run_limit_s - self._ran_s(job)) * speed - left_s

    def _say_spare(self, listed: Iterable[QueuedJob]) -> None:
        """Have set-points know what runs, and by how much each may fall behind."""
        if self.slowed is not None:
            runs = [job for job in listed if job.standing is Standing.RUNNING]
            self.slowed.runs(self.own.place, {self._named(job): self._spare_s(job) for job in runs})

    def _give_spare(
        self, listed: Iterable[QueuedJob], ticket: Ticket
    ) -> dict[str, tuple[Fate, str]]:
        """Have the scheduler let what runs go on longer than its work needs, so that set-points may slow it; of each
        that it does not, why."""
        found: dict[str, tuple[Fate, str]] = {}
        scheduler, asked = self.own.scheduler, False
        for job in listed:
            lacks_s = SPARE_S - self._spare_s(job)
            runs = job.standing is Standing.RUNNING and job.run_limit_s is not None
            if not runs or lacks_s < SPARE_S / 2 or not isinstance(scheduler, GivesTime):
                continue
            assert job.run_limit_s is not None
            self.boards.speeds.limits_s.setdefault(job.id, job.run_limit_s)
            wanted_s = job.run_limit_s + ceil(lacks_s / self._wanted(job.id).speed)
            try:
                self.boards.keep(self.boards.speeds)
            except OSError as fault:
                found[job.id] = (Fate.FAILED, f"not written down: {fault}")
                continue
            now = self.now()
            own = replace(
                ticket,
                id=f"{ticket.id} spare {job.id} {wanted_s}",
                issued_at=now,
                expires_at=now + OWN_TICKET,
            )
            outcome, asked = scheduler.give_time(own, job.id, wanted_s), True
            if outcome.fate not in TOLD:
                found[job.id] = (outcome.fate, outcome.said)
        if asked:
            self._say_spare(scheduler.queue())
        return found

    def _ran_s(self, job: QueuedJob) -> int:
        if job.started_at is None or job.standing is not Standing.RUNNING:
            return 0
        return max(second_of(self.now()) - second_of(job.started_at), 0)

    def _remember(self, ticket: Ticket) -> None:
        """The newest ticket is the one that boards are told by between two acts."""
        last = self.newest
        if last is None or (ticket.epoch, ticket.sequence) > (last.epoch, last.sequence):
            self.newest = ticket

    def _forget(self, listed: Iterable[QueuedJob]) -> None:
        """Forget jobs that nobody lists any more, and what was held before all that run."""
        jobs = {job.id: job for job in listed}
        self.wanted = {job: point for job, point in self.wanted.items() if job in jobs}
        begun = [second_of(job.started_at) for job in jobs.values() if job.started_at is not None]
        self.boards.speeds.forget(min(begun, default=second_of(self.now())), jobs)


def _point(groups: Iterable[str], seen: Mapping[str, Seen]) -> BoardPoint | None:
    """The point at which all of some groups stand; None where nobody says, or they differ."""
    found = {seen[group].point if group in seen else None for group in groups}
    return found.pop() if len(found) == 1 else None


def _nodes(job: QueuedJob) -> str:
    return ", ".join(job.on) or "nodes that its scheduler does not name"
