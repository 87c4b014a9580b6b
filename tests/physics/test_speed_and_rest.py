"""Work at a speed, and machines between two uses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.operating_point import seconds_at_speed, work_in_seconds
from gridtide.physics.parking import least_rest_s


def test_an_hour_of_work_at_four_fifths_of_the_speed() -> None:
    """4,500 s, and 2,880 s of work are done in an hour."""
    assert seconds_at_speed(3600, 0.8) == 4500
    assert work_in_seconds(3600, 0.8) == 2880
    assert seconds_at_speed(3600, 1.0) == work_in_seconds(3600, 1.0) == 3600


@given(work=st.integers(0, 10_000_000), speed=st.floats(0.05, 1.0))
def test_time_that_is_enough_does_the_work(work: int, speed: float) -> None:
    """And a second less does not, but for rounding."""
    time = seconds_at_speed(work, speed)
    assert time >= work
    assert work_in_seconds(time, speed) >= work
    assert (time - 1) * speed <= work


@pytest.mark.parametrize(
    ("wake_s", "wake_kw", "kept_kw", "resting_kw", "least_s"),
    [(600.0, 2.0, 1.0, 0.0, 1200.0), (600.0, 1.0, 1.0, 0.5, 600.0),
     (0.0, 2.0, 1.0, 0.5, 0.0), (60.0, 2.0, 0.5, 0.5, math.inf)],
)  # fmt: skip
def test_a_rest_pays_once_it_saves_what_waking_takes(
    wake_s: float, wake_kw: float, kept_kw: float, resting_kw: float, least_s: float
) -> None:
    """Ten minutes of waking at 2 kW against staying at 1 kW ask for twenty minutes; never for a machine that rests at
    what it draws anyway."""
    assert least_rest_s(wake_s, wake_kw, kept_kw, resting_kw) == pytest.approx(least_s)


@given(
    wake_s=st.floats(1.0, 3600.0),
    wake_kw=st.floats(0.1, 5.0),
    resting_kw=st.floats(0.0, 1.0),
    kept_more_kw=st.floats(0.1, 2.0),
)
def test_at_the_least_rest_both_ways_draw_the_same_or_waking_takes_it_all(
    wake_s: float, wake_kw: float, resting_kw: float, kept_more_kw: float
) -> None:
    """Energy balance of the two ways."""
    kept_kw = resting_kw + kept_more_kw
    least = least_rest_s(wake_s, wake_kw, kept_kw, resting_kw)
    rested = resting_kw * (least - wake_s) + wake_kw * wake_s
    assert least >= wake_s
    if least > wake_s:
        assert rested == pytest.approx(kept_kw * least)
    else:
        assert rested <= kept_kw * least + 1e-9
