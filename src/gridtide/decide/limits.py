"""What each site may draw: its connection, less what calls of the grid leave it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Event
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.moving_limit import contract_import_max_kw
from gridtide.timeline import Timeline, epoch_s


def import_max_kw(fleet: Fleet, events: Iterable[Event], timeline: Timeline) -> NDArray[np.float64]:
    """Highest import of each site in each step, (S, T), kW: the lowest limit that holds in any part of it."""
    own = [contract_import_max_kw(site.contract, site.clock, timeline) for site in fleet.sites]
    most = np.stack(own)
    names = [site.name for site in fleet.sites]
    for event in events:
        inside = (timeline.ends_s > epoch_s(event.start)) & (timeline.starts_s < epoch_s(event.end))
        site = names.index(event.site)
        most[site, inside] = np.minimum(most[site, inside], event.import_max_kw)
    return most
