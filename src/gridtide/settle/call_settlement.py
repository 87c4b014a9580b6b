"""Calls settled by a meter under a programme: baseline, credit, payment, and what a person should look at."""

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, Gathered
from gridtide.settle.baseline import Baseline, Calendar, EventSpan, baseline
from gridtide.settle.baseline_accuracy import Accuracy, accuracy
from gridtide.settle.baseline_rule import Programme
from gridtide.settle.call import Call, Meter
from gridtide.settle.line import Line
from gridtide.settle.meter_days import MeterDays, meter_days, position_of
from gridtide.settle.reduction import (
    EnergyPay,
    capacity_payment,
    credited_kwh,
    delivered_share,
    energy_payment,
)
from gridtide.timeline import instant

CAPACITY_SOURCE = (
    "assumed: all of it from 90 % on, below that by the share delivered; programmes differ"
)
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CallSettlement:
    """One call. starts_s, hours, baseline_kw, metered_kw, credit_kwh: by interval of it, (n,).

    delivered_share: of what was promised, None without a promise.
    """

    call: Call
    baseline: Baseline
    accuracy: Accuracy
    starts_s: NDArray[np.int64]
    hours: Real
    baseline_kw: Real
    metered_kw: Real
    credit_kwh: Real
    delivered_share: float | None
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        freeze(
            self,
            starts_s=np.int64,
            hours=np.float64,
            baseline_kw=np.float64,
            metered_kw=np.float64,
            credit_kwh=np.float64,
        )


def settle_calls(
    meter: Meter,
    calls: tuple[Call, ...],
    programme: Programme,
    clock: str,
    holidays: frozenset[date] = frozenset(),
) -> tuple[CallSettlement, ...]:
    """Every call under one programme. clock: IANA zone of the site. Raises BadInput with the faults of all calls."""
    days = meter_days(meter.timeline, meter.import_kw, clock)
    starts_s = np.asarray([call.start_s for call in calls], dtype=np.int64)
    called = position_of(days, starts_s, clock) // days.intervals
    calendar = Calendar(
        holidays=frozenset(day.toordinal() for day in holidays),
        event_days=frozenset((days.first_day + called).tolist()),
    )
    faults = Gathered()
    found = [
        faults.of(lambda call=call: _settled(meter, days, call, programme, clock, calendar))  # type: ignore[misc]
        for call in calls
    ]
    faults.refuse_if_any()
    return tuple(one for one in found if one is not None)


def _settled(
    meter: Meter,
    days: MeterDays,
    call: Call,
    programme: Programme,
    clock: str,
    calendar: Calendar,
) -> CallSettlement:
    steps = _steps(meter, call, clock)
    starts_s, hours = meter.timeline.starts_s[steps], meter.timeline.hours[steps]
    metered_kw = meter.import_kw[steps]
    position = position_of(days, starts_s, clock)
    span = EventSpan(first=int(position[0]), stop=int(position[-1]) + 1)
    found = baseline(days, span, programme.rule, calendar)
    baseline_kw = found.power_kw[position - span.first]
    credit = credited_kwh(baseline_kw, metered_kw, hours, call.direction, programme.rule.loss_share)
    share = delivered_share(credit, hours, call.committed_kw) if call.committed_kw else None
    return CallSettlement(
        call=call,
        baseline=found,
        accuracy=accuracy(days, span, programme.rule, calendar),
        starts_s=starts_s,
        hours=hours,
        baseline_kw=baseline_kw,
        metered_kw=metered_kw,
        credit_kwh=credit,
        delivered_share=share,
        lines=_lines(meter, call, programme, credit, share),
    )


def _steps(meter: Meter, call: Call, clock: str) -> slice:
    """The meter's intervals in a call. Raises BadInput where it is outside, between intervals or not known."""
    edges_s = meter.timeline.edges_s
    first, stop = np.searchsorted(edges_s, (call.start_s, call.end_s)).tolist()
    zone = ZoneInfo(clock)
    when = f"call from {instant(call.start_s).astimezone(zone).isoformat()}"
    faults = Gathered()
    inside = edges_s[0] <= call.start_s and call.end_s <= edges_s[-1]
    if not inside:
        ends = (meter.timeline.start, meter.timeline.end)
        there = " to ".join(end.astimezone(zone).isoformat() for end in ends)
        faults.findings.append(
            Finding(
                subject=when,
                value=f"lies outside the meter, {there}",
                limit="a call that was metered",
                mend="Give the readings of its hours.",
            )
        )
    elif edges_s[first] != call.start_s or edges_s[stop] != call.end_s:
        faults.findings.append(
            Finding(
                subject=when,
                value="begins or ends within an interval of the meter",
                limit="whole intervals",
                mend="Correct its times, or give a finer meter.",
            )
        )
    elif np.isnan(meter.import_kw[first:stop]).any():
        missing = int(np.isnan(meter.import_kw[first:stop]).sum())
        faults.findings.append(
            Finding(
                subject=when,
                value=f"{missing} of its {stop - first} intervals have no reading",
                limit="a reading for each",
                mend="Give them, or leave the call out; nothing is filled in.",
            )
        )
    faults.refuse_if_any()
    return slice(first, stop)


def _lines(
    meter: Meter, call: Call, programme: Programme, credit: Real, share: float | None
) -> tuple[Line, ...]:
    """Energy and capacity of a call, what is earned below 0."""
    price = np.full(len(credit), call.price_per_mwh)
    energy = energy_payment(credit, price, EnergyPay.FULL_PRICE, call.threshold_per_mwh)
    lines = [
        _line(meter, programme, "demand response energy", energy, "dr-energy",
              (("credited_kwh", float(credit.sum())), ("price_per_mwh", call.price_per_mwh),
               ("threshold_per_mwh", None if np.isinf(call.threshold_per_mwh) else call.threshold_per_mwh))),
    ]  # fmt: skip
    if call.committed_kw is not None and share is not None:
        paid = capacity_payment(call.committed_kw, call.capacity_price_per_kw, share)
        capacity = _line(meter, programme, "demand response capacity", paid, "dr-capacity",
                         (("committed_kw", call.committed_kw), ("delivered_share", share),
                          ("price_per_kw", call.capacity_price_per_kw)))  # fmt: skip
        lines.append(replace(capacity, source=CAPACITY_SOURCE, mark="assumed"))
    return tuple(lines)


def _line(
    meter: Meter,
    programme: Programme,
    what: str,
    earned: float,
    formula: str,
    inputs: tuple[tuple[str, float | None], ...],
) -> Line:
    return Line(
        what=what,
        site=meter.source,
        amount=0.0 - earned,
        formula=formula,
        version=f"{programme.name}, edition {programme.edition}",
        inputs=inputs,
        source=programme.source,
        mark=programme.mark,
    )
