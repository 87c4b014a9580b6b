"""A meter by days and intervals of a local clock, so that like hours of like days stand beside each other."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.timeline import DAY_S, Timeline, clock_offsets_s

Real = NDArray[np.float64]
UNIX_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, kw_only=True, eq=False)
class MeterDays:
    """Mean power of one meter, kW, by local day and interval of the wall clock, (D, N); NaN where nothing is known.

    first_day: ordinal of the first local day. step_s: length of an interval; N of them make a day of 24 hours. The
    hour that a clock leaves out in spring is unknown, that it shows twice in autumn holds the mean of both.
    """

    first_day: int
    step_s: int
    power_kw: Real

    def __post_init__(self) -> None:
        freeze(self, power_kw=np.float64)

    @property
    def intervals(self) -> int:
        """How many intervals a day has."""
        return int(self.power_kw.shape[1])

    def at(self, day: NDArray[np.int64], position: NDArray[np.int64]) -> Real:
        """Power at positions counted in intervals from the begin of days, which may reach into other days; NaN where
        nothing is known. day: row, (d,). position: (p,). Returns (d, p)."""
        flat = self.power_kw.reshape(-1)
        index = day[:, None] * self.intervals + position[None, :]
        there = (index >= 0) & (index < flat.size)
        return np.where(there, flat[np.where(there, index, 0)], np.nan)

    def day_of(self, row: int) -> date:
        """The date of a row."""
        return date.fromordinal(self.first_day + int(row))


def meter_days(timeline: Timeline, power_kw: Real, clock: str) -> MeterDays:
    """A series laid out in days of an IANA clock. power_kw: (T,), NaN where unknown.

    Raises ValueError where steps are not all equal or no whole number of them makes a day.
    """
    step_s = timeline.step_s
    if step_s is None or DAY_S % step_s:
        raise ValueError("a meter by days needs equal intervals, a whole number of them a day")
    wall_s = timeline.starts_s + clock_offsets_s(clock, timeline.starts_s)
    day, slot = wall_s // DAY_S, wall_s % DAY_S // step_s
    first, count = int(day.min()), int(day.max() - day.min()) + 1
    known = ~np.isnan(power_kw)
    cell = (day[known] - first) * (DAY_S // step_s) + slot[known]
    shape = (count, DAY_S // step_s)
    total, seen = np.zeros(shape), np.zeros(shape)
    np.add.at(total.reshape(-1), cell, power_kw[known])
    np.add.at(seen.reshape(-1), cell, 1.0)
    mean_kw = np.where(seen > 0, total / np.where(seen > 0, seen, 1.0), np.nan)
    return MeterDays(first_day=first + UNIX_DAY, step_s=step_s, power_kw=mean_kw)


def position_of(days: MeterDays, moments_s: NDArray[np.int64], clock: str) -> NDArray[np.int64]:
    """How many intervals after the begin of the first day each instant lies, (n,)."""
    wall_s = moments_s + clock_offsets_s(clock, moments_s)
    first_s = (days.first_day - UNIX_DAY) * DAY_S
    return np.asarray((wall_s - first_s) // days.step_s, dtype=np.int64)
