"""A course by the minute: what each site drew, and what moved it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.menu import at_share
from gridtide.fleet.response_cap import steepest_kw_per_it
from gridtide.settle.ramp import CAUSES, Response, settle_response
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

Real = NDArray[np.float64]
TICK_S = 60.0
FLEET = "the fleet"
WORTH_SAYING = 1e-6
"""Money below which a price is what a solver leaves of none."""
IN_TURN, AT_ONCE, ENDED, STORES, BY_ITSELF = range(len(CAUSES))


@dataclass(frozen=True, kw_only=True, eq=False)
class ByTheMinute:
    """at_s: seconds since 1970, (n,). drawn_kw: grid power then by cause in the order of CAUSES, (5, S, n), summing to
    all of it: gangs that start and stop in turn, at once and by ending, stores, and all else."""

    at_s: Real
    drawn_kw: Real

    def __post_init__(self) -> None:
        freeze(self, at_s=np.float64, drawn_kw=np.float64)


def by_the_minute(study: Study, course: Course, tick_s: float = TICK_S) -> ByTheMinute:
    """Each site's grid power every tick. What gangs draw rises and falls as they were told; all else follows the
    course's steps by straight lines between their middles. A kilowatt of IT counts as at its steepest at the meter."""
    edges_s = study.timeline.edges_s
    at_s = np.arange(float(edges_s[0]), float(edges_s[-1]) + tick_s / 2.0, tick_s)
    sites, seen = len(study.fleet.sites), course.telemetry
    drawn = np.zeros((len(CAUSES), sites, len(at_s)))
    _put_gangs(study, course, at_s, drawn)
    middles_s = (edges_s[1:] + edges_s[:-1]) / 2.0
    menu = study.fleet.menu
    per_it = steepest_kw_per_it(study.fleet)
    jobs_it_kw = seen.busy.sum(axis=0) * menu.extra_kw[:, None]
    of_entry = study.fleet.site_of_place[menu.place]
    for s in range(sites):
        stores_kw = seen.charge_kw[s] - seen.discharge_kw[s]
        gangs_kw = per_it[s] * jobs_it_kw[of_entry == s].sum(axis=0)
        rest_kw = seen.import_kw[s] - seen.export_kw[s] - stores_kw - gangs_kw
        drawn[STORES, s] = np.interp(at_s, middles_s, stores_kw)
        drawn[BY_ITSELF, s] = np.interp(at_s, middles_s, rest_kw)
    return ByTheMinute(at_s=at_s, drawn_kw=drawn)


def responses(study: Study, course: Course) -> tuple[Response, ...]:
    """What each limit on how fast power moves came to: of sites with a rule, then of the fleet under its cap."""
    fleet = study.fleet
    limits: list[tuple[str, float | None, tuple[int, ...]]] = [
        (site.name, site.contract.ramp_max_kw_per_min, (number,))
        for number, site in enumerate(fleet.sites)
    ]
    whole = tuple(range(len(fleet.sites)))
    limits.append((FLEET, fleet.response_max_kw_per_min, whole))
    stated = [limit for limit in limits if limit[1] is not None]
    if not stated:
        return ()
    lived = by_the_minute(study, course)
    found = []
    for subject, most, sites in stated:
        assert most is not None
        changes = np.diff(lived.drawn_kw[:, list(sites)].sum(axis=1), axis=1)
        at_once = _at_once_kw(study, course, sites)
        prices = _prices(study, course) if sites == whole and subject == FLEET else ()
        waited = _waited(study, course, sites)
        found.append(settle_response(subject, most, changes, at_once, waited, prices))
    return tuple(found)


def _prices(study: Study, course: Course) -> tuple[tuple[int, float], ...]:
    """What one more kW per minute would have saved, by the step that plans said so of."""
    steps = np.flatnonzero(course.response_price > WORTH_SAYING)
    return tuple((int(study.timeline.starts_s[t]), float(course.response_price[t])) for t in steps)


