"""How many accelerators promises may use at each place: machines, less what services and grid calls need."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Situation
from gridtide.timeline import Timeline, epoch_s


def promised_room(situation: Situation, grid: Timeline) -> NDArray[np.int64]:
    """Accelerators that deferrable work may be promised at each place and slot, (P, T).

    Machines kept for services are left out. During a call of the grid a site's room shrinks to the
    share of its import limit that the call leaves.
    """
    fleet = situation.fleet
    kept = np.asarray([pool.for_services for pool in fleet.pools], dtype=np.int64)
    room = np.repeat((fleet.accelerators - kept)[:, None], len(grid), axis=1)
    site_of_place = fleet.site_of_place
    for event in situation.events:
        inside = (grid.ends_s > epoch_s(event.start)) & (grid.starts_s < epoch_s(event.end))
        for index, site in enumerate(fleet.sites):
            if site.name != event.site:
                continue
            share = min(1.0, max(0.0, event.import_max_kw / site.contract.import_max_kw))
            cut = np.floor(room * share).astype(np.int64)
            affected = (site_of_place == index)[:, None] & inside[None, :]
            room = np.where(affected, cut, room)
    return np.maximum(room, 0).astype(np.int64)
