"""Which gangs stand still for the rest of a call: those whose power others need more, for a tier or by its worth."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.merit import Merit, most_kw, shared, speed_of
from gridtide.decide.response.sharing import OWED, Spell, best_shares, shared_by_worth
from gridtide.fleet.capped_job import CappedJob, Pausing
from gridtide.units import kw_of_w

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

PAUSE_LEAST = 15
"""Minutes a gang that was paused whole stays so at least [assumed]; a restart soon after costs more than it gives."""

GAINED = 1e-6
"""A gain that is a smaller share of the worth of the time left is none."""

REACHED_KW = 1e-6
"""Power above a limit below this is none."""


class _Value(NamedTuple):
    """over_kw: drawn above a limit at most. worth: of all spells, less what jobs are short of; is_short: whether any
    is. power_kw: of each job in this minute, (jobs,)."""

    over_kw: float
    worth: float
    is_short: bool
    power_kw: Real


def paused_by_value(
    jobs: tuple[CappedJob, ...],
    spells: tuple[Spell, ...],
    asked: tuple[Real, Real, Real],
    needed: Flags,
    paused_for: Whole,
    least_kw: float = 0.0,
) -> tuple[Flags, Real | None]:
    """Gangs to stand still, (jobs,): those that are needed, and one by one those whose pause gains most; and the power
    of each job in this minute if they do [kW], None where none was weighed.

    spells: this minute first, then those to come; a gang stands still in called ones alone. asked: worth, least and
    most of each job, as for `best_shares`, the least with the restart of gangs that stand still already: these come
    back either way. Weighed where a job would be short of its least, and where another job's next kilowatt is worth
    more than the gang's own mean one: elsewhere a pause cannot gain, since gains fall. least_kw: what all jobs draw at
    least where power falls no faster than declared; a pause that would leave less waits, unless a limit needs it.
    """
    stopped, back_min = needed.copy(), _owed_min(jobs, spells, paused_for)
    stands = _gangs(jobs) & (paused_for > 0)
    tried = (stands | _candidates(jobs, spells[0], asked[0], needed)) & ~needed
    is_tight = _is_tight(jobs, spells, asked, needed)
    if not (tried.any() or is_tight):
        return stopped, None
    best = _value(jobs, spells, asked, stopped, back_min)
    if is_tight and best.is_short:
        tried = _gangs(jobs) & ~needed
    cost = _cost(jobs, spells[0], asked[0]) * (paused_for == 0)
    while (tried & ~stopped).any():
        found = {}
        for number in np.flatnonzero(tried & ~stopped).tolist():
            more = stopped.copy()
            more[number] = True
            is_new = paused_for[number] == 0 and best.over_kw <= REACHED_KW
            if is_new and most_kw(_without(jobs, spells[0].merit, more)) < least_kw - REACHED_KW:
                continue
            one = _value(jobs, spells, asked, more, back_min)
            found[number] = one._replace(worth=one.worth - cost[number])
        if not found:
            break
        number = min(
            found, key=lambda one: (found[one].over_kw > REACHED_KW, -found[one].worth, one)
        )
        if not _gains(found[number], best):
            break
        stopped[number], best = True, found[number]
    return stopped, best.power_kw


def standing(
    jobs: tuple[CappedJob, ...], spells: tuple[Spell, ...], stopped: Flags
) -> tuple[Spell, ...]:
    """The same spells where some gangs stand still in the first of them and in all that are called."""
    return tuple(
        replace(one, merit=_without(jobs, one.merit, stopped)) if one.called or not number else one
        for number, one in enumerate(spells)
    )


def _without(jobs: tuple[CappedJob, ...], merit: Merit, stopped: Flags) -> Merit:
    """The pieces of all jobs where some gangs stand still."""
    idle_kw = _idle_kw(jobs)
    return replace(
        merit,
        least_kw=np.where(stopped, idle_kw, merit.least_kw),
        least_speed=np.where(stopped, 0.0, merit.least_speed),
        width_kw=np.where(stopped[:, None], 0.0, merit.width_kw),
    )


def back_min_of(jobs: tuple[CappedJob, ...]) -> Real:
    """Minutes that each gang does nothing in once it comes back, (jobs,)."""
    return np.where(_gangs(jobs), [job.restart_min for job in jobs], 0.0)


def _is_tight(
    jobs: tuple[CappedJob, ...],
    spells: tuple[Spell, ...],
    asked: tuple[Real, Real, Real],
    needed: Flags,
) -> bool:
    """Whether worth alone would leave a job short of its due."""
    worth, due, _ = asked
    _, got = shared_by_worth(standing(jobs, spells, needed), worth)
    return bool((got < due).any())


def _owed_min(jobs: tuple[CappedJob, ...], spells: tuple[Spell, ...], paused_for: Whole) -> Real:
    """Minutes of full speed by which a gang is due more if it stops now, (jobs,): for its checkpoint, its restart, and
    where the call ends before the least time of a pause does."""
    called_min = sum(one.minutes for one in spells if one.called)
    beyond_min = max(PAUSE_LEAST - called_min, 0.0)
    lost_min = np.array([job.checkpoint_min + job.restart_min for job in jobs])
    return np.where(_gangs(jobs) & (paused_for == 0), lost_min + beyond_min, 0.0)


def _candidates(jobs: tuple[CappedJob, ...], now: Spell, worth: Real, needed: Flags) -> Flags:
    """Gangs whose power is worth less than the next kilowatt of another job, (jobs,)."""
    merit = _without(jobs, now.merit, needed)
    power_kw = shared(merit, worth, np.array([now.power_kw]))
    speed = speed_of(merit, power_kw)[0]
    own = worth * speed / np.maximum(power_kw[0] - _idle_kw(jobs), 1e-12)
    before = np.cumsum(merit.width_kw, axis=1) - merit.width_kw
    left = power_kw[0][:, None] - merit.least_kw[:, None] < before + merit.width_kw - REACHED_KW
    next_worth = np.where(left, worth[:, None] * merit.gain_per_kw, 0.0).max(axis=1, initial=0.0)
    others = np.array(
        [np.delete(next_worth, number).max(initial=0.0) for number in range(len(jobs))]
    )
    return np.asarray(_gangs(jobs) & ~needed & (own < others))


def _value(
    jobs: tuple[CappedJob, ...],
    spells: tuple[Spell, ...],
    asked: tuple[Real, Real, Real],
    stopped: Flags,
    back_min: Real,
) -> _Value:
    """What all spells are worth where some gangs stand still in those that are called.

    back_min: minutes of full speed by which each gang is due more where it stands still, since its pause costs them.
    """
    worth, due, most = asked
    due = due + np.where(stopped, back_min, 0.0)
    most = np.maximum(most, due)
    found = best_shares(standing(jobs, spells, stopped), worth, due, most)
    short = float(found.short.sum())
    value = found.worth - OWED * worth.max() * short
    return _Value(found.over_kw, value, short > 0.0, found.power_kw[0])


def _cost(jobs: tuple[CappedJob, ...], now: Spell, worth: Real) -> Real:
    """What a pause of each costs: work lost and not done at its checkpoint and restart, (jobs,)."""
    lost_min = np.array([job.checkpoint_min + job.restart_min for job in jobs])
    speed = speed_of(now.merit, shared(now.merit, worth, np.array([now.power_kw])))[0]
    return np.asarray(worth * lost_min * speed)


def _gains(found: _Value, best: _Value) -> bool:
    if (found.over_kw > REACHED_KW) != (best.over_kw > REACHED_KW):
        return found.over_kw < best.over_kw
    return found.worth > best.worth + GAINED * max(abs(best.worth), 1.0)


def _gangs(jobs: tuple[CappedJob, ...]) -> Flags:
    return np.array([job.pausing is Pausing.WHOLE for job in jobs], dtype=np.bool_)


def _idle_kw(jobs: tuple[CappedJob, ...]) -> Real:
    return np.array([kw_of_w(job.idle_w) * job.accelerators for job in jobs])
