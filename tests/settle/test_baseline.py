"""A baseline is select, average, adjust, cap; DR-1 to DR-3 by hand, laws on drawn meters."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.case.baselines import programme_named, programmes
from gridtide.finding import BadInput
from gridtide.settle.baseline import Baseline, Calendar, EventSpan, baseline
from gridtide.settle.baseline_accuracy import accuracy
from gridtide.settle.baseline_rule import Adjust, BaselineRule, Select
from gridtide.settle.meter_days import MeterDays, meter_days, position_of
from gridtide.settle.reduction import Direction, credited_kwh
from gridtide.timeline import regular

LEVELS = [96e3, 100e3, 104e3, 98e3, 102e3, 100e3, 99e3, 101e3, 97e3, 103e3]
MONDAY = date(2026, 6, 1)
NOBODY = Calendar()
EVENT_HOUR = 16


def workdays_of(levels: list[float], event_kw: list[float]) -> tuple[MeterDays, EventSpan]:
    """Hourly days from a Monday, weekends at 50 MW; the last day is the event's own, 24 values."""
    rows: list[list[float]] = []
    left = list(levels)
    while left:
        weekday = len(rows) % 7
        rows.append([left.pop(0)] * 24 if weekday < 5 else [50e3] * 24)
    while len(rows) % 7 >= 5:
        rows.append([50e3] * 24)
    rows.append(event_kw)
    meter = MeterDays(first_day=MONDAY.toordinal(), step_s=3600, power_kw=np.asarray(rows))
    first = (len(rows) - 1) * 24 + EVENT_HOUR
    return meter, EventSpan(first=first, stop=first + 1)


def day_with(window_kw: float, event_kw: float) -> list[float]:
    """A day that draws window_kw up to the event and event_kw in its hour."""
    return [window_kw] * EVENT_HOUR + [event_kw] + [window_kw] * (23 - EVENT_HOUR)


def told(name: str, meter: MeterDays, event: EventSpan) -> Baseline:
    """The baseline of a bundled programme."""
    return baseline(meter, event, programme_named(name, programmes()).rule, NOBODY)


def credit_kwh(found: Baseline, metered_kw: float) -> float:
    """Energy credited for one hour at a metered power."""
    less = credited_kwh(found.power_kw, np.asarray([metered_kw]), np.ones(1), Direction.REDUCE, 0.0)
    return float(less.sum())


def test_dr_1_ten_in_ten_is_clamped_at_a_fifth() -> None:
    """Mean 100 MW, ratio 1.30 clamped to 1.2: 120; a meter of 90 gives 30 MWh; ratio 0.7 gives 80 and nothing."""
    meter, event = workdays_of(LEVELS, day_with(130e3, 90e3))
    found = told("caiso-10-in-10", meter, event)
    assert found.unadjusted_kw == pytest.approx([100e3])
    assert found.asked == pytest.approx(1.30)
    assert found.power_kw == pytest.approx([120e3])
    assert credit_kwh(found, 90e3) == pytest.approx(30_000.0)
    low, event = workdays_of(LEVELS, day_with(70e3, 90e3))
    low_found = told("caiso-10-in-10", low, event)
    assert low_found.power_kw == pytest.approx([80e3])
    assert credit_kwh(low_found, 90e3) == 0.0


def test_dr_2_high_five_of_ten_with_an_addition() -> None:
    """The five highest mean 102 MW, 5 MW more in the window: 107; a meter of 60 gives 47 MWh."""
    meter, event = workdays_of(LEVELS, day_with(107e3, 60e3))
    found = told("high-5-of-10", meter, event)
    assert found.unadjusted_kw == pytest.approx([102e3])
    assert found.power_kw == pytest.approx([107e3])
    assert credit_kwh(found, 60e3) == pytest.approx(47_000.0)


