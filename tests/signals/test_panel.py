"""Panels: a series as hours of the local clock, whatever its steps, issues and changes of the clock."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.signals.history import History, Series, add, happened
from gridtide.signals.learning.panel import (
    HOUR_S,
    NEVER_S,
    Panel,
    panel_of,
    phase_of,
    said_once,
    utc_s_of,
    wall_hours,
)
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import Timeline, clock_offsets_s, epoch_s, regular

SPRING = datetime(2023, 3, 25, tzinfo=UTC)
AUTUMN = datetime(2023, 10, 28, tzinfo=UTC)
BERLIN = "Europe/Berlin"
LATE_S = 2**40


def rows_of(*signals: Signal) -> Series:
    """The only series of these signals."""
    (rows,) = add(History(), signals).series
    return rows


def measured(
    start: datetime, values: list[float], minutes: int = 60, issued_at: datetime | None = None
) -> Signal:
    """A carbon series."""
    return Signal(
        kind=Kind.CARBON_AVERAGE, zone="X", timeline=regular(start, timedelta(minutes=minutes), len(values)),
        values=np.asarray(values, dtype=np.float64), source="a test", issued_at=issued_at, nature=Nature.ACTUAL,
    )  # fmt: skip


def laid_out(rows: Series, clock: str, at_s: int = LATE_S) -> Panel:
    """The panel of a series of which something is known."""
    phase_s = phase_of(rows, at_s)
    assert phase_s is not None
    return panel_of(rows, clock, phase_s, at_s)


def test_the_clock_is_asked_once_an_hour_and_is_right() -> None:
    """Two hours ahead of UTC in summer, one in winter, over both changes; half an hour more in India."""
    hours_s = epoch_s(SPRING) + HOUR_S * np.arange(48)
    offset_s = clock_offsets_s(BERLIN, hours_s)
    assert offset_s.tolist() == [3600] * 25 + [7200] * 23
    assert clock_offsets_s("Asia/Kolkata", hours_s[:2]).tolist() == [19_800, 19_800]
    assert clock_offsets_s("UTC", hours_s.reshape(2, 24)).shape == (2, 24)


def test_in_spring_an_hour_is_missing_and_in_autumn_two_share_one() -> None:
    """The day of the change has a hole at two; the other holds the mean of both hours at two."""
    spring = laid_out(rows_of(measured(SPRING, [float(hour) for hour in range(48)])), BERLIN)
    first = int(wall_hours(BERLIN, 0, np.asarray([epoch_s(SPRING)]))[0])
    seen = spring.span(first, first + 49, LATE_S)
    assert seen[:25].tolist() == list(range(25))
    assert np.isnan(seen[25]) and seen[26] == 25.0
    autumn = laid_out(rows_of(measured(AUTUMN, [float(hour) for hour in range(48)])), BERLIN)
    first = int(wall_hours(BERLIN, 0, np.asarray([epoch_s(AUTUMN)]))[0])
    assert autumn.span(first + 23, first + 27, LATE_S).tolist() == [23.0, 24.5, 26.0, 27.0]


@pytest.mark.parametrize("clock", [BERLIN, "America/New_York", "Asia/Kolkata", "UTC"])
def test_a_wall_hour_begins_where_it_is_said_to(clock: str) -> None:
    """There and back, for every hour of a year that no change of the clock has doubled or dropped."""
    starts_s = epoch_s(SPRING) + HOUR_S * np.arange(8760)
    hours = wall_hours(clock, 0, starts_s)
    once = np.isin(hours, hours[np.flatnonzero(np.diff(hours) == 1)])
    back_s = utc_s_of(clock, 0, hours[once])
    assert (np.abs(back_s - starts_s[once]) <= HOUR_S).all()
    assert np.mean(back_s == starts_s[once]) > 0.999


def test_five_minutes_make_an_hour_that_ends_with_the_newest_of_them() -> None:
    """At 10:35 the panel's hours begin at half past; an hour with a hole in it is unknown."""
    values = [float(number) for number in range(12 * 48)]
    values[13] = float("nan")
    panel = laid_out(
        rows_of(measured(SPRING, values, 5)), "UTC", epoch_s(SPRING) + 35 * 3600 + 2100
    )
    assert panel.phase_s == 1800
    hour = epoch_s(SPRING) // HOUR_S
    seen = panel.span(hour, hour + 3, LATE_S)
    assert seen[0] != seen[0]
    assert seen[1] == pytest.approx(np.mean(values[18:30]))


def test_a_later_issue_of_an_hour_is_a_panel_of_its_own() -> None:
    """What overlaps is read as it stood: the first issue before, the second after it was said."""
    first = measured(SPRING, [1.0] * 24)
    again = measured(SPRING, [2.0] * 24, issued_at=SPRING + timedelta(days=3))
    rows = rows_of(first, again)
    assert said_once(rows_of(first)) and not said_once(rows)
    hour = epoch_s(SPRING) // HOUR_S
    for day, value in ((2, 1.0), (4, 2.0)):
        at_s = epoch_s(SPRING + timedelta(days=day))
        assert laid_out(rows, "UTC", at_s).span(hour, hour + 24, at_s).tolist() == [value] * 24


@given(st.integers(0, 10_000), st.sampled_from([5, 15, 30, 60, 120]))
def test_an_hour_is_what_the_history_says_it_was(seed: int, minutes: int) -> None:
    """Mean over time, NaN unless known throughout, known when its last part was: as `happened` has it."""
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(200) < 0.1, np.nan, rng.normal(size=200))
    rows = rows_of(measured(SPRING, values.tolist(), minutes))
    hours = Timeline(edges_s=epoch_s(SPRING) + HOUR_S * np.arange(401))
    at_s = epoch_s(SPRING) + int(rng.integers(1, 200)) * 60 * minutes
    panel = laid_out(rows, "UTC", at_s)
    first = epoch_s(SPRING) // HOUR_S
    if panel.phase_s == 0:
        expected = happened(rows, hours, at_s)
        np.testing.assert_allclose(panel.span(first, first + 400, at_s), expected)


def test_nobody_has_spoken_of_a_panel_s_empty_hours() -> None:
    """Outside what was said there is no value and no issue."""
    panel = laid_out(rows_of(measured(SPRING, [1.0, 2.0])), "UTC")
    assert (panel.known_s == NEVER_S).sum() == 22
    assert np.isnan(panel.span(panel.first - 5, panel.first, LATE_S)).all()
    assert panel.end(0) is None and panel.end(LATE_S) == panel.first + 2


def test_before_anything_was_said_there_is_no_phase_and_an_empty_panel() -> None:
    """Of a series that is corrected later, as it stood before its first issue."""
    rows = rows_of(
        measured(SPRING, [1.0] * 24), measured(SPRING, [2.0] * 24, issued_at=SPRING + timedelta(3))
    )
    assert phase_of(rows, epoch_s(SPRING)) is None
    assert panel_of(rows, "UTC", 0, epoch_s(SPRING)).end(LATE_S) is None
