"""Durations and instants mean what ISO 8601 and the User Guide say, and for ever is never added to anything."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.timeline import epoch_s
from gridtide.wire.openadr.times import (
    ENDLESS,
    SECOND_US,
    Span,
    instant_us,
    later,
    span_of,
    whole_s,
)


def us(*parts: int) -> int:
    """Microseconds since 1970 of an instant in UTC."""
    return epoch_s(datetime(*parts, tzinfo=UTC)) * SECOND_US  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT15M", 900.0),
        ("PT1H30M", 5400.0),
        ("P1D", 86_400.0),
        ("P2W", 1_209_600.0),
        ("PT0.25S", 0.25),
        ("-PT5M", -300.0),
        ("P1DT1S", 86_401.0),
        ("PT0S", 0.0),
    ],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    """Weeks, fractions and a minus included."""
    assert span_of(text) == Span(months=0, us=round(seconds * SECOND_US))


@pytest.mark.parametrize("text", ["P", "PT", "1H", "P1H", "PT1D", "P1.5D", "P1M1Y", " PT1H"])
def test_another_text_is_no_duration(text: str) -> None:
    """Letters in another order, a fraction of a day, a blank."""
    with pytest.raises(ValueError, match="no duration"):
        span_of(text)


def test_months_and_years_follow_the_calendar() -> None:
    """A month after 31 January is the last day of February."""
    assert later(us(2024, 1, 31), span_of("P1M")) == us(2024, 2, 29)
    assert later(us(2024, 2, 29), span_of("P1Y")) == us(2025, 2, 28)
    assert later(us(2024, 12, 31, 23), span_of("P2MT1H")) == us(2025, 3, 1)


@pytest.mark.parametrize("text", ["P9999Y", "P9999YT1S", "P123456789Y"])
def test_for_ever_is_told_apart_before_any_arithmetic(text: str) -> None:
    """It lies beyond every calendar."""
    assert span_of(text) is ENDLESS


@pytest.mark.parametrize("text", ["P9000Y", "P99999999999D", "PT9999999999999999999S", "P9998Y11M"])
def test_what_reaches_beyond_the_calendar_and_is_not_for_ever_is_refused(text: str) -> None:
    """No overflow, a sentence."""
    with pytest.raises(ValueError, match="beyond the calendar"):
        later(us(2026, 1, 1), span_of(text))


def test_instants_carry_their_offset() -> None:
    """Fractions and leap seconds too."""
    assert instant_us("2026-11-22T09:00:00+08:00") == us(2026, 11, 22, 1)
    assert instant_us("2016-12-31T23:59:60Z") == us(2017, 1, 1)
    assert instant_us("2026-11-22t09:00:00.123456z") == us(2026, 11, 22, 9) + 123_456
    assert instant_us("0001-01-01T00:30:00+05:00") is not None


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00.000Z"])
def test_the_beginning_of_time_means_now(text: str) -> None:
    """In each of its spellings."""
    assert instant_us(text) is None


@given(st.integers(0, 4_000_000_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_adding_two_durations_is_adding_their_sum(at_s: int, one: int, other: int) -> None:
    """No month, no rounding."""
    twice = later(later(at_s * SECOND_US, span_of(f"PT{one}S")), span_of(f"PT{other}S"))
    assert twice == later(at_s * SECOND_US, span_of(f"PT{one + other}S"))
    assert whole_s(twice) == at_s + one + other
