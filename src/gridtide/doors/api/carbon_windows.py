"""How clean was it, how clean will it be, and when is the cleanest window of a length?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.loop.mandate import Mandate
from gridtide.loop.sight import expected, horizon_from, trusted
from gridtide.signals.history import Series, observed
from gridtide.signals.signal import Kind, Signal, mean_between
from gridtide.timeline import Timeline, epoch_s, instant

DIGITS = 6
"""Of g/kWh: means that differ beyond these are the same window to a person, and to the search."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """Carbon [g/kWh] at a location from an instant on, for a while."""

    location: str
    start: datetime
    lasts: timedelta
    carbon_g_per_kwh: float


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What the loop knows of carbon at an instant. kind: average or marginal."""

    mandate: Mandate
    as_of: datetime
    kind: Kind

    @property
    def locations(self) -> dict[str, str]:
        """Zone of each location that is known by name: every site, and every zone as itself."""
        sites = {site.name: site.zone for site in self.mandate.fleet.sites}
        return {zone: zone for zone in sites.values()} | sites

    def rows(self, location: str) -> Series | None:
        """All that was ever published for a location."""
        return self.mandate.history.of(self.kind, self.locations[location])


def seen_between(sight: Sight, location: str, start: datetime, end: datetime) -> tuple[Point, ...]:
    """What was observed in steps that touch a time, oldest first; an instant is the step that holds it."""
    rows = sight.rows(location)
    if rows is None:
        return ()
    until_s = max(epoch_s(end), epoch_s(start) + 1)
    seen = observed(rows, epoch_s(start), until_s, epoch_s(sight.as_of))
    return () if seen is None else _points(location, seen)


def newest_seen(sight: Sight, location: str) -> tuple[Point, ...]:
    """The newest step that was observed; nothing where none was."""
    rows = sight.rows(location)
    if rows is None:
        return ()
    at_s = epoch_s(sight.as_of)
    known = (rows.issued_s <= at_s) & ~rows.expected & (rows.start_s <= at_s)
    if not known.any():
        return ()
    newest_s = int(rows.start_s[known].max())
    seen = observed(rows, newest_s, newest_s + 1, at_s)
    return () if seen is None else _points(location, seen)


def mean_seen(sight: Sight, location: str, start: datetime, end: datetime) -> float | None:
    """The mean over a time [g/kWh]; None unless all of it was observed."""
    rows = sight.rows(location)
    seen = rows and observed(rows, epoch_s(start), epoch_s(end), epoch_s(sight.as_of))
    if not seen:
        return None
    (mean,) = mean_between(seen, np.asarray([epoch_s(start)]), np.asarray([epoch_s(end)]))
    return None if np.isnan(mean) else round(float(mean), DIGITS)


def ahead(sight: Sight, location: str) -> Signal | None:
    """What is published or expected from the instant on, as the loop sees it, up to the first step of which nothing is;
    None where nothing is from the start, or no step of the course begins after the instant."""
    steps = sight.mandate.steps
    if not steps.start <= sight.as_of <= instant(steps.starts_s[-1]):
        return None
    horizon, history = horizon_from(sight.mandate, sight.as_of), sight.mandate.history
    clean, doubts = trusted(history, sight.kind, sight.locations[location], horizon, sight.as_of)
    beyond = expected(history, sight.mandate.forecaster, clean, doubts, sight.as_of)
    values = np.where(np.isnan(clean.values), beyond.values, clean.values)
    unknown = np.flatnonzero(np.isnan(values))
    known = int(unknown[0]) if len(unknown) else len(values)
    if not known:
        return None
    return Signal(
        kind=sight.kind,
        zone=clean.zone,
        timeline=Timeline(edges_s=horizon.edges_s[: known + 1]),
        values=values[:known],
        source=f"{clean.source}, {beyond.source}",
        issued_at=sight.as_of,
    )


def windows(
    location: str, signal: Signal, start: datetime, end: datetime, lasts: timedelta | None
) -> tuple[Point, ...]:
    """The mean over every window of a length inside [start, end), a step of the signal apart, oldest first.

    lasts: None for the steps themselves, of those that lie inside.
    """
    steps_s = signal.timeline.edges_s
    if lasts is None:
        starts_s, ends_s = steps_s[:-1], steps_s[1:]
    else:
        apart_s = int(steps_s[1] - steps_s[0])
        starts_s = np.arange(epoch_s(start), epoch_s(end), apart_s)
        ends_s = starts_s + round(lasts.total_seconds())
    inside = (starts_s >= epoch_s(start)) & (ends_s <= epoch_s(end))
    return _means(location, signal, starts_s[inside], ends_s[inside])


def cleanest(points: Sequence[Point]) -> tuple[Point, ...]:
    """All that are as clean as the cleanest, in order."""
    least = min((point.carbon_g_per_kwh for point in points), default=0.0)
    return tuple(point for point in points if point.carbon_g_per_kwh == least)


def _points(location: str, signal: Signal) -> tuple[Point, ...]:
    return _means(location, signal, signal.timeline.starts_s, signal.timeline.ends_s)


def _means(
    location: str, signal: Signal, starts_s: NDArray[np.int64], ends_s: NDArray[np.int64]
) -> tuple[Point, ...]:
    means = mean_between(signal, starts_s, ends_s)
    return tuple(
        Point(
            location=location,
            start=instant(start_s),
            lasts=timedelta(seconds=int(end_s - start_s)),
            carbon_g_per_kwh=round(float(mean), DIGITS),
        )
        for start_s, end_s, mean in zip(starts_s, ends_s, means, strict=True)
        if not np.isnan(mean)
    )
