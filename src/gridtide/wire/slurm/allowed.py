"""Which jobs may be touched: an allow-list, and never a job whose owner did not say anything."""

import re
from dataclasses import dataclass
from datetime import timedelta

from gridtide.finding import Finding, refuse_if_any
from gridtide.wire.slurm.jobs import SlurmJob

LONGEST_H = 24.0 * 7
LONGEST_ANSWER_S = 600.0
"""Nobody waits longer for a controller."""
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


def allowed_by(
    partitions: str, users: str | None, accounts: str | None, longest_h: float
) -> Allowed:
    """An allow-list from names with blanks between. Raises BadInput with every fault."""
    lists = {"partitions": partitions, "users": users, "accounts": accounts}
    faults = [
        _unset(name, repr(names), "names with blanks between")
        for name, names in lists.items()
        if names is not None and not names.split()
    ]
    if not 0.0 < longest_h <= LONGEST_H:
        faults.append(
            _unset("longest_h", f"{longest_h:g}", f"more than 0 and at most {LONGEST_H:g}")
        )
    refuse_if_any(faults)
    return Allowed(
        partitions=frozenset(partitions.split()),
        users=None if users is None else frozenset(users.split()),
        accounts=None if accounts is None else frozenset(accounts.split()),
        longest=timedelta(hours=longest_h),
    )


def timeout_faults(timeout_s: float) -> list[Finding]:
    """What is wrong with how long a controller may take to answer."""
    if 0.0 < timeout_s <= LONGEST_ANSWER_S:
        return []
    return [
        _unset("timeout_s", f"{timeout_s:g}", f"more than 0 and at most {LONGEST_ANSWER_S:g} s")
    ]


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


def _unset(subject: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"slurm, {subject}", value=value, limit=limit, mend="Mend the device's table."
    )
