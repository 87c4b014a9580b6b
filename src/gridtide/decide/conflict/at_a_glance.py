"""What cannot hold together by counting alone: a job longer than its window, more work in a span than it has room for.

Everything is counted kindly (windows outward, buildings at their lowest slope, stores full in every step), so what is
found cannot be held by any policy; much that cannot hold is not found so.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.emergency import in_emergency_kw, relieved
from gridtide.decide.facts import extra_power_kw
from gridtide.decide.limits import import_max_kw
from gridtide.decide.made_terms import made_at_sites, most_made_kw
from gridtide.decide.power_curve import power_curve
from gridtide.decide.reading import outdoor_c, supply_kw
from gridtide.decide.situation import Situation
from gridtide.finding import Finding
from gridtide.timeline import instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
POINTS_MAX = 200
"""Points in time between which spans are counted."""
NAMED_MAX = 3
NEAR = 1e-6
MEND = "gridtide check CASE --together says what stands against what, and the cheapest way out."


def seen_at_a_glance(situation: Situation) -> list[Finding]:
    """What cannot be held, in words; nothing where counting finds nothing."""
    if not len(situation.jobs):
        return []
    return [*_too_long(situation), *_too_much(situation)]


def _too_long(situation: Situation) -> Iterator[Finding]:
    """Jobs that take longer than from their release to their deadline."""
    jobs = situation.jobs
    window_s = jobs.deadline_s - np.maximum(jobs.release_s, situation.horizon.edges_s[0])
    took_s = situation.state.expected_left_s
    long = np.flatnonzero(took_s > window_s)
    if len(long):
        worst = long[np.argmax((took_s - window_s)[long])]
        yield Finding(
            subject=_named(jobs.name[long]),
            value=f"{len(long):,} jobs take longer than their window, {jobs.name[worst]} {took_s[worst] / 3600:,.2f} h",
            limit=f"{max(int(window_s[worst]), 0) / 3600:,.2f} h from its release to its deadline",
            mend="Give these jobs more time, or more accelerators.",
        )


def _too_much(situation: Situation) -> Iterator[Finding]:
    """Spans with more work in them than machines and power leave room for where it may run, the worst for each set
    of places."""
    jobs, horizon = situation.jobs, situation.horizon
    points = _points(len(horizon))
    edges_s = horizon.edges_s[points]
    first = np.searchsorted(edges_s, jobs.release_s, side="right") - 1
    last = np.searchsorted(edges_s, jobs.deadline_s, side="left")
    inside = (last < len(points)) & (first < last)
    work_h = jobs.accelerators * situation.state.expected_left_s / 3600.0
    power = _power_room(situation)
    for places in np.unique(jobs.allowed, axis=0):
        own = inside & ~(jobs.allowed & ~places).any(axis=1)
        asked_h = _between(np.maximum(first, 0)[own], last[own], work_h[own], len(points))
        room = (_room(situation, power, places) * horizon.hours).cumsum()
        until = np.concatenate([[0.0], room])[points]
        room_h = until[None, :] - until[:, None]
        excess_h = np.where(asked_h > 0.0, asked_h - room_h, -np.inf)
        begin, end = np.unravel_index(int(np.argmax(excess_h)), excess_h.shape)
        if excess_h[begin, end] > NEAR * (1.0 + asked_h[begin, end]):
            within = own & (first >= begin) & (last <= end)
            yield Finding(
                subject=_named(jobs.name[within]),
                value=f"{asked_h[begin, end]:,.1f} accelerator-hours that have to run from "
                f"{_at(edges_s[begin])} to {_at(edges_s[end])} UTC",
                limit=f"{room_h[begin, end]:,.1f} that machines and power leave there at most, "
                f"at {_where(situation, places)}",
                mend=MEND,
            )


def _points(steps: int) -> Whole:
    """Edges between which spans are counted, the first and the last among them."""
    apart = -(-steps // POINTS_MAX)
    return np.unique(np.append(np.arange(0, steps + 1, apart), steps))


def _between(first: Whole, last: Whole, work_h: Real, points: int) -> Real:
    """Work of jobs whose window lies from one point to another, (points, points), 0 where the other is no later."""
    own = np.zeros((points, points))
    np.add.at(own, (first, last), work_h)
    return np.asarray(own[::-1].cumsum(axis=0)[::-1].cumsum(axis=1))


def _power_room(situation: Situation) -> Real:
    """IT power beyond parked machines that a site can have at most, (S, T): what the lowest slope of its building's
    power leaves of what it can draw, make and take from a full store."""
    fleet = situation.fleet
    curve = power_curve(fleet, situation.services, outdoor_c(situation))
    stored_kw = [site.battery.discharge_max_kw if site.battery else 0.0 for site in fleet.sites]
    supply, most_kw = (
        supply_kw(situation),
        import_max_kw(fleet, situation.events, situation.horizon),
    )
    carried_kw = in_emergency_kw(fleet, situation.events, situation.horizon)
    curve = relieved(curve, supply, most_kw, carried_kw)
    plants_kw = most_made_kw(fleet, situation.horizon)
    had_kw = most_kw + supply + made_at_sites(fleet, plants_kw, len(situation.horizon))
    had_kw = had_kw + np.asarray(stored_kw)[:, None] - (curve.floor_kw - curve.gap_kw)
    carried_kw = curve.width_kw.sum(axis=1)[:, None]
    return np.asarray(np.clip(had_kw / curve.slope.min(axis=2), 0.0, carried_kw))


def _room(situation: Situation, power: Real, places: Mask) -> Real:
    """Accelerators that jobs can have at these places together at most, (T,)."""
    fleet = situation.fleet
    kept = np.asarray([pool.for_services for pool in fleet.pools])
    free = np.where(places, np.maximum(fleet.accelerators - kept, 0), 0)
    extra_kw = extra_power_kw(fleet)
    total = np.zeros(power.shape[1])
    for site in range(len(power)):
        own = places & (fleet.site_of_place == site)
        if own.any():
            least_kw = extra_kw[own].min()
            machines = float(free[own].sum())
            carried = power[site] / least_kw if least_kw > 0.0 else np.full(len(total), np.inf)
            total += np.minimum(machines, carried)
    return total


def _where(situation: Situation, places: Mask) -> str:
    fleet = situation.fleet
    sites = dict.fromkeys(fleet.sites[site].name for site in fleet.site_of_place[places])
    return ", ".join(sites)


def _named(names: NDArray[np.str_]) -> str:
    told = ", ".join(names[:NAMED_MAX])
    return told if len(names) <= NAMED_MAX else f"{told} and {len(names) - NAMED_MAX:,} more jobs"


def _at(at_s: int) -> str:
    return f"{instant(at_s):%d %b %H:%M}"
