"""What each job may draw in the next minute, decided from what is known at that minute."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.best_course import speed_most, wanted, worth_of
from gridtide.decide.response.caps import caps_for
from gridtide.decide.response.lending import with_lending
from gridtide.decide.response.merit import corners, merit_of
from gridtide.decide.response.orders import Orders
from gridtide.decide.response.pausing import PAUSE_LEAST, back_min_of, paused_by_value, standing
from gridtide.decide.response.sharing import Spell, best_shares, shared_by_worth
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing
from gridtide.units import kw_of_w

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

ALIKE_DIGITS = 6
"""Minutes to come are planned together where their power is the same to so many digits of a kW."""

WEIGHED_MIN = 5
"""Minutes of a pause after which it is weighed again while the call lasts; in between a gang stays as it is."""

RESERVE_MIN = 30.0
"""Minutes by which each job is kept above its floor, times what it may do less in a minute than the straight pieces
it is planned by: one whole accelerator, or how far a gang's curve sags below its hull. What was lost earlier is
seen and made good; the last minutes of a call have no later ones."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """What is known at a minute.

    told_kw, limit_kw: limits from this minute to the last as they were told and as they are believed, (left,).
    called: whether something is asked in these minutes. minutes: of the whole span. done: speed times minutes of each
    job so far, (jobs,). paused_for: minutes that each job has been paused whole until now, 0 where it runs. last_kw:
    at the meter a minute ago. warm: accelerators of others that each job has had for long enough to use them. margin:
    share by which limits are kept off for what meters and caps do not hold exactly.
    """

    told_kw: Real
    limit_kw: Real
    called: NDArray[np.bool_]
    minutes: int
    done: Real
    paused_for: Whole
    last_kw: float
    warm: Whole
    margin: float


def orders_for(cluster: CappedCluster, sight: Sight) -> Orders:
    """Shares of the most worth under the limits as they are believed, so that every job still gets its due.

    Gangs stand still where caps do not reach, and where their power is worth more to others for the rest of the call.
    """
    ceiling = _ceilings(cluster, sight)
    least_kw = sight.last_kw - cluster.fall * cluster.baseline_kw - cluster.other_kw
    now_kw = ceiling[0] - cluster.other_kw
    needed = _stopped(cluster, sight, now_kw)
    speed_now = _speed_now(cluster, sight)
    merit = merit_of(cluster.jobs, speed_now, bool(sight.called[0]), False)
    now = Spell(minutes=1.0, merit=merit, power_kw=now_kw, called=bool(sight.called[0]))
    later = _later(cluster, ceiling - cluster.other_kw, sight.called)
    worth, due, most = _wanted(cluster, sight)
    if not sight.called[0]:
        still = standing(cluster.jobs, (now, *later), needed)
        power = _shares_now(still, worth, due, most)
        return caps_for(cluster, power, needed, speed_now)
    stopped, solved_kw = paused_by_value(
        cluster.jobs, (now, *later), (worth, due, most), needed, sight.paused_for, least_kw
    )  # fmt: skip
    still = standing(cluster.jobs, (now, *later), stopped)
    power = _shares_now(still, worth, due, most) if solved_kw is None else solved_kw
    told = caps_for(cluster, power, stopped, speed_now)
    return with_lending(cluster.jobs, told, speed_now, sight.warm)


def _ceilings(cluster: CappedCluster, sight: Sight) -> Real:
    """What the meter may show from this minute on: limits, the baseline, and ramps towards and away from them."""
    base, kept = cluster.baseline_kw, 1.0 - sight.margin
    fall_kw = cluster.fall * base * np.arange(len(sight.told_kw))
    slope = np.minimum(sight.told_kw, base) * kept + fall_kw
    prepared = np.minimum.accumulate(slope[::-1])[::-1] - fall_kw
    limit = np.minimum(np.minimum(sight.limit_kw, base) * kept, prepared)
    rise_kw = cluster.rise * base * np.arange(len(limit) + 1)
    reached = np.minimum.accumulate(np.append(sight.last_kw, limit) - rise_kw) + rise_kw
    return np.asarray(np.minimum(limit, reached[1:]))


def _speed_now(cluster: CappedCluster, sight: Sight) -> Real:
    """The speed there is work for: the usual one, more where work was lost that is wanted later."""
    usual = np.array([job.usual for job in cluster.jobs])
    passed = sight.minutes - len(sight.limit_kw)
    lost = np.maximum(passed * usual - sight.done, 0.0)
    makes_up = np.array([job.makes_up for job in cluster.jobs])
    return np.asarray(np.where(makes_up, np.minimum(usual + lost, 1.0), usual))


def _stopped(cluster: CappedCluster, sight: Sight, now_kw: float) -> NDArray[np.bool_]:
    """Gangs that stand still this minute: those paused lately, and where caps do not reach, the cheapest others."""
    jobs = cluster.jobs
    whole = np.array([job.pausing is Pausing.WHOLE for job in jobs])
    stays = sight.paused_for < PAUSE_LEAST
    if sight.called[0]:
        stays |= sight.paused_for % WEIGHED_MIN > 0
    stopped = whole & (sight.paused_for > 0) & stays
    merit = merit_of(jobs, np.ones(len(jobs)), False, False)
    idle_kw = np.array([kw_of_w(job.idle_w) * job.accelerators for job in jobs])
    saved = merit.least_kw - idle_kw
    loss = worth_of(jobs) * merit.least_speed / np.maximum(saved, 1e-12)
    for number in np.lexsort((loss, sight.paused_for == 0)):
        if float(np.where(stopped, idle_kw, merit.least_kw).sum()) <= now_kw:
            break
        stopped[number] |= whole[number] and saved[number] > 0.0
    return np.asarray(stopped)


def _later(cluster: CappedCluster, power_kw: Real, called: NDArray[np.bool_]) -> tuple[Spell, ...]:
    """The minutes after this one, those alike together."""
    if len(power_kw) < 2:
        return ()
    alike_kw = np.round(power_kw[1:], ALIKE_DIGITS)
    kinds, counts = np.unique(
        np.stack([alike_kw, called[1:].astype(np.float64)]), axis=1, return_counts=True
    )
    merits = {
        asked: merit_of(cluster.jobs, speed_most(cluster.jobs), asked, False)
        for asked in (False, True)
    }
    return tuple(
        Spell(
            minutes=float(count),
            merit=merits[bool(asked)],
            power_kw=float(power),
            called=bool(asked),
        )
        for power, asked, count in zip(kinds[0], kinds[1], counts, strict=True)
    )


def _wanted(cluster: CappedCluster, sight: Sight) -> tuple[Real, Real, Real]:
    """Worth of a unit of speed of each job, and the least and most speed times minutes it is still to get, (jobs,)."""
    jobs = cluster.jobs
    worth = worth_of(jobs) / np.array([job.usual for job in jobs])
    all_wanted = wanted(jobs, sight.minutes)
    floor = np.array([min(job.floor + _reserve(job, sight.minutes), 1.0) for job in jobs])
    due = all_wanted * floor - sight.done + np.where(sight.paused_for > 0, back_min_of(jobs), 0.0)
    return worth, due, np.maximum(all_wanted - sight.done, due)


def _shares_now(spells: tuple[Spell, ...], worth: Real, due: Real, most: Real) -> Real:
    """Power of each job in the first of the spells, (jobs,): by worth alone where every job gets its due so, else
    solved."""
    first_kw, got = shared_by_worth(spells, worth)
    if (got >= due).all():
        return first_kw
    return np.asarray(best_shares(spells, worth, due, most).power_kw[0])


def _reserve(job: CappedJob, minutes: int) -> float:
    if job.pausing is Pausing.SOME:
        return RESERVE_MIN / (job.accelerators * minutes)
    sag = np.interp(job.power_w, *corners(job, False)) - job.speed
    return float(RESERVE_MIN * sag.max() / minutes)
