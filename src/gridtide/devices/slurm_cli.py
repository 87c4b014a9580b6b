"""Jobs of a Slurm cluster, by its commands: squeue reads them, scontrol and scancel tell them, sdiag shows the clock.

Needs to run as an operator of Slurm and, for pauses, where the checkpoints of jobs can be seen.
"""

import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from gridtide.finding import Finding, Gathered, refuse_if_any
from gridtide.fleet.device import QueuedJob, Restraint, UnreachableError
from gridtide.fleet.ticket import Gate, Outcome, Ticket
from gridtide.loop.clock import WallClock
from gridtide.loop.world import Clock
from gridtide.wire.slurm import arguments
from gridtide.wire.slurm.allowed import Allowed, allowed_by, is_job_id, timeout_faults
from gridtide.wire.slurm.begins import Begins, TurnedDownError
from gridtide.wire.slurm.checkpoint import DONE, Seen
from gridtide.wire.slurm.clock import clock_shown
from gridtide.wire.slurm.jobs import Decoded, SlurmJob, decode_jobs
from gridtide.wire.slurm.nodes import usable_nodes
from gridtide.wire.slurm.pauses import Pauses
from gridtide.wire.slurm.pausing import Pausing
from gridtide.wire.slurm.run_limits import RunLimits

NO_CONTROLLER = (
    "contact slurm controller",
    "Socket timed out",
    "Connection refused",
    "Unable to contact",
)
SAID_MOST = 300
MOST_FILES = 100_000


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command printed. code: its exit code."""

    code: int
    printed: str
    complained: str


Run = Callable[[Sequence[str], str], Ran]
Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Commands:
    """Runs the commands of Slurm; satisfies Run. folder: where they are, conf: the slurm.conf they read, None for
    those of the environment. timeout_s: how long one may take. Raises UnreachableError, and BadInput for no time."""

    timeout_s: float = 20.0
    folder: Path | None = None
    conf: Path | None = None

    def __post_init__(self) -> None:
        refuse_if_any(timeout_faults(self.timeout_s))

    def __call__(self, command: Sequence[str], typed: str) -> Ran:
        """Run a command with something on its standard input."""
        shown = arguments.shown(command)
        program = command[0] if self.folder is None else str(self.folder / command[0])
        try:
            done = subprocess.run(
                [program, *command[1:]],
                input=typed,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self.timeout_s,
                env=self._environment(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreachableError(
                f"`{shown}` gave no answer within {self.timeout_s:g} s; see whether slurmctld runs: scontrol ping"
            ) from None
        except (OSError, ValueError) as error:
            raise UnreachableError(
                f"`{shown}` could not be run: {error}; install the client of Slurm or say in which folder it is"
            ) from error
        return Ran(code=done.returncode, printed=done.stdout, complained=done.stderr.strip())

    def _environment(self) -> dict[str, str]:
        own = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
        conf = os.environ.get("SLURM_CONF") if self.conf is None else str(self.conf)
        return own if conf is None else {**own, "SLURM_CONF": conf}


@dataclass(frozen=True, kw_only=True)
class _Cli:
    """One cluster by commands; satisfies Controller and Hands."""

    run: Run
    accelerators: tuple[str, ...]
    pausing: Pausing

    def version(self) -> str:
        return self._told(arguments.VERSION, asks=True).split()[-1]

    def jobs(self) -> Decoded:
        return self._read(
            arguments.QUEUE, lambda document: decode_jobs(document, self.accelerators)
        )

    def usable_nodes(self, partition: str) -> int:
        return self._read(arguments.NODES, lambda document: usable_nodes(document, partition))

    def clock(self) -> datetime:
        printed = self._told(arguments.CLOCK, asks=True)
        try:
            return clock_shown(printed)
        except ValueError as error:
            shown = arguments.shown(arguments.CLOCK)
            raise UnreachableError(f"`{shown}` printed nothing to read: {error}") from error

    def _read(self, command: Sequence[str], decoded: Callable[[object], Value]) -> Value:
        """What a command says. Raises UnreachableError where it is no document that can be read."""
        printed = self._told(command, asks=True)
        try:
            return decoded(json.loads(printed))
        except ValueError as error:
            raise UnreachableError(
                f"`{arguments.shown(command)}` printed nothing to read: {error}; it needs Slurm 21.08 or later"
            ) from error

    def tell(self, job: SlurmJob, begin_at: datetime, admin_comment: str) -> None:
        changed = None if admin_comment == job.admin_comment else admin_comment
        self._told(arguments.tell(job.id, begin_at, changed))

    def note(self, job: SlurmJob, admin_comment: str) -> None:
        self._told(arguments.tell(job.id, None, admin_comment))

    def give_time(self, job: SlurmJob, run_limit_min: int) -> None:
        self._told(arguments.give_time(job.id, run_limit_min))

    def signal(self, job: SlurmJob) -> None:
        self._told(arguments.signal(job.id, self.pausing.signal, steps=self.pausing.steps))

    def look(self, path: str) -> Seen | None:
        return seen_at(Path(path))

    def requeue(self, job: SlurmJob) -> None:
        self._told(arguments.requeue(job.id))

    def suspend(self, job: SlurmJob) -> None:
        self._told(arguments.suspend(job.id))

    def resume(self, job: SlurmJob) -> None:
        self._told(arguments.resume(job.id))

    def wake(self, job: SlurmJob, until: datetime) -> str:
        submit = arguments.wake(job.id, self.pausing.wake_partition or "", until)
        printed = self._told(submit, arguments.wake_script(job.id))
        submitted = printed.strip().partition(";")[0]
        if not is_job_id(submitted):
            raise TurnedDownError(
                f"`{arguments.shown(submit)}` printed no id: {printed[:SAID_MOST]!r}"
            )
        return submitted

    def cancel(self, job: str) -> None:
        self._told(arguments.cancel(job))

    def _told(self, command: Sequence[str], typed: str = "", *, asks: bool = False) -> str:
        ran = self.run(command, typed)
        if ran.code == 0:
            return ran.printed
        said = (ran.complained or ran.printed or f"exit code {ran.code}")[:SAID_MOST]
        if asks or any(mark in said for mark in NO_CONTROLLER):
            raise UnreachableError(f"`{arguments.shown(command)}`: {said}; see scontrol ping")
        raise TurnedDownError(f"`{arguments.shown(command)}`: {said}")


def slurm(
    *,
    partitions: str,
    users: str | None = None,
    accounts: str | None = None,
    longest_h: float = 24.0,
    accelerators: str = "gpu",
    folder: Path | None = None,
    conf: Path | None = None,
    timeout_s: float = 20.0,
    signal: str = Pausing.signal,
    steps: bool = Pausing.steps,
    grace_s: float = Pausing.grace.total_seconds(),
    settle_s: float = Pausing.settle.total_seconds(),
    look_every_s: float = Pausing.look_every.total_seconds(),
    wake_partition: str | None = None,
) -> "SlurmCli":
    """The device from the values of a table. partitions, users, accounts, accelerators: names with blanks between.
    folder, conf: where the commands and their slurm.conf are. The others are as Pausing has them. Raises BadInput."""
    gathered = Gathered()
    allowed = gathered.of(lambda: allowed_by(partitions, users, accounts, longest_h))
    pausing = gathered.of(
        lambda: Pausing(
            signal=signal,
            steps=steps,
            grace=timedelta(seconds=grace_s),
            settle=timedelta(seconds=settle_s),
            look_every=timedelta(seconds=look_every_s),
            wake_partition=wake_partition,
        )
    )
    run = gathered.of(lambda: Commands(timeout_s=timeout_s, folder=folder, conf=conf))
    gathered.refuse_if_any()
    assert allowed is not None and run is not None
    return SlurmCli(
        clock=WallClock(),
        allowed=allowed,
        run=run,
        pausing=pausing,
        accelerators=tuple(accelerators.split()),
    )


class SlurmCli:
    """A cluster of Slurm by its commands; satisfies QueuesJobs, TellsTime, PausesJobs, GivesTime and Restrains.

    A pause waits for the job's checkpoint, up to the grace time, by the clock handed in. accelerators: names of the
    generic resources that count. findings: what of the newest reading nobody could use.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        allowed: Allowed,
        run: Run | None = None,
        pausing: Pausing | None = None,
        accelerators: tuple[str, ...] = ("gpu",),
        gate: Gate | None = None,
    ) -> None:
        how = pausing or Pausing()
        self._cli = _Cli(run=run or Commands(), accelerators=accelerators, pausing=how)
        self._begins = Begins(
            controller=self._cli, clock=clock, allowed=allowed, gate=gate or Gate()
        )
        self._pauses = Pauses(begins=self._begins, hands=self._cli, pausing=how)
        limits = Begins(controller=self._cli, clock=clock, allowed=allowed)
        self._limits = RunLimits(begins=limits, hands=self._cli)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What of the newest reading of the queue nobody could use."""
        return self._begins.findings

    def version(self) -> str:
        """The version of Slurm, as it says it. Raises UnreachableError."""
        return self._cli.version()

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended lately, by id. Raises UnreachableError."""
        return self._begins.queue()

    def read_clock(self) -> datetime:
        """What the controller's clock shows. Raises UnreachableError."""
        return self._cli.clock()

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on, not before its owner's own begin time."""
        return self._begins.begin_at(ticket, job, at)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant, as its owner permits."""
        return self._pauses.pause(ticket, job, until)

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on at once."""
        return self._pauses.let_go(ticket, job)

    def give_time(self, ticket: Ticket, job: str, run_limit_s: int) -> Outcome:
        """Let a job that waits or runs go on for so long since its start."""
        return self._limits.give_time(ticket, job, run_limit_s)

    def restraints(self) -> tuple[Restraint, ...]:
        """Start times and pauses that hold now, as the queue says. Raises UnreachableError."""
        return self._begins.restraints()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let a job begin or go on at once, whatever of ours holds it."""
        return self._pauses.let_go(ticket, subject)


def seen_at(path: Path) -> Seen | None:
    """What stands at a checkpoint's path now, None also for more files than are looked at; nothing is opened."""
    try:
        own = path.stat()
        parts = (
            [own] if stat.S_ISREG(own.st_mode) else list(islice(_files_of(path), MOST_FILES + 1))
        )
        if len(parts) > MOST_FILES:
            return None
    except OSError:
        return None
    return Seen(
        inode=own.st_ino,
        newest_ns=max((part.st_mtime_ns for part in parts), default=0),
        bytes=sum(part.st_size for part in parts),
        files=len(parts),
        done_ns=_written_ns(path.with_name(path.name + DONE)),
    )


def _files_of(folder: Path) -> Iterator[os.stat_result]:
    for at, _, names in os.walk(folder):
        for name in names:
            yield (Path(at) / name).lstat()


def _written_ns(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
