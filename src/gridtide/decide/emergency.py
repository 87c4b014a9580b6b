"""What generators for emergencies carry of a site at rest, so that a plan need neither count on them nor fail."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.event import Event
from gridtide.decide.power_curve import PowerCurve
from gridtide.fleet.fleet import Fleet
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]


def in_emergency_kw(fleet: Fleet, events: Iterable[Event], timeline: Timeline) -> Real:
    """What the generators of each site carry in steps in which a call of the grid holds, else 0, (S, T), kW."""
    carried = np.zeros((len(fleet.sites), len(timeline)))
    names = [site.name for site in fleet.sites]
    for event in events:
        if not np.isfinite(event.limit_kw):
            continue
        site = names.index(event.site)
        genset = fleet.sites[site].genset
        if genset is not None:
            inside = (timeline.ends_s > epoch_s(event.start)) & (
                timeline.starts_s < epoch_s(event.end)
            )
            carried[site, inside] = genset.in_emergency_kw
    return carried


def relieved(
    curve: PowerCurve, supply_kw: Real, import_max_kw: Real, carried_kw: Real
) -> PowerCurve:
    """The curve less what generators carry of its floor: what a call leaves too little of, and nothing for work.

    supply_kw, import_max_kw: what the site makes and may draw, carried_kw: what its generators can, (S, T).
    """
    if not carried_kw.any():
        return curve
    lacking_kw = np.maximum(curve.floor_kw - supply_kw - import_max_kw, 0.0)
    return replace(curve, floor_kw=curve.floor_kw - np.minimum(lacking_kw, carried_kw))