def _gangs(study: Study, course: Course) -> tuple[NDArray[np.int64], Real, Real, NDArray[np.bool_]]:
    """Of each run: its site, its power at the meter, its four turns, and whether it ended by itself."""
    ran, menu = course.executed, study.fleet.menu
    entry = menu.entry(ran.place, ran.point)
    site = study.fleet.site_of_place[ran.place]
    gang = at_share(study.jobs.accelerators[ran.job], menu.gang_share[entry])
    kw = gang * menu.extra_kw[entry] * steepest_kw_per_it(study.fleet)[site]
    turns = ran.turns if ran.turns.shape[1] else np.zeros((4, len(ran.job)))
    ended = course.ended_s[ran.job] == ran.end_s
    return site, np.asarray(kw, dtype=np.float64), turns, ended


def _put_gangs(study: Study, course: Course, at_s: Real, drawn: Real) -> None:
    """What gangs draw beyond parked machines, by how they started and stopped."""
    site, kw, (late, rise, early, fall), ended = _gangs(study, course)
    starts_s = course.executed.start_s.astype(np.float64)
    ends_s = course.executed.end_s.astype(np.float64)
    for s in range(drawn.shape[1]):
        here = site == s
        up, down = here & (rise > 0.0), here & (fall > 0.0) & ~ended
        drawn[IN_TURN, s] = _ramps(at_s, (starts_s + late - rise)[up], rise[up], kw[up])
        drawn[IN_TURN, s] -= _ramps(at_s, (ends_s - early)[down], fall[down], kw[down])
        sudden, stopped = here & ~up, here & ~down & ~ended
        drawn[AT_ONCE, s] = _jumps(at_s, starts_s[sudden], kw[sudden])
        drawn[AT_ONCE, s] -= _jumps(at_s, ends_s[stopped], kw[stopped])
        drawn[ENDED, s] = -_jumps(at_s, ends_s[here & ended], kw[here & ended])


def _jumps(at_s: Real, when_s: Real, kw: Real) -> Real:
    """Sum of steps that are there from an instant on, at each moment."""
    order = np.argsort(when_s, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(kw[order])])
    return np.asarray(total[np.searchsorted(when_s[order], at_s, side="right")])


def _ramps(at_s: Real, from_s: Real, lasts_s: Real, kw: Real) -> Real:
    """Sum of straight rises that begin at an instant and last so long, at each moment."""
    slope, first = kw / lasts_s, float(at_s[0])
    begins, ends = from_s - first, from_s - first + lasts_s
    now = at_s - first
    rising = now * _jumps(now, begins, slope) - _jumps(now, begins, slope * begins)
    return np.asarray(rising - now * _jumps(now, ends, slope) + _jumps(now, ends, slope * ends))


def _at_once_kw(study: Study, course: Course, sites: tuple[int, ...]) -> float:
    """Power of all starts, and of stops before the work ended, that had no turn."""
    site, kw, (_, rise, _, fall), ended = _gangs(study, course)
    here = np.isin(site, sites)
    last = course.executed.end_s >= study.timeline.edges_s[-1]
    return float(kw[here & (rise == 0.0)].sum() + kw[here & (fall == 0.0) & ~ended & ~last].sum())


def _waited(study: Study, course: Course, sites: tuple[int, ...]) -> tuple[float, float, float]:
    """Hours that starts waited for their turn and stops came early, times accelerators, and what that counts."""
    ran, jobs = course.executed, study.jobs
    site, _, (late, _, early, _), _ = _gangs(study, course)
    here = np.isin(site, sites)
    gang = jobs.accelerators[ran.job]
    lost_h = np.where(here, (late + early) * gang / 3600.0, 0.0)
    per_h = np.asarray([kind.delay_cost_per_accelerator_h for kind in jobs.classes] or [0.0])
    whole_h = (ran.end_s - ran.start_s) / 3600.0
    felt = np.where(here, late / 3600.0 * gang * whole_h, 0.0)
    money = float((per_h[jobs.work_class[ran.job]] * felt).sum()) if len(ran.job) else 0.0
    return float(late[here].sum() / 3600.0), float(lost_h.sum()), money
