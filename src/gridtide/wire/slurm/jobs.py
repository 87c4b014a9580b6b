"""Jobs in a document of `squeue --json` or slurmrestd, of every version's shape.

States are text until 22.05 and lists from 23.02 on; a job that is ending says COMPLETING, in some versions alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridtide.finding import Finding
from gridtide.fleet.device import QueuedJob, Standing
from gridtide.wire.slurm.hints import Hints, hints_in
from gridtide.wire.slurm.hostlist import nodes_in
from gridtide.wire.slurm.mark import Kind, Mark, mark_in, unmarked
from gridtide.wire.slurm.numbers import instant, number

HELD = ("JobHeldUser", "JobHeldAdmin")
_DETAIL = re.compile(r"^(?:gres[:/])?([\w.-]+)(?::[\w.-]+?)?[:=](\d+)(?:\(.*)?$")


@dataclass(frozen=True, kw_only=True)
class SlurmJob:
    """A job as Slurm has it. states: as they stand, a base state and flags. held: by its owner or an administrator.
    begin_at: from when Slurm lets it start. requeues: whether it may be requeued; restarts: how often it was.
    whole_array: a record that stands for all waiting tasks of an array; part_of: the heterogeneous job it belongs to, 0
    for none. on: the nodes it has."""

    id: str
    name: str
    user: str
    account: str
    partition: str
    states: frozenset[str]
    reason: str
    held: bool
    accelerators: int
    nodes: int
    submitted_at: datetime
    begin_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    suspended_at: datetime | None
    run_limit_s: int | None
    requeues: bool
    restarts: int
    batch: bool
    whole_array: bool
    part_of: int
    comment: str
    admin_comment: str
    on: tuple[str, ...] = ()

    @property
    def hints(self) -> Hints:
        """What its owner declares."""
        return hints_in(unmarked(self.comment), self.id)

    @property
    def mark(self) -> Mark | None:
        """What gridtide put on it."""
        return mark_in(self.admin_comment)

    @property
    def waits(self) -> bool:
        """It is in the queue and nothing of an earlier start is still ending."""
        return "PENDING" in self.states and "COMPLETING" not in self.states

    @property
    def runs(self) -> bool:
        """It runs and is not ending."""
        return "RUNNING" in self.states and "COMPLETING" not in self.states

    @property
    def still(self) -> bool:
        """It stands still in memory because gridtide stopped it, and not because of others since."""
        mark, since = self.mark, self.suspended_at
        ours = mark is not None and mark.kind is Kind.STOP and (since is None or since < mark.until)
        return ours and "SUSPENDED" in self.states

    @property
    def ending(self) -> bool:
        """Its processes are being ended; a job that is requeued waits after it."""
        return "COMPLETING" in self.states

    @property
    def paused(self) -> bool:
        """It ends or waits because gridtide put it back, and not because of something since."""
        mark = self.mark
        back = self.ending or self.waits
        return (
            back and mark is not None and mark.kind is Kind.PAUSE and mark.until > self.submitted_at
        )


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Jobs by id, and what in the document cannot be read: of such a job nothing is used."""

    jobs: tuple[SlurmJob, ...]
    findings: tuple[Finding, ...]


def decode_jobs(document: object, accelerators: Sequence[str] = ("gpu",)) -> Decoded:
    """The jobs of a document; accelerators: names of the generic resources that count as such.

    Raises ValueError where it is no document of jobs.
    """
    records = document.get("jobs") if isinstance(document, Mapping) else None
    if not isinstance(records, list):
        raise ValueError("it has no list `jobs`")
    jobs: list[SlurmJob] = []
    findings: list[Finding] = []
    for record in records:
        try:
            jobs.append(_job(record, accelerators))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            findings.append(_unread(record, error))
    return Decoded(jobs=tuple(sorted(jobs, key=_order)), findings=tuple(findings))


def queued(job: SlurmJob) -> QueuedJob:
    """A job in the words of the fleet, with what its owner declares."""
    hints = job.hints
    return QueuedJob(
        id=job.id,
        name=job.name,
        standing=standing(job),
        accelerators=job.accelerators,
        nodes=job.nodes,
        submitted_at=job.submitted_at,
        begin_at=job.begin_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        run_limit_s=job.run_limit_s,
        work_class=hints.work_class,
        deadline=hints.deadline,
        pause=hints.pause,
        checkpoint=hints.checkpoint,
        on=job.on,
    )


