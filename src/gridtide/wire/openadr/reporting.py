"""From power of the house to reports of the wire, as a descriptor asks for them.

What is not known over all of an interval is told as MISSING and never as a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gridtide.signals.signal import Signal, on
from gridtide.timeline import HOUR_S, Timeline, instant
from gridtide.wire.openadr.report_times import Due, Slot
from gridtide.wire.openadr.reports import AGGREGATED, ReportRequest, ResourceReport
from gridtide.wire.openadr.values import (
    Interval,
    IntervalPeriod,
    ReportDescriptor,
    ReportPayloadDescriptor,
    ValuesMap,
)

Counts = Literal["energy", "mean", "least", "state"]
COUNTED: dict[str, Counts] = {
    "USAGE": "energy",
    "DEMAND": "mean",
    "BASELINE": "energy",
    "USAGE_FORECAST": "energy",
    "LOAD_SHED_DELTA_AVAILABLE": "least",
    "UP_REGULATION_AVAILABLE": "least",
    "DOWN_REGULATION_AVAILABLE": "least",
    "OPERATING_STATE": "state",
    "DATA_QUALITY": "state",
}
"""How power over an interval becomes one figure: kWh, mean kW, or what is there throughout it in kW."""
READING: dict[Counts, str] = {
    "energy": "SUMMED",
    "mean": "MEAN",
    "least": "FORECAST",
    "state": "NORMAL",
}
FORECASTS = ("USAGE_FORECAST",)
EXPECTED = ("USAGE", "DEMAND")
"""Measured types of which a descriptor may ask what is to come."""
OPERATING_STATES = (
    "NORMAL",
    "ERROR",
    "IDLE_NORMAL",
    "RUNNING_NORMAL",
    "RUNNING_CURTAILED",
    "RUNNING_HEIGHTENED",
    "IDLE_CURTAILED",
    "IDLE_HEIGHTENED",
    "SGD_ERROR_CONDITION",
    "IDLE_OPTED_OUT",
    "RUNNING_OPTED_OUT",
)
"""In the words of the specification."""
UNITS: dict[Counts, str | None] = {"energy": "KWH", "mean": "KW", "least": "KW", "state": None}
QUALITY, MISSING, GOOD = "DATA_QUALITY", "MISSING", "OK"


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """Power of a resource for one payload type, kW over a timeline. estimated: not measured where it should be."""

    resource: str
    payload_type: str
    signal: Signal
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class States:
    """What a resource did: (start_s, end_s, state of the specification) in order."""

    resource: str
    spans: tuple[tuple[int, int, str], ...]


def report_of(
    event_id: str,
    client_name: str,
    descriptor: ReportDescriptor,
    due: Due,
    figures: Sequence[Figures | States],
    name: str | None = None,
) -> ReportRequest:
    """The report a descriptor asks for, one interval a slot. Raises ValueError for a type the house does not report.

    figures: of its payload type, of each resource; summed under AGGREGATED_REPORT where the descriptor asks for that.
    name: of the report; None: what it tells of when.
    """
    counts = counts_as(descriptor)
    chosen = [one for one in figures if _answers(one, descriptor)]
    only_quality = descriptor.payload_type == QUALITY
    rows = {
        one.resource: [
            _payloads(one, slot, "mean")[-1:] if only_quality else _payloads(one, slot, counts)
            for slot in due.slots
        ]
        for one in chosen
    }
    if descriptor.aggregate and counts != "state":
        powers = [one for one in chosen if isinstance(one, Figures)]
        rows = {AGGREGATED: [_sum(powers, slot, counts) for slot in due.slots]}
    return ReportRequest(
        event_id=event_id,
        client_name=client_name,
        report_name=name or f"{descriptor.payload_type} {_at(due.slots[0].start_s)}",
        payload_descriptors=(
            ReportPayloadDescriptor(
                payload_type=descriptor.payload_type,
                reading_type=_reading(descriptor, counts),
                units=UNITS[counts],
            ),
        ),
        resources=tuple(
            ResourceReport(
                resource_name=name,
                intervals=tuple(
                    _interval(slot, payloads)
                    for slot, payloads in zip(due.slots, rows[name], strict=True)
                ),
            )
            for name in sorted(rows)
        ),
    )


def figures_for(
    descriptor: ReportDescriptor, figures: Sequence[Figures | States]
) -> tuple[Figures | States, ...]:
    """Those that a descriptor asks for, one a resource: of a usage to come the forecast, of quality the meter's.
    Raises ValueError for a type the house does not report."""
    counts_as(descriptor)
    kind = descriptor.payload_type
    if kind == "OPERATING_STATE":
        return tuple(one for one in figures if isinstance(one, States))
    powers = [one for one in figures if isinstance(one, Figures)]
    if kind == QUALITY:
        return tuple(one for one in powers if one.payload_type == "USAGE")
    if kind in EXPECTED and not descriptor.historical:
        return tuple(
            replace(one, payload_type=kind)
            for one in powers
            if one.payload_type == "USAGE_FORECAST"
        )
    return tuple(one for one in powers if one.payload_type == kind)


def are_known(figures: Sequence[Figures | States], due: Due) -> bool:
    """Whether figures are there and known over all intervals of a report."""
    return bool(figures) and all(_is_known(one, slot) for one in figures for slot in due.slots)


def _is_known(one: Figures | States, slot: Slot) -> bool:
    if isinstance(one, Figures):
        return not np.isnan(figure(one.signal, slot, "mean"))
    return any(start_s < slot.end_s <= end_s for start_s, end_s, _ in one.spans)


def counts_as(descriptor: ReportDescriptor) -> Counts:
    """How a descriptor wants power counted; a baseline in KW is a mean. Raises ValueError for an unknown type."""
    counts = COUNTED.get(descriptor.payload_type)
    if counts is None:
        raise ValueError(f"{descriptor.payload_type} is not reported here")
    if counts == "energy" and descriptor.units == "KW" and descriptor.payload_type == "BASELINE":
        return "mean"
    if descriptor.units not in (None, UNITS[counts]):
        raise ValueError(
            f"{descriptor.payload_type} is told in {UNITS[counts]}, not {descriptor.units}"
        )
    return counts


def _answers(one: Figures | States, descriptor: ReportDescriptor) -> bool:
    if isinstance(one, States):
        return descriptor.payload_type == "OPERATING_STATE"
    return descriptor.payload_type in (one.payload_type, QUALITY)


def _payloads(one: Figures | States, slot: Slot, counts: Counts) -> tuple[ValuesMap, ...]:
    if isinstance(one, States):
        said = [
            state
            for start_s, end_s, state in one.spans
            if start_s < slot.end_s and end_s > slot.start_s
        ]
        states = tuple(dict.fromkeys(said))
        return (
            (ValuesMap(type="OPERATING_STATE", values=states),) if states else (_quality(MISSING),)
        )
    value = figure(one.signal, slot, counts)
    if np.isnan(value):
        return (_quality(MISSING),)
    quality = "ESTIMATED" if one.estimated else GOOD
    return (ValuesMap(type=one.payload_type, values=(value,)), _quality(quality))


def _sum(powers: Sequence[Figures], slot: Slot, counts: Counts) -> tuple[ValuesMap, ...]:
    """All resources together; unknown when one of them is."""
    values = [figure(one.signal, slot, counts) for one in powers]
    if not values or np.isnan(values).any():
        return (_quality(MISSING),)
    quality = "ESTIMATED" if any(one.estimated for one in powers) else GOOD
    return (ValuesMap(type=powers[0].payload_type, values=(float(sum(values)),)), _quality(quality))


def figure(signal: Signal, slot: Slot, counts: Counts) -> float:
    """One figure of power over an interval: kWh, mean kW or least kW; NaN unless it is known throughout."""
    whole = Timeline(edges_s=np.asarray([slot.start_s, slot.end_s], dtype=np.int64))
    mean_kw = float(on(signal, whole)[0])
    if counts == "energy":
        return mean_kw * (slot.end_s - slot.start_s) / HOUR_S
    if counts == "mean" or np.isnan(mean_kw):
        return mean_kw
    edges_s = signal.timeline.edges_s
    inside = (edges_s[:-1] < slot.end_s) & (edges_s[1:] > slot.start_s)
    return float(signal.values[inside].min())


def _reading(descriptor: ReportDescriptor, counts: Counts) -> str:
    if descriptor.reading_type is not None:
        return descriptor.reading_type
    expected = descriptor.payload_type in EXPECTED and not descriptor.historical
    return "FORECAST" if expected or descriptor.payload_type in FORECASTS else READING[counts]


def _quality(word: str) -> ValuesMap:
    return ValuesMap(type=QUALITY, values=(word,))


def _interval(slot: Slot, payloads: tuple[ValuesMap, ...]) -> Interval:
    period = IntervalPeriod(start=_at(slot.start_s), duration=f"PT{slot.end_s - slot.start_s}S")
    return Interval(id=slot.id, interval_period=period, payloads=payloads)


def _at(at_s: int) -> str:
    return instant(at_s).isoformat().replace("+00:00", "Z")
