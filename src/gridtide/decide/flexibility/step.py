"""One step of a flexibility curve: so many kW for so long from a price on, and what is ordered to give them."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

DURATIONS_S = (1, 60, 900, 3600, 14_400)
DELAYS = (0.0, 0.5, 1.0)
"""By how much answers or ends of jobs may come later than today, as shares of today's p95 or completion time."""


class Direction(StrEnum):
    """Which way the meter goes: down = the site draws less."""

    UP = "up"
    DOWN = "down"


class Source(StrEnum):
    """What bends."""

    SPEED = "speed"
    PACKING = "packing"
    RELOCATION = "relocation"
    TIME = "time"
    STORAGE = "storage"
    COOLING = "cooling"


RESPONSE_S = {
    Source.SPEED: 1.0,
    Source.PACKING: 60.0,
    Source.RELOCATION: 60.0,
    Source.TIME: 1.0,
    Source.STORAGE: 1.0,
    Source.COOLING: 60.0,
}
"""Seconds until all of a step is there; nothing is offered for less. Assumed: ranks stop and clocks change at once,
requests in flight are answered first, compressors follow within the fast time of a hall (`physics/room.py`)."""


@dataclass(frozen=True, kw_only=True)
class Rerouting:
    """A share of what an origin's requests are answered at a place in one way, that is answered otherwise.

    way, to_way: by their numbers in `fleet/ways.py`, of the same service; place, to: of the fleet, may be the same.
    from_way: the way it leaves, `way` itself or the one that a step before brought it to. share: of what is told to
    `way`. tolerated: whether the service bears it, or only would if its users waited longer than it says.
    """

    service: int
    origin: int
    place: int
    way: int
    to: int
    to_way: int
    from_way: int
    share: float
    tolerated: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """What is ordered for a window, beside everything that was told.

    jobs: rows of the situation's jobs that leave the window (down) or run through it (up). offsets, slots: slots each
    holds from now on, as the guard sees them. points: the operating point each runs at in the window instead, by its
    number in the menu of its pool, -1 where it leaves or runs through. places: where each works from now on, -1 where
    it stays. store_kw: more discharge (down) or more charge (up) of the site's store. routes: requests answered
    elsewhere or slower. raised_kw: by how much the import its site is held to is lifted. heat_kw: carried out more, of
    the hall and for the store of cold, (2,), less below 0.
    """

    jobs: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    offsets: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    slots: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    points: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    places: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    store_kw: float = 0.0
    routes: tuple[Rerouting, ...] = ()
    raised_kw: float = 0.0
    heat_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))

    def __post_init__(self) -> None:
        freeze(self, jobs=np.int64, offsets=np.int64, slots=np.int64, points=np.int64)
        freeze(self, places=np.int64)
        freeze(self, heat_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """One step at one site. work: the class of jobs, the service, or the asset.

    delay: least of DELAYS at which it can be had. kw: at the facility meter, throughout duration_s. price_per_kwh:
    money for each of these kWh from which it pays. rebound_kwh: drawn more (down) or less (up) at the meter afterwards.
    """

    site: int
    work: str
    source: Source
    direction: Direction
    delay: float
    duration_s: int
    kw: float
    price_per_kwh: float
    rebound_kwh: float
    change: Change

    @property
    def ramp_kw_per_s(self) -> float:
        """How fast it is there."""
        return self.kw / RESPONSE_S[self.source]

    @property
    def tolerated(self) -> bool:
        """Whether services bear it as the case stands, or only would if their users waited longer."""
        return all(route.tolerated for route in self.change.routes)
