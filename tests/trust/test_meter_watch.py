"""A meter that sticks is found by its own habit and by what it ought to show; a meter that rests is left alone."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.signals.setpoint import Quality
from gridtide.trust.meter_watch import MeterRules, MeterWatched, believed, meter_watched

START = datetime(2026, 11, 1, tzinfo=UTC)
POWER = MeterRules(low=0.0, high=200_000.0, moved=1_000.0)


def seen(
    rules: MeterRules, values: list[float], expected: list[float] | None = None
) -> tuple[MeterWatched, list[tuple[int, str]]]:
    """The meter after a series, and what was recorded at which value."""
    state, told = MeterWatched(), []
    for number, value in enumerate(values):
        ought = expected[number] if expected else math.nan
        at = START + timedelta(seconds=4 * number)
        state, notes = meter_watched(rules, state, at, value, ought)
        told += [(number, note.what) for note in notes]
    return state, told


def noisy(count: int, share: float = 0.01) -> tuple[list[float], list[float]]:
    """A meter with noise that follows a moving power, and that power."""
    chance = np.random.default_rng(7)
    power = 60_000.0 + 5_000.0 * np.sin(np.arange(count) / 20.0)
    return (power * (1 + share * chance.standard_normal(count))).tolist(), power.tolist()


def test_a_noisy_meter_that_freezes_while_power_moves_is_found_within_seconds() -> None:
    """Six repeats of a meter that never repeats itself, while it ought to have moved by a megawatt; recorded once."""
    values, power = noisy(400)
    frozen = values[:200] + [values[199]] * 200
    state, told = seen(POWER, frozen, power)
    assert len(told) == 1
    assert 204 <= told[0][0] <= 208
    assert state.quality is Quality.INVALID


def test_the_second_source_is_used_meanwhile_and_the_meter_again_when_it_moves() -> None:
    """Not topical from elsewhere, invalid where there is nothing else, good when it is back."""
    values, power = noisy(401)
    frozen = values[:200] + [values[199]] * 200
    state, _ = seen(POWER, frozen, power)
    assert believed(state, 61_000.0) == (61_000.0, Quality.NOT_TOPICAL)
    assert believed(state) == (values[199], Quality.INVALID)
    state, notes = meter_watched(POWER, state, START, values[400], power[400])
    assert [note.what for note in notes] == ["a meter moves again"]
    assert believed(state, 61_000.0) == (values[400], Quality.GOOD)


def test_a_meter_may_rest_while_the_power_rests() -> None:
    """A plant that draws the same for an hour and a half is no fault of its meter."""
    values, power = noisy(100)
    _, told = seen(POWER, values + [60_000.0] * 1_350, power + [60_000.0] * 1_350)
    assert told == []


def test_a_coarse_meter_rests_as_long_as_it_is_used_to() -> None:
    """One that shows steps of 500 kW repeats itself by habit, also while power moves slowly."""
    _, power = noisy(3_000)
    coarse = [500.0 * round(value / 500.0) for value in power]
    assert seen(POWER, coarse, power)[1] == []


def test_what_cannot_be_is_not_believed_and_said_once() -> None:
    """Not a number, too large: recorded when it begins; the last believable value stays."""
    values, _ = noisy(10)
    state, told = seen(POWER, [*values, math.nan, 1e9, -math.inf])
    assert told == [(10, "a meter shows what cannot be")]
    assert believed(state) == (values[-1], Quality.INVALID)
    assert meter_watched(POWER, state, START, values[0])[0].quality is Quality.GOOD


@pytest.mark.real
@pytest.mark.parametrize("frozen_from", [None, 1_000, 30_000])
def test_a_real_frequency_that_repeats_itself_half_of_the_time_gives_no_alarm(
    data_dir: Path, frozen_from: int | None
) -> None:
    """18 hours of 1 s; the longest rest is 54 s. Frozen on purpose, it is found within two minutes."""
    rules = MeterRules(low=55.0, high=65.0, moved=0.05)
    frame = pl.read_parquet(data_dir / "regulation_signal" / "freq60_1s.parquet")
    values = frame["freq_site0_hz"].to_list()
    if frozen_from is not None:
        values = values[:frozen_from] + [values[frozen_from]] * 200
    _, told = seen(rules, values)
    if frozen_from is None:
        assert told == []
    else:
        assert len(told) == 1
        assert 0 < told[0][0] - frozen_from <= 120


@given(values=st.lists(st.one_of(st.floats(), st.sampled_from([1.0, 2.0])), max_size=60))
def test_whatever_a_meter_shows_what_is_believed_can_be(values: list[float]) -> None:
    """Nothing raises; a value that is called good lies in the range; a record begins or ends something."""
    state = MeterWatched()
    for value in values:
        state, notes = meter_watched(POWER, state, START, value)
        kept, quality = believed(state)
        assert len(notes) <= 1
        assert quality is Quality.INVALID or POWER.low <= kept <= POWER.high


def test_rules_of_a_meter_are_refused_with_every_fault() -> None:
    """All at once."""
    with pytest.raises(BadInput) as error:
        MeterRules(low=1.0, high=0.0, moved=0.0, least_run=0, beyond=0.5, chance=1.0)
    assert len(error.value.findings) == 5
