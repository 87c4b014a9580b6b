"""What can be promised to a job on its arrival, beside everything that is promised already."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations, Told, copied, grid_step_s
from gridtide.decide.situation import Situation
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.timeline import instant
from gridtide.trust.cut import Cut, within_room
from gridtide.trust.packing import ANYWHERE, fit, fitting, packed

PACKINGS = ((None, False), (ANYWHERE, False), (ANYWHERE, True))
"""Ways to pack for a newcomer in the order they are tried: at home, anywhere, over work without a promise."""
BESIDE = "room beside all promised work"
TAKEN_BACK = "a limit was cut after its promise; "
FELL_BEHIND = "it did less than the slots it was told hold; "
GAVE_WAY = "without a promise, it gives way to work that can keep its deadline"
BESIDE_RISKY = "room after packing by deadline, where work without a promise gives way"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one arriving job was told. earliest_end: the earliest date that can be promised."""

    job: str
    promised: bool
    reason: str
    earliest_end: datetime | None

    def __str__(self) -> str:
        said = f"{self.job}: {'promised' if self.promised else 'at risk'}, {self.reason}"
        if self.promised or self.earliest_end is None:
            return said
        return f"{said}; {self.earliest_end:%Y-%m-%d %H:%M} UTC could be promised"


@dataclass(frozen=True, kw_only=True, eq=False)
class Admission:
    """Reservations in which every job has a witness where there is room, and the answers given.

    stopped: running jobs that a cut limit or another's promise stops now, (n,).
    """

    held: Reservations
    promised: NDArray[np.bool_]
    answers: tuple[Answer, ...]
    stopped: NDArray[np.bool_]


def admit(situation: Situation, held: Reservations) -> Admission:
    """Look for room for each job that was told nothing yet, at home first, earliest slots first.

    Where there is none beside the slots the others were told, everything is packed anew by earliest
    deadline; that packing is taken only when every promise given before still holds in it. Running work that was
    promised nothing gives way where nothing else helps. A job without room before its deadline is answered at
    once as at risk, with the earliest end there is; it is tried again while it waits, for others
    may end before their declared limit. Newcomers are tried in runs: the first without room ends one, and those
    behind it are tried again, so the next run is short and longer ones follow while all find room. Where a limit
    was cut since the last turn, or work did less than it was told, those whose slots are gone ask first, by deadline.
    """
    cut = within_room(situation, held)
    held, promised = cut.held, cut.promised
    told = copied(held.told)
    answers = [
        _stopped(situation, int(job), "a limit was cut") for job in np.flatnonzero(cut.stopped)
    ]
    answers += [
        _beyond(situation, held, int(job))
        for job in np.flatnonzero(cut.late & situation.state.promised)
    ]
    asking, most = _asking(situation, held, cut), 1
    while len(asking):
        run = asking[:most]
        beside = fitting(situation, held, told, run)
        promised[run[:beside]] = True
        answers += [_promise(situation, held, told, int(job), BESIDE) for job in run[:beside]]
        asking = asking[beside:]
        if beside == len(run):
            most = 2 * most
            continue
        most = 1
        job = int(asking[0])
        told, answer = _answered(situation, held, told, promised, job)
        promised[job] = answer.promised
        taken_back = cut.homeless[job] and situation.state.promised[job] and not answer.promised
        cause = FELL_BEHIND if cut.behind[job] else TAKEN_BACK
        answers.append(replace(answer, reason=cause + answer.reason) if taken_back else answer)
        asking = asking[1:]
    for late in np.flatnonzero(_waits_at_risk(held, told, promised)):
        told, sooner = _sooner(situation, held, told, promised, int(late))
        if sooner:
            promised[late] = True
            answers.append(_promise(situation, held, told, int(late), "room that others left"))
    gave_way = (held.told.place >= 0) & (told.place < 0) & held.settled
    answers += [_stopped(situation, int(job), GAVE_WAY) for job in np.flatnonzero(gave_way)]
    return Admission(
        held=replace(held, told=told),
        promised=promised,
        answers=tuple(answers),
        stopped=cut.stopped | gave_way,
    )