def test_dr_3_an_inflated_window_brings_the_clamp_and_no_more_and_is_marked() -> None:
    """30 % more in the window alone brings 20 MW more credit, not 30, and the event is flagged."""
    honest, event = workdays_of([100e3] * 10, day_with(100e3, 60e3))
    gamed, _ = workdays_of([100e3] * 10, day_with(130e3, 60e3))
    before, after = told("caiso-10-in-10", honest, event), told("caiso-10-in-10", gamed, event)
    assert credit_kwh(after, 60e3) - credit_kwh(before, 60e3) == pytest.approx(20_000.0)
    assert before.flags == ()
    assert after.flags == ("clamped", "window stands out")


def test_a_window_within_the_clamp_that_stands_out_is_marked_too() -> None:
    """10 % more than any day looked back on is no clamp, but a person looks at it."""
    meter, event = workdays_of([100e3] * 10, day_with(110e3, 60e3))
    assert told("caiso-10-in-10", meter, event).flags == ("window stands out",)


def test_days_with_events_and_holidays_never_count() -> None:
    """A called day would lower the baseline of the next event."""
    levels = [*LEVELS, 10e3]
    meter, event = workdays_of(levels, day_with(100e3, 90e3))
    rule = replace(programme_named("caiso-10-in-10", programmes()).rule, adjust=Adjust.NONE)
    called = next(row for row in range(len(meter.power_kw)) if meter.power_kw[row, 0] == 10e3)
    for calendar in (
        Calendar(event_days=frozenset({meter.first_day + called})),
        Calendar(holidays=frozenset({meter.first_day + called})),
    ):
        assert baseline(meter, event, rule, calendar).power_kw == pytest.approx([100e3])
    assert baseline(meter, event, rule, NOBODY).power_kw < 95e3


def test_a_day_hardly_used_is_left_out_where_the_programme_says_so() -> None:
    """NYISO leaves days below a quarter of the running mean out; ten others stand in."""
    meter, event = workdays_of([*LEVELS[:9], 5e3, LEVELS[9]], day_with(100e3, 90e3))
    found = told("nyiso-cbl", meter, event)
    assert found.unadjusted_kw == pytest.approx([102e3])


def test_the_middle_four_of_six_leave_out_the_highest_and_the_lowest() -> None:
    """Of 99, 101, 97, 103, 100 and 102: 99, 100, 101 and 102 mean 100.5."""
    levels = [99e3, 101e3, 97e3, 103e3, 100e3, 102e3]
    meter, event = workdays_of(levels, day_with(100e3, 90e3))
    assert told("korea-mid-4-of-6", meter, event).power_kw == pytest.approx([100.5e3])


def test_match_day_takes_the_days_most_like_the_rest_of_this_one() -> None:
    """A day drawn at 101.2 MW outside its event is like 100, 101 and 102, whatever it drew in it."""
    levels = [97e3, 98e3, 100e3, 101e3, 102e3, 110e3]
    meter, event = workdays_of(levels, day_with(101.2e3, 20e3))
    assert told("pjm-match-day", meter, event).power_kw == pytest.approx([101e3])


def test_same_day_looks_at_three_hours_before_and_two_after() -> None:
    """12:00 to 15:00 at 60, 18:00 to 20:00 at 100, an hour apart on both sides: 76."""
    day = [0.0] * 24
    day[12:15], day[18:20], day[15], day[17] = [60.0] * 3, [100.0] * 2, 999.0, 999.0
    meter, event = workdays_of([50.0], day)
    assert told("pjm-same-day", meter, event).power_kw == pytest.approx([76.0])


def test_too_few_days_are_said_with_their_number() -> None:
    """No baseline is made up."""
    meter, event = workdays_of(LEVELS[:3], day_with(100e3, 90e3))
    with pytest.raises(BadInput, match="3 like days"):
        told("caiso-10-in-10", meter, event)


def test_a_meter_that_is_silent_in_the_window_is_said() -> None:
    """A correction without readings is none."""
    day = day_with(100e3, 90e3)
    meter, event = workdays_of(
        LEVELS, [np.nan if 10 <= hour < 16 else day[hour] for hour in range(24)]
    )
    with pytest.raises(BadInput, match="silent"):
        told("caiso-10-in-10", meter, event)


