"""Move a share of the load within its day: by a signal, or to where renewable supply is left over.

Reference: the carbon-aware shifting of Acun et al., "Carbon Explorer" (ASPLOS 2023), written from its description: work
of a day that may wait runs in other hours of the same day, as far as the machines reach.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Shifting:
    """share: of the load of each step that may run in another step of its day, 0-1. load_max_kw: no step is filled
    above it. day: steps of a day, counted from the first. Raises ValueError for what cannot be meant.
    """

    share: float
    load_max_kw: float
    day: int = 24

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise ValueError(f"a share of {self.share:g} is not between 0 and 1")
        if not self.load_max_kw >= 0.0:
            raise ValueError(f"a largest load of {self.load_max_kw:g} kW is not 0 or more")
        if self.day < 1:
            raise ValueError(f"a day of {self.day} steps has none")


def moved_by_signal(load_kw: Real, signal: Real, shifting: Shifting) -> Real:
    """The load behind it, kW, (T,): from the steps with the highest signal of a day to those with the lowest.

    load_kw: ≥ 0, (T,). signal: per MWh or per kWh, (T,). Each day keeps its sum, and no step loses more than its share
    or is filled above the largest load. Raises ValueError for values that are not finite, a negative load and columns
    of different lengths.
    """
    return _moved(
        load_kw,
        by=signal,
        may_leave_kw=shifting.share * load_kw,
        may_come_kw=np.maximum(shifting.load_max_kw - load_kw, 0.0),
        day=shifting.day,
    )


def moved_by_gap(load_kw: Real, renewable_kw: Real, shifting: Shifting) -> Real:
    """The load behind it, kW, (T,): from the steps of a day that lack most supply to those with most to spare.

    load_kw, renewable_kw: ≥ 0, (T,). No step gives away more than it lacks nor takes more than it has to spare; the
    rest as in `moved_by_signal`.
    """
    lacking = load_kw - renewable_kw
    return _moved(
        load_kw,
        by=lacking,
        may_leave_kw=np.maximum(np.minimum(lacking, shifting.share * load_kw), 0.0),
        may_come_kw=np.maximum(np.minimum(-lacking, shifting.load_max_kw - load_kw), 0.0),
        day=shifting.day,
    )


def _moved(load_kw: Real, *, by: Real, may_leave_kw: Real, may_come_kw: Real, day: int) -> Real:
    if load_kw.shape != by.shape:
        raise ValueError(f"{len(load_kw)} loads and {len(by)} values to move them by")
    if not (np.isfinite(load_kw).all() and np.isfinite(by).all()):
        raise ValueError("load and signal must be finite in every step")
    if (load_kw < 0.0).any():
        raise ValueError(f"a load of {load_kw.min():g} kW is below zero")
    from gridtide.kernels import within_days

    by_day = _in_days(by, day, np.inf)
    order = np.argsort(by_day, axis=1, kind="stable")
    after = _in_days(load_kw, day, 0.0)
    may_leave, may_come = _in_days(may_leave_kw, day, 0.0), _in_days(may_come_kw, day, 0.0)
    within_days.move(after, by_day, order, may_leave, may_come)
    return after.reshape(-1)[: len(load_kw)]


def _in_days(values: Real, day: int, beyond: float) -> Real:
    """A copy day by day, (D, day); the last day is filled up with `beyond`."""
    days = np.full((-(-len(values) // day), day), beyond)
    days.reshape(-1)[: len(values)] = values
    return days
