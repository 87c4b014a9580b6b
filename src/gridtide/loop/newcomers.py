"""Work that no case declares: what a scheduler lists is taken as it says, at the place where it stands.

Its class, deadline, run limit and pause are those its owner declared at the scheduler. Without a deadline it is never
held back, without a pause never stopped, and it is never sent elsewhere. What cannot be decided on is named and left
alone; it goes on as if gridtide were not there, and while it runs its accelerators are nobody else's.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import plain
from gridtide.fleet.device import Pause, QueuedJob, Standing
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import NO_DEADLINE_S, Jobs, rows
from gridtide.loop.acts import OPEN
from gridtide.loop.names import place_names
from gridtide.loop.roll import Roll, Whole

RESTART_S = 900
"""Work that is taken to be lost at each restart of a job whose scheduler says nothing of that, and the shortest run
that is then worth starting."""
ENDED_MOST = 10_000
"""How many ended jobs run times are judged by; the newest stay."""
HOUR_S = 3_600
UNLIMITED_S = 86_400
"""For how long work that states no run limit is taken to go on at least."""
NAMED_MOST = 3
WORD_LONGEST = 80
"""Signs of what somebody wrote at a scheduler that are said again."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A job that a scheduler lists, as columns of `Jobs` have it."""

    name: str
    work_class: int
    release_s: int
    deadline_s: int
    accelerators: int
    declared_s: int
    pauses: bool
    home: int


def with_listed(
    roll: Roll, queue: Mapping[str, QueuedJob], fleet: Fleet, done_s: Mapping[str, int]
) -> Roll:
    """The roll with every job of a queue that the case does not declare, without those that no scheduler lists any
    more; as it is where nothing is new. done_s: of every job that was seen to end."""
    others = {name: job for name, job in sorted(queue.items()) if not roll.is_declared(name)}
    if not others and not roll.left_alone and len(roll.declared) == roll.own:
        return roll
    places = {name: number for number, name in enumerate(place_names(fleet))}
    judged = {name: _row(job, roll, places, fleet) for name, job in others.items()}
    taken = [
        row if isinstance(row, Row) else _beside(others[name], roll, places, fleet)
        for name, row in judged.items()
    ]
    found = [row for row in taken if row is not None]
    left_alone = {
        name: row
        for name, row in judged.items()
        if isinstance(row, str) and others[name].standing in OPEN
    }
    listed = _appended(rows(roll.declared, np.arange(roll.own)), found, len(fleet.places))
    if _same(listed, roll.declared) and left_alone == dict(roll.left_alone):
        return roll
    gone = gone_of(roll, queue)
    return replace(roll, declared=listed, ended=_ended(roll, gone, done_s), left_alone=left_alone)


def with_declared(roll: Roll, jobs: Jobs, ended: tuple[Whole, Whole, Whole]) -> Roll:
    """The roll where owners declare other work by now, in place of what they declared before. ended: of jobs that had
    ended before. What schedulers list beside it stays, but for jobs that are declared from now on."""
    before = roll.declared
    beside = np.arange(roll.own, len(before))
    beside = beside[~np.isin(before.name[beside], jobs.name)]
    return replace(
        roll, declared=_both(jobs, rows(before, beside)), own=len(jobs), ended=ended, left_alone={}
    )


def gone_of(roll: Roll, queue: Collection[str]) -> tuple[str, ...]:
    """Jobs of the roll that the case does not declare and no scheduler lists any more."""
    beside = [str(name) for name in roll.declared.name[roll.own :]]
    return tuple(name for name in beside if name not in queue)


def may_be_told(roll: Roll, queue: Mapping[str, QueuedJob]) -> dict[str, QueuedJob]:
    """The jobs of a queue that may be told anything: all but those that are not declared and wait for nobody."""
    return {
        name: job
        for name, job in queue.items()
        if roll.is_declared(name)
        or (name in roll.row_of and name not in roll.left_alone and job.deadline is not None)
    }


