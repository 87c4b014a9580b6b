"""Water-filling gives the published set-points, for any weights the least-cost ones, and says what lacks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.kernels.regulate import it_for_fast_power
from gridtide.kernels.set_points import water_filled
from gridtide.physics.pue import fast_facility_power_kw

Real = NDArray[np.float64]
USUAL = np.array([500.0, 400.0, 600.0, 300.0])
LOWEST = np.array([200.0, 200.0, 200.0, 250.0])
HIGHEST = np.array([700.0, 700.0, 700.0, 320.0])
WEIGHT = np.array([1.0, 2.0, 0.5, 1.0])


def filled(target_kw: float, level: float = 0.0) -> tuple[Real, float, float]:
    """Set-points, level of the water, what lacks."""
    out = np.empty(4)
    found, lacking = water_filled(target_kw, USUAL, (LOWEST, HIGHEST), WEIGHT, level, out)
    return out, found, lacking


@pytest.mark.parametrize(
    ("target_kw", "level", "points"),
    [
        (1600.0, -44.4444, (455.5556, 377.7778, 511.1111, 255.5556)),
        (2200.0, 186.6667, (686.6667, 493.3333, 700.0, 320.0)),
        (1800.0, 0.0, (500.0, 400.0, 600.0, 300.0)),
    ],
)
def test_published_set_points_are_found(
    target_kw: float, level: float, points: tuple[float, ...]
) -> None:
    """The vectors of the reference, from any level of the tick before."""
    for start in (0.0, level, 1e6, -1e6):
        out, found, lacking = filled(target_kw, start)
        assert out == pytest.approx(points, abs=1e-4)
        assert found == pytest.approx(level, abs=1e-4)
        assert lacking == 0.0


def test_at_and_beyond_the_bounds_what_lacks_is_said() -> None:
    """900 kW: three at their least and one free; 800: all at their least, 50 kW lack; 2,500: 80 too little."""
    assert filled(900.0)[0] == pytest.approx((200.0, 250.0, 200.0, 250.0))
    assert filled(800.0)[0] == pytest.approx(LOWEST)
    assert filled(800.0)[2] == pytest.approx(50.0)
    assert filled(2500.0)[0] == pytest.approx(HIGHEST)
    assert filled(2500.0)[2] == pytest.approx(-80.0)


@settings(max_examples=100)
@given(seed=st.integers(0, 2**20), share=st.floats(0.0, 1.0), level=st.floats(-1e4, 1e4))
def test_no_other_split_of_the_same_power_costs_less(seed: int, share: float, level: float) -> None:
    """The sum is met, bounds hold, and every gang free to move stands at the one common level."""
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 50))
    lowest = chance.uniform(0.0, 100.0, count)
    highest = lowest + chance.uniform(0.0, 200.0, count)
    usual = chance.uniform(lowest, highest)
    weight = chance.uniform(0.1, 10.0, count)
    target = float(lowest.sum() + share * (highest - lowest).sum())
    out = np.empty(count)
    water_filled(target, usual, (lowest, highest), weight, level, out)
    assert out.sum() == pytest.approx(target, rel=1e-8, abs=1e-6)
    assert ((out >= lowest) & (out <= highest)).all()
    levels = weight * (out - usual)
    free = (out > lowest + 1e-6) & (out < highest - 1e-6)
    if free.any():
        water = levels[free].mean()
        assert levels[free] == pytest.approx(water, rel=1e-5, abs=1e-4)
        assert (levels[~free & (out <= lowest)] >= water - 1e-3).all()


@given(it_share=st.floats(0.05, 1.0), guess=st.floats(0.0, 1.2), plant=st.integers(0, 2))
def test_the_it_power_behind_a_meter_is_found(it_share: float, guess: float, plant: int) -> None:
    """The inverse of what conversion, fans and pumps draw, from any guess."""
    fast_kw = fast_facility_power_kw(it_share * 5000.0, 5000.0, plant)
    found = it_for_fast_power(fast_kw, guess * 5000.0, 5000.0, plant)
    assert found == pytest.approx(it_share * 5000.0, rel=1e-6)
