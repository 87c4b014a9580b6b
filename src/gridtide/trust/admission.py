"""What can be promised to a job on its arrival, beside everything that is promised already."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations, Told, free_of, grid_step_s
from gridtide.decide.situation import Situation
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.timeline import instant
from gridtide.trust.cut import Cut, within_room

AWAY = 1e9
"""A witness lies at home while there is room for it before the deadline: nobody moves for a promise alone."""
ANYWHERE = 1e-3
"""Where no packing at home holds, a witness may lie at any site; the earliest slots decide."""
TAKEN_BACK = "a limit was cut after its promise; "


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one arriving job was told. earliest_end: the earliest date that can be promised."""

    job: str
    promised: bool
    reason: str
    earliest_end: datetime | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Admission:
    """Reservations in which every job has a witness where there is room, and the answers given.

    stopped: running jobs that a cut limit stops now, (n,).
    """

    held: Reservations
    promised: NDArray[np.bool_]
    answers: tuple[Answer, ...]
    stopped: NDArray[np.bool_]


def admit(situation: Situation, held: Reservations) -> Admission:
    """Look for room for each job that was told nothing yet, at home first, earliest slots first.

    Where there is none beside the slots the others were told, everything is packed anew by earliest
    deadline; that packing is taken only when every promise given before still holds in it. A job
    without room before its deadline is answered at once as at risk, with the earliest end there is; it is
    tried again while it waits, for others may end before their declared limit. Where a limit was cut since
    the last turn, those whose slots are gone ask first, by deadline.
    """
    cut = within_room(situation, held)
    held, promised = cut.held, cut.promised
    told = _copy(held.told)
    answers = [_stopped(situation, int(job)) for job in np.flatnonzero(cut.stopped)]
    for job in _asking(situation, held, cut):
        told, answer = _answered(situation, held, told, promised, int(job))
        promised[job] = answer.promised
        taken_back = cut.homeless[job] and situation.state.promised[job] and not answer.promised
        answers.append(replace(answer, reason=TAKEN_BACK + answer.reason) if taken_back else answer)
    for job in np.flatnonzero(_waits_at_risk(held, told, promised)):
        told, sooner = _sooner(situation, held, told, int(job))
        if sooner:
            promised[job] = True
            answers.append(_promise(situation, held, told, int(job), "room that others left"))
    return Admission(
        held=replace(held, told=told),
        promised=promised,
        answers=tuple(answers),
        stopped=cut.stopped,
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
    """The slots all jobs have once this one was answered, and its answer."""
    if _fit(situation, held, told, np.asarray([job]), held.last):
        if _away(situation, told)[job]:
            told = _at_home(situation, held, told, promised, job)
        return told, _promise(situation, held, told, job, "room beside all promised work")
    for away in (AWAY, ANYWHERE):
        packed = _packed(situation, held, told, promised, job, away)
        if packed is not None:
            reason = "room after packing by deadline"
            return packed, _promise(situation, held, packed, job, reason)
    return told, _at_risk(situation, held, told, job)


def _stopped(situation: Situation, job: int) -> Answer:
    return Answer(
        job=str(situation.jobs.name[job]),
        promised=False,
        reason="a limit was cut: stopped without a checkpoint, asks again at the next step",
        earliest_end=None,
    )


def _waits_at_risk(
    held: Reservations, told: Told, promised: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Jobs that have slots, though beyond their deadline, have not begun and may be told others, (n,)."""
    waits: NDArray[np.bool_] = (
        ~promised & (told.place >= 0) & ~held.settled & (held.rule[:, 1] == 0)
    )
    return np.asarray(waits & (held.last > held.first.min(axis=1)), dtype=np.bool_)


def _sooner(situation: Situation, held: Reservations, told: Told, job: int) -> tuple[Told, bool]:
    """The job in slots before its deadline, where others have left room for it by now."""
    tried = _copy(told)
    tried.place[job], tried.count[job] = -1, 0
    if _fit(situation, held, tried, np.asarray([job]), held.last):
        return tried, True
    return told, False


def _copy(told: Told) -> Told:
    return Told(
        place=told.place.copy(),
        offsets=told.offsets,
        count=told.count.copy(),
        slots=told.slots.copy(),
    )


def _fit(
    situation: Situation,
    held: Reservations,
    told: Told,
    order: NDArray[np.int64],
    last: NDArray[np.int64],
    elsewhere: float = AWAY,
) -> bool:
    """Give each job of the order its earliest slots; whether all of them found room.

    elsewhere: slots a witness may wait at home rather than lie at another site.
    """
    from gridtide.kernels import placement

    places, steps = held.room.shape
    earliest = np.broadcast_to(np.arange(steps, dtype=np.float64), (places, steps))
    n = len(held.gang)
    site, here = situation.fleet.site_of_place, situation.state.place
    away = (np.arange(places) != here[:, None]) * 1e-3
    away += (site[None, :] != site[here][:, None]) * elsewhere
    placement.sweep(
        free_of(held, told), np.ascontiguousarray(earliest), order, held.gang, held.first, last,
        held.left, held.rule, held.running_at, away,
        (told.place, told.offsets, told.count, told.slots), 0.0, held.room.max(axis=1), np.zeros(n),
        np.zeros((places, steps), dtype=np.int64), np.zeros(places),
    )  # fmt: skip
    return bool((told.place[order] >= 0).all())


def _away(situation: Situation, told: Told) -> NDArray[np.bool_]:
    """Whether a job was told slots at another site than the one it is at, (n,)."""
    site = situation.fleet.site_of_place
    away: NDArray[np.bool_] = site[told.place] != site[situation.state.place]
    return away & (told.place >= 0)


def _at_home(
    situation: Situation,
    held: Reservations,
    told: Told,
    promised: NDArray[np.bool_],
    job: int,
) -> Told:
    """Everything packed by deadline when that keeps a newcomer at home and sends nobody else away."""
    packed = _packed(situation, held, told, promised, job, AWAY)
    if packed is None or _away(situation, packed).sum() >= _away(situation, told).sum():
        return told
    return packed


def _packed(
    situation: Situation,
    held: Reservations,
    told: Told,
    promised: NDArray[np.bool_],
    newcomer: int,
    elsewhere: float,
) -> Told | None:
    """All jobs packed by earliest deadline, when every promise and the newcomer then hold."""
    fresh = _copy(told)
    n = len(held.gang)
    fixed = held.settled & (told.place >= 0)
    movable = ~fixed & (promised | (np.arange(n) == newcomer))
    fresh.place[movable] = -1
    fresh.count[movable] = 0
    risky = ~fixed & ~movable & (told.place >= 0)
    fresh.place[risky] = -1
    fresh.count[risky] = 0
    by_deadline = np.flatnonzero(movable)
    by_deadline = by_deadline[
        np.lexsort((by_deadline, -held.gang[by_deadline], held.last[by_deadline]))
    ]
    if not _fit(situation, held, fresh, by_deadline, held.last, elsewhere):
        return None
    beyond = np.full(n, len(held.grid))
    _fit(situation, held, fresh, np.flatnonzero(risky), beyond, ANYWHERE)
    return fresh


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
    if not _fit(situation, held, told, np.asarray([job]), beyond, ANYWHERE):
        most = int(held.room.max())
        reason = (
            f"{held.gang[job]} accelerators at once, but no allowed place ever has that many free"
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
        reason=f"{hours:.1f} h on {held.gang[job]} accelerators do not fit before {asked}"
        f" beside what is promised (slots of {grid_step_s(held.grid) // 60} min)",
        earliest_end=instant(held.grid.edges_s[end]),
    )
