"""Published forecasts as they stood at the time."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.signals.history import History, add, known
from gridtide.signals.learning.vintages import forecast_at, with_forecasts
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import epoch_s, instant, regular

START = datetime(2023, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def issue(values: list[float], about: datetime, issued_at: datetime, minutes: int = 60) -> Signal:
    """A forecast of wind."""
    return Signal(
        kind=Kind.WIND, zone="X", timeline=regular(about, timedelta(minutes=minutes), len(values)),
        values=np.asarray(values), source="a test", issued_at=issued_at, nature=Nature.FORECAST,
    )  # fmt: skip


@given(st.integers(0, 10_000))
def test_it_is_the_latest_issue_there_was(seed: int) -> None:
    """For any hour and any second: what the history says was known then, where nothing else is known."""
    rng = np.random.default_rng(seed)
    signals = [
        issue(
            [float(number)] * int(rng.integers(1, 30)),
            START + HOUR * int(rng.integers(0, 40)),
            START + HOUR * (number + int(rng.integers(0, 2)) * 7),
        )
        for number in range(6)
    ]
    history = add(History(), {signal.issued_at: signal for signal in signals}.values())
    (rows,) = with_forecasts(history, "X")
    hours_s = epoch_s(START) + 3600 * np.arange(80)
    for hour in range(-1, 16, 3):
        at_s = epoch_s(START) + 3600 * hour
        found = forecast_at(rows, hours_s[None, :], np.asarray([at_s]))[0]
        expected = known(history, Kind.WIND, "X", regular(START, HOUR, 80), instant(at_s))
        np.testing.assert_array_equal(found, expected.values)


def test_each_question_has_a_second_of_its_own() -> None:
    """Two origins, two issues: each sees the one of its time; before the first there is none."""
    history = add(
        History(), [issue([1.0] * 5, START, START), issue([2.0] * 5, START, START + 2 * HOUR)]
    )
    (rows,) = with_forecasts(history, "X")
    hours_s = epoch_s(START) + 3600 * np.asarray([[1, 4], [1, 4], [1, 9]])
    at_s = epoch_s(START) + 3600 * np.asarray([-1, 1, 2])
    found = forecast_at(rows, hours_s, at_s)
    np.testing.assert_array_equal(found, [[np.nan, np.nan], [1.0, 1.0], [2.0, np.nan]])


def test_a_finer_forecast_is_read_at_the_beginning_of_the_hour() -> None:
    """Of four quarters the first; a zone without forecasts has none."""
    history = add(History(), [issue([1.0, 2.0, 3.0, 4.0] * 2, START, START, minutes=15)])
    (rows,) = with_forecasts(history, "X")
    hours_s = epoch_s(START) + 3600 * np.arange(2)[None, :]
    assert forecast_at(rows, hours_s, np.asarray([epoch_s(START)])).tolist() == [[1.0, 1.0]]
    assert with_forecasts(history, "Y") == ()
