"""Lines and transformers of a grid as a power flow without losses sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Branches:
    """L branches between numbered buses. from_bus, to_bus: (L,). reactance_pu: on one base, above 0, (L,).

    rating_kw: what each may carry for long, emergency_kw: after an outage, (L,). Raises ValueError for a reactance that
    is not above 0 and for a branch from a bus to itself.
    """

    from_bus: Whole
    to_bus: Whole
    reactance_pu: Real
    rating_kw: Real
    emergency_kw: Real

    def __post_init__(self) -> None:
        freeze(self, from_bus=np.int64, to_bus=np.int64)
        freeze(self, **dict.fromkeys(("reactance_pu", "rating_kw", "emergency_kw"), np.float64))
        if not (self.reactance_pu > 0).all():
            raise ValueError("a reactance is not above 0")
        if (self.from_bus == self.to_bus).any():
            raise ValueError("a branch leads from a bus to itself")

    def __len__(self) -> int:
        return len(self.from_bus)

    @property
    def buses(self) -> int:
        """How many buses there are, numbered from 0."""
        return int(max(self.from_bus.max(), self.to_bus.max())) + 1


def bridges(branches: Branches) -> NDArray[np.bool_]:
    """Branches whose loss splits the grid, (L,): no way leads around them. Lowest reach of a walk in depth (Tarjan)."""
    count = branches.buses
    ways: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    ends = zip(branches.from_bus.tolist(), branches.to_bus.tolist(), strict=True)
    for number, (one, other) in enumerate(ends):
        ways[one].append((other, number))
        ways[other].append((one, number))
    found = np.zeros(len(branches), dtype=np.bool_)
    order, lowest = [-1] * count, [0] * count
    seen = 0
    for root in range(count):
        if order[root] >= 0:
            continue
        order[root] = lowest[root] = seen
        seen += 1
        walk = [(root, -1, iter(ways[root]))]
        while walk:
            bus, came_by, left = walk[-1]
            for other, number in left:
                if number == came_by:
                    continue
                if order[other] < 0:
                    order[other] = lowest[other] = seen
                    seen += 1
                    walk.append((other, number, iter(ways[other])))
                    break
                lowest[bus] = min(lowest[bus], order[other])
            else:
                walk.pop()
                if walk:
                    before = walk[-1][0]
                    lowest[before] = min(lowest[before], lowest[bus])
                    found[came_by] = lowest[bus] > order[before]
    return found
