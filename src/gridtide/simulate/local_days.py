"""The days of a study, each as the clock of every site has it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.simulate.study import Study
from gridtide.timeline import DAY_S, EPOCH, at_wall, clock_offsets_s

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
FIRST_ORDINAL = EPOCH.date().toordinal()


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalDays:
    """Days of sites, from midnight to midnight on each site's own clock; one lasts 23 to 25 hours.

    dates: of all days that begin or go on at any site, (D,). of_step: place in dates of the day in which each step
    starts at each site, (S, T). hours: of the study on each date at each site, (S, D). whole: dates that lie
    inside the study from their midnight to the next at every site, (D,).
    """

    dates: tuple[date, ...]
    of_step: Whole
    hours: Real
    whole: NDArray[np.bool_]

    def __post_init__(self) -> None:
        freeze(self, of_step=np.int64, hours=np.float64, whole=np.bool_)


def local_days(study: Study) -> LocalDays:
    """The days of a study at its sites."""
    return days_by(study, tuple(site.clock for site in study.fleet.sites))


def days_by(study: Study, clocks: tuple[str, ...]) -> LocalDays:
    """The days of a study by a clock for each of its sites."""
    starts_s, hours = study.timeline.starts_s, study.timeline.hours
    day = np.stack([(starts_s + clock_offsets_s(clock, starts_s)) // DAY_S for clock in clocks])
    days = np.arange(day.min(), day.max() + 1)
    of_step = day - days[0]
    return LocalDays(
        dates=tuple(date.fromordinal(FIRST_ORDINAL + int(number)) for number in days),
        of_step=of_step,
        hours=np.stack([np.bincount(row, weights=hours, minlength=len(days)) for row in of_step]),
        whole=np.logical_and.reduce([_inside(study, clock, days) for clock in clocks]),
    )


def _inside(study: Study, clock: str, days: Whole) -> NDArray[np.bool_]:
    """Which days, numbered from 1970, lie in a study from midnight to midnight of a clock, (D,)."""
    begins_s, ends_s = at_wall(clock, days * DAY_S), at_wall(clock, (days + 1) * DAY_S)
    edges_s = study.timeline.edges_s
    return np.asarray((begins_s >= edges_s[0]) & (ends_s <= edges_s[-1]))
