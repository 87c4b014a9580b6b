"""A Slurm in memory behind its commands, on a driven clock: what it prints and does was compared with a real one.

It starts what may start at once when it is asked anything, keeps a requeued job for two minutes as Slurm does, and
prints its documents in the shape of an old or a new version.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from gridtide.devices.slurm_cli import Ran
from gridtide.fleet.device import UnreachableError
from gridtide.loop.clock import DrivenClock

REQUEUE_DELAY = timedelta(seconds=121)
WELL = Ran(code=0, printed="", complained="")
Shape = Literal["22.05", "23.11"]


@dataclass(kw_only=True)
class TinyJob:
    """A job there. saves: what it does with its checkpoint when it is asked, with the instant; None does nothing."""

    id: int
    partition: str = "low"
    user: str = "ada"
    account: str = "science"
    comment: str = ""
    admin_comment: str = ""
    state: str = "PENDING"
    reason: str = "None"
    gpus: int = 0
    nodes: int = 1
    requeue: bool = True
    restarts: int = 0
    submitted_at: datetime
    begin_at: datetime
    started_at: datetime | None = None
    suspended_at: datetime | None = None
    name: str = "job"
    script: str = ""
    saves: Callable[[datetime], None] | None = None
    save_at: datetime | None = None
    limit_min: int | None = None
    on: str = ""


@dataclass
class TinySlurm:
    """Satisfies Run. room_at: before then nothing starts. breaks: commands that are lost on the way, by their first
    words; did: the changes it was told. starts_at_once, takes_requeues: what it does with a requeue. wakes: whether
    its partition `wake` has a node that takes jobs."""

    clock: DrivenClock
    shape: Shape = "23.11"
    jobs: dict[int, TinyJob] = field(default_factory=dict)
    room_at: datetime | None = None
    silent: bool = False
    breaks: set[str] = field(default_factory=set)
    did: list[tuple[str, ...]] = field(default_factory=list)
    starts_at_once: bool = False
    takes_requeues: bool = True
    wakes: bool = True

    def add(self, job: int, **how: object) -> TinyJob:
        """A job that was submitted now."""
        now = self.clock.now()
        one = TinyJob(id=job, submitted_at=now, begin_at=now, **how)  # type: ignore[arg-type]
        if one.state == "RUNNING":
            one.started_at = now
        self.jobs[job] = one
        return one

    def __call__(self, command: Sequence[str], typed: str) -> Ran:
        """Do what a command says."""
        words = tuple(command)
        if self.silent or " ".join(words[:2]) in self.breaks:
            raise UnreachableError(f"`{' '.join(words)}` gave no answer")
        self.catch_up()
        if words[0] == "squeue":
            return Ran(code=0, printed=self._document(), complained="")
        if words[0] == "sinfo":
            return Ran(code=0, printed=self._nodes(), complained="")
        if words == ("sdiag",):
            now = self.clock.now()
            shown = f"{now:%a %b %d %H:%M:%S %Y} ({int(now.timestamp())})"
            return Ran(code=0, printed=f"***\nsdiag output at {shown}\n***\n", complained="")
        if words == ("scontrol", "--version"):
            return Ran(code=0, printed="slurm-wlm 22.05.8\n", complained="")
        self.did.append(words)
        if words[0] == "sbatch":
            return self._submit(words, typed)
        return self._change(words)

    def catch_up(self) -> None:
        """Let everything happen that was due."""
        now = self.clock.now()
        for job in list(self.jobs.values()):
            if job.saves is not None and job.save_at is not None and job.save_at <= now:
                job.saves(job.save_at)
                job.save_at = None
            if job.state == "COMPLETING":
                job.state = "PENDING"
            elif job.state == "PENDING" and self._may_start(job, now):
                self._start(job)

    def _may_start(self, job: TinyJob, now: datetime) -> bool:
        room = self.room_at is None or now >= self.room_at
        return room and job.begin_at <= now and "JobHeld" not in job.reason

    def _start(self, job: TinyJob) -> None:
        job.state, job.started_at = "RUNNING", self.clock.now()
        if job.script:
            woken = self.jobs[int(job.script.split()[-1])]
            woken.state = "RUNNING" if woken.state == "SUSPENDED" else woken.state
            job.state = "COMPLETED"

    def _change(self, words: tuple[str, ...]) -> Ran:
        named = words[2].removeprefix("JobId=") if words[0] == "scontrol" else words[-1]
        job = self.jobs.get(int(named))
        if job is None:
            return Ran(code=1, printed="", complained="Invalid job id specified")
        if words[0] == "scancel":
            return self._signal(job, words)
        return getattr(self, f"_{words[1]}")(job, words)  # type: ignore[no-any-return]

    def _signal(self, job: TinyJob, words: tuple[str, ...]) -> Ran:
        if not any(word.startswith("--signal=") for word in words):
            job.state = "CANCELLED"
        elif job.saves is not None:
            job.save_at = self.clock.now() + timedelta(seconds=3)
        return WELL

    def _update(self, job: TinyJob, words: tuple[str, ...]) -> Ran:
        changes = dict(word.split("=", 1) for word in words[3:])
        if "StartTime" in changes and job.state not in ("PENDING", "COMPLETING"):
            return Ran(code=1, printed="", complained="Job is no longer pending execution")
        if "StartTime" in changes:
            job.begin_at = datetime.fromisoformat(changes["StartTime"]).replace(tzinfo=UTC)
        job.admin_comment = changes.get("AdminComment", job.admin_comment)
        if "TimeLimit" in changes:
            job.limit_min = int(changes["TimeLimit"])
        return WELL

    def _requeue(self, job: TinyJob, words: tuple[str, ...]) -> Ran:
        if not self.takes_requeues:
            return Ran(code=1, printed="", complained="Requested operation is presently disabled")
        now = self.clock.now()
        job.restarts += 1
        job.submitted_at, job.begin_at = now, now + REQUEUE_DELAY
        job.state = "RUNNING" if self.starts_at_once else "COMPLETING"
        return WELL

    def _suspend(self, job: TinyJob, words: tuple[str, ...]) -> Ran:
        job.state, job.suspended_at = "SUSPENDED", self.clock.now()
        return WELL

    def _resume(self, job: TinyJob, words: tuple[str, ...]) -> Ran:
        job.state = "RUNNING"
        return WELL

    def _submit(self, words: tuple[str, ...], typed: str) -> Ran:
        options = dict(word.lstrip("-").split("=", 1) for word in words[1:] if "=" in word)
        number = max(self.jobs) + 1
        job = self.add(
            number, partition=options["partition"], name=options["job-name"], user="root"
        )
        job.begin_at = datetime.fromisoformat(options["begin"]).replace(tzinfo=UTC)
        job.script = typed
        return Ran(code=0, printed=f"{number}\n", complained="")

    def _document(self) -> str:
        jobs = [self._record(job) for job in self.jobs.values()]
        return json.dumps({"meta": {}, "errors": [], "jobs": jobs})

    def _nodes(self) -> str:
        if self.shape == "22.05":
            flags = [] if self.wakes else ["DRAIN"]
            node = {
                "name": "n1",
                "partitions": ["low", "wake"],
                "state": "idle",
                "state_flags": flags,
            }
            return json.dumps({"nodes": [node]})
        state = ["MIXED"] if self.wakes else ["DOWN"]
        group = {"partition": {"name": "wake"}, "nodes": {"total": 2}, "node": {"state": state}}
        return json.dumps({"sinfo": [group]})

    def _record(self, job: TinyJob) -> dict[str, object]:
        waits = job.state in ("PENDING", "COMPLETING")
        begin_at = job.begin_at if waits else None
        running = job.state in ("RUNNING", "SUSPENDED")
        listed = ["PENDING", "COMPLETING"] if job.state == "COMPLETING" else [job.state]
        return {
            "job_id": job.id,
            "array_job_id": self._number(0),
            "array_task_id": self._number(None),
            "array_task_string": "",
            "het_job_id": self._number(0),
            "name": job.name,
            "user_name": job.user,
            "account": job.account,
            "partition": job.partition,
            "comment": job.comment,
            "admin_comment": job.admin_comment,
            "job_state": job.state if self.shape == "22.05" else listed,
            "state_reason": job.reason,
            "submit_time": self._instant(job.submitted_at),
            "eligible_time": self._instant(begin_at or job.submitted_at),
            "start_time": self._instant(begin_at if waits else job.started_at),
            "end_time": self._number(0),
            "suspend_time": self._instant(job.suspended_at),
            "time_limit": self._number(job.limit_min),
            "nodes": job.on if running else "",
            "node_count": self._number(job.nodes),
            "tasks": self._number(1),
            "gres_detail": [f"gpu:{job.gpus}(IDX:0-{job.gpus - 1})"]
            if running and job.gpus
            else [],
            "tres_per_node": f"gres:gpu:{job.gpus}" if job.gpus else "",
            "requeue": job.requeue,
            "restart_cnt": job.restarts,
            "batch_flag": True,
        }

    def _number(self, value: int | None) -> object:
        if self.shape == "22.05":
            return value
        return {"set": value is not None, "infinite": False, "number": value or 0}

    def _instant(self, moment: datetime | None) -> object:
        return self._number(0 if moment is None else int(moment.timestamp()))


@dataclass(frozen=True)
class TinyPlatform:
    """That Slurm from behind; satisfies the Platform of the promises of queues."""

    slurm: TinySlurm

    def begins(self, job: str) -> datetime | None:
        """Before when it does not start a job that waits."""
        at = self.slurm.jobs[int(job)].begin_at
        return at if at > self.slurm.clock.now() else None

    def runs(self, job: str) -> bool:
        """Whether a job runs now."""
        self.slurm.catch_up()
        return self.slurm.jobs[int(job)].state == "RUNNING"

    def told(self) -> int:
        """How many changes it was told so far."""
        return len(self.slurm.did)

    def pass_until(self, moment: datetime) -> None:
        """Let time pass, nobody telling anything."""
        self.slurm.clock.wait_until(moment)
        self.slurm.catch_up()

    def cut(self) -> None:
        """Answer nothing from now on."""
        self.slurm.silent = True

    def mend(self) -> None:
        """Answer again."""
        self.slurm.silent = False


def saving_to(
    path: Path, *, done: bool = True, early: timedelta = timedelta()
) -> Callable[[datetime], None]:
    """Writes a checkpoint when it is asked, with its `.done` or without, by a clock that is early by so much."""

    def save(at: datetime) -> None:
        stamp = (at - early).timestamp()
        names = [path, path.with_name(path.name + ".done")] if done else [path]
        for name in names:
            name.write_bytes(b"weights")
            os.utime(name, (stamp, stamp))

    return save
