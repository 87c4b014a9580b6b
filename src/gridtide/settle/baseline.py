"""What a site would have drawn without an event: select days, take their mean, correct it, cap the correction."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding
from gridtide.settle.baseline_rule import Adjust, BaselineRule, Select
from gridtide.settle.meter_days import MeterDays

Real = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class EventSpan:
    """Intervals [first, stop) of an event, counted from the begin of the meter's first local day."""

    first: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Days that are not like others: ordinals of holidays, and of days with events of their own."""

    holidays: frozenset[int] = frozenset()
    event_days: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Baseline:
    """The baseline of one event, kW by interval of it, (n,).

    unadjusted_kw: the mean of the days. power_kw: corrected. days: those that were chosen, newest first. asked: the
    correction before its clamp (a ratio, or kW); used: after it; both nothing under a rule without one. window_kw:
    mean power in the window of correction; usual_kw: its quantile on the days looked back on.
    """

    unadjusted_kw: Real
    power_kw: Real
    days: tuple[date, ...]
    asked: float | None
    used: float | None
    window_kw: float | None
    usual_kw: float | None

    def __post_init__(self) -> None:
        freeze(self, unadjusted_kw=np.float64, power_kw=np.float64)

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person should look at: the correction was clamped, or the window stands out."""
        clamped = ("clamped",) if self.asked is not None and self.asked != self.used else ()
        high = self.window_kw is not None and self.usual_kw is not None
        stands_out = high and (self.window_kw or 0.0) > (self.usual_kw or 0.0)
        return (*clamped, *(("window stands out",) if stands_out else ()))


def baseline(
    meter: MeterDays, event: EventSpan, rule: BaselineRule, calendar: Calendar
) -> Baseline:
    """The baseline of an event under a rule.

    Raises BadInput where too few days are known, or the meter says nothing in the hours the rule looks at.
    """
    day, begin = divmod(event.first, meter.intervals)
    position = np.arange(begin, begin + event.stop - event.first, dtype=np.int64)
    if rule.select is Select.SAME_DAY:
        return _same_day(meter, day, position, rule)
    eligible = eligible_days(meter, day, position, rule, calendar)
    chosen = _chosen(meter, day, position, eligible, rule, calendar)
    mean_kw = meter.at(chosen, position).mean(axis=0)
    found = Baseline(
        unadjusted_kw=mean_kw,
        power_kw=mean_kw,
        days=tuple(meter.day_of(row) for row in chosen.tolist()),
        asked=None,
        used=None,
        window_kw=None,
        usual_kw=None,
    )
    if rule.adjust is Adjust.NONE:
        return found
    return _adjusted(found, meter, day, begin, (eligible, chosen), rule)


def eligible_days(
    meter: MeterDays, day: int, position: Rows, rule: BaselineRule, calendar: Calendar
) -> Rows:
    """Rows of days like that of the event, known in its hours, newest first."""
    earliest = max(0, day - rule.lookback_days)
    kind = _rests(meter, day, calendar)
    rows = np.asarray(
        [
            row
            for row in range(day - 1, earliest - 1, -1)
            if _rests(meter, row, calendar) == kind
            and meter.first_day + row not in calendar.event_days
        ],
        dtype=np.int64,
    )
    load_kw = meter.at(rows, position)
    known = ~np.isnan(load_kw).any(axis=1)
    rows, mean_kw = rows[known], load_kw[known].mean(axis=1)
    return rows[_in_use(mean_kw, rule.low_usage_share)]


def _rests(meter: MeterDays, row: int, calendar: Calendar) -> bool:
    """Whether a day is a weekend or a holiday."""
    ordinal = meter.first_day + row
    return ordinal in calendar.holidays or date.fromordinal(ordinal).weekday() >= 5


def _in_use(mean_kw: Real, least_share: float) -> NDArray[np.bool_]:
    """Days, newest first, that reach a share of the mean of the newer ones that did."""
    kept = np.ones(len(mean_kw), dtype=np.bool_)
    total, count = 0.0, 0
    for index, load_kw in enumerate(mean_kw.tolist()):
        kept[index] = count == 0 or load_kw >= least_share * total / count
        if kept[index]:
            total, count = total + load_kw, count + 1
    return kept


def _chosen(
    meter: MeterDays,
    day: int,
    position: Rows,
    eligible: Rows,
    rule: BaselineRule,
    calendar: Calendar,
) -> Rows:
    """The days that count, newest first."""
    rests = _rests(meter, day, calendar)
    pool = rule.weekend_pool_days if rests else rule.pool_days
    kept = rule.weekend_kept_days if rests else rule.kept_days
    least = min(rule.least_days, pool)
    if len(eligible) < max(least, kept if rule.select is not Select.LAST else 1):
        raise BadInput([_too_few(meter, day, len(eligible), max(least, kept), rule)])
    newest = eligible[:pool]
    if rule.select is Select.LAST:
        return newest[:kept]
    load_kw = meter.at(newest, position).mean(axis=1)
    if rule.select is Select.SIMILAR:
        order = np.argsort(_distance_kw(meter, day, position, newest, rule), kind="stable")
        return np.sort(newest[order[:kept]])[::-1]
    order = np.argsort(-load_kw, kind="stable")
    first = (len(newest) - kept) // 2 if rule.select is Select.MIDDLE else 0
    return np.sort(newest[order[first : first + kept]])[::-1]


