"""A call of the grid that is settled, and the meter it is settled by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.settle.reduction import Direction
from gridtide.timeline import Timeline


@dataclass(frozen=True, kw_only=True, eq=False)
class Meter:
    """Readings of one meter. import_kw: mean power drawn in each interval, (T,), NaN where unknown. source: the file.
    notes: what a reader must know of it."""

    timeline: Timeline
    import_kw: NDArray[np.float64]
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, import_kw=np.float64)


@dataclass(frozen=True, kw_only=True)
class Call:
    """What the grid asked for in [start_s, end_s), seconds since 1970, and what it pays.

    committed_kw: promised, None without a promise. price_per_mwh: for energy, threshold_per_mwh: of the net-benefits
    test, -inf without one. capacity_price_per_kw: for what was promised, over the whole call.
    """

    start_s: int
    end_s: int
    direction: Direction = Direction.REDUCE
    committed_kw: float | None = None
    price_per_mwh: float = 0.0
    threshold_per_mwh: float = float("-inf")
    capacity_price_per_kw: float = 0.0
