"""Prices that no second source bears out are held against their own past: a leap, a line that stands still."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.loop.sight import expected, trusted
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import regular
from gridtide.trust.own_past import unlikely

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 120
HOURS = 24 * DAYS
AHEAD = regular(NOW, timedelta(hours=1), 24)


def prices(days: int = DAYS, seed: int = 0) -> NDArray[np.float64]:
    """Days of prices up to NOW: a swing, noise, and hours below zero."""
    hour = np.arange(24 * days)
    noise = np.random.default_rng(seed).normal(0.0, 12.0, len(hour))
    return 60.0 + 50.0 * np.sin(2 * np.pi * (hour - 9) / 24) + noise


def history(past: NDArray[np.float64], kind: Kind = Kind.PRICE) -> History:
    """These prices, each day issued at noon of the day before."""
    days = len(past) // 24
    begin = NOW - timedelta(days=days)
    return add(
        History(),
        [
            issue(past[24 * day : 24 * (day + 1)], begin + timedelta(days=day), kind)
            for day in range(days)
        ],
    )


def issue(values: NDArray[np.float64], day: datetime, kind: Kind = Kind.PRICE) -> Signal:
    """The prices of a day, as they were issued at noon of the day before."""
    return Signal(
        kind=kind,
        zone="DE",
        timeline=regular(day, timedelta(hours=1), 24),
        values=values,
        source="exchange",
        currency="EUR" if kind is Kind.PRICE else None,
        issued_at=day - timedelta(hours=12),
    )


def tomorrow(**at: float) -> NDArray[np.float64]:
    """An ordinary day, but for some hours: h7=… says what."""
    values = prices(1, seed=9).copy()
    for name, value in at.items():
        values[int(name[1:])] = value
    return values


def seen(days: list[NDArray[np.float64]], as_of: datetime = NOW) -> tuple[Signal, list[str]]:
    """What stands of the day from NOW on and what is said, after ordinary months and these days from NOW on."""
    known = add(
        history(prices()), [issue(one, NOW + timedelta(days=n)) for n, one in enumerate(days)]
    )
    clean, doubts = trusted(known, Kind.PRICE, "DE", AHEAD, as_of)
    return clean, [str(one) for one in doubts]


def test_a_sudden_price_is_doubted_and_the_forecast_stands_in() -> None:
    """With value, limit and span; what surrounds it stands."""
    known = add(history(prices()), [issue(tomorrow(h7=900.0), NOW)])
    clean, doubts = trusted(known, Kind.PRICE, "DE", AHEAD, NOW)
    assert np.flatnonzero(np.isnan(clean.values)).tolist() == [7]
    assert "2 times as far as any two days of 90 went, and no other issue says the like" in str(
        doubts[0]
    )
    instead = expected(known, "persistence", clean, doubts, NOW)
    assert -100.0 < instead.values[7] < 200.0


def test_a_spike_that_the_next_issue_bears_out_is_believed() -> None:
    """Both days of it; while one issue alone says it, neither of its hours is."""
    alone, said = seen([tomorrow(h18=900.0, h19=950.0)])
    assert np.isnan(alone.values[[18, 19]]).all() and said
    spiked = [tomorrow(h18=900.0, h19=950.0), tomorrow(h18=800.0)]
    together, said = seen(spiked, NOW + timedelta(hours=13))
    assert not np.isnan(together.values).any() and not said


@pytest.mark.parametrize("price", [-1.0, -40.0, -90.0, 0.0, 190.0])
def test_a_negative_price_is_no_fault_by_itself(price: float) -> None:
    """Nor one that is higher than ever, by less than it ever went."""
    clean, said = seen([tomorrow(h12=price)])
    assert not np.isnan(clean.values).any() and not said


def test_a_line_that_stands_still_is_doubted() -> None:
    """For a whole day, where it never did; not for some hours, and not a tariff that always did."""
    clean, said = seen([np.full(24, 61.0)])
    assert np.isnan(clean.values).all()
    assert "stand still, where the line never did for more than 1 h in 90 days" in said[0]
    hours = tomorrow()
    hours[10:20] = 61.0
    floor = np.full(24, prices().min() - 1.0)
    assert not seen([floor])[1], "it may stand on the floor of its market"
    assert not seen([hours])[1]
    tariff = add(history(np.full(HOURS, 61.0)), [issue(np.full(24, 61.0), NOW)])
    assert not trusted(tariff, Kind.PRICE, "DE", AHEAD, NOW)[1]


def test_one_lie_of_the_past_does_not_make_the_next_one_likely() -> None:
    """A day that went far alone is no measure; two are."""
    past = prices()
    past[24 * 60 + 5] = 5_000.0
    known = add(history(past), [issue(tomorrow(h7=900.0), NOW)])
    assert trusted(known, Kind.PRICE, "DE", AHEAD, NOW)[1]
    past[24 * 70 + 5] = 5_000.0
    known = add(history(past), [issue(tomorrow(h7=900.0), NOW)])
    assert not trusted(known, Kind.PRICE, "DE", AHEAD, NOW)[1]


def test_nothing_is_said_of_a_short_past_or_another_kind_or_beside_a_second_source() -> None:
    """There is nothing to hold it against, or somebody better to ask."""
    known = add(history(prices(20)), [issue(tomorrow(h7=900.0), NOW)])
    assert not trusted(known, Kind.PRICE, "DE", AHEAD, NOW)[1]
    carbon = add(
        history(np.abs(prices()), Kind.CARBON_AVERAGE),
        [issue(np.abs(tomorrow(h7=250.0)), NOW, Kind.CARBON_AVERAGE)],
    )
    assert unlikely(carbon.of(Kind.CARBON_AVERAGE, "DE"), NOW) is None
    assert unlikely(None, NOW) is None
    lie = issue(tomorrow(h7=900.0), NOW)
    known = add(history(prices()), [lie, replace(lie, zone="broker")])
    known = replace(known, witnesses=(("DE", "broker"),))
    assert not trusted(known, Kind.PRICE, "DE", AHEAD, NOW)[1]


@given(st.integers(0, 10**6))
def test_honest_noise_is_not_doubted(seed: int) -> None:
    """Whatever the draw of the same market."""
    rows = history(prices(seed=seed)).of(Kind.PRICE, "DE")
    found = unlikely(rows, NOW)
    assert found is not None and not found.any_of.any()


@given(st.floats(-1e6, 1e6), st.integers(0, 23))
def test_what_is_doubted_lies_outside_of_what_is_said(price: float, hour: int) -> None:
    """And nothing outside of it stands while one issue alone says it."""
    known = add(history(prices()), [issue(tomorrow(**{f"h{hour}": price}), NOW)])
    found = unlikely(known.of(Kind.PRICE, "DE"), NOW)
    clean, _ = trusted(known, Kind.PRICE, "DE", AHEAD, NOW)
    assert found is not None
    assert np.isnan(clean.values[hour]) == (not found.least <= price <= found.most)
