"""What a site pays for drawing power when the whole system draws most."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.timeline import Timeline

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PeakTerms:
    """months: of the year that count, 1 to 12. interval_min: over which the system's peak is found. one_a_month: one
    peak in every month; otherwise the `peaks` highest, each on another day. reserve_factor: by which the mean is
    raised. least_share: of a site's own highest load, below which what it is charged for never falls."""

    months: tuple[int, ...]
    interval_min: int
    one_a_month: bool
    peaks: int
    reserve_factor: float
    least_share: float


def coincident_kw(own_kw: Real, terms: PeakTerms, highest_kw: float = 0.0) -> float:
    """The load a site is charged for: its mean over the system's peaks, with reserve. own_kw: one a peak, (n,).

    highest_kw: the site's own highest, for rules with a least share.
    """
    mean_kw = float(own_kw.mean())
    return max(mean_kw, terms.least_share * highest_kw) * (1.0 + terms.reserve_factor)


def against_terms(
    spans: tuple[tuple[datetime, datetime], ...], terms: PeakTerms
) -> tuple[tuple[int, str], ...]:
    """Which peaks the rule would never charge, by their place, and why. spans: start and end on the market's clock."""
    found: list[tuple[int, str]] = []
    seen: set[tuple[int, ...]] = set()
    for place, (start, end) in enumerate(spans):
        day = (start.year, start.month, start.day)
        group = day[:2] if terms.one_a_month else day
        if start.month not in terms.months:
            found.append((place, f"month {start.month} does not count"))
        elif (end - start).total_seconds() != terms.interval_min * 60:
            found.append((place, f"it does not last {terms.interval_min} minutes"))
        elif group in seen:
            found.append(
                (place, f"it is the second of its {'month' if terms.one_a_month else 'day'}")
            )
        elif len(seen) == terms.peaks:
            found.append((place, f"there are {terms.peaks} before it"))
        else:
            seen.add(group)
    return tuple(found)


def peak_steps(
    timeline: Timeline, system_load_kw: Real, terms: PeakTerms, clock: str
) -> NDArray[np.int64]:
    """The steps in which the system peaks, in order of time. system_load_kw: (T,); unknown steps never peak.

    Raises ValueError where steps are not those of the rule's interval.
    """
    if timeline.step_s != terms.interval_min * 60:
        raise ValueError(f"the rule finds peaks over {terms.interval_min} minutes")
    local = timeline.local_times(clock)
    month = np.asarray([moment.year * 12 + moment.month - 1 for moment in local])
    counts = np.isin(month % 12 + 1, terms.months) & ~np.isnan(system_load_kw)
    group = month if terms.one_a_month else timeline.local_days(clock)
    load_kw = np.where(counts, system_load_kw, -np.inf)
    highest = [
        int(rows[np.argmax(load_kw[rows])])
        for rows in (np.flatnonzero(group == number) for number in np.unique(group[counts]))
    ]
    if not terms.one_a_month:
        highest = sorted(highest, key=lambda step: (-load_kw[step], step))[: terms.peaks]
    return np.asarray(sorted(highest), dtype=np.int64)