def _asking(situation: Situation, held: Reservations, cut: Cut) -> NDArray[np.int64]:
    """Jobs without slots in the order they are answered: after a cut by deadline, then by arrival."""
    homeless = np.flatnonzero(cut.homeless)
    homeless = homeless[
        np.lexsort((homeless, held.last[homeless], ~situation.state.promised[homeless]))
    ]
    arriving = np.flatnonzero((held.told.place < 0) & ~cut.stopped & ~cut.homeless)
    arriving = arriving[np.lexsort((arriving, situation.jobs.release_s[arriving]))]
    return np.concatenate([homeless, arriving])


def _answered(
    situation: Situation, held: Reservations, told: Told, promised: NDArray[np.bool_], job: int
) -> tuple[Told, Answer]:
    """The slots all jobs have once one that has no room beside them was answered, and its answer."""
    for elsewhere, yielding in PACKINGS:
        found = packed(situation, held, told, promised, job, elsewhere, yielding)
        if found is not None:
            reason = BESIDE_RISKY if yielding else "room after packing by deadline"
            return found, _promise(situation, held, found, job, reason)
    return told, _at_risk(situation, held, told, job)


def _stopped(situation: Situation, job: int, cause: str) -> Answer:
    return Answer(
        job=str(situation.jobs.name[job]),
        promised=False,
        reason=f"{cause}: stopped without a checkpoint, asks again at the next step",
        earliest_end=None,
    )


def _beyond(situation: Situation, held: Reservations, job: int) -> Answer:
    """Work that runs, cannot pause and will end beyond its deadline."""
    end = held.told.slots[held.told.offsets[job] + held.told.count[job] - 1] + 1
    return Answer(
        job=str(situation.jobs.name[job]),
        promised=False,
        reason=FELL_BEHIND + "it cannot pause and goes on to its end beyond its deadline",
        earliest_end=instant(held.grid.edges_s[end]),
    )


def _waits_at_risk(
    held: Reservations, told: Told, promised: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Jobs that have slots, though beyond their deadline, have not begun and may be told others, (n,)."""
    waits: NDArray[np.bool_] = (
        ~promised & (told.place >= 0) & ~held.settled & (held.rule[:, 1] == 0)
    )
    return np.asarray(waits & (held.last > held.first.min(axis=1)), dtype=np.bool_)


def _sooner(
    situation: Situation, held: Reservations, told: Told, promised: NDArray[np.bool_], job: int
) -> tuple[Told, bool]:
    """The job in slots before its deadline, where others have left room for it by now."""
    tried = copied(told)
    tried.place[job], tried.count[job] = -1, 0
    if fit(situation, held, tried, np.asarray([job]), held.last):
        return tried, True
    for elsewhere in (None, ANYWHERE):
        found = packed(situation, held, told, promised, job, elsewhere)
        if found is not None:
            return found, True
    return told, False


def _promise(situation: Situation, held: Reservations, told: Told, job: int, reason: str) -> Answer:
    end = told.slots[told.offsets[job] + told.count[job] - 1] + 1
    return Answer(
        job=str(situation.jobs.name[job]),
        promised=True,
        reason=reason,
        earliest_end=instant(held.grid.edges_s[end]),
    )


def _at_risk(situation: Situation, held: Reservations, told: Told, job: int) -> Answer:
    """Best effort for a job whose deadline cannot be promised, and why it can not."""
    beyond = np.full(len(held.gang), len(held.grid))
    name = str(situation.jobs.name[job])
    if not fit(situation, held, told, np.asarray([job]), beyond, ANYWHERE):
        most = int(held.room.max())
        reason = (
            f"{_accelerators(held, job)} at once, but no allowed place ever has that many free"
            f" (at most {most})"
        )
        return Answer(job=name, promised=False, reason=reason, earliest_end=None)
    end = told.slots[told.offsets[job] + told.count[job] - 1] + 1
    deadline_s = situation.jobs.deadline_s[job]
    hours = situation.jobs.declared_s[job] / 3600
    asked = (
        "its deadline"
        if deadline_s == NO_DEADLINE_S
        else f"{instant(deadline_s):%Y-%m-%d %H:%M} UTC"
    )
    return Answer(
        job=name,
        promised=False,
        reason=f"{hours:.1f} h on {_accelerators(held, job)} do not fit before {asked}"
        f" beside what is promised (slots of {grid_step_s(held.grid) // 60} min)",
        earliest_end=instant(held.grid.edges_s[end]),
    )


def _accelerators(held: Reservations, job: int) -> str:
    gang = int(held.gang[job])
    return "1 accelerator" if gang == 1 else f"{gang:,} accelerators"
