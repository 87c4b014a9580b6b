"""Which jobs may be touched: an allow-list, and never a job whose owner did not say anything."""

import re
from dataclasses import dataclass
from datetime import timedelta

from gridtide.wire.slurm.jobs import SlurmJob

_ID = re.compile(r"[1-9]\d{0,9}(_\d{1,9})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """Partitions, users and accounts whose jobs may be touched; None for users or accounts allows all of those.

    longest: no start time and no pause is told further ahead.
    """

    partitions: frozenset[str]
    users: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    longest: timedelta = timedelta(hours=24)


def is_job_id(text: str) -> bool:
    """Whether it is a job's id: digits, with `_` and digits for a task of an array."""
    return _ID.fullmatch(text) is not None


def forbidden(allowed: Allowed, job: SlurmJob) -> str | None:
    """Why a job must not be touched; None where it may."""
    if job.partition not in allowed.partitions:
        return f"partition {job.partition!r} is not on the list of those that may be touched"
    if allowed.users is not None and job.user not in allowed.users:
        return f"user {job.user!r} is not on the list of those whose jobs may be touched"
    if allowed.accounts is not None and job.account not in allowed.accounts:
        return f"account {job.account!r} is not on the list of those whose jobs may be touched"
    if job.whole_array or job.part_of:
        return "it stands for several jobs; only single jobs and single tasks are moved"
    hints = job.hints
    if not hints.declared:
        return "its comment declares nothing; a job is moved only where its owner says what it is"
    if hints.findings:
        return "; ".join(str(finding) for finding in hints.findings)
    return None
