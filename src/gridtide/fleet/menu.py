"""Every operating point of every place: the speeds and powers that work can run at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.operating_point import ANY_CLASS
from gridtide.fleet.site import Pool

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Menu:
    """M entries: the points of each place in the order of its pool, places in the order of the fleet.

    place, point: of each entry, the point by its number in the pool's own menu, 0 the full speed. speed: work
    an hour relative to a whole gang at full speed. it_kw: IT power of one busy accelerator with its share of the
    server; extra_kw: the same beyond a parked one. gang_share: accelerators relative to the gang; work_class: the only
    class that may run so, ANY_CLASS for all. (M,) all. first: full-speed entry of each place, (P,).
    """

    place: Whole
    point: Whole
    speed: Real
    it_kw: Real
    extra_kw: Real
    gang_share: Real
    work_class: Whole
    first: Whole

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("place", "point", "work_class", "first"), np.int64))
        freeze(self, **dict.fromkeys(("speed", "it_kw", "extra_kw", "gang_share"), np.float64))

    def __len__(self) -> int:
        return len(self.place)

    @property
    def bounds(self) -> Whole:
        """Entries of place p are bounds[p]:bounds[p + 1], (P + 1,)."""
        return np.append(self.first, len(self.place))

    def entry(self, place: Whole, point: Whole) -> Whole:
        """Entry of each place and point; of nowhere (-1) the first entry there is."""
        found: Whole = self.first[np.maximum(place, 0)] + np.where(place >= 0, point, 0)
        return found

    @property
    def pace(self) -> Real:
        """Work an hour of one busy accelerator relative to one of a whole gang at full speed, (M,)."""
        return np.asarray(self.speed / self.gang_share)

    def open_to(self, elastic: Flags, work_class: Whole) -> Flags:
        """Entries that work may run at, (n, M): those of whole gangs, and all of its class where it is elastic."""
        own = (self.work_class == ANY_CLASS) | (self.work_class == work_class[:, None])
        return np.asarray((self.gang_share == 1.0) | (elastic[:, None] & own), dtype=np.bool_)

    def by_place(self, of_entries: NDArray[np.float64], axis: int = 0) -> Real:
        """What entries use, summed over those of a place: (…, M, …) to (…, P, …)."""
        if len(self.first) == len(self.place):
            return of_entries
        summed: Real = np.add.reduceat(of_entries, self.first, axis=axis)
        return summed


def menu_of(pools: Sequence[Pool]) -> Menu:
    """The menu of pools in the order of their places."""
    listed = [
        (place, number, point, pool.parked_kw_per_accelerator)
        for place, pool in enumerate(pools)
        for number, point in enumerate(pool.points)
    ]
    full = np.cumsum([0, *(len(pool.points) for pool in pools)])[:-1]
    return Menu(
        place=np.asarray([place for place, _, _, _ in listed], dtype=np.int64),
        point=np.asarray([number for _, number, _, _ in listed], dtype=np.int64),
        speed=np.asarray([point.speed for _, _, point, _ in listed]),
        it_kw=np.asarray([point.it_kw_per_accelerator for _, _, point, _ in listed]),
        extra_kw=np.asarray(
            [point.it_kw_per_accelerator - parked for _, _, point, parked in listed]
        ),
        gang_share=np.asarray([point.gang_share for _, _, point, _ in listed]),
        work_class=np.asarray([point.work_class for _, _, point, _ in listed], dtype=np.int64),
        first=full,
    )


def accelerators_of(menu: Menu, jobs: Jobs) -> Whole:
    """Accelerators that each job takes at each entry, (n, M); 0 where its work may not run so.

    A share that rounds up to the whole gang is none of its sizes.
    """
    gang = np.asarray(jobs.accelerators[:, None])
    taken = at_share(gang, menu.gang_share)
    may = menu.open_to(jobs.elastic, jobs.work_class)
    may &= (menu.gang_share == 1.0) | (taken != gang)
    return np.where(may, taken, 0)


def at_share(gang: Whole, share: Real) -> Whole:
    """Whole accelerators that gangs take at shares of themselves, in the shape of both together."""
    shape = np.broadcast_shapes(np.shape(gang), np.shape(share))
    gangs, shares = np.broadcast_to(gang, shape), np.broadcast_to(share, shape)
    if (shares == 1.0).all():
        return gangs.copy()
    from gridtide.kernels import operating_points

    taken: Whole = operating_points.accelerators_at_shares(gangs.ravel(), shares.ravel())
    return taken.reshape(shape)


def at_speed_s(work_s: Whole, speed: Real | float) -> Whole:
    """Whole seconds that work takes at a speed, in the shape of both together."""
    from gridtide.kernels import operating_points

    shape = np.broadcast_shapes(np.shape(work_s), np.shape(speed))
    work = np.full(shape, work_s, dtype=np.int64)
    at = np.full(shape, speed, dtype=float)
    taken_s: Whole = operating_points.seconds_at_speeds(work.ravel(), at.ravel())
    return taken_s.reshape(shape)
