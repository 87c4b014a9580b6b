"""What is curtailed of a load for which some hours of a year have no room, and what fits within a share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
SHARES = (0.0, 0.0025, 0.005, 0.01)
"""Of a load's energy in a year that may be curtailed, at which the connectable load is told."""


@dataclass(frozen=True, kw_only=True)
class Curtailed:
    """A load of size_kw in all hours. hours: in which some of it is curtailed, times: runs of such hours;
    energy_kwh and share: of its energy, 0-1; deepest_kw: in the worst hour, longest_h: of the runs."""

    size_kw: float
    hours: int
    times: int
    energy_kwh: float
    share: float
    deepest_kw: float
    longest_h: int


def curtailed(size_kw: float, room_kw: Real) -> Curtailed:
    """room_kw: for the load in each hour, (H,); below 0 there is none."""
    excess = np.maximum(size_kw - np.maximum(room_kw, 0.0), 0.0)
    runs = runs_of(excess > 0.0)
    asked = size_kw * len(room_kw)
    return Curtailed(
        size_kw=size_kw,
        hours=int((excess > 0.0).sum()),
        times=len(runs),
        energy_kwh=float(excess.sum()),
        share=float(excess.sum() / asked) if asked > 0.0 else 0.0,
        deepest_kw=float(excess.max(initial=0.0)),
        longest_h=int((runs[:, 1] - runs[:, 0]).max(initial=0)),
    )


def runs_of(marked: NDArray[np.bool_]) -> Whole:
    """First hour and the one after the last of each run of marked hours, (R, 2)."""
    edges = np.diff(np.concatenate([[False], marked, [False]]).astype(np.int64))
    return np.column_stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)])


def connectable_kw(room_kw: Real, share: float) -> float:
    """The largest load of which no more than a share of its energy is curtailed, 0-1; inf where nothing binds.

    With rooms r in ascending order and the m least of them below the load P, m P - (r1 + ... + rm) is curtailed, so
    that P = (r1 + ... + rm) / (m - share H): the first m for which that P does not pass the next room.
    """
    rooms = np.sort(np.maximum(room_kw, 0.0))
    if share <= 0.0:
        return float(rooms[0])
    allowed = share * len(rooms)
    below = np.arange(1, len(rooms) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(below > allowed, np.cumsum(rooms) / (below - allowed), np.inf)
    following = np.append(rooms[1:], np.inf)
    fits = np.flatnonzero(size <= following)
    return float(size[fits[0]]) if len(fits) else float("inf")


def quick_room_kw(now_kw: Real, after_kw: Real, ramp_kw_per_min: float, within_min: float) -> Real:
    """Room in each hour where load may be taken off after an outage has happened, no more than a ramp does in the
    time that is allowed: emergency ratings then hold again in time, normal ones before it. now_kw: room as the grid
    stands, after_kw: after any outage, (H,)."""
    return np.asarray(np.minimum(now_kw, np.maximum(after_kw, 0.0) + ramp_kw_per_min * within_min))
