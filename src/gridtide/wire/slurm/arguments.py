"""Acts as argument lists of Slurm's commands; never a line for a shell. An id that is none is a ValueError."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from gridtide.wire.slurm.allowed import is_job_id

QUEUE = ("squeue", "--json", "--states=all")
NODES = ("sinfo", "--json", "--all")
VERSION = ("scontrol", "--version")
CLOCK = ("sdiag",)


def tell(job: str, begin_at: datetime | None, admin_comment: str | None) -> tuple[str, ...]:
    """Give a job a start time, an admin comment, or both at once. The time is UTC: the command must run with TZ=UTC."""
    told = ["scontrol", "update", f"JobId={_checked(job)}"]
    if begin_at is not None:
        told.append(f"StartTime={slurm_time(begin_at)}")
    if admin_comment is not None:
        told.append(f"AdminComment={admin_comment}")
    return tuple(told)


def give_time(job: str, run_limit_min: int) -> tuple[str, ...]:
    """Let a job run so many minutes since its start."""
    return ("scontrol", "update", f"JobId={_checked(job)}", f"TimeLimit={run_limit_min}")


def signal(job: str, name: str, *, steps: bool) -> tuple[str, ...]:
    """Send a signal to the script of a batch job, with steps also to what it started."""
    if not name.isalnum():
        raise ValueError(f"{name!r} is no name of a signal")
    return ("scancel", f"--signal={name}", "--full" if steps else "--batch", _checked(job))


def requeue(job: str) -> tuple[str, ...]:
    """End a job and put it back into the queue."""
    return ("scontrol", "requeue", _checked(job))


def suspend(job: str) -> tuple[str, ...]:
    """Let a job stand still in memory."""
    return ("scontrol", "suspend", _checked(job))


def resume(job: str) -> tuple[str, ...]:
    """Let a job that stands still go on."""
    return ("scontrol", "resume", _checked(job))


def cancel(job: str) -> tuple[str, ...]:
    """End a job of gridtide's own."""
    return ("scancel", _checked(job))


def wake(job: str, partition: str, begin_at: datetime) -> tuple[str, ...]:
    """Submit the script that lets a job go on, read from standard input."""
    return (
        "sbatch",
        "--parsable",
        f"--partition={partition}",
        f"--begin={slurm_time(begin_at)}",
        f"--job-name={wake_name(job)}",
        "--nodes=1",
        "--ntasks=1",
        "--time=5",
        "--chdir=/",
        "--output=/dev/null",
        "--export=NONE",
    )


def wake_name(job: str) -> str:
    """The name of the job that lets another go on."""
    return f"gridtide-wake-{_checked(job)}"


def wake_script(job: str) -> str:
    """What the job that lets another go on does."""
    return f"#!/bin/sh\nexec scontrol resume {_checked(job)}\n"


def slurm_time(moment: datetime) -> str:
    """An instant as clock time in UTC, to the next whole second."""
    return f"{whole_second(moment):%Y-%m-%dT%H:%M:%S}"


def whole_second(moment: datetime) -> datetime:
    """The instant itself or the next whole second: Slurm counts in seconds, and nothing begins too early."""
    return datetime.fromtimestamp(math.ceil(moment.timestamp()), UTC)


def shown(arguments: Sequence[str]) -> str:
    """A command as a person reads it in a message."""
    return " ".join(repr(one) if not one.isprintable() or " " in one else one for one in arguments)


def _checked(job: str) -> str:
    if not is_job_id(job):
        raise ValueError(f"{job!r} is no id of a job of Slurm")
    return job
