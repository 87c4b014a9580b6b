"""Forecasters: what they say, from what they may know; whatever was published, when, how finely, with what holes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.signals.forecaster import forecaster_named
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import Timeline, epoch_s, regular, telescope

START = datetime(2023, 3, 20, tzinfo=UTC)
HONEST = ("persistence", "same-weekday", "nowcast", "ridge", "published")
NAMES = (*HONEST, "perfect-foresight")
HOUR = timedelta(hours=1)


def series(
    values: list[float], step: timedelta = HOUR, start: datetime = START,
    issued_at: datetime | None = None, nature: Nature = Nature.ACTUAL,
) -> Signal:  # fmt: skip
    """A carbon series of one zone."""
    return Signal(
        kind=Kind.CARBON_AVERAGE, zone="X", timeline=regular(start, step, len(values)),
        values=np.asarray(values, dtype=np.float64), source="a test", issued_at=issued_at, nature=nature,
    )  # fmt: skip


def said(name: str, history: History, timeline: Timeline, as_of: datetime) -> Signal:
    """What a forecaster answers."""
    return forecaster_named(name)(history, Kind.CARBON_AVERAGE, "X", timeline, as_of)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Signal], Timeline, datetime]:
    """Measured values with holes, issues ahead, forecasts; a horizon of equal or growing steps; an instant."""
    number = st.one_of(st.just(float("nan")), st.integers(0, 500).map(float))
    step = timedelta(minutes=draw(st.sampled_from([5, 15, 60, 120])))
    count = draw(st.integers(1, 300))
    found = [series(draw(st.lists(number, min_size=count, max_size=count)), step)]
    for _ in range(draw(st.integers(0, 3))):
        issued = START + HOUR * draw(st.integers(-5, 60))
        ahead = issued + HOUR * draw(st.integers(0, 12))
        values = draw(st.lists(st.integers(0, 500).map(float), min_size=1, max_size=30))
        nature = draw(st.sampled_from([Nature.FORECAST, Nature.SCHEDULE]))
        found.append(series(values, HOUR, ahead, issued, nature))
    as_of = START + timedelta(minutes=15 * draw(st.integers(0, 300)))
    spans = draw(st.sampled_from([((15, 96),), ((60, 48),), ((15, 8), (60, 12), (240, 6))]))
    horizon = telescope(as_of, [(timedelta(minutes=minutes), n) for minutes, n in spans])
    return found, horizon, as_of


def until(signals: list[Signal], as_of: datetime) -> History:
    """The history as it stood at an instant: what was not issued by then is not in it."""
    history = History()
    for signal in signals:
        ends = signal.timeline.ends_s if signal.issued_at is None else epoch_s(signal.issued_at)
        keep = np.where(ends <= epoch_s(as_of), signal.values, np.nan)
        changed = {name: getattr(signal, name) for name in signal.__dataclass_fields__}
        history = added(history, Signal(**{**changed, "values": keep}))
    return history


def added(history: History, signal: Signal) -> History:
    """With one series more, unless it says nothing or contradicts an issue of the same second."""
    from gridtide.finding import BadInput

    try:
        return history if np.isnan(signal.values).all() else add(history, [signal])
    except BadInput:
        return history


@pytest.mark.parametrize("name", HONEST)
@given(world=worlds())
def test_no_forecaster_reads_past_as_of(
    name: str, world: tuple[list[Signal], Timeline, datetime]
) -> None:
    """With all that came later in the history or none of it: the same bytes."""
    signals, horizon, as_of = world
    whole = History()
    for signal in signals:
        whole = added(whole, signal)
    known = until(signals, as_of)
    both = [said(name, history, horizon, as_of) for history in (whole, known)]
    assert digest(both[0].values) == digest(both[1].values)
    assert both[0].issued_at == as_of and both[0].nature is Nature.FORECAST


@pytest.mark.parametrize("name", NAMES)
def test_without_any_history_nothing_is_known(name: str) -> None:
    """No series, and a series that has only just begun: unknown, never 0."""
    horizon = regular(START, HOUR, 24)
    assert np.isnan(said(name, History(), horizon, START).values).all()
    if name != "perfect-foresight":
        begun = add(History(), [series([100.0] * 24)])
        assert np.isnan(said(name, begun, horizon, START).values).all()


@pytest.mark.parametrize("name", ["persistence", "same-weekday", "published"])
def test_a_hole_is_filled_from_the_day_before_it(name: str) -> None:
    """Yesterday's empty hour takes the same hour of the day before; the others stay yesterday's."""
    values = [float(hour) for hour in range(72)]
    values[48 + 5] = float("nan")
    as_of = START + 72 * HOUR
    found = said(name, add(History(), [series(values)]), regular(as_of, HOUR, 24), as_of)
    expected = np.arange(48.0, 72.0)
    expected[5] = 24.0 + 5
    assert found.values.tolist() == expected.tolist()


def test_the_same_weekday_is_a_week_ago_and_yesterday_until_there_is_one() -> None:
    """The first week repeats the last day."""
    values = [float(hour) for hour in range(24 * 9)]
    history = add(History(), [series(values)])
    late, early = START + 9 * 24 * HOUR, START + 3 * 24 * HOUR
    week_ago = said("same-weekday", history, regular(late, HOUR, 24), late).values
    assert week_ago.tolist() == values[48:72]
    assert said("same-weekday", history, regular(early, HOUR, 24), early).values.tolist() == values[48:72]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_finer_series_is_averaged_and_a_coarser_one_is_held(name: str) -> None:
    """Five-minute values over an hour are their mean, not the first of them; an hour holds for its quarters."""
    fine = [float(number % 12) for number in range(12 * 48)]
    as_of = START + 24 * HOUR
    history = add(History(), [series(fine, timedelta(minutes=5))])
    found = said(name, history, regular(as_of, HOUR, 12), as_of)
    assert found.values == pytest.approx(np.full(12, 5.5))
    coarse = add(History(), [series([float(hour % 24) for hour in range(48)])])
    quarters = regular(as_of, timedelta(minutes=15), 8)
    assert said(name, coarse, quarters, as_of).values.tolist() == [0.0] * 4 + [1.0] * 4


@pytest.mark.parametrize("name", HONEST)
def test_what_was_published_ahead_is_said_as_it_is(name: str) -> None:
    """A schedule issued before as_of is no guess: neither a pattern nor a correction replaces it."""
    as_of = START + 48 * HOUR
    ahead = series([7.0] * 6, HOUR, as_of, as_of - HOUR, Nature.SCHEDULE)
    history = add(History(), [series([float(hour * hour) for hour in range(48)]), ahead])
    assert said(name, history, regular(as_of, HOUR, 24), as_of).values[:6].tolist() == [7.0] * 6


def test_published_takes_the_latest_issue_there_was() -> None:
    """A better forecast an hour later is not known an hour earlier."""
    as_of = START + 24 * HOUR
    horizon = regular(as_of + HOUR, HOUR, 6)
    issues = [
        series([value] * 12, HOUR, as_of, as_of + hours * HOUR, Nature.FORECAST)
        for value, hours in ((1.0, -6), (2.0, -2), (3.0, 1))
    ]
    history = add(History(), [series([50.0] * 24), *issues])
    assert said("published", history, horizon, as_of - 3 * HOUR).values.tolist() == [1.0] * 6
    assert said("published", history, horizon, as_of).values.tolist() == [2.0] * 6
    assert said("published", history, horizon, as_of + HOUR).values.tolist() == [3.0] * 6


def test_a_nowcast_follows_the_newest_value_and_fades_to_the_pattern() -> None:
    """Ten above yesterday now: ten above it in the next hour, hardly anything a day ahead, in the range seen."""
    day = [100.0 + hour for hour in range(24)]
    as_of = START + 36 * HOUR
    today = [value + 10.0 for value in day[:12]]
    found = said("nowcast", add(History(), [series(day + today)]), regular(as_of, HOUR, 30), as_of)
    assert found.values[0] == pytest.approx(day[12] + 10.0)
    assert found.values[5] - day[17] == pytest.approx(10.0 * np.exp(-5 / 6))
    assert found.values[24] == pytest.approx(day[12] + 10.0 * np.exp(-4))
    assert found.values.max() <= max(day)


@pytest.mark.parametrize("name", ["persistence", "same-weekday"])
def test_a_change_of_the_clock_loses_and_doubles_no_hour(name: str) -> None:
    """Days are counted in hours of UTC: over the last Sunday of March every step has its value."""
    values = [float(hour) for hour in range(24 * 14)]
    history = add(History(), [series(values)])
    for day in range(5, 9):
        as_of = START + 24 * day * HOUR
        found = said(name, history, regular(as_of, HOUR, 24), as_of).values
        back = 24 * 7 if name == "same-weekday" and day >= 7 else 24
        assert found.tolist() == values[24 * day - back : 24 * day - back + 24]


def test_perfect_foresight_is_what_came() -> None:
    """Of measured values, whatever forecasts said."""
    as_of = START + 6 * HOUR
    wrong = series([9.0] * 24, HOUR, START, START, Nature.FORECAST)
    history = add(History(), [series([float(hour) for hour in range(24)]), wrong])
    found = said("perfect-foresight", history, regular(as_of, HOUR, 6), as_of)
    assert found.values.tolist() == [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]
