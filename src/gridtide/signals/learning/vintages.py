"""What a publisher expected of an hour, as it stood at the time."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.history import History, Series

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Issues:
    """Forecast rows by start, then by issue; key: both in one number, begin: first row of each start."""

    starts_s: Whole
    ends_s: Whole
    begin: Whole
    values: Real
    key: Whole
    first_issue_s: int
    span_s: int


def with_forecasts(history: History, zone: str) -> tuple[Series, ...]:
    """The series of a zone that hold forecasts, in the order of the history."""
    return tuple(rows for rows in history.series if rows.zone == zone and rows.expected.any())


def forecast_at(rows: Series, hours_s: Whole, at_s: Whole) -> Real:
    """The latest forecast issued by at_s (n,) for each hour beginning at hours_s (n, h); NaN without one.

    Of a finer forecast the step that holds the beginning of the hour is read, a coarser one is held.
    """
    issues = _issues(rows)
    place = np.searchsorted(issues.starts_s, hours_s, side="right") - 1
    start = np.maximum(place, 0)
    by_s = np.clip(at_s - issues.first_issue_s, -1, issues.span_s - 1)[:, None]
    found = np.searchsorted(issues.key, start * issues.span_s + by_s, side="right") - 1
    said = (place >= 0) & (found >= issues.begin[start])
    row = np.maximum(found, 0)
    said &= issues.ends_s[row] > hours_s
    return np.where(said, issues.values[row], np.nan)


@lru_cache(maxsize=64)
def _issues(rows: Series) -> _Issues:
    index = np.flatnonzero(rows.expected)
    starts_s, begin, rank = np.unique(rows.start_s[index], return_index=True, return_inverse=True)
    issued_s = rows.issued_s[index]
    first_s = int(issued_s.min())
    span_s = int(issued_s.max()) - first_s + 2
    return _Issues(
        starts_s=starts_s,
        ends_s=rows.end_s[index],
        begin=begin.astype(np.int64),
        values=rows.values[index],
        key=rank * span_s + (issued_s - first_s),
        first_issue_s=first_s,
        span_s=span_s,
    )