def standing(job: SlurmJob) -> Standing:
    """Where it stands: one that waits because gridtide stopped it is stopped; one that is ending still runs."""
    if job.ending or {"RUNNING", "CONFIGURING"} & job.states:
        return Standing.RUNNING
    if "PENDING" in job.states:
        return Standing.STOPPED if job.paused else Standing.QUEUED
    if {"SUSPENDED", "STOPPED"} & job.states:
        return Standing.STOPPED
    return Standing.DONE if "COMPLETED" in job.states else Standing.LOST


def _job(record: Mapping[str, object], accelerators: Sequence[str]) -> SlurmJob:
    states = _states(record["job_state"])
    waiting = "PENDING" in states
    submitted_at = instant(record["submit_time"])
    if submitted_at is None:
        raise ValueError("submit_time is not set")
    begin_at = instant(record.get("eligible_time"))
    limit = number(record.get("time_limit"))
    nodes = number(record.get("node_count")) or 1
    return SlurmJob(
        id=_id(record),
        name=_text(record, "name"),
        user=_text(record, "user_name"),
        account=_text(record, "account"),
        partition=_text(record, "partition"),
        states=states,
        reason=_text(record, "state_reason"),
        held=waiting and _held(record),
        accelerators=_accelerators(record, nodes, accelerators),
        nodes=nodes,
        submitted_at=submitted_at,
        begin_at=begin_at if begin_at is not None and begin_at > submitted_at else None,
        started_at=None if waiting else instant(record.get("start_time")),
        ended_at=None if _goes_on(states) else instant(record.get("end_time")),
        suspended_at=instant(record.get("suspend_time")),
        run_limit_s=None if limit is None else limit * 60,
        requeues=bool(record.get("requeue", False)),
        restarts=number(record.get("restart_cnt")) or 0,
        batch=bool(record.get("batch_flag", False)),
        whole_array=waiting and bool(record.get("array_task_string")),
        part_of=number(record.get("het_job_id")) or 0,
        comment=_text(record, "comment"),
        admin_comment=_text(record, "admin_comment"),
        on=() if waiting else nodes_in(_text(record, "nodes")),
    )


def _held(record: Mapping[str, object]) -> bool:
    return (
        _text(record, "state_reason") in HELD
        or record.get("hold") is True
        or number(record.get("priority")) == 0
    )


def _states(raw: object) -> frozenset[str]:
    words = re.split(r"[+, ]+", raw) if isinstance(raw, str) else raw
    if not isinstance(words, list) or not words or not all(isinstance(one, str) for one in words):
        raise ValueError(f"job_state {raw!r} is no state")
    return frozenset(word.upper() for word in words if word)


def _goes_on(states: frozenset[str]) -> bool:
    return bool({"PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING"} & states)


def _id(record: Mapping[str, object]) -> str:
    array, task = number(record.get("array_job_id")), number(record.get("array_task_id"))
    if array and task is not None:
        return f"{array}_{task}"
    own = number(record["job_id"])
    if not own:
        raise ValueError("job_id is not set")
    return str(own)


def _order(job: SlurmJob) -> tuple[int, int]:
    own, _, task = job.id.partition("_")
    return int(own), int(task or -1)


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _accelerators(record: Mapping[str, object], nodes: int, names: Sequence[str]) -> int:
    """What it has, else what it asks for: of the whole job, a node or a task."""
    detail = record.get("gres_detail")
    if isinstance(detail, list) and detail:
        return sum(_counted(str(one), names) for one in detail)
    tasks = number(record.get("tasks")) or 1
    for key, times in (
        ("tres_alloc_str", 1),
        ("tres_per_job", 1),
        ("tres_per_node", nodes),
        ("tres_per_task", tasks),
        ("tres_req_str", 1),
    ):
        if asked := _counted(_text(record, key), names):
            return asked * times
    return 0


def _counted(text: str, names: Sequence[str]) -> int:
    """How many of the named resources a list as `gres:gpu:a100:2,gres/gpu=2` has; typed ones are part of the whole."""
    whole, typed = 0, 0
    for piece in re.split(r",(?![^(]*\))", text):
        found = _DETAIL.match(piece.strip())
        if found is None or found[1] not in names:
            bare = piece.strip().removeprefix("gres:").removeprefix("gres/")
            whole += bare in names
            continue
        if re.match(r"^gres/[\w.-]+:[\w.-]+=", piece.strip()):
            typed += int(found[2])
        else:
            whole += int(found[2])
    return whole or typed


def _unread(record: object, error: Exception) -> Finding:
    own = record.get("job_id", "?") if isinstance(record, Mapping) else "?"
    return Finding(
        subject=f"job {own} of Slurm",
        value=str(error),
        limit="a record as Slurm 22.05 and later write it",
        mend="the job is left out; compare `squeue --json` with docs/slurm.md",
    )
