"""Lines and transformers of a grid as a power flow without losses sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Branches:
    """L branches between numbered buses. from_bus, to_bus: (L,). reactance_pu: on one base, not 0, (L,); below 0 where
    a capacitor stands in series, or where windings of a transformer meet in a star.

    rating_kw: what each may carry for long, emergency_kw: after an outage, inf where nobody says, (L,). Raises
    ValueError for a reactance of 0 and for a branch from a bus to itself.
    """

    from_bus: Whole
    to_bus: Whole
    reactance_pu: Real
    rating_kw: Real
    emergency_kw: Real

    def __post_init__(self) -> None:
        freeze(self, from_bus=np.int64, to_bus=np.int64)
        freeze(self, **dict.fromkeys(("reactance_pu", "rating_kw", "emergency_kw"), np.float64))
        if not (np.abs(self.reactance_pu) > 0.0).all():
            raise ValueError("a reactance is 0 or no number")
        if (self.from_bus == self.to_bus).any():
            raise ValueError("a branch leads from a bus to itself")

    def __len__(self) -> int:
        return len(self.from_bus)

    @property
    def buses(self) -> int:
        """How many buses there are, numbered from 0."""
        return int(max(self.from_bus.max(), self.to_bus.max())) + 1


@dataclass(frozen=True, kw_only=True)
class _Walk:
    """A walk in depth over all buses. order: when each bus was met; last: when the last one beyond it was; part: by
    number, of the grid; beyond: bus behind each branch whose loss splits the grid, -1 for all others."""

    order: Whole
    last: Whole
    part: Whole
    beyond: Whole


def bridges(branches: Branches) -> NDArray[np.bool_]:
    """Branches whose loss splits the grid, (L,): no way leads around them. Lowest reach of a walk in depth (Tarjan)."""
    return np.asarray(_walked(branches, 0).beyond >= 0)


def cut_off(branches: Branches, feeding_bus: int) -> dict[int, Whole]:
    """Buses that the loss of a bridge separates from the bus that feeds, (K,) each, by branch in ascending order."""
    walk = _walked(branches, feeding_bus)
    apart: dict[int, Whole] = {}
    for branch in np.flatnonzero(walk.beyond >= 0).tolist():
        bus = walk.beyond[branch]
        behind = (walk.order >= walk.order[bus]) & (walk.order <= walk.last[bus])
        apart[branch] = np.flatnonzero(behind)
    return apart


def parts(branches: Branches) -> Whole:
    """Which connected part of the grid each bus belongs to, counted from 0, (N,)."""
    return _walked(branches, 0).part


def _walked(branches: Branches, first: int) -> _Walk:
    count = branches.buses
    ways = _ways(branches)
    beyond = np.full(len(branches), -1, dtype=np.int64)
    order, lowest, last, part = [-1] * count, [0] * count, [0] * count, [0] * count
    seen = parted = 0
    for root in (first, *range(count)):
        if order[root] >= 0:
            continue
        order[root] = lowest[root] = seen
        part[root] = parted
        seen += 1
        walk = [(root, -1, iter(ways[root]))]
        while walk:
            bus, came_by, left = walk[-1]
            for other, number in left:
                if number == came_by:
                    continue
                if order[other] < 0:
                    order[other] = lowest[other] = seen
                    part[other] = parted
                    seen += 1
                    walk.append((other, number, iter(ways[other])))
                    break
                lowest[bus] = min(lowest[bus], order[other])
            else:
                walk.pop()
                last[bus] = seen - 1
                if walk:
                    before = walk[-1][0]
                    lowest[before] = min(lowest[before], lowest[bus])
                    if lowest[bus] > order[before]:
                        beyond[came_by] = bus
        parted += 1
    return _Walk(
        order=np.asarray(order), last=np.asarray(last), part=np.asarray(part), beyond=beyond
    )


def _ways(branches: Branches) -> list[list[tuple[int, int]]]:
    """From each bus, the buses next to it and the branches that lead there."""
    ways: list[list[tuple[int, int]]] = [[] for _ in range(branches.buses)]
    ends = zip(branches.from_bus.tolist(), branches.to_bus.tolist(), strict=True)
    for number, (one, other) in enumerate(ends):
        ways[one].append((other, number))
        ways[other].append((one, number))
    return ways
