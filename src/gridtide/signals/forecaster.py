"""What a forecaster must be able to do, and the ones that come with the house, by name."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.signals.history import History, Series, happened
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import Timeline

Forecaster = Callable[[History, Kind, str, Timeline, datetime], Signal]

GROUP = "gridtide.forecasters"
BUNDLED = {
    "persistence": "gridtide.signals.forecasters.persistence:persistence",
    "nowcast": "gridtide.signals.forecasters.nowcast:nowcast",
    "same-weekday": "gridtide.signals.forecasters.same_weekday:same_weekday",
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


def repeated(
    rows: Series | None, timeline: Timeline, as_of_s: int, period_s: int
) -> NDArray[np.float64]:
    """The latest value known at as_of a whole number of periods before each step, (T,); NaN without one.

    A step takes the youngest period in which it is known throughout, averaged over time where the series
    is finer; where a series has holes, an older one.
    """
    values = np.full(len(timeline), np.nan)
    if rows is None or not len(rows.start_s):
        return values
    reach = int(timeline.edges_s[-1] - rows.start_s[0]) // period_s + 1
    for back in range(reach + 1):
        unknown = np.isnan(values)
        if not unknown.any():
            break
        earlier = Timeline(edges_s=timeline.edges_s - back * period_s)
        values = np.where(unknown, happened(rows, earlier, as_of_s), values)
    return values
