"""The ridge forecaster: what it may read, whose clock it keeps, what it makes of what others publish."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.signals.forecaster import forecaster_named, reads_back_h
from gridtide.signals.forecasters.ridge import ridge
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import Timeline, epoch_s, regular

HOUR = timedelta(hours=1)
START = datetime(2023, 1, 2, tzinfo=UTC)
DAYS = 100
Real = np.ndarray


def series(
    values: Real, kind: Kind = Kind.DEMAND, start: datetime = START, minutes: int = 60,
    issued_at: datetime | None = None, nature: Nature = Nature.ACTUAL,
) -> Signal:  # fmt: skip
    """A series of one zone."""
    return Signal(
        kind=kind, zone="X", timeline=regular(start, timedelta(minutes=minutes), len(values)), values=values,
        source="a test", currency="EUR" if kind is Kind.PRICE else None, issued_at=issued_at, nature=nature,
    )  # fmt: skip


def days_of(seed: int, days: int = DAYS, noise: float = 3.0) -> Real:
    """Hours with the shape of a day, lower at the weekend, and noise."""
    hour = np.arange(24 * days)
    weekend = (hour // 24) % 7 >= 5
    rng = np.random.default_rng(seed)
    return np.asarray(
        100 + 30 * np.sin(2 * np.pi * hour / 24) - 25.0 * weekend + rng.normal(0, noise, len(hour))
    )


def known_by(signals: list[Signal], as_of: datetime) -> History:
    """The history as it stood: what was not issued by then is not in it."""
    kept = []
    for signal in signals:
        ends_s = signal.timeline.ends_s if signal.issued_at is None else epoch_s(signal.issued_at)
        values = np.where(ends_s <= epoch_s(as_of), signal.values, np.nan)
        if not np.isnan(values).all():
            kept.append(replace(signal, values=values))
    return add(History(clocks=(("X", "Europe/Berlin"),)), kept)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([Kind.PRICE, Kind.SOLAR, Kind.DEMAND]))
def test_nothing_issued_later_moves_a_byte(seed: int, kind: Kind) -> None:
    """Holes, schedules said ahead, corrections said late, forecasts: point, quantiles and courses are the same
    with all that came later in the history or none of it."""
    rng = np.random.default_rng(seed)
    values = np.maximum(days_of(seed), 0.0)
    values[rng.random(len(values)) < 0.02] = np.nan
    signals = [series(values, kind)]
    as_of = START + HOUR * int(rng.integers(24 * 84, 24 * 96))
    for _ in range(int(rng.integers(0, 4))):
        issued = START + HOUR * int(rng.integers(24 * 60, 24 * 100))
        about = issued + HOUR * int(rng.integers(-48, 30))
        nature = rng.choice([Nature.ACTUAL, Nature.SCHEDULE, Nature.FORECAST])
        wild = rng.normal(100, 50, int(rng.integers(1, 60)))
        minutes = int(rng.choice([30, 60]))
        signals.append(series(np.abs(wild), kind, about, minutes, issued, Nature(nature)))
    try:
        whole = add(History(clocks=(("X", "Europe/Berlin"),)), signals)
    except BadInput:
        return
    ahead = regular(as_of, HOUR, 50)
    answers = [
        (
            ridge(history, kind, "X", ahead, as_of),
            ridge.quantiles(history, kind, "X", ahead, as_of, (0.05, 0.5, 0.95)),
            ridge.paths(history, kind, "X", ahead, as_of, 5, np.random.default_rng(1)),
        )
        for history in (whole, known_by(signals, as_of))
    ]
    assert np.isfinite(answers[0][0].values).all()
    assert digest(answers[0]) == digest(answers[1])


def test_it_knows_the_weekend_and_the_day_before_does_not() -> None:
    """On days with a shape, a weekend and little noise: less than half the error of the latest day."""
    history = add(History(), [series(days_of(1))])
    off = {"ridge": 0.0, "persistence": 0.0}
    for day in range(84, 98):
        as_of = START + day * 24 * HOUR
        ahead = regular(as_of, HOUR, 48)
        came = days_of(1)[24 * day : 24 * day + 48]
        for name in off:
            said = forecaster_named(name)(history, Kind.DEMAND, "X", ahead, as_of)
            off[name] += float(np.abs(said.values - came).mean())
    assert off["ridge"] < 0.5 * off["persistence"]


@pytest.mark.parametrize("name", ["ridge", "persistence", "same-weekday", "nowcast", "published"])
def test_a_shape_keeps_to_the_clock_of_its_zone(name: str) -> None:
    """A peak at eight in Berlin is expected at eight after the change of the clock, and an hour off without one."""
    timeline = regular(START, HOUR, 24 * DAYS)
    local = np.asarray([moment.hour for moment in timeline.local_times("Europe/Berlin")])
    values = np.where(local == 8, 200.0, 100.0)
    as_of = datetime(2023, 3, 26, tzinfo=UTC)
    ahead = regular(as_of, HOUR, 24)
    clocked = add(History(clocks=(("X", "Europe/Berlin"),)), [series(values)])
    said = forecaster_named(name)(clocked, Kind.DEMAND, "X", ahead, as_of).values
    assert int(np.argmax(said)) == 6
    blind = forecaster_named(name)(replace(clocked, clocks=()), Kind.DEMAND, "X", ahead, as_of)
    assert int(np.argmax(blind.values)) == 7


def weather_bound() -> tuple[Real, list[Signal]]:
    """A price that falls with the wind, wind that no past day tells, and a good forecast of it every day."""
    rng = np.random.default_rng(7)
    wind = np.repeat(rng.uniform(0, 100, DAYS * 4), 6)
    price = 120.0 - wind + rng.normal(0, 2, len(wind))
    forecasts = [
        series(
            wind[24 * day : 24 * day + 72], Kind.WIND, START + 24 * day * HOUR, 60,
            START + (24 * day - 1) * HOUR, Nature.FORECAST,
        )
        for day in range(DAYS - 3)
    ]  # fmt: skip
    return price, [series(price, Kind.PRICE), *forecasts]


def test_a_published_forecast_of_the_wind_tells_the_price() -> None:
    """Where days are unlike each other: less than a third of the error of the same days without the forecast."""
    price, signals = weather_bound()
    off = []
    for known in (signals, signals[:1]):
        history = add(History(), known)
        apart = []
        for day in range(84, 94):
            as_of = START + day * 24 * HOUR
            said = ridge(history, Kind.PRICE, "X", regular(as_of, HOUR, 48), as_of).values
            apart.append(np.abs(said - price[24 * day : 24 * day + 48]).mean())
        off.append(np.mean(apart))
    assert off[0] < off[1] / 3


def test_where_a_forecast_is_missing_the_days_before_speak() -> None:
    """No forecast of the third day ahead was published yet: finite, and as without any."""
    _, signals = weather_bound()
    as_of = START + 90 * 24 * HOUR - HOUR
    late = regular(START + 93 * 24 * HOUR, HOUR, 24)
    with_one, without = (
        ridge(add(History(), known), Kind.PRICE, "X", late, as_of).values
        for known in (signals, signals[:1])
    )
    assert np.isfinite(with_one).all()
    np.testing.assert_allclose(with_one, without, rtol=0.2)


def test_five_minutes_are_followed_from_the_newest_of_them() -> None:
    """Asked at 10:35, the hour that ended at 10:35 is the newest; an answer at five minutes is of hourly means."""
    fine = np.repeat(days_of(2, days=80, noise=0.1), 12)
    as_of = START + 78 * 24 * HOUR + timedelta(hours=10, minutes=35)
    ahead = regular(as_of, timedelta(minutes=5), 36)
    found = ridge(add(History(), [series(fine, minutes=5)]), Kind.DEMAND, "X", ahead, as_of)
    came = fine[(78 * 24 + 10) * 12 + 7 :][:36]
    assert np.abs(found.values - came).mean() < 4.0


def test_nothing_is_expected_beyond_what_was_ever_seen() -> None:
    """A price that rests on its floor is never forecast below it, nor is a quantile of it."""
    rng = np.random.default_rng(3)
    values = np.maximum(55.7, rng.normal(20.0, 40.0, 24 * DAYS))
    history = add(History(), [series(values, Kind.PRICE)])
    as_of = START + 95 * 24 * HOUR
    ahead = regular(as_of, HOUR, 72)
    low, high = ridge.quantiles(history, Kind.PRICE, "X", ahead, as_of, (0.01, 0.99))
    assert low.values.min() >= 55.7 - 1e-9 and high.values.max() <= values.max() + 1e-9


def test_the_night_has_no_sun_in_any_season() -> None:
    """A year of days that grow and shrink: nothing is expected at midnight, and noon follows the season."""
    hour = np.arange(24 * 400)
    height = 1.0 - 0.9 * np.cos(2 * np.pi * hour / (24 * 365))
    values = height * np.maximum(0.0, np.sin(2 * np.pi * ((hour % 24) - 6) / 24)) * 100
    history = add(History(), [series(values, Kind.SOLAR)])
    for day in (180, 270, 360):
        as_of = START + day * 24 * HOUR
        said = ridge(history, Kind.SOLAR, "X", regular(as_of, HOUR, 48), as_of).values
        came = values[24 * day : 24 * day + 48]
        assert np.abs(said[[0, 1, 2, 23, 24, 47]]).max() < 1e-9
        assert np.abs(said - came).max() < 0.05 * came.max()


def test_a_week_beyond_the_rules_repeats_the_last_one() -> None:
    """Asked for nine days: the eighth and ninth are the first and second, a week before."""
    history = add(History(), [series(days_of(4))])
    as_of = START + 90 * 24 * HOUR
    found = ridge(history, Kind.DEMAND, "X", regular(as_of, HOUR, 24 * 9), as_of).values
    assert found[168:216].tolist() == found[:48].tolist()


def test_a_series_that_stopped_is_forecast_from_where_it_stopped() -> None:
    """Ten silent hours: the hours asked are further ahead, and have an answer."""
    values = days_of(5)
    as_of = START + 90 * 24 * HOUR
    silent = series(np.where(np.arange(len(values)) < 24 * 90 - 10, values, np.nan))
    found = ridge(add(History(), [silent]), Kind.DEMAND, "X", regular(as_of, HOUR, 24), as_of)
    assert np.abs(found.values - values[24 * 90 : 24 * 91]).mean() < 8.0


def test_a_history_too_short_for_a_rule_is_said_to_be() -> None:
    """Forty days: an answer, and a source that names what it is, whether or not some hours are published."""
    values = days_of(9, days=40)
    as_of = START + 40 * 24 * HOUR
    ahead = regular(as_of, HOUR, 24)
    schedule = series(np.full(5, 80.0), Kind.DEMAND, as_of, 60, as_of - HOUR, Nature.SCHEDULE)
    for known in ([series(values)], [series(values), schedule]):
        found = ridge(add(History(), known), Kind.DEMAND, "X", ahead, as_of)
        assert "too short" in found.source and np.isfinite(found.values).all()
        assert found.values[5:].tolist() == values[33 * 24 + 5 : 34 * 24].tolist()
    long = add(History(), [series(days_of(9))])
    assert ridge(long, Kind.DEMAND, "X", ahead, as_of + 50 * 24 * HOUR).source == "ridge forecast"


def test_levels_that_make_no_sense_are_refused() -> None:
    """Out of order, outside 0 to 1, none: one clear answer."""
    history = add(History(), [series(days_of(6))])
    ahead = regular(START + 90 * 24 * HOUR, HOUR, 24)
    for levels in ((0.9, 0.1), (0.0, 0.5), ()):
        with pytest.raises(BadInput, match="between 0 and 1"):
            ridge.quantiles(history, Kind.DEMAND, "X", ahead, ahead.start, levels)


def test_only_a_forecaster_that_learns_asks_for_more_history() -> None:
    """A case hands the others the warm-up it always has."""
    assert reads_back_h("ridge") == ridge.reads_back_h > 24 * 730
    assert reads_back_h("persistence") == 0


def test_courses_have_the_quantiles_that_are_stated() -> None:
    """Of 400 courses about nine in ten lie inside the interval at each step, and their steps go together."""
    history = add(History(), [series(days_of(8))])
    as_of = START + 95 * 24 * HOUR
    ahead = Timeline(edges_s=epoch_s(as_of) + 3600 * np.arange(25))
    low, high = ridge.quantiles(history, Kind.DEMAND, "X", ahead, as_of, (0.05, 0.95))
    drawn = ridge.paths(
        history, Kind.DEMAND, "X", ahead, as_of, 400, np.random.default_rng(2)
    ).values
    inside = np.mean((drawn >= low.values - 1e-9) & (drawn <= high.values + 1e-9))
    assert 0.85 < inside < 0.95
