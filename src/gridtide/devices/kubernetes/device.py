"""A Kubernetes cluster as a device: the queue of its Jobs, pauses, closed queues of Kueue, replicas of its services."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gridtide.devices.kubernetes.api import AnswerError, Cluster
from gridtide.devices.kubernetes.holding import (
    Held,
    all_held,
    freed_now,
    held_now,
    renewed,
    sweeper_lives_until,
    words_of,
)
from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.device import (
    Pause,
    QueuedJob,
    ReplicaReading,
    Restraint,
    Standing,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.world import Clock
from gridtide.wire.kubernetes.holds import Hold, hold_in, ordered_patch, told_by
from gridtide.wire.kubernetes.jobs import (
    Checkpoint,
    checkpoint_in,
    doubts,
    job_in,
    of_kueue,
    owner_of,
    request_patch,
    why_not_fresh,
    withdrawn_patch,
)
from gridtide.wire.kubernetes.scalars import is_name, is_namespace
from gridtide.wire.kubernetes.services import closing, counts_in, replicas_in
from gridtide.wire.kubernetes.things import (
    DEPLOYMENT,
    JOB,
    QUEUE,
    WORKLOAD,
    Kind,
    Object,
    Place,
    Value,
    metadata,
    place_in,
    place_of,
    switched,
)

TRIES = 3
"""How often a patch is tried again on an object that somebody else changed in the same moment."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How far gridtide may go in a cluster. namespaces: the only ones that it reads and touches. queues: the only
    ClusterQueues that it closes; they stand beside all namespaces.

    grace_s: within which a checkpoint must have come; poll_s: how often it is looked for. lease_s: how long a restraint
    holds without being renewed. accelerators: resources that count as such. sweeper: the namespace the sweeper runs in.
    Raises BadInput with every fault.
    """

    namespaces: tuple[str, ...]
    queues: tuple[str, ...] = ()
    grace_s: float = 300.0
    poll_s: float = 2.0
    lease_s: float = 600.0
    accelerators: tuple[str, ...] = ("nvidia.com/gpu", "amd.com/gpu", "huawei.com/Ascend910")
    sweeper: str = "gridtide"

    def __post_init__(self) -> None:
        refuse_if_any(_faults(self))


@dataclass(frozen=True, kw_only=True)
class _Answer:
    fate: Fate
    said: str
    lost_accelerator_h: float = 0.0


class Kubernetes:
    """Satisfies QueuesJobs, PausesJobs, OpensQueues, ScalesReplicas, Restrains and RenewsLeases.

    Subjects: `jobs/NAMESPACE/NAME`, `deployments/NAMESPACE/NAME`, `clusterqueues/NAME`. Nothing is restrained while the
    sweeper shows no sign of life, nothing outside the namespaces of the terms is touched, and what its owner holds
    stays as its owner has it. A pause waits for a checkpoint, at most the grace of the terms.
    """

    def __init__(
        self, cluster: Cluster, clock: Clock, terms: Terms, gate: Gate | None = None
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._terms = terms
        self._gate = gate or Gate()

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs of all namespaces of the terms, by id. Raises UnreachableError."""
        jobs = [
            job_in(thing, workload, self._terms.accelerators)
            for thing, workload in self._readable()
        ]
        return tuple(sorted((job for job in jobs if job is not None), key=lambda job: job.id))

    def doubts(self) -> tuple[Finding, ...]:
        """What owners of Jobs declared and what cannot be used. Raises UnreachableError."""
        return tuple(finding for thing, _ in self._readable() for finding in doubts(thing))

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting Job begin from an instant on: it is suspended until then, and let go where it has passed."""
        return self._act(
            ticket, job, (JOB,), lambda place: _again(lambda: self._begin(ticket, place, at))
        )

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Suspend a running Job once it has written a checkpoint that it was asked for; abandoned where none comes."""
        return self._act(ticket, job, (JOB,), lambda place: self._pause(ticket, place, until))

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a suspended Job go on at once."""
        return self._act(
            ticket, job, (JOB,), lambda place: _again(lambda: self._let_go(ticket, place))
        )

    def close_queue(self, ticket: Ticket, queue: str, until: datetime) -> Outcome:
        """Admit nothing more to a ClusterQueue of Kueue until an instant."""
        return self._act(
            ticket, queue, (QUEUE,), lambda place: _again(lambda: self._close(ticket, place, until))
        )

    def scale(self, ticket: Ticket, service: str, replicas: int, until: datetime) -> Outcome:
        """Run so many replicas of a Deployment until an instant, within the floor and ceiling of its owner."""
        return self._act(
            ticket,
            service,
            (DEPLOYMENT,),
            lambda place: _again(lambda: self._scale(ticket, place, replicas, until)),
        )

    def read_replicas(self, service: str) -> ReplicaReading:
        """Replicas of a Deployment, within the floor and ceiling of its owner. Raises UnreachableError, also where it
        may not be told any number."""
        place = place_of(service, (DEPLOYMENT,))
        if place is None or place.namespace not in self._terms.namespaces:
            raise UnreachableError(self._not_ours(service, (DEPLOYMENT,), place))
        try:
            thing = self._cluster.read(place)
        except AnswerError as error:
            raise UnreachableError(str(error)) from error
        within = replicas_in(thing)
        if within is None:
            raise UnreachableError(_no_floor(place))
        told, ready = counts_in(thing)
        bounds = {"least": within.least, "most": within.most}
        now = self._clock.now()
        return ReplicaReading(of=service, told=told, ready=ready, **bounds, measured_at=now)

    def restraints(self) -> tuple[Restraint, ...]:
        """Everything held in the cluster, by subject. Raises UnreachableError."""
        return tuple(map(self._restraint, self._held()))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Undo what holds a subject at once."""
        kinds = (JOB, QUEUE, DEPLOYMENT)
        return self._act(
            ticket, subject, kinds, lambda place: _again(lambda: self._let_go(ticket, place))
        )

    def renew(self) -> tuple[Restraint, ...]:
        """Hold what has not run out for another lease and end what has; what is held then. Raises UnreachableError."""
        now = self._clock.now()
        held = [(one, self._kept(one, now)) for one in self._held()]
        return tuple(self._restraint(one) for one, kept in held if kept)

    def _kept(self, held: Held, now: datetime) -> bool:
        """Whether a restraint stands after its lease was renewed, or its end has come. What is changed by somebody else
        in this moment is left to the next time."""
        try:
            if held.hold.until <= now:
                freed_now(self._cluster, held)
            else:
                renewed(self._cluster, held, now, self._terms.lease_s)
        except AnswerError as error:
            if error.code not in (404, 409, 410):
                raise UnreachableError(str(error)) from error
            return error.code == 409
        return held.hold.until > now

    def _restraint(self, held: Held) -> Restraint:
        return Restraint(
            subject=self._subject(held),
            kind=held.hold.kind,
            value=f"{held.place.kind.switch} {held.hold.value}",
            until=held.hold.until,
        )

    def _act(
        self, ticket: Ticket, subject: str, kinds: tuple[Kind, ...], do: Callable[[Place], _Answer]
    ) -> Outcome:
        stopped = self._gate.stopped(ticket, subject, self._clock.now())
        if stopped is not None:
            return stopped
        place = place_of(subject, kinds)
        if place is None or place.namespace not in (*self._terms.namespaces, ""):
            answer = _Answer(fate=Fate.REFUSED, said=self._not_ours(subject, kinds, place))
        else:
            answer = _answered(do, place)
        return self._gate.settled(
            ticket, answer.fate, answer.said, self._clock.now(), answer.lost_accelerator_h
        )

    def _begin(self, ticket: Ticket, place: Place, at: datetime) -> _Answer:
        job, _, switch = self._job(place)
        if job.standing in (Standing.DONE, Standing.LOST):
            return _Answer(fate=Fate.UNCHANGED, said=f"{place} has ended")
        if job.standing in (Standing.RUNNING, Standing.STOPPED):
            return _Answer(fate=Fate.REFUSED, said=f"{place} has begun; pause or resume it")
        if job.work_class is None:
            said = f"{place} declares no gridtide.io/class, so it is left to its scheduler"
            return _Answer(fate=Fate.REFUSED, said=said)
        if at <= self._clock.now():
            return self._let_go(ticket, place)
        return self._restrain(ticket, switch, "begin", _restrained(switch.place.kind), at)

    def _pause(self, ticket: Ticket, place: Place, until: datetime) -> _Answer:
        job, thing, switch = self._job(place)
        refused = _why_no_pause(job)
        if refused is not None:
            return refused
        value = _restrained(switch.place.kind)
        if job.standing is Standing.STOPPED:
            return _again(
                lambda: self._restrain(ticket, self._job(place)[2], "pause", value, until)
            )
        unheld = self._unheld(ticket, switch, until)
        if unheld is not None:
            return unheld
        found = self._awaited(ticket, place, thing, until)
        if isinstance(found, _Answer):
            return found
        answer = _again(lambda: self._restrain(ticket, self._job(place)[2], "pause", value, until))
        if answer.fate is not Fate.DONE:
            return answer
        lost_s = max((self._clock.now() - found.at).total_seconds(), 0.0)
        lost_h = lost_s / 3600.0 * job.accelerators
        said = f"{answer.said}; checkpoint of {found.at}"
        return replace(answer, said=said, lost_accelerator_h=lost_h)

    def _awaited(
        self, ticket: Ticket, place: Place, thing: Object, until: datetime
    ) -> Checkpoint | _Answer:
        """Ask for a checkpoint and wait; the request is taken back where none comes."""
        before, asked_at = checkpoint_in(thing), self._clock.now()
        self._cluster.patch(place, request_patch(ticket.id, asked_at))
        end = min(asked_at + timedelta(seconds=self._terms.grace_s), until)
        while True:
            now = self._clock.now()
            job, thing, _ = self._job(place)
            found = checkpoint_in(thing)
            stale = why_not_fresh(found, before, asked_at, now)
            if job.standing is not Standing.RUNNING:
                answer = _Answer(fate=Fate.UNCHANGED, said=f"{place} is {job.standing} by itself")
            elif self._overtaken(ticket, str(place)):
                answer = _Answer(fate=Fate.SUPERSEDED, said=f"{place} was told anew meanwhile")
            elif stale is None and found is not None:
                return found
            elif now >= end:
                said = f"{place} wrote no checkpoint within {end - asked_at}: {stale}; it runs on"
                answer = _Answer(fate=Fate.ABANDONED, said=said)
            else:
                self._clock.wait_until(min(now + timedelta(seconds=self._terms.poll_s), end))
                continue
            self._cluster.patch(place, withdrawn_patch())
            return answer

    def _overtaken(self, ticket: Ticket, subject: str) -> bool:
        return (self._gate.epoch, self._gate.newest.get(subject)) != (
            ticket.epoch,
            ticket.sequence,
        )

    def _close(self, ticket: Ticket, place: Place, until: datetime) -> _Answer:
        if place.name not in self._terms.queues:
            said = f"{place} is none of the queues {list(self._terms.queues)} that may be closed"
            return _Answer(fate=Fate.REFUSED, said=said)
        queue = self._cluster.read(place)
        switch = _Switch(place=place, thing=queue)
        return self._restrain(ticket, switch, "queue", closing(queue), until)

    def _scale(self, ticket: Ticket, place: Place, replicas: int, until: datetime) -> _Answer:
        service = self._cluster.read(place)
        within = replicas_in(service)
        if within is None:
            return _Answer(fate=Fate.REFUSED, said=_no_floor(place))
        if not within.least <= replicas <= within.most:
            said = f"{place}: {replicas} replicas; {within.least} to {within.most} are allowed"
            return _Answer(fate=Fate.REFUSED, said=said)
        switch = _Switch(place=place, thing=service)
        return self._restrain(ticket, switch, "replicas", replicas, until)

    def _restrain(
        self, ticket: Ticket, switch: "_Switch", kind: str, value: Value, until: datetime
    ) -> _Answer:
        """Put a restraint on, or move one that gridtide put there; what was before stays what was before all."""
        unheld = self._unheld(ticket, switch, until)
        if unheld is not None:
            return unheld
        place, thing = switch.place, switch.thing
        standing = hold_in(place.kind, thing)
        if standing is not None and _same(standing, kind, value, until):
            if ticket.epoch > told_by(thing)[0]:
                self._cluster.patch(place, ordered_patch(thing, ticket))
            return _Answer(fate=Fate.UNCHANGED, said=f"{place} is held so until {until} already")
        hold = Hold(
            kind=kind,
            value=value,
            before=switched(place.kind, thing) if standing is None else standing.before,
            until=until,
            lease_by=min(self._clock.now() + timedelta(seconds=self._terms.lease_s), until),
        )
        other = held_now(self._cluster, place, thing, hold, ticket)
        if other is not None:
            freed_now(self._cluster, Held(place=place, thing=self._cluster.read(place), hold=hold))
            return _Answer(fate=Fate.ABANDONED, said=f"{place}: {other}; somebody sets it back")
        return _Answer(fate=Fate.DONE, said=f"{place} {place.kind.switch} {value} until {until}")

    def _unheld(self, ticket: Ticket, switch: "_Switch", until: datetime) -> _Answer | None:
        """Why no restraint may be put on an object; None where it may."""
        place, thing, now = switch.place, switch.thing, self._clock.now()
        if until <= now:
            return _Answer(fate=Fate.REFUSED, said=f"{place}: until {until}, which has passed")
        overtaken = _overtaken_by(thing, ticket)
        if overtaken is not None:
            return overtaken
        if hold_in(place.kind, thing) is None and _owner_holds(place.kind, thing):
            stands = switched(place.kind, thing)
            said = f"{place} is held by its owner ({place.kind.switch} {stands}) and stays so"
            return _Answer(fate=Fate.REFUSED, said=said)
        alive = sweeper_lives_until(self._cluster, self._terms.sweeper)
        if alive is None or alive <= now:
            since = "was never seen" if alive is None else f"shows no life since {alive}"
            said = f"the sweeper in namespace {self._terms.sweeper} {since}: {place} would stay held; start it"
            return _Answer(fate=Fate.REFUSED, said=f"{said} (docs/kubernetes.md)")
        return None

    def _let_go(self, ticket: Ticket, place: Place) -> _Answer:
        switch = self._switch(place)
        overtaken = _overtaken_by(switch.thing, ticket)
        if overtaken is not None:
            return overtaken
        hold = hold_in(switch.place.kind, switch.thing)
        if hold is None:
            return _Answer(fate=Fate.UNCHANGED, said=f"nothing of gridtide holds {place}")
        found = Held(place=switch.place, thing=switch.thing, hold=hold)
        return _Answer(
            fate=Fate.DONE, said=f"{switch.place}: {freed_now(self._cluster, found, ticket)}"
        )

    def _job(self, place: Place) -> tuple[QueuedJob, Object, "_Switch"]:
        thing = self._cluster.read(place)
        switch = self._switch_of(place, thing)
        workload = switch.thing if switch.place.kind is WORKLOAD else None
        job = job_in(thing, workload, self._terms.accelerators)
        if job is None:
            raise AnswerError(404, "GET", str(place), "it says another name of itself")
        return job, thing, switch

    def _switch(self, place: Place) -> "_Switch":
        return self._switch_of(place, self._cluster.read(place))

    def _switch_of(self, place: Place, thing: Object) -> "_Switch":
        """What restrains an object: itself, or the Workload of a Job that Kueue decides about."""
        if place.kind is not JOB or not of_kueue(thing):
            return _Switch(place=place, thing=thing)
        uid = str(metadata(thing).get("uid"))
        for workload in self._cluster.listed(WORKLOAD, place.namespace):
            found = place_in(WORKLOAD, workload)
            owner = owner_of(workload)
            if found is not None and owner is not None and owner.uid == uid:
                return _Switch(place=found, thing=workload)
        raise AnswerError(424, "GET", str(place), "Kueue has no Workload for it yet")

    def _readable(self) -> Iterator[tuple[Object, Object | None]]:
        """Every Job with its Workload, where Kueue has one."""
        try:
            for namespace in self._terms.namespaces:
                workloads = {}
                if self._cluster.serves(WORKLOAD):
                    listed = self._cluster.listed(WORKLOAD, namespace)
                    workloads = {
                        owner.uid: workload for workload in listed if (owner := owner_of(workload))
                    }
                for thing in self._cluster.listed(JOB, namespace):
                    uid = str(metadata(thing).get("uid"))
                    yield thing, workloads.get(uid) if of_kueue(thing) else None
        except AnswerError as error:
            raise UnreachableError(str(error)) from error

    def _held(self) -> list[Held]:
        try:
            found = list(all_held(self._cluster, self._terms.namespaces))
            return sorted(found, key=self._subject)
        except AnswerError as error:
            raise UnreachableError(str(error)) from error

    def _subject(self, held: Held) -> str:
        """The Job of a Workload, because that is what was told; else the object itself."""
        if held.place.kind is not WORKLOAD:
            return str(held.place)
        owner = owner_of(held.thing)
        return f"jobs/{held.place.namespace}/{owner.name}" if owner else str(held.place)

    def _not_ours(self, subject: str, kinds: tuple[Kind, ...], place: Place | None) -> str:
        if place is not None:
            return f"{place} is in none of the namespaces {list(self._terms.namespaces)}"
        known = ", ".join(words_of(kind) for kind in kinds)
        return f"{subject[:120]!r} names no {known}; as jobs/NAMESPACE/NAME or clusterqueues/NAME"


