"""Where a map has data: cells of utilisation, wet bulb and clock that enough rows fell into."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.learning.telemetry import Drivers

Real = NDArray[np.float64]
BINS_UTILISATION = 10
WET_BIN_C = 3.0
CLOCK_EDGES = (0.6, 0.75, 0.9)
LEAST_ROWS = 3
BRIDGED_UTILISATION, BRIDGED_WET = 3, 2
"""Bins without data that are interpolated where data lie on both sides."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """coldest_c: where the first wet-bulb bin begins. cells: with data, (utilisation, wet bulb, clock)."""

    coldest_c: float
    cells: NDArray[np.bool_]

    def __post_init__(self) -> None:
        freeze(self, cells=np.bool_)


def known_of(drivers: Drivers, used: NDArray[np.bool_]) -> Known:
    """Cells with data, and short stretches between two of them along utilisation: these are interpolated."""
    coldest = float(np.floor(drivers.wet_c[used].min() / WET_BIN_C) * WET_BIN_C)
    warm = int((drivers.wet_c[used].max() - coldest) // WET_BIN_C) + 1
    shape = (BINS_UTILISATION, warm, len(CLOCK_EDGES) + 1)
    place, _ = _places(drivers, coldest, shape)
    count = np.bincount(np.ravel_multi_index(place, shape)[used], minlength=int(np.prod(shape)))
    there = count.reshape(shape) >= LEAST_ROWS
    return Known(coldest_c=coldest, cells=bridged(there, 0, BRIDGED_UTILISATION))


def within(known: Known, drivers: Drivers) -> NDArray[np.bool_]:
    """Whether each row lies where the map has data, (n,)."""
    place, inside = _places(drivers, known.coldest_c, known.cells.shape)
    return np.asarray(known.cells[place] & inside)


@dataclass(frozen=True, kw_only=True)
class Hole:
    """Where a map has no data: ranges of clock [share of the highest], wet bulb [°C] and utilisation [0-1]."""

    clock: tuple[float, float]
    wet_c: tuple[float, float]
    utilisation: tuple[float, float]


def holes_of(known: Known) -> tuple[Hole, ...]:
    """Ranges without data, from the lowest clock on; wet bulbs that lack the same are one range."""
    edges = (0.0, *CLOCK_EDGES, 1.0)
    return tuple(
        hole
        for band in range(known.cells.shape[2])
        for hole in _holes(
            ~known.cells[:, :, band], known.coldest_c, (edges[band], edges[band + 1])
        )
    )


def enclosed_of(known: Known) -> tuple[Hole, ...]:
    """Ranges without data at any clock that lie between data, too far from both sides to be interpolated."""
    there = np.asarray(known.cells.any(axis=2))
    reached = bridged(there, 1, BRIDGED_WET)
    between = bridged(there, 0, BINS_UTILISATION) | bridged(there, 1, there.shape[1])
    return tuple(_holes(between & ~reached, known.coldest_c, (0.0, 1.0)))


def bridged(there: NDArray[np.bool_], axis: int, most: int) -> NDArray[np.bool_]:
    """Cells with data, and stretches of at most so many without between two with, along one axis."""
    found = np.moveaxis(there.copy(), axis, -1)
    for place in np.ndindex(found.shape[:-1]):
        line = found[place]
        at = np.flatnonzero(line)
        for before, after in pairwise(at):
            if after - before - 1 <= most:
                line[before:after] = True
    return np.moveaxis(found, -1, axis)


def _holes(
    lacks: NDArray[np.bool_], coldest_c: float, clock: tuple[float, float]
) -> Iterator[Hole]:
    begin = 0
    for cold in range(1, lacks.shape[1] + 1):
        if cold < lacks.shape[1] and (lacks[:, cold] == lacks[:, begin]).all():
            continue
        low_c, high_c = (coldest_c + WET_BIN_C * at for at in (begin, cold))
        for one in _runs(lacks[:, begin]):
            yield Hole(clock=clock, wet_c=(low_c, high_c), utilisation=one)
        begin = cold


def _runs(lacks: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Stretches of utilisation whose bins lack data."""
    padded = np.concatenate([[False], lacks, [False]])
    edges = np.flatnonzero(np.diff(padded.astype(np.int8))) / BINS_UTILISATION
    return [(float(low), float(high)) for low, high in zip(edges[::2], edges[1::2], strict=True)]


def _places(
    drivers: Drivers, coldest_c: float, shape: tuple[int, ...]
) -> tuple[tuple[NDArray[np.int64], ...], NDArray[np.bool_]]:
    across = np.minimum((drivers.utilisation * BINS_UTILISATION).astype(np.int64), shape[0] - 1)
    along = np.floor((drivers.wet_c - coldest_c) / WET_BIN_C).astype(np.int64)
    clock = np.searchsorted(np.asarray(CLOCK_EDGES), drivers.clock, side="right")
    inside = (along >= 0) & (along < shape[1])
    return (across, np.clip(along, 0, shape[1] - 1), clock), inside
