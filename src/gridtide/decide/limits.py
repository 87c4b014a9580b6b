"""What each site may draw and feed in: its connection, less what calls of the grid leave it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.event import Event, EventKind
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.moving_limit import contract_import_max_kw
from gridtide.timeline import Timeline, epoch_s

Chosen = NDArray[np.bool_]


def import_max_kw(fleet: Fleet, events: Iterable[Event], timeline: Timeline) -> NDArray[np.float64]:
    """Highest import of each site in each step, (S, T), kW: the lowest limit that holds in any part of it.

    A call gives way where another of its kind with a lower number of priority holds through all of its part of a
    step. Before a call with a ramp, a site comes down to it no faster.
    """
    known = tuple(events)
    own = [contract_import_max_kw(site.contract, site.clock, timeline) for site in fleet.sites]
    most = np.stack(own)
    names = [site.name for site in fleet.sites]
    for event in known:
        if not np.isfinite(event.limit_kw):
            continue
        site, inside = names.index(event.site), holds(event, known, timeline)
        most[site, inside] = np.minimum(most[site, inside], event.limit_kw)
        most[site] = np.minimum(most[site], _coming_down_kw(event, timeline))
    return most


def export_max_kw(fleet: Fleet, events: Iterable[Event], timeline: Timeline) -> NDArray[np.float64]:
    """Highest export of each site in each step, (S, T), kW: the lowest limit that holds in any part of it; between
    calls the one of lower priority number gives the limit, as of import."""
    known = tuple(events)
    most = np.repeat([[site.contract.export_max_kw] for site in fleet.sites], len(timeline), axis=1)
    most = most.astype(np.float64)
    names = [site.name for site in fleet.sites]
    for event in known:
        if event.kind is EventKind.EXPORT_LIMIT:
            site, inside = names.index(event.site), holds(event, known, timeline)
            most[site, inside] = np.minimum(most[site, inside], event.export_max_kw)
    return most


def holds(event: Event, events: Iterable[Event], timeline: Timeline) -> Chosen:
    """Steps in any part of which a call holds and none of its kind and site goes before it, (T,)."""
    begins_s = np.maximum(timeline.starts_s, epoch_s(event.start))
    ends_s = np.minimum(timeline.ends_s, epoch_s(event.end))
    inside: Chosen = ends_s > begins_s
    for other in events:
        if _goes_before(other, event):
            inside = inside & ~((epoch_s(other.start) <= begins_s) & (epoch_s(other.end) >= ends_s))
    return inside


def in_conflict(events: Iterable[Event]) -> tuple[str, ...]:
    """Calls of one kind, site and priority that ask for different limits at once, each pair in a sentence."""
    known = tuple(events)
    return tuple(
        f"{first.label} and {second.label} have one priority and ask for {_bound_kw(first):,.0f} and "
        f"{_bound_kw(second):,.0f} kW at once: the lower holds"
        for number, first in enumerate(known)
        for second in known[number + 1 :]
        if (first.site, first.kind, first.priority) == (second.site, second.kind, second.priority)
        and first.start < second.end
        and second.start < first.end
        and _bound_kw(first) != _bound_kw(second)
    )


def beyond_limits(events: Iterable[Event]) -> tuple[str, ...]:
    """Set-points that ask for more than a call leaves at the same time, each in a sentence: the limit holds."""
    known = tuple(events)
    return tuple(
        f"{one.label} asks for {one.setpoint_kw:,.0f} kW while {limit.label} leaves {limit.limit_kw:,.0f}: "
        f"the limit holds"
        for one in known
        for limit in known
        if one.setpoint_kw is not None
        and limit.site == one.site
        and limit.limit_kw < one.setpoint_kw
        and limit.start < one.end
        and one.start < limit.end
    )


def _goes_before(other: Event, event: Event) -> bool:
    alike = (other.site, other.kind) == (event.site, event.kind)
    return alike and bool(np.isfinite(_bound_kw(other))) and other.priority < event.priority


def _bound_kw(event: Event) -> float:
    """What a call bounds, of import or of export, or the power it asks for, kW; infinite where it is neither."""
    if event.setpoint_kw is not None:
        return event.setpoint_kw
    return event.export_max_kw if event.kind is EventKind.EXPORT_LIMIT else event.limit_kw


def _coming_down_kw(event: Event, timeline: Timeline) -> NDArray[np.float64]:
    """The most in each step before a call from which its ramp reaches it in time, no limit elsewhere, (T,), kW."""
    if event.ramp_max_kw_per_min is None:
        return np.full(len(timeline), np.inf)
    ahead_s = epoch_s(event.start) - timeline.ends_s
    issued = timeline.starts_s >= epoch_s(event.issued_at)
    above_kw = event.ramp_max_kw_per_min * (ahead_s + (timeline.ends_s - timeline.starts_s)) / 60.0
    return np.where((ahead_s >= 0) & issued, event.limit_kw + above_kw, np.inf)
