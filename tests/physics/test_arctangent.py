"""The angle of a tangent, held against the one of the language."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridtide.physics.arctangent import FLAT, STEEP, arctangent

WITHIN = 4e-16


@given(st.floats(-1e12, 1e12))
@example(FLAT)
@example(math.nextafter(FLAT, 1.0))
@example(STEEP)
@example(math.nextafter(STEEP, 3.0))
@example(-STEEP)
@example(1e-300)
def test_the_angle_is_that_of_the_language(tangent: float) -> None:
    """Within 4e-16, on both sides of every border of its ranges."""
    assert arctangent(tangent) == pytest.approx(math.atan(tangent), rel=0.0, abs=WITHIN)


@given(st.floats(-3.0, 3.0))
def test_the_other_way_is_the_same_angle_the_other_way(tangent: float) -> None:
    """Odd to the last bit."""
    assert arctangent(-tangent) == -arctangent(tangent)


@pytest.mark.parametrize(("tangent", "turn"), [(1.0, 1 / 8), (math.sqrt(3.0), 1 / 6), (0.0, 0.0)])
def test_known_angles(tangent: float, turn: float) -> None:
    """An eighth and a sixth of a turn."""
    assert arctangent(tangent) == pytest.approx(2.0 * math.pi * turn, abs=WITHIN)
