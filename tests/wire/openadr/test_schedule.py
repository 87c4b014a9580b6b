"""When the values of an event hold (acceptance ADR-2: time rules)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.testing.openadr import event_of
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.schedule import (
    Stretch,
    Unclear,
    course_of,
    is_cancelled,
    stretches,
    too_fast,
)

DAY_S = 86_400
MIDNIGHT = "2026-11-22T00:00:00Z"
START_S = epoch_s(datetime(2026, 11, 22, tzinfo=UTC))


def hours(event: Event, heard_s: int = START_S, until_s: int = START_S + 3 * DAY_S) -> list[object]:
    """Value, first and last hour of each stretch, counted from midnight; None for ever."""
    course = course_of(event, event.id, heard_s, "seed")
    return [_told(one) for one in stretches(course, 0, until_s)]


def _told(one: Stretch) -> tuple[object, float, float | None]:
    end = None if one.end_s is None else (one.end_s - START_S) / 3600
    return one.values[0], (one.start_s - START_S) / 3600, end


def with_periods(event: Event, *periods: dict[str, str] | None) -> Event:
    """The event with periods of their own for its intervals."""
    plain = event.written()
    for interval, period in zip(plain["intervals"], periods, strict=True):  # type: ignore[call-overload]
        if period is not None:
            interval["intervalPeriod"] = period
    return Event.model_validate(plain)


def test_adr_2_an_interval_without_a_period_inherits_the_events() -> None:
    """Start and duration of the event are the default, one of its own goes first."""
    event = with_periods(
        event_of("PRICE", 1, 2, 3, start=MIDNIGHT), None, {"duration": "PT2H"}, None
    )
    assert hours(event) == [(1, 0, 1), (2, 1, 3), (3, 3, 4)]


def test_adr_2_four_quarters_from_18_00_end_at_19_00() -> None:
    """4 x PT15M are contiguous."""
    event = event_of("PRICE", 1, 2, 3, 4, start="2026-11-22T18:00:00Z", duration="PT15M")
    found = hours(event)
    assert found[0] == (1, 18, 18.25)
    assert found[-1] == (4, 18.75, 19)


@pytest.mark.parametrize("now", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"])
def test_adr_2_the_beginning_of_time_is_now(now: str) -> None:
    """An event that starts there starts when it is heard."""
    assert hours(event_of("SIMPLE", 1, start=now), heard_s=START_S + 7200) == [(1, 2, 3)]


def test_adr_2_for_ever_has_no_end() -> None:
    """P9999Y is told apart before any arithmetic, and nothing can follow it."""
    event = event_of("ALERT_OTHER", "x", start="0001-01-01", duration="P9999Y")
    assert hours(event) == [("x", 0, None)]
    with pytest.raises(Unclear, match="never ends"):
        hours(event_of("PRICE", 1, 2, start=MIDNIGHT, duration="P9999Y"))


def test_the_beginning_of_time_in_an_interval_means_the_events_start_or_the_end_before() -> None:
    """First interval: the event's start; later ones: directly after."""
    now = {"start": "0001-01-01", "duration": "PT1H"}
    event = with_periods(event_of("PRICE", 1, 2, start=MIDNIGHT), now, now)
    assert hours(event, heard_s=START_S + 7200) == [(1, 0, 1), (2, 1, 2)]
    alone = with_periods(event_of("PRICE", 1, 2, duration=None), now, now)
    assert hours(alone, heard_s=START_S + 7200) == [(1, 2, 3), (2, 3, 4)]


def test_starts_of_their_own_leave_gaps() -> None:
    """Intervals may be apart."""
    later = {"start": "2026-11-22T05:00:00Z"}
    event = with_periods(event_of("PRICE", 1, 2, 3, start=MIDNIGHT), None, later, None)
    assert hours(event) == [(1, 0, 1), (2, 5, 6), (3, 6, 7)]


def test_a_longer_event_repeats_its_intervals_and_a_shorter_one_drops_the_last() -> None:
    """The list loops until the event ends; what goes on is cut there."""
    said = event_of("PRICE", 1, 2, start=MIDNIGHT, duration="PT1H")
    longer = said.model_copy(update={"duration": "PT5H"})
    assert hours(longer) == [(1, 0, 1), (2, 1, 2), (1, 2, 3), (2, 3, 4), (1, 4, 5)]
    assert hours(said.model_copy(update={"duration": "PT90M"})) == [(1, 0, 1), (2, 1, 1.5)]


def test_prices_of_a_day_that_repeat_for_ever_are_known_in_any_week() -> None:
    """Only the part that is asked for is laid out."""
    event = event_of("PRICE", *range(24), start=MIDNIGHT).model_copy(update={"duration": "P9999Y"})
    course = course_of(event, event.id, START_S, "seed")
    far_s = START_S + 10_000 * DAY_S
    found = list(stretches(course, far_s + 6 * 3600, far_s + 8 * 3600))
    assert [one.values for one in found] == [(6,), (7,)]
    assert found[0].start_s == far_s + 6 * 3600


