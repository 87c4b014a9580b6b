"""What a forecaster must be able to do, and the ones that come with the house, by name."""

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.signals.history import History, Series, happened
from gridtide.signals.paths import Paths
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import Timeline, clock_offsets_s

Forecaster = Callable[[History, Kind, str, Timeline, datetime], Signal]


@runtime_checkable
class ForecastsQuantiles(Protocol):
    """A forecaster that also says how sure it is. reads_back_h: hours before a course it wants to learn from."""

    @property
    def reads_back_h(self) -> int:
        """Hours of history before a course."""
        ...

    def __call__(
        self, history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime
    ) -> Signal:
        """The point forecast."""
        ...

    def quantiles(
        self, history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime,
        levels: Sequence[float],
    ) -> tuple[Signal, ...]:  # fmt: skip
        """One signal a level, in the order of increasing levels."""
        ...

    def paths(
        self, history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime,
        count: int, rng: np.random.Generator,
    ) -> Paths:  # fmt: skip
        """Equally likely courses, everything following from the state of the generator."""
        ...


GROUP = "gridtide.forecasters"
BUNDLED = {
    "persistence": "gridtide.signals.forecasters.persistence:persistence",
    "nowcast": "gridtide.signals.forecasters.nowcast:nowcast",
    "same-weekday": "gridtide.signals.forecasters.same_weekday:same_weekday",
    "ridge": "gridtide.signals.forecasters.ridge:ridge",
    "published": "gridtide.signals.forecasters.published:published",
    "perfect-foresight": "gridtide.signals.forecasters.perfect_foresight:perfect_foresight",
}


def forecasters() -> dict[str, str]:
    """Where each forecaster stands, by name: the bundled ones, then those of installed packages."""
    found = {point.name: point.value for point in sorted(entry_points(group=GROUP))}
    return {**BUNDLED, **{name: place for name, place in found.items() if name not in BUNDLED}}


def forecaster_named(name: str) -> Forecaster:
    """The forecaster of this name. Raises BadInput for an unknown one."""
    known = BUNDLED if name in BUNDLED else forecasters()
    if name not in known:
        raise BadInput(
            [
                Finding(
                    subject="planning.forecaster",
                    value=repr(name),
                    limit="one of " + ", ".join(known),
                    mend="Choose one of them.",
                )
            ]
        )
    module, _, attribute = known[name].partition(":")
    forecast: Forecaster = getattr(import_module(module), attribute)
    return forecast


def reads_back_h(name: str) -> int:
    """Hours of history before a course that a forecaster asks for; 0 from one that takes what is there."""
    forecast = forecaster_named(name)
    return forecast.reads_back_h if isinstance(forecast, ForecastsQuantiles) else 0


def repeated(
    rows: Series | None, timeline: Timeline, as_of_s: int, period_s: int, clock: str = "UTC"
) -> NDArray[np.float64]:
    """The latest value known at as_of a whole number of periods before each step, (T,); NaN without one.

    Periods are whole days of the clock: after a change of it, half past eight is compared with half past
    eight. A step takes the youngest period in which it is known throughout, averaged over time where the
    series is finer; where a series has holes, an older one.
    """
    values = np.full(len(timeline), np.nan)
    if rows is None or not len(rows.start_s):
        return values
    reach = int(timeline.edges_s[-1] - rows.start_s[0]) // period_s + 1
    for back in range(reach + 1):
        unknown = np.isnan(values)
        if not unknown.any():
            break
        for steps, earlier in _moved_back(timeline, back * period_s, clock):
            before = happened(rows, earlier, as_of_s)
            values[steps] = np.where(unknown[steps], before, values[steps])
    return values


def _moved_back(timeline: Timeline, back_s: int, clock: str) -> list[tuple[slice, Timeline]]:
    """The steps of a timeline so many seconds of the clock earlier, in pieces between its changes."""
    shift_s = np.full(len(timeline), back_s)
    if clock != "UTC" and back_s:
        starts_s = timeline.starts_s
        offset_s = clock_offsets_s(clock, starts_s)
        shift_s = back_s - offset_s + clock_offsets_s(clock, starts_s - back_s)
    cuts = [0, *(np.flatnonzero(np.diff(shift_s)) + 1).tolist(), len(timeline)]
    return [
        (slice(low, high), Timeline(edges_s=timeline.edges_s[low : high + 1] - shift_s[low]))
        for low, high in pairwise(cuts)
    ]
