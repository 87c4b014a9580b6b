"""Jobs of Kubernetes as a scheduler's queue: what their owners declared in annotations, and where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridtide.finding import Finding
from gridtide.fleet.device import Pause, QueuedJob, Standing
from gridtide.wire.kubernetes.holds import LONG_AGO, Hold, hold_in
from gridtide.wire.kubernetes.scalars import instant, instant_text, is_name, quantity
from gridtide.wire.kubernetes.things import (
    JOB,
    WORKLOAD,
    Object,
    metadata,
    notes,
    place_in,
    switched,
    table,
)

DEADLINE = "gridtide.io/deadline"
CLASS = "gridtide.io/class"
PAUSE = "gridtide.io/pause"
CHECKPOINT = "gridtide.io/checkpoint"
REQUESTED = "gridtide.io/checkpoint-requested"
CHECKPOINT_AT = "gridtide.io/checkpoint-at"
CHECKPOINT_STEP = "gridtide.io/checkpoint-step"
QUEUE_NAME = "kueue.x-k8s.io/queue-name"
LONGEST = 200
AHEAD_S = 5.0
"""How far the clock of a pod may be ahead of ours before its checkpoint is not believed."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The Job that owns a Workload of Kueue."""

    uid: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The last one that a workload says it has written; step is None where it counts none."""

    at: datetime
    step: int | None


def job_in(thing: Object, workload: Object | None, accelerators: Sequence[str]) -> QueuedJob | None:
    """A Job as its queue knows it; None for an object whose names are none.

    workload: of Kueue, where the Job is one of Kueue's. accelerators: names of resources that count as such. A declared
    value that cannot be read counts as not declared, and a pause as never; `doubts` says so.
    """
    place = place_in(JOB, thing)
    if place is None:
        return None
    status, declared = table(thing.get("status")), notes(thing)
    hold = hold_of(thing, workload)
    nodes = _whole(table(thing.get("spec")).get("parallelism"), 1)
    return QueuedJob(
        id=str(place),
        name=place.name,
        standing=_standing(thing, status, hold),
        accelerators=nodes * _accelerators(thing, accelerators),
        nodes=nodes,
        submitted_at=instant(metadata(thing).get("creationTimestamp")) or LONG_AGO,
        begin_at=hold.until if hold is not None else None,
        started_at=instant(status.get("startTime")),
        ended_at=instant(status.get("completionTime")) or _failed_at(status),
        run_limit_s=_limit_s(thing),
        work_class=_plain(declared.get(CLASS)),
        deadline=instant(declared.get(DEADLINE)),
        pause=_pause(declared.get(PAUSE)) or Pause.NEVER,
        checkpoint=_plain(declared.get(CHECKPOINT)),
    )


def doubts(thing: Object) -> Iterator[Finding]:
    """Everything that the owner of a Job declared and that cannot be used."""
    declared = notes(thing)
    meta = metadata(thing)
    subject = f"jobs/{meta.get('namespace')}/{meta.get('name')}"
    if place_in(JOB, thing) is None:
        yield Finding(
            subject=repr(subject)[:120],
            value="is no name",
            limit="lower-case letters, digits, '-' and '.'",
            mend="It is left alone; look at who made it.",
        )
    if DEADLINE in declared and instant(declared[DEADLINE]) is None:
        yield _doubt(subject, DEADLINE, declared, "an RFC 3339 instant with its zone")
    for note in (CLASS, CHECKPOINT):
        if note in declared and _plain(declared[note]) is None:
            yield _doubt(subject, note, declared, f"one line of at most {LONGEST} letters")
    if PAUSE in declared and _pause(declared[PAUSE]) is None:
        yield _doubt(subject, PAUSE, declared, "checkpoint, sigstop or never; it counts as never")
    if CHECKPOINT_AT in declared and instant(declared[CHECKPOINT_AT]) is None:
        yield _doubt(subject, CHECKPOINT_AT, declared, "an RFC 3339 instant with its zone")


def hold_of(thing: Object, workload: Object | None) -> Hold | None:
    """What holds a Job: on itself, or on its Workload where Kueue switches it."""
    if workload is not None:
        return hold_in(WORKLOAD, workload)
    return hold_in(JOB, thing)


def of_kueue(thing: Object) -> bool:
    """Whether Kueue decides about a Job, so that only its Workload may be switched."""
    return QUEUE_NAME in table(metadata(thing).get("labels"))


def owner_of(workload: Object) -> Owner | None:
    """The Job that a Workload stands for; None for other work."""
    owners = metadata(workload).get("ownerReferences")
    for owner in map(table, owners if isinstance(owners, list) else ()):
        name = owner.get("name")
        if owner.get("kind") == "Job" and isinstance(name, str) and is_name(name):
            return Owner(uid=str(owner.get("uid")), name=name)
    return None


def request_patch(asked: str, at: datetime) -> dict[str, Any]:
    """The merge patch that asks a workload for a checkpoint: who asks, and when."""
    return {"metadata": {"annotations": {REQUESTED: f"{asked} {instant_text(at)}"}}}


def withdrawn_patch() -> dict[str, Any]:
    """The merge patch that takes the request back."""
    return {"metadata": {"annotations": {REQUESTED: None}}}


def checkpoint_in(thing: Object) -> Checkpoint | None:
    """The last checkpoint that a Job says it has; None where it says none that can be read."""
    declared = notes(thing)
    at = instant(declared.get(CHECKPOINT_AT))
    step = declared.get(CHECKPOINT_STEP, "")
    if at is None:
        return None
    return Checkpoint(at=at, step=int(step) if step.isdecimal() and len(step) < 19 else None)


def why_not_fresh(
    found: Checkpoint | None, before: Checkpoint | None, asked_at: datetime, now: datetime
) -> str | None:
    """Why a checkpoint is none written for this request; None where it is. before: the last one ahead of it."""
    if found is None:
        return "it says of no checkpoint"
    if found.at <= asked_at:
        return f"its last checkpoint is of {instant_text(found.at)}, before it was asked"
    if (found.at - now).total_seconds() > AHEAD_S:
        return f"it says of a checkpoint at {instant_text(found.at)}, which has not come"
    if before is not None and before.step is not None and (found.step or 0) < before.step:
        return f"its checkpoint is of step {found.step}, behind step {before.step}"
    return None


def _standing(thing: Object, status: Mapping[str, Any], hold: Hold | None) -> Standing:
    conditions = status.get("conditions")
    true = {
        str(table(condition).get("type"))
        for condition in (conditions if isinstance(conditions, list) else ())
        if table(condition).get("status") == "True"
    }
    if "Complete" in true:
        return Standing.DONE
    if "Failed" in true:
        return Standing.LOST
    if hold is not None:
        return Standing.STOPPED if hold.kind == "pause" else Standing.QUEUED
    if switched(JOB, thing) is True:
        return Standing.QUEUED
    at_work = _whole(status.get("ready"), _whole(status.get("active"), 0))
    return Standing.RUNNING if at_work > 0 else Standing.QUEUED


def _failed_at(status: Mapping[str, Any]) -> datetime | None:
    conditions = status.get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if table(condition).get("type") == "Failed" and table(condition).get("status") == "True":
            return instant(table(condition).get("lastTransitionTime"))
    return None


def _accelerators(thing: Object, names: Sequence[str]) -> int:
    """Of one pod: its containers together, or the largest that runs before them."""
    pod = table(table(table(thing.get("spec")).get("template")).get("spec"))
    side_by_side = sum(_of_containers(pod.get("containers"), names))
    return max(side_by_side, *_of_containers(pod.get("initContainers"), names), 0)


def _of_containers(containers: object, names: Sequence[str]) -> list[int]:
    found = []
    for container in containers if isinstance(containers, list) else ():
        resources = table(table(container).get("resources"))
        asked = {**table(resources.get("requests")), **table(resources.get("limits"))}
        found.append(sum(int(quantity(asked.get(name)) or 0) for name in names))
    return found


def _limit_s(thing: Object) -> int | None:
    limit_s = table(thing.get("spec")).get("activeDeadlineSeconds")
    return limit_s if isinstance(limit_s, int) and not isinstance(limit_s, bool) else None


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _plain(text: str | None) -> str | None:
    """Text that can be shown in one line; None for any other."""
    return text if text and text.isprintable() and len(text) <= LONGEST else None


def _pause(text: str | None) -> Pause | None:
    return Pause(text) if text in tuple(Pause) else None


def _doubt(subject: str, note: str, declared: Mapping[str, str], limit: str) -> Finding:
    return Finding(
        subject=f"{subject} {note}",
        value=repr(declared[note])[:80],
        limit=limit,
        mend="Mend the annotation; until then it counts as not said.",
    )
