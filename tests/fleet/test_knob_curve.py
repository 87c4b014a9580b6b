"""Curves of a knob, and tables that are copies of one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.copied import constant_multiple, copies
from gridtide.fleet.knob_curve import Knob, KnobCurve, Mark, at, curve_of


def curve(setting: list[float], rate: list[float], power_w: list[float]) -> KnobCurve:
    """A curve of some work on some accelerator."""
    return curve_of(
        accelerator="V100",
        workload="work",
        knob=Knob.CAP,
        setting=np.asarray(setting),
        rate=np.asarray(rate),
        power_w=np.asarray(power_w),
        mark=Mark.MEASURED,
        source="a test",
    )


def test_a_cap_above_the_draw_changes_nothing() -> None:
    """Work that draws 117 W of 250 W runs at full speed under 150 W."""
    memory_bound = curve([100.0, 150.0, 250.0], [0.99, 1.01, 1.0], [98.0, 118.0, 117.0])
    assert at(memory_bound, 150.0) == (1.0, 117.0, True)
    speed, power_w, measured = at(memory_bound, 90.0)
    assert (speed, power_w) == pytest.approx((0.99, 98.0)) and not measured


@given(
    st.lists(
        st.tuples(st.floats(50, 700), st.floats(0.01, 9), st.floats(20, 700)),
        min_size=2, max_size=8, unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_neither_speed_nor_power_falls_as_the_setting_rises(
    rows: list[tuple[float, float, float]],
) -> None:
    """Whatever noise was measured, in any order of rows; full speed is that of the highest setting."""
    found = curve(*(list(column) for column in zip(*rows, strict=True)))
    for values in (found.setting, found.speed, found.power_w):
        assert (np.diff(values) >= 0).all()
    assert found.speed[-1] == 1.0


def test_a_constant_multiple_is_found_and_a_measurement_is_not() -> None:
    """Three cells at 1.3 times; scatter of a thousandth is a measurement; two cells prove nothing."""
    one = np.asarray([10.0, 20.0, 35.0])
    assert constant_multiple(one, 1.3 * one) == pytest.approx(1.3)
    assert constant_multiple(one, 1.3 * one * np.asarray([1.0, 1.001, 0.999])) is None
    assert constant_multiple(one[:2], 1.3 * one[:2]) is None
    found = copies([("a", one), ("b", one**2), ("c", 2 * one)])
    assert [(name, of) for name, of, _ in found] == [("c", "a")]
