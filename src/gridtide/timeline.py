"""When things are: half-open steps between strictly increasing UTC edges.

The only time arithmetic of the house. Every energy is kW x hours of its step; local days of 23 to 25
hours are ordinary days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR_S, DAY_S = 3_600, 86_400
Spans = Sequence[tuple[int, int]]
"""How many steps of how many seconds, one after another."""


def epoch_s(instant: datetime) -> int:
    """Whole seconds since 1970 of an aware instant. Raises ValueError when naive or between seconds."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; write it with one, e.g. {instant}+00:00")
    since, rest = divmod(instant - EPOCH, SECOND)
    if rest:
        raise ValueError(f"{instant} lies between two seconds; times are whole seconds")
    return since


def instant(epoch_seconds: int) -> datetime:
    """The aware UTC instant of whole seconds since 1970."""
    return EPOCH + timedelta(seconds=int(epoch_seconds))


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """Steps [edge, next edge) in UTC. edges_s: strictly increasing seconds since 1970, shape (n+1,)."""

    edges_s: NDArray[np.int64]

    def __post_init__(self) -> None:
        freeze(self, edges_s=np.int64)
        if self.edges_s.ndim != 1 or len(self.edges_s) < 2:
            raise ValueError(f"a timeline needs two edges or more, not {self.edges_s.shape}")
        if not (np.diff(self.edges_s) > 0).all():
            first = int(np.argmin(np.diff(self.edges_s) > 0))
            raise ValueError(
                f"edges must increase; they do not after {instant(self.edges_s[first])}"
            )

    def __len__(self) -> int:
        return len(self.edges_s) - 1

    @property
    def start(self) -> datetime:
        """The first instant that belongs to the timeline."""
        return instant(self.edges_s[0])

    @property
    def end(self) -> datetime:
        """The first instant that does not belong to it any more."""
        return instant(self.edges_s[-1])

    @property
    def starts_s(self) -> NDArray[np.int64]:
        """Start of each step, seconds since 1970, shape (n,)."""
        return self.edges_s[:-1]

    @property
    def ends_s(self) -> NDArray[np.int64]:
        """End of each step, seconds since 1970, shape (n,)."""
        return self.edges_s[1:]

    @property
    def hours(self) -> NDArray[np.float64]:
        """Length of each step in hours, shape (n,)."""
        return np.diff(self.edges_s) / 3600.0

    @cached_property
    def step_s(self) -> int | None:
        """Length of every step in seconds when all are equal, otherwise None."""
        lengths = np.diff(self.edges_s)
        return int(lengths[0]) if (lengths == lengths[0]).all() else None

    def step_holding(self, moment: datetime) -> int:
        """Number of the step that holds an instant. Raises IndexError outside the timeline."""
        at = epoch_s(moment)
        if not self.edges_s[0] <= at < self.edges_s[-1]:
            raise IndexError(f"{moment} lies outside {self.start} to {self.end}")
        return int(np.searchsorted(self.edges_s, at, side="right")) - 1

    def steps_from(self, moments_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """First step that starts at or after each instant (n where there is none)."""
        return np.searchsorted(self.starts_s, moments_s, side="left").astype(np.int64)

    def steps_until(self, moments_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of steps that have ended at each instant: the exclusive last step before it."""
        return np.searchsorted(self.ends_s, moments_s, side="right").astype(np.int64)

    def between(self, start: datetime, end: datetime) -> "Timeline":
        """The whole steps inside [start, end). Raises ValueError when there is none."""
        first = int(np.searchsorted(self.edges_s, epoch_s(start), side="left"))
        last = int(np.searchsorted(self.edges_s, epoch_s(end), side="right")) - 1
        if last <= first:
            raise ValueError(f"no whole step between {start} and {end}")
        return Timeline(edges_s=self.edges_s[first : last + 1])

    def local_times(self, zone: str) -> list[datetime]:
        """Start of each step on the clock of an IANA zone (fold kept in autumn)."""
        clock = ZoneInfo(zone)
        return [instant(start).astimezone(clock) for start in self.starts_s]

    def local_days(self, zone: str) -> NDArray[np.int64]:
        """Number of the local day (0 = day of the first step) in which each step starts."""
        dates = [moment.date().toordinal() for moment in self.local_times(zone)]
        return np.asarray(dates, dtype=np.int64) - dates[0]


def regular(start: datetime, step: timedelta, n: int) -> Timeline:
    """n equal steps from an aware start. Raises ValueError for a naive start or an empty span."""
    length_s, rest = divmod(step, SECOND)
    if rest or length_s < 1 or n < 1:
        raise ValueError(f"{n} steps of {step}: a step is a whole number of seconds, 1 or more")
    return Timeline(edges_s=epoch_s(start) + length_s * np.arange(n + 1, dtype=np.int64))


def telescope(start: datetime, spans: Sequence[tuple[timedelta, int]]) -> Timeline:
    """Fine steps first, coarser ones later: spans are (step, how many) in order."""
    lengths_s = [step // SECOND for step, count in spans for _ in range(count)]
    edges_s = epoch_s(start) + np.concatenate([[0], np.cumsum(lengths_s)])
    return Timeline(edges_s=edges_s.astype(np.int64))


def coarser(fine: Timeline, spans: Spans, always: NDArray[np.int64] | None = None) -> Timeline:
    """A timeline with some of its edges: spans in order, fine ones first.

    In each span an edge stays where it is the first to reach a whole multiple of the span's step since 1970;
    the last span goes on to the end, and without spans all edges stay. So steps keep to the clock wherever a
    horizon begins, two horizons an hour apart share their later edges, and where two spans meet a step may be
    shorter, never longer. always: steps of `fine` whose first edge stays in any case.
    """
    if not spans:
        return fine
    steps_s = np.asarray([step_s for _, step_s in spans], dtype=np.int64)
    until_s = np.cumsum([count * step_s for count, step_s in spans])
    edges_s = fine.edges_s
    span = np.searchsorted(until_s, edges_s[1:-1] - edges_s[0], side="right")
    step_s = steps_s[np.minimum(span, len(spans) - 1)]
    stays = edges_s[1:-1] // step_s > edges_s[:-2] // step_s
    kept = np.concatenate([[True], stays, [True]])
    if always is not None:
        kept[always] = True
    return Timeline(edges_s=edges_s[kept])


def from_starts(starts_s: Iterable[int], last_step_s: int) -> Timeline:
    """The timeline whose steps start at the given seconds and whose last step lasts last_step_s."""
    starts = np.asarray(list(starts_s), dtype=np.int64)
    return Timeline(edges_s=np.append(starts, starts[-1] + last_step_s))


def clock_offsets_s(clock: str, at_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Seconds by which the clock of an IANA zone is ahead of UTC at each instant, shape of at_s.

    Clocks change on whole hours of UTC, and none changes and changes back within a day, so one look a day is enough
    where a clock shows the same offset at both ends of it, and one an hour elsewhere.
    """
    zone = ZoneInfo(clock)
    begins, ends, place = _shown_on_days(zone, at_s // DAY_S)
    if begins.size and ends[-1] == begins[0] and (begins == begins[0]).all():
        return np.full(at_s.shape, begins[0])
    offsets = begins[place].reshape(at_s.shape)
    changes = begins != ends
    if changes.any():
        changing = changes[place].reshape(at_s.shape)
        hours = (at_s[changing] // HOUR_S * HOUR_S).tolist()
        offsets[changing] = [_offset_s(zone, hour) for hour in hours]
    return offsets


def at_wall(clock: str, wall_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """The instants at which the clock of an IANA zone shows these times, counted as if they were UTC, shape of wall_s.

    Of an hour that a clock shows twice one of the two; an hour it leaves out is that of the clock before or after.
    """
    nearly_s = wall_s - clock_offsets_s(clock, wall_s)
    return np.asarray(wall_s - clock_offsets_s(clock, nearly_s), dtype=np.int64)


def _shown_on_days(
    zone: ZoneInfo, days: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Offsets at the begin and the end of days that hold all of these, and the place of each among them.

    Where days lie close, those between them are looked at too.
    """
    if days.size:
        first, last = int(days.min()), int(days.max())
        if last - first < days.size:
            shown = _offsets_at_midnights(zone, first, last + 2)
            return shown[:-1], shown[1:], days - first
    known, place = np.unique(days, return_inverse=True)
    begins, ends = (
        np.asarray([_offset_s(zone, DAY_S * day) for day in edges.tolist()], dtype=np.int64)
        for edges in (known, known + 1)
    )
    return begins, ends, place


@lru_cache(maxsize=64)
def _offsets_at_midnights(zone: ZoneInfo, first: int, stop: int) -> NDArray[np.int64]:
    """Offsets at the begin, in UTC, of the days [first, stop) since 1970; read-only."""
    shown = np.asarray([_offset_s(zone, DAY_S * day) for day in range(first, stop)], dtype=np.int64)
    shown.flags.writeable = False
    return shown


@lru_cache(maxsize=65_536)
def _offset_s(zone: ZoneInfo, at_s: int) -> int:
    return (instant(at_s).astimezone(zone).utcoffset() or timedelta(0)) // SECOND


def holding(coarse: Timeline, fine: Timeline) -> NDArray[np.int64]:
    """For each step of `fine` the step of `coarse` in which it starts, -1 where there is none."""
    index = np.searchsorted(coarse.edges_s, fine.starts_s, side="right") - 1
    outside = (index < 0) | (index >= len(coarse))
    return np.where(outside, -1, index).astype(np.int64)