@dataclass(frozen=True, kw_only=True)
class _Switch:
    """The object whose switch restrains something, as it was read."""

    place: Place
    thing: Object


def _answered(do: Callable[[Place], _Answer], place: Place) -> _Answer:
    """What came of an act, also where the cluster refused it or did not answer."""
    try:
        return do(place)
    except AnswerError as error:
        return _Answer(fate=_fate(error.code), said=str(error))
    except UnreachableError as error:
        return _Answer(fate=Fate.FAILED, said=str(error))


def _again(do: Callable[[], _Answer]) -> _Answer:
    """An act on an object read anew, tried again where somebody else changed it in the same moment."""
    for _ in range(TRIES - 1):
        try:
            return do()
        except AnswerError as error:
            if error.code != 409:
                raise
    return do()


def _restrained(kind: Kind) -> Value:
    """Where the switch of a Job or Workload restrains it."""
    return kind is JOB


def _same(stands: Hold, kind: str, value: Value, until: datetime) -> bool:
    return (stands.kind, stands.value, stands.until) == (kind, value, until)


def _owner_holds(kind: Kind, thing: Object) -> bool:
    """Whether somebody else restrains it. A Deployment stands where its owner likes: that restrains nothing."""
    return kind is not DEPLOYMENT and switched(kind, thing) != kind.free


