"""What a cap on simultaneous response asks of a case: each gang fits a turn, and work that cannot wait its step."""

from collections.abc import Iterator
from math import ceil

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.response_cap import STORES_SHARE, in_turn_stores, steepest_kw_per_it
from gridtide.grid.stagger import turn_s
from gridtide.timeline import Timeline, instant

NAMED = 5


def response_faults(fleet: Fleet, jobs: Jobs, timeline: Timeline) -> Iterator[Finding]:
    """Gangs whose turn under the cap of the fleet is longer than a step, and steps in which more work arrives that must
    start at once than may start in one."""
    cap, step_s = fleet.response_max_kw_per_min, int(timeline.step_s or 0)
    if cap is None or not len(jobs):
        return
    least_kw, beside = _least_kw(fleet, jobs), _beside_stores(fleet)
    long = np.flatnonzero(turn_s(1.0, cap * beside) * least_kw + 1.0 + jobs.restart_s > step_s)
    if len(long):
        named = ", ".join(str(jobs.name[job]) for job in long[:NAMED])
        more = f" and {len(long) - NAMED} more" if len(long) > NAMED else ""
        room_s = np.maximum(step_s - 1.0 - jobs.restart_s[long], 1.0)
        needed = ceil(100.0 * (60.0 * least_kw[long] / room_s).max() / beside) / 100.0
        yield Finding(
            subject=f"fleet.response_max_kw_per_min beside job {named}{more}",
            value=f"{cap:g} kW per minute",
            limit=f"at least {needed:,.2f}, at which the largest gang starts within a step of {step_s // 60} min",
            mend="Raise the cap, lengthen case.step_min, or split the gang.",
        )
    yield from _arriving_at_once(jobs, least_kw, timeline, cap * beside)


def _arriving_at_once(
    jobs: Jobs, least_kw: NDArray[np.float64], timeline: Timeline, cap: float
) -> Iterator[Finding]:
    """The step in which most work arrives that cannot wait for the next, where that is too much."""
    step_s = int(timeline.step_s or 0)
    first = np.searchsorted(timeline.edges_s, jobs.release_s, side="left")
    inside = first < len(timeline)
    begins_s = timeline.edges_s[np.minimum(first, len(timeline))]
    must = inside & (jobs.deadline_s - begins_s - jobs.declared_s < step_s)
    arrives_kw = np.bincount(first[must], weights=least_kw[must], minlength=len(timeline))
    worst, most_kw = int(np.argmax(arrives_kw)), cap * step_s / 60.0
    if arrives_kw[worst] > most_kw:
        when = instant(int(timeline.edges_s[worst]))
        yield Finding(
            subject=f"jobs without slack that start at {when:%Y-%m-%d %H:%M} UTC",
            value=f"{arrives_kw[worst]:,.0f} kW that cannot wait a step",
            limit=f"{most_kw:,.0f} kW, which fleet.response_max_kw_per_min lets start in one ({cap:g} kW per minute)",
            mend="Raise the cap, or give this work slack of a step and more.",
        )


def _beside_stores(fleet: Fleet) -> float:
    """The part of the cap that gangs take turns in."""
    return 1.0 - STORES_SHARE if in_turn_stores(fleet).any() else 1.0


def _least_kw(fleet: Fleet, jobs: Jobs) -> NDArray[np.float64]:
    """What each gang takes at the meter at full speed, where it takes least of the places it may use, (n,), kW."""
    menu = fleet.menu
    each_kw = menu.extra_kw[menu.first] * steepest_kw_per_it(fleet)[fleet.site_of_place]
    there = np.where(jobs.allowed, each_kw[None, :], np.inf).min(axis=1)
    return np.asarray(jobs.accelerators * np.where(np.isfinite(there), there, 0.0))