def left_alone_said(roll: Roll) -> list[tuple[str, str, str]]:
    """What is left alone, an alarm a reason: its kind, whose it is, in words."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, reason in sorted(roll.left_alone.items()):
        by_reason[reason].append(name)
    found = []
    for reason, names in sorted(by_reason.items()):
        more = f" and {len(names) - NAMED_MOST} more" if len(names) > NAMED_MOST else ""
        found.append(("left-alone", ", ".join(names[:NAMED_MOST]) + more, reason))
    return found


def _row(job: QueuedJob, roll: Roll, places: Mapping[str, int], fleet: Fleet) -> Row | str:
    """The job as a row, or why it cannot be one."""
    names = [kind.name for kind in roll.declared.classes]
    if job.work_class not in names:
        said = "no class" if job.work_class is None else f"the class {_short(job.work_class)}"
        return f"it says {said}; declare one of {', '.join(names) or 'none: the case has no class'}"
    if job.place is None or job.place not in places:
        return f"it stands at {job.place or 'no place'}; the case has {', '.join(places)}"
    home = places[job.place]
    most = fleet.pools[home].accelerators
    if not 0 < job.accelerators <= most:
        return f"it asks for {job.accelerators} accelerators; {job.place} decides on 1 to {most}"
    if job.run_limit_s is None or job.run_limit_s < 1:
        return "it states no run limit; promises rest on one, submit it with a time limit"
    return Row(
        name=job.id,
        work_class=names.index(job.work_class),
        release_s=_whole_s(job.submitted_at),
        deadline_s=NO_DEADLINE_S if job.deadline is None else _whole_s(job.deadline),
        accelerators=job.accelerators,
        declared_s=job.run_limit_s,
        pauses=job.deadline is not None and job.pause is not Pause.NEVER,
        home=home,
    )


def _beside(job: QueuedJob, roll: Roll, places: Mapping[str, int], fleet: Fleet) -> Row | None:
    """What work that is left alone holds while it runs, until its limit, where it states one: a row that waits for
    nobody and is told nothing. None where it holds nothing of the fleet, or the case has no class."""
    home, done_s = places.get(job.place or "", -1), job.done_s or 0
    if job.standing is not Standing.RUNNING or home < 0 or not roll.declared.classes:
        return None
    held = min(job.accelerators, fleet.pools[home].accelerators)
    goes_on_s = -(-done_s // HOUR_S) * HOUR_S + UNLIMITED_S
    if held < 1:
        return None
    return Row(
        name=job.id,
        work_class=0,
        release_s=_whole_s(job.submitted_at),
        deadline_s=NO_DEADLINE_S,
        accelerators=held,
        declared_s=max(job.run_limit_s or goes_on_s, done_s + 1),
        pauses=False,
        home=home,
    )


def _short(word: str) -> str:
    """A word of whoever submitted a job: one short line that no terminal obeys."""
    return plain(word, keep="")[:WORD_LONGEST]


def _appended(own: Jobs, found: Sequence[Row], places: int) -> Jobs:
    """Declared work with rows of other work after it."""
    if not found:
        return own

    def column(name: str) -> NDArray[np.int64]:
        return np.asarray([getattr(row, name) for row in found], dtype=np.int64)

    nothing, pauses = np.zeros(len(found), np.int64), column("pauses").astype(np.bool_)
    home, deadline_s = column("home"), column("deadline_s")
    more = Jobs(
        name=np.asarray([row.name for row in found]),
        work_class=column("work_class"),
        release_s=column("release_s"),
        deadline_s=deadline_s,
        accelerators=column("accelerators"),
        declared_s=column("declared_s"),
        expected_s=column("declared_s"),
        interruptible=pauses,
        restart_s=np.where(pauses, RESTART_S, 0),
        minimum_run_s=np.where(pauses, RESTART_S, 0),
        home=home,
        allowed=np.arange(places)[None, :] == home[:, None],
        movable=deadline_s != NO_DEADLINE_S,
        elastic=nothing.astype(np.bool_),
        data_gb=nothing.astype(np.float64),
        sensitivity=nothing,
        classes=own.classes,
    )
    return _both(own, more)


def _both(own: Jobs, more: Jobs) -> Jobs:
    """Two tables of one case, one after the other."""
    columns = [one.name for one in fields(own) if one.name != "classes"]
    both: dict[str, Any] = {
        name: np.concatenate([getattr(own, name), getattr(more, name)]) for name in columns
    }
    return replace(own, **both)


def _same(one: Jobs, other: Jobs) -> bool:
    """Whether two tables of one case say the same of the same work."""
    names = (
        "name",
        "deadline_s",
        "accelerators",
        "declared_s",
        "home",
        "work_class",
        "interruptible",
    )
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def _ended(
    roll: Roll, gone: Sequence[str], done_s: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """What run times are judged by, with those of the gone that were seen to end."""
    over = [name for name in gone if name in done_s and name not in roll.left_alone]
    at = np.asarray([roll.row_of[name] for name in over], dtype=np.int64)
    ran_s = np.asarray([done_s[name] for name in over], dtype=np.int64)
    seen = (roll.declared.work_class[at], roll.declared.declared_s[at], ran_s)
    first, second, third = (
        np.concatenate(pair)[-ENDED_MOST:] if over else pair[0]
        for pair in zip(roll.ended, seen, strict=True)
    )
    return first, second, third


def _whole_s(moment: datetime) -> int:
    """The second an instant lies in."""
    return int(moment.timestamp() // 1)