def test_several_values_of_one_interval_divide_it() -> None:
    """Three prices in three hours; a curve or a load shape stays whole."""
    event = event_of("PRICE", [0.17, 0.03, 0.11], start=MIDNIGHT, duration="PT3H")
    assert hours(event) == [(0.17, 0, 1), (0.03, 1, 2), (0.11, 2, 3)]
    assert hours(event.model_copy(update={"duration": "PT2H"})) == [(0.17, 0, 1), (0.03, 1, 2)]
    shape = event_of("OLS", [0.1, 0.9], start=MIDNIGHT, duration="PT2H")
    assert hours(shape) == [(0.1, 0, 2)]


@given(st.text(min_size=1), st.integers(0, 1_000))
def test_chance_moves_all_contiguous_intervals_together_and_within_its_range(
    seed: str, number: int
) -> None:
    """The same seed draws the same shift; it never exceeds the range either way."""
    moved = with_periods(event_of("PRICE", 1, 2, start=MIDNIGHT), {"randomizeStart": "PT10M"}, None)
    first = course_of(moved, f"event-{number}", START_S, seed)
    assert first == course_of(moved, f"event-{number}", START_S, seed)
    shifts = [one.start_us / 1e6 - START_S - 3600 * at for at, one in enumerate(first.laid)]
    assert shifts[0] == pytest.approx(shifts[1])
    assert abs(shifts[0]) <= 600


def test_absolute_later_starts_move_along_unless_they_bring_chance_of_their_own() -> None:
    """A third interval with its own range is drawn again, and the fourth follows it."""
    event = with_periods(
        event_of("PRICE", 1, 2, 3, 4, start=MIDNIGHT),
        {"randomizeStart": "PT10M"},
        {"start": "2026-11-22T05:00:00Z"},
        {"start": "2026-11-22T08:00:00Z", "randomizeStart": "PT1M"},
        None,
    )
    course = course_of(event, "e", START_S, "seed")
    at = [one.start_us / 1e6 - START_S for one in course.laid]
    assert at[0] != 0
    assert at[1] - 5 * 3600 == pytest.approx(at[0])
    assert 0 < abs(at[2] - 8 * 3600) <= 60
    assert at[3] == pytest.approx(at[2] + 3600)


def test_draws_of_two_vens_differ() -> None:
    """Otherwise all would start at once."""
    event = with_periods(event_of("SIMPLE", 1, start=MIDNIGHT), {"randomizeStart": "PT10M"})
    starts = {
        course_of(event, "e", START_S, f"ven-{number}").laid[0].start_us for number in range(100)
    }
    assert len(starts) == 100


@pytest.mark.parametrize(
    "event",
    [
        event_of("SIMPLE", 1, start="0001-01-01", duration="PT0S"),
        event_of("SIMPLE", 1, start=MIDNIGHT).model_copy(update={"duration": "PT0S"}),
    ],
)
def test_an_event_that_lasts_nothing_was_called_off(event: Event) -> None:
    """Nothing of it holds any more."""
    assert is_cancelled(event)
    assert hours(event) == []


def test_times_that_say_nothing_are_refused() -> None:
    """No start, no duration, an end before its start, a range of chance in months, for ever in parts."""
    nothing = event_of("PRICE", 1, duration="PT1H")
    for event, words in (
        (nothing, "no start"),
        (event_of("PRICE", 1, 2, start=MIDNIGHT, duration=None), "no duration"),
        (event_of("PRICE", 1, start=MIDNIGHT, duration="-PT1H"), "before it starts"),
        (event_of("PRICE", [1, 2], start=MIDNIGHT, duration="P9999Y"), "for ever"),
        (event_of("PRICE", 1, start=MIDNIGHT, duration="P9000Y"), "beyond the calendar"),
        (with_periods(event_of("PRICE", 1, start=MIDNIGHT), {"randomizeStart": "P1M"}), "chance"),
    ):
        with pytest.raises(Unclear, match=words):
            hours(event)


def test_openadr_refuses_to_be_the_two_second_path() -> None:
    """Intervals and sub-intervals below a minute name the channels made for them."""
    for event in (
        event_of("DISPATCH_SETPOINT", 1, 2, start=MIDNIGHT, duration="PT2S"),
        event_of("DISPATCH_SETPOINT", list(range(900)), start=MIDNIGHT, duration="PT1H"),
    ):
        (found,) = too_fast(course_of(event, "e", START_S, "s"), "e", 60)
        assert "IEC 60870-5-104" in found.mend
    fine = event_of("DISPATCH_SETPOINT", list(range(60)), start=MIDNIGHT, duration="PT1H")
    assert not list(too_fast(course_of(fine, "e", START_S, "s"), "e", 60))
