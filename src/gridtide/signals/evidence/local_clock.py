"""When clocks on the wall change, and what times without a zone mean by such a clock."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.signals.raw import DAY_S, Raw, in_time
from gridtide.timeline import instant

CHANGING = {
    "Europe": "Europe/Berlin",
    "North America": "America/New_York",
    "Australia": "Australia/Sydney",
}
"""A clock of each habit of changing that markets live by; the habit is all that times without a zone show."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of a clock. at_s: the instant, seconds since 1970; by_s: + when the clock goes forward.

    wall_s: what the clock on the wall shows just before, counted as if it were UTC.
    """

    at_s: int
    by_s: int
    wall_s: int


def offset_s(stamp_s: float, zone: ZoneInfo) -> int:
    """Seconds by which a clock is ahead of UTC at an instant."""
    offset = instant(int(stamp_s)).astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def standard_offset_h(stamp_s: float, zone: ZoneInfo) -> float:
    """Hours by which a clock is ahead of UTC in winter time of that year."""
    halves = (offset_s(stamp_s, zone), offset_s(stamp_s + 182 * DAY_S, zone))
    return min(halves) / 3600.0


def changes(clock: str, first_s: float, last_s: float) -> tuple[Change, ...]:
    """Every change of a clock between two instants, to the second."""
    years = range(instant(int(first_s)).year, instant(int(last_s)).year + 1)
    told = [change for year in years for change in _of_year(clock, year)]
    return tuple(change for change in told if first_s < change.at_s <= last_s)


@cache
def _of_year(clock: str, year: int) -> tuple[Change, ...]:
    zone = ZoneInfo(clock)
    start_s, end_s = (
        int(datetime(number, 1, 1, tzinfo=UTC).timestamp()) for number in (year, year + 1)
    )
    found = []
    for low in range(start_s, end_s, DAY_S):
        high = low + DAY_S
        before, after = offset_s(low, zone), offset_s(high, zone)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset_s(middle, zone) == before else (low, middle)
        found.append(Change(at_s=high, by_s=after - before, wall_s=high + before))
    return tuple(found)


def never_were(raw: Raw, clock: str) -> list[int]:
    """Places of times without a zone that this clock skipped in spring."""
    edges = changes(clock, raw.stamps_s[0] - 2 * DAY_S, raw.stamps_s[-1] + 2 * DAY_S)
    found: list[int] = []
    for change in edges:
        if change.by_s > 0:
            skipped = (raw.stamps_s >= change.wall_s) & (raw.stamps_s < change.wall_s + change.by_s)
            found += np.flatnonzero(skipped).tolist()
    return sorted(found)


def by_the_clock(raw: Raw, clock: str) -> Raw:
    """Times without a zone as instants of a clock; of two equal times in autumn the second is the later."""
    zone = ZoneInfo(clock)
    again = np.concatenate([[False], np.diff(raw.stamps_s) == 0])
    stamps_s = [
        (instant(int(stamp)).replace(tzinfo=zone, fold=int(fold)).astimezone(UTC)
         + timedelta(seconds=stamp % 1)).timestamp()
        for stamp, fold in zip(raw.stamps_s.tolist(), again.tolist(), strict=True)
    ]  # fmt: skip
    told = replace(raw, naive=False, stamps_s=np.asarray(stamps_s, dtype=np.float64))
    return in_time(told)
