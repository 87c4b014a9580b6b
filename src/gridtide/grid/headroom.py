"""How much new load fits under a grid's own peak if a small share of its energy may be curtailed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.hosting_curve import connectable_kw, runs_of

Real = NDArray[np.float64]
HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Event:
    """Hours on end in which the new load is curtailed: from hour `start`, `hours` long. deepest_kw: of any hour;
    energy_kwh: curtailed in all."""

    start: int
    hours: int
    deepest_kw: float
    energy_kwh: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Headroom:
    """The most new load, constant through the course, at one share of curtailed energy. curtailed_kw: of each hour,
    (H,). half_kept_share: of the curtailed hours, those in which at least half of the new load runs, 1 without any."""

    share: float
    load_kw: float
    curtailed_kw: Real
    events: tuple[Event, ...]
    half_kept_share: float

    def __post_init__(self) -> None:
        freeze_new(self, curtailed_kw=np.float64)

    @property
    def hours(self) -> int:
        """Hours in which something is curtailed."""
        return sum(one.hours for one in self.events)


def headroom(demand_kw: Real, firm_kw: Real, share: float) -> Headroom:
    """The largest constant load L with sum max(0, D + L - firm) / (L H) at most `share`, exactly.

    demand_kw, firm_kw: of each hour, (H,); a flat firm limit is the yearly peak, one by season the peak of the season.
    share: of the new load's energy that may be curtailed, from 0 to below 1. Raises ValueError outside, or where the
    demand passes the firm limit already. What is curtailed is convex in L, so its last crossing is on one of H lines.
    """
    if not 0.0 <= share < 1.0:
        raise ValueError("the share that may be curtailed lies from 0 to below 1")
    room = np.asarray(firm_kw, dtype=np.float64) - np.asarray(demand_kw, dtype=np.float64)
    if (room < -1e-9 * np.abs(firm_kw).max()).any():
        raise ValueError("the demand passes the firm limit already")
    load_kw = connectable_kw(room, share)
    over = load_kw - np.maximum(room, 0.0)
    curtailed = np.where(over > 1e-9 * max(load_kw, 1.0), over, 0.0)
    at = curtailed > 0.0
    kept = load_kw - curtailed[at] >= HALF * load_kw
    return Headroom(
        share=share,
        load_kw=load_kw,
        curtailed_kw=curtailed,
        events=events_of(curtailed),
        half_kept_share=float(kept.mean()) if at.any() else 1.0,
    )


def events_of(curtailed_kw: Real) -> tuple[Event, ...]:
    """Runs of hours above 0, in their order."""
    return tuple(
        Event(
            start=start,
            hours=end - start,
            deepest_kw=float(curtailed_kw[start:end].max()),
            energy_kwh=float(curtailed_kw[start:end].sum()),
        )
        for start, end in runs_of(curtailed_kw > 0.0).tolist()
    )


def season_peaks_kw(demand_kw: Real, season: NDArray[np.int64]) -> Real:
    """The highest demand of the season that each hour is in, (H,). season: number of each hour's, from 0, (H,)."""
    peaks = np.full(int(season.max()) + 1, -np.inf)
    np.maximum.at(peaks, season, demand_kw)
    return np.asarray(peaks[season])
