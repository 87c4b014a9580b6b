"""Which gangs stand still for the rest of a call: those whose power is worth more to others than their own work."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.merit import Merit, shared, speed_of
from gridtide.decide.response.sharing import OWED, Spell, best_shares
from gridtide.fleet.capped_job import CappedJob, Pausing
from gridtide.units import kw_of_w

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

GAINED = 1e-6
"""A gain that is a smaller share of the worth of the time left is none."""

REACHED_KW = 1e-6
"""Power above a limit below this is none."""


def paused_by_value(
    jobs: tuple[CappedJob, ...],
    spells: tuple[Spell, ...],
    asked: tuple[Real, Real, Real],
    needed: Flags,
    paused_for: Whole,
) -> Flags:
    """Gangs to stand still, (jobs,): those that are needed, and one by one those whose pause gains most.

    spells: this minute first, then those to come; a gang stands still in called ones alone. asked: worth, least and
    most of each job, as for `best_shares`. A pause costs the work lost at its checkpoint and restart, but a gang that
    stands still already has to come back either way. Weighed only where another job's next kilowatt is worth more
    than the gang's own mean one: elsewhere a pause cannot gain, since gains fall.
    """
    stopped = needed.copy()
    tried = _candidates(jobs, spells[0], asked[0], needed) | (_gangs(jobs) & (paused_for > 0))
    tried &= ~needed
    if not tried.any():
        return stopped
    back_min = back_min_of(jobs) + np.array([job.checkpoint_min for job in jobs]) * (
        paused_for == 0
    )
    cost = _cost(jobs, spells[0], asked[0]) * (paused_for == 0)
    best = _value(jobs, spells, asked, stopped, back_min)
    while (tried & ~stopped).any():
        found = {}
        for number in np.flatnonzero(tried & ~stopped).tolist():
            more = stopped.copy()
            more[number] = True
            over, value = _value(jobs, spells, asked, more, back_min)
            found[number] = (over, value - cost[number])
        number = min(found, key=lambda one: (found[one][0] > REACHED_KW, -found[one][1], one))
        if not _gains(found[number], best):
            break
        stopped[number], best = True, found[number]
    return stopped


def without(jobs: tuple[CappedJob, ...], merit: Merit, stopped: Flags) -> Merit:
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


def _candidates(jobs: tuple[CappedJob, ...], now: Spell, worth: Real, needed: Flags) -> Flags:
    """Gangs whose power is worth less than the next kilowatt of another job, (jobs,)."""
    merit = without(jobs, now.merit, needed)
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
) -> tuple[float, float]:
    """What is drawn above a limit at most [kW], and the worth of all spells less what jobs are short of.

    back_min: minutes of full speed by which a gang that stands still is due more, since its pause costs them.
    """
    worth, due, most = asked
    due = due + np.where(stopped, back_min, 0.0)
    most = np.maximum(most, due)
    still = tuple(
        replace(one, merit=without(jobs, one.merit, stopped)) if one.called else one
        for one in spells
    )
    found = best_shares(still, worth, due, most)
    return found.over_kw, found.worth - OWED * worth.max() * float(found.short.sum())


def _cost(jobs: tuple[CappedJob, ...], now: Spell, worth: Real) -> Real:
    """What a pause of each costs: work lost and not done at its checkpoint and restart, (jobs,)."""
    lost_min = np.array([job.checkpoint_min + job.restart_min for job in jobs])
    speed = speed_of(now.merit, shared(now.merit, worth, np.array([now.power_kw])))[0]
    return np.asarray(worth * lost_min * speed)


def _gains(found: tuple[float, float], best: tuple[float, float]) -> bool:
    if (found[0] > REACHED_KW) != (best[0] > REACHED_KW):
        return found[0] < best[0]
    return found[1] > best[1] + GAINED * max(abs(best[1]), 1.0)


def _gangs(jobs: tuple[CappedJob, ...]) -> Flags:
    return np.array([job.pausing is Pausing.WHOLE for job in jobs], dtype=np.bool_)


def _idle_kw(jobs: tuple[CappedJob, ...]) -> Real:
    return np.array([kw_of_w(job.idle_w) * job.accelerators for job in jobs])