def _distance_kw(
    meter: MeterDays, day: int, position: Rows, rows: Rows, rule: BaselineRule
) -> Real:
    """How far each day is from the event's own, root mean square over the hours that the event leaves alone, (d,)."""
    apart = round(rule.apart_h * 3600.0 / meter.step_s)
    whole = np.arange(meter.intervals, dtype=np.int64)
    alone = whole[(whole < position[0] - apart) | (whole > position[-1] + apart)]
    own = meter.at(np.asarray([day], dtype=np.int64), alone)
    apart_kw2 = (meter.at(rows, alone) - own) ** 2
    known = ~np.isnan(apart_kw2)
    count = known.sum(axis=1)
    total = np.where(known, apart_kw2, 0.0).sum(axis=1)
    return np.where(count > 0, np.sqrt(total / np.maximum(count, 1)), np.inf)


def _adjusted(
    found: Baseline,
    meter: MeterDays,
    day: int,
    begin: int,
    rows: tuple[Rows, Rows],
    rule: BaselineRule,
) -> Baseline:
    """The mean corrected by what the site drew in the window before the event, the correction clamped."""
    eligible, chosen = rows
    per_h = 3600.0 / meter.step_s
    first, stop = begin - round(rule.adjust_from_h * per_h), begin - round(rule.adjust_to_h * per_h)
    window = np.arange(first, stop, dtype=np.int64)
    own = meter.at(np.asarray([day], dtype=np.int64), window)[0]
    usual = meter.at(chosen, window)
    known = ~np.isnan(own) & ~np.isnan(usual).all(axis=0)
    if not known.any():
        raise BadInput([_silent(meter, day, rule)])
    drawn_kw, mean_kw = float(own[known].mean()), float(np.nanmean(usual[:, known], axis=0).mean())
    asked, used = _correction(drawn_kw, mean_kw, rule)
    ratio = rule.adjust is Adjust.RATIO
    power_kw = found.unadjusted_kw * used if ratio else np.maximum(found.unadjusted_kw + used, 0.0)
    looked_back = meter.at(eligible, window[known])
    return replace(
        found,
        power_kw=power_kw,
        asked=asked,
        used=used,
        window_kw=drawn_kw,
        usual_kw=float(np.nanquantile(np.nanmean(looked_back, axis=1), rule.window_quantile)),
    )


def _correction(drawn_kw: float, mean_kw: float, rule: BaselineRule) -> tuple[float, float]:
    """The correction as the window asks for it, and clamped: a ratio, or kW."""
    if rule.adjust is Adjust.RATIO:
        asked = drawn_kw / mean_kw if mean_kw > 0.0 else 1.0
        return asked, min(max(asked, rule.ratio_min), rule.ratio_max)
    asked = drawn_kw - mean_kw
    if rule.additive_max_share is None:
        return asked, asked
    most_kw = rule.additive_max_share * mean_kw
    return asked, min(max(asked, -most_kw), most_kw)


def _same_day(meter: MeterDays, day: int, position: Rows, rule: BaselineRule) -> Baseline:
    """The mean of hours before and after the event, on its own day."""
    per_h = 3600.0 / meter.step_s
    apart = round(rule.apart_h * per_h)
    begin, end = int(position[0]) - apart, int(position[-1]) + 1 + apart
    hours = np.concatenate(
        [
            np.arange(begin - round(rule.before_h * per_h), begin),
            np.arange(end, end + round(rule.after_h * per_h)),
        ]
    ).astype(np.int64)
    drawn_kw = meter.at(np.asarray([day], dtype=np.int64), hours)[0]
    if np.isnan(drawn_kw).any():
        raise BadInput([_silent(meter, day, rule)])
    level_kw = np.full(len(position), float(drawn_kw.mean()))
    return Baseline(
        unadjusted_kw=level_kw,
        power_kw=level_kw,
        days=(meter.day_of(day),),
        asked=None,
        used=None,
        window_kw=None,
        usual_kw=None,
    )


def _too_few(meter: MeterDays, day: int, found: int, least: int, rule: BaselineRule) -> Finding:
    return Finding(
        subject=f"event of {meter.day_of(day)}",
        value=f"{found} like days without events within {rule.lookback_days} days before it",
        limit=f"{least} or more",
        mend="Give the meter of more days, or choose a programme that needs fewer.",
    )


def _silent(meter: MeterDays, day: int, rule: BaselineRule) -> Finding:
    return Finding(
        subject=f"event of {meter.day_of(day)}",
        value="the meter is silent in the hours that correct its baseline",
        limit=f"readings in the hours that {rule.select} and {rule.adjust} look at",
        mend="Give those readings, or choose a programme without this correction.",
    )