def _no_floor(place: Place) -> str:
    return f"{place} has no floor and ceiling; annotate gridtide.io/replicas-min and -max"


def _overtaken_by(thing: Object, ticket: Ticket) -> _Answer | None:
    """What the object itself remembers of acts, also of those before a restart of ours."""
    epoch, sequence, told = told_by(thing)
    if told == ticket.id:
        return _Answer(fate=Fate.UNCHANGED, said=f"{told} was done before")
    if (epoch, sequence) > (ticket.epoch, ticket.sequence):
        said = f"told {sequence} by the leader of epoch {epoch} already ({told})"
        return _Answer(fate=Fate.SUPERSEDED, said=said)
    return None


def _why_no_pause(job: QueuedJob) -> _Answer | None:
    if job.standing in (Standing.DONE, Standing.LOST):
        return _Answer(fate=Fate.UNCHANGED, said=f"{job.id} has ended")
    if job.pause is Pause.SIGSTOP:
        said = f"{job.id} declares pause: sigstop; Kubernetes cannot keep a pod still in memory"
        return _Answer(fate=Fate.REFUSED, said=said)
    if job.pause is Pause.NEVER:
        said = f"{job.id} declares no gridtide.io/pause: checkpoint, so it is never paused"
        return _Answer(fate=Fate.REFUSED, said=said)
    if job.standing is Standing.QUEUED:
        return _Answer(fate=Fate.REFUSED, said=f"{job.id} does not run; give it a begin instead")
    return None


def _fate(code: int) -> Fate:
    """400, 403, 404, 410 and 422 are a no; 409 and 424 were given up; after all others nobody knows."""
    if code in (400, 403, 404, 410, 422):
        return Fate.REFUSED
    return Fate.ABANDONED if code in (409, 424) else Fate.FAILED


def _faults(terms: Terms) -> Iterator[Finding]:
    mend = "Mend the terms of the cluster."
    if not terms.namespaces:
        yield Finding(subject="namespaces", value="none", limit="one or more", mend=mend)
    for name in (*terms.namespaces, terms.sweeper):
        if not is_namespace(name):
            limit = "lower-case letters, digits and '-', at most 63"
            yield Finding(subject="namespace", value=repr(name)[:80], limit=limit, mend=mend)
    for name in terms.queues:
        if not is_name(name):
            limit = "a name as `kubectl get clusterqueues` lists it"
            yield Finding(subject="queue", value=repr(name)[:80], limit=limit, mend=mend)
    for name in ("grace_s", "poll_s", "lease_s"):
        value = getattr(terms, name)
        if not 0 < value <= 86_400:
            yield Finding(subject=name, value=str(value), limit="above 0 to 86400 s", mend=mend)
