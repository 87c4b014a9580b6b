"""A series that the grid, the weather or a forecaster publishes: one shape for all of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.timeline import Timeline, epoch_s, holding


class Kind(StrEnum):
    """What a signal measures; the name says the unit."""

    PRICE = "price_per_mwh"
    EXPORT_PRICE = "export_price_per_mwh"
    CAPACITY_PRICE = "capacity_price_per_mw_h"
    CARBON_AVERAGE = "carbon_average_g_per_kwh"
    CARBON_MARGINAL = "carbon_marginal_g_per_kwh"
    CURTAILMENT = "curtailment_kw"
    WIND = "wind_kw"
    SOLAR = "solar_kw"
    HYDRO = "hydro_kw"
    DEMAND = "demand_kw"
    TEMPERATURE = "temperature_c"
    HUMIDITY = "relative_humidity"
    WIND_SPEED = "wind_speed_m_per_s"
    CLOUD = "cloud_share"
    IRRADIANCE = "irradiance_w_per_m2"
    RIVER_FLOW = "river_flow_m3_per_s"
    REQUESTS = "requests_per_s"


PRICES = (Kind.PRICE, Kind.EXPORT_PRICE, Kind.CAPACITY_PRICE)
"""Kinds that are money: of energy drawn and fed in, and of capacity held ready through an hour."""


class Nature(StrEnum):
    """How a value came to be: it happened, somebody expected it, or somebody set it in advance."""

    ACTUAL = "actual"
    FORECAST = "forecast"
    SCHEDULE = "schedule"
    TARIFF = "tariff"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, kw_only=True, eq=False)
class Signal:
    """Values of one kind for one zone over a timeline, constant inside a step.

    values: float64, shape (n,), NaN where the publisher has nothing; unit by `kind`.
    currency: ISO code, given for prices and only for prices.
    issued_at: when the publisher said it; None when each step was known at its own end.
    source: where it came from, as shown to a person.
    quantile: which quantile of a forecast the values are; None for a point value.
    scenario: number of the course the values belong to, one of several equally likely; None for a point value.
    notes: what a reader of results must know (assumptions, faults met, estimated hours), as sentences.
    """

    kind: Kind
    zone: str
    timeline: Timeline
    values: NDArray[np.float64]
    source: str
    currency: str | None = None
    issued_at: datetime | None = None
    nature: Nature = Nature.ACTUAL
    quantile: float | None = None
    scenario: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, values=np.float64)
        if self.values.shape != (len(self.timeline),):
            raise ValueError(f"{self.values.shape} values for {len(self.timeline)} steps")
        if (self.currency is not None) != (self.kind in PRICES):
            raise ValueError(
                f"{self.kind} of {self.zone}: prices, and only prices, need a currency"
            )
        if self.issued_at is not None:
            epoch_s(self.issued_at)


def is_point(signal: Signal) -> bool:
    """Whether the values are the one thing said, not a quantile of it and not one of several courses."""
    return signal.quantile is None and signal.scenario is None


def on(signal: Signal, timeline: Timeline) -> NDArray[np.float64]:
    """The signal over each step of another timeline; NaN where it is unknown. Shape (len(timeline),).

    A coarser signal is held constant, never interpolated; where its steps do not nest, the step gets
    the mean weighted by time, and is unknown unless the signal is known throughout.
    """
    if nests(signal, timeline):
        index = holding(signal.timeline, timeline)
        return np.where(index >= 0, signal.values[np.maximum(index, 0)], np.nan)
    return mean_between(signal, timeline.starts_s, timeline.ends_s)


def nests(signal: Signal, timeline: Timeline) -> bool:
    """Whether the signal keeps its value throughout every step of another timeline."""
    edges_s = timeline.edges_s
    first, last = np.searchsorted(signal.timeline.edges_s, (edges_s[0] + 1, edges_s[-1]))
    inner = signal.timeline.edges_s[first:last]
    return bool((edges_s[np.searchsorted(edges_s, inner)] == inner).all())


def mean_between(
    signal: Signal, starts_s: NDArray[np.int64], ends_s: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The mean weighted by time from each second to another, (n,); NaN unless the signal is known throughout."""
    known = ~np.isnan(signal.values)
    edges = signal.timeline.edges_s.astype(np.float64)
    held = np.where(known, signal.values, 0.0)
    amount = np.concatenate([[0.0], np.cumsum(held * signal.timeline.hours)])
    covered = np.concatenate([[0.0], np.cumsum(known * signal.timeline.hours)])
    begin, end = (np.asarray(at, dtype=np.float64) for at in (starts_s, ends_s))
    total = np.interp(end, edges, amount) - np.interp(begin, edges, amount)
    share_h = np.interp(end, edges, covered) - np.interp(begin, edges, covered)
    hours = (end - begin) / 3600.0
    whole = np.isclose(share_h, hours, rtol=0.0, atol=1e-9)
    return np.where(whole, total / hours, np.nan)


def between(signal: Signal, start: datetime, end: datetime) -> Signal:
    """The part of a signal whose whole steps lie in [start, end)."""
    part = signal.timeline.between(start, end)
    first = int(np.searchsorted(signal.timeline.edges_s, part.edges_s[0]))
    return replace(signal, timeline=part, values=signal.values[first : first + len(part)])