@settings(max_examples=60, deadline=None)
@given(
    levels=st.lists(st.floats(1e3, 1e5), min_size=10, max_size=10),
    factor=st.floats(0.1, 20.0),
    window_kw=st.floats(0.0, 1e6),
    name=st.sampled_from([key for key in programmes() if key != "pjm-same-day"]),
)
def test_a_baseline_scales_with_its_meter_and_stays_within_its_clamp(
    levels: list[float], factor: float, window_kw: float, name: str
) -> None:
    """Units cannot change a credit, and no window moves a ratio beyond the clamp."""
    meter, event = workdays_of(levels, day_with(window_kw, 0.0))
    scaled = replace(meter, power_kw=meter.power_kw * factor)
    one, other = told(name, meter, event), told(name, scaled, event)
    assert other.power_kw == pytest.approx(one.power_kw * factor, rel=1e-9)
    rule = programme_named(name, programmes()).rule
    if rule.adjust is Adjust.RATIO:
        assert (one.power_kw <= rule.ratio_max * one.unadjusted_kw * (1 + 1e-12)).all()
        assert (one.power_kw >= rule.ratio_min * one.unadjusted_kw * (1 - 1e-12)).all()
    assert (one.unadjusted_kw <= max(levels) + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(
    baseline_kw=st.lists(st.floats(0, 1e5), min_size=3, max_size=3),
    metered_kw=st.lists(st.floats(0, 1e5), min_size=3, max_size=3),
)
def test_nobody_is_credited_for_an_interval_in_which_more_was_drawn(
    baseline_kw: list[float], metered_kw: list[float]
) -> None:
    """Each interval is floored by itself; asked to absorb, the mirror image holds."""
    told_kw, drawn_kw, hours = np.asarray(baseline_kw), np.asarray(metered_kw), np.full(3, 0.25)
    less = credited_kwh(told_kw, drawn_kw, hours, Direction.REDUCE, 0.0)
    more = credited_kwh(told_kw, drawn_kw, hours, Direction.ABSORB, 0.0)
    assert (less >= 0).all() and (more >= 0).all()
    assert (less * more == 0).all()
    assert less - more == pytest.approx((told_kw - drawn_kw) * hours)


def test_a_meter_keeps_wall_hours_through_both_changes_of_the_clock() -> None:
    """In spring an hour is unknown, in autumn an hour holds the mean of both; all others keep their place."""
    timeline = regular(datetime(2026, 3, 28, 23, tzinfo=UTC), timedelta(hours=1), 24)
    hours: NDArray[np.float64] = np.arange(24, dtype=np.float64)
    days = meter_days(timeline, hours, "Europe/Berlin")
    assert np.isnan(days.power_kw[0, 2])
    assert days.power_kw[0, 3] == 2.0
    autumn = regular(datetime(2026, 10, 24, 22, tzinfo=UTC), timedelta(hours=1), 25)
    shown = meter_days(autumn, np.arange(25, dtype=np.float64), "Europe/Berlin")
    assert shown.power_kw.shape == (1, 24)
    assert shown.power_kw[0, 2] == 2.5
    at = position_of(shown, autumn.starts_s, "Europe/Berlin")
    assert at.tolist() == [0, 1, 2, 2, *range(3, 24)]


def test_the_gate_judges_days_without_events() -> None:
    """A meter that repeats itself errs by nothing; one that jumps about fails a gate of 30 %."""
    rule = BaselineRule(
        select=Select.HIGHEST, pool_days=10, kept_days=5, lookback_days=60, gate_rrmse=0.30
    )
    steady, event = workdays_of([100e3] * 20, day_with(100e3, 60e3))
    found = accuracy(steady, event, rule, NOBODY)
    assert found.rrmse == pytest.approx(0.0) and found.passes(rule)
    wild, event = workdays_of([20e3, 150e3] * 10, day_with(100e3, 60e3))
    judged = accuracy(wild, event, rule, NOBODY)
    assert judged.rrmse is not None and judged.rrmse > 0.30
    assert judged.passes(rule) is False
