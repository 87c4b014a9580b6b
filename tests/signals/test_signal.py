"""Signals: one shape, held or averaged, never interpolated."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.signals.signal import Kind, Signal, between, on
from gridtide.timeline import regular

START = datetime(2023, 1, 1, tzinfo=UTC)


def hourly(values: list[float]) -> Signal:
    """An hourly average-carbon signal."""
    return Signal(
        kind=Kind.CARBON_AVERAGE,
        zone="X",
        timeline=regular(START, timedelta(hours=1), len(values)),
        values=np.asarray(values),
        source="a test",
    )


def test_a_coarse_signal_is_held_constant() -> None:
    """A quarter takes the value of its hour."""
    quarters = regular(START, timedelta(minutes=15), 8)
    assert on(hourly([1.0, 5.0]), quarters).tolist() == [1.0] * 4 + [5.0] * 4


def test_a_fine_signal_is_averaged_over_time() -> None:
    """Two hours of one step are their mean; a step that is not known throughout is unknown."""
    halves = regular(START, timedelta(hours=2), 2)
    assert on(hourly([1.0, 3.0, 4.0, 8.0]), halves).tolist() == [2.0, 6.0]
    assert np.isnan(on(hourly([1.0, 3.0, 4.0]), halves)[1])
    assert np.isnan(on(hourly([1.0, float("nan"), 4.0, 8.0]), halves)[0])


def test_steps_that_do_not_nest_are_weighted_by_time() -> None:
    """40-minute steps over hours take two thirds of one hour and a third of the next."""
    odd = regular(START, timedelta(minutes=40), 3)
    assert on(hourly([3.0, 9.0]), odd) == pytest.approx([3.0, 6.0, 9.0])


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=24))
def test_averaging_keeps_the_total(values: list[float]) -> None:
    """Energy is the same on any timeline that covers the signal."""
    signal = hourly(values)
    whole = regular(START, timedelta(hours=len(values)), 1)
    assert on(signal, whole)[0] * len(values) == pytest.approx(sum(values), abs=1e-9)


def test_outside_the_signal_nothing_is_known() -> None:
    """Unknown is NaN, never 0 and never the last value."""
    later = regular(START + timedelta(hours=1), timedelta(hours=1), 2)
    values = on(hourly([1.0, 2.0]), later)
    assert values[0] == 2.0
    assert np.isnan(values[1])


def test_a_price_needs_a_currency_and_only_a_price_has_one() -> None:
    """No price without its currency."""
    timeline = regular(START, timedelta(hours=1), 1)
    with pytest.raises(ValueError, match="currency"):
        Signal(kind=Kind.PRICE, zone="X", timeline=timeline, values=np.ones(1), source="t")
    with pytest.raises(ValueError, match="currency"):
        Signal(
            kind=Kind.WIND,
            zone="X",
            timeline=timeline,
            values=np.ones(1),
            source="t",
            currency="EUR",
        )


def test_a_part_of_a_signal_keeps_its_values() -> None:
    """Cutting a signal moves nothing."""
    part = between(hourly([1.0, 2.0, 3.0]), START + timedelta(hours=1), START + timedelta(hours=3))
    assert part.values.tolist() == [2.0, 3.0]
    assert part.timeline.start == START + timedelta(hours=1)
