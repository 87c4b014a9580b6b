"""Hours in which the grid pays for every kWh that a site draws less than it would have."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.coincident import coincident_cost_per_kwh
from gridtide.fleet.fleet import Fleet
from gridtide.timeline import Timeline, epoch_s
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CalledHours:
    """[start, end), aware UTC. incentive_per_mwh: money for a MWh drawn less than the baseline at a site's meter; the
    same is asked for a MWh drawn more, so that to move load from one called hour, or site, to another earns nothing."""

    start: datetime
    end: datetime
    incentive_per_mwh: float


def called_share(horizon: Timeline, called: CalledHours) -> Real:
    """What share of each step lies in the called hours, (T,)."""
    begin_s = np.maximum(horizon.starts_s, epoch_s(called.start))
    end_s = np.minimum(horizon.ends_s, epoch_s(called.end))
    inside_s = np.maximum(end_s - begin_s, 0)
    return np.asarray(inside_s / (horizon.ends_s - horizon.starts_s), dtype=np.float64)


def incentive_per_kwh(fleet: Fleet, horizon: Timeline, called: tuple[CalledHours, ...]) -> Real:
    """Money that a kWh counts for being drawn, beyond its price, in called hours, (S, T)."""
    found = np.zeros((len(fleet.sites), len(horizon)))
    for one in called:
        found += cost_per_kwh(one.incentive_per_mwh) * called_share(horizon, one)
    return found


def coincident_per_kwh(fleet: Fleet, horizon: Timeline) -> Real:
    """Money that a kWh counts for being drawn in the system's peaks, each by how likely it is, (S, T)."""
    return np.stack(
        [coincident_cost_per_kwh(site.contract, horizon, came=False) for site in fleet.sites]
    )
