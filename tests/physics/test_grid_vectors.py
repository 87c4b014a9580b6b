"""Frequency, oscillation and voltage as formulas: reference figures and laws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.connection_point import (
    flicker_severity,
    flicker_time_s,
    voltage_change_share,
    voltage_pu,
)
from gridtide.physics.grid_frequency import (
    droop_kw,
    forced_oscillation_hz,
    lagged_kw,
    quasi_steady_hz,
    rocof_hz_per_s,
    swung_hz,
)


def test_frq_1_rates_of_change_of_frequency() -> None:
    """Two losses of load, to the last printed digit."""
    assert f"{rocof_hz_per_s(1.5e6, 100e6, 4.0, 60.0):.4f}" == "0.1125"
    assert f"{rocof_hz_per_s(1e6, 60e6, 4.0, 50.0):.4f}" == "0.1042"
    assert rocof_hz_per_s(1e5, 30e6, 5.0, 50.0) == pytest.approx(0.01667, abs=5e-6)
    assert rocof_hz_per_s(1.5e6, 60e6, 4.0, 60.0) == pytest.approx(0.1875, abs=5e-5)


@pytest.mark.parametrize(
    ("driven_hz", "millihertz"), [(0.1, 0.178), (0.7, 12.197), (1.0, 1.659), (2.0, 0.486)]
)
def test_a_forced_mode_answers_as_the_reference_says(driven_hz: float, millihertz: float) -> None:
    """25.75 MW on 30 GVA, H 4 s, a mode at 0.7 Hz with a damping of 0.05."""
    found = forced_oscillation_hz(25_750.0, driven_hz, 0.7, 0.05, 4.0, 30e6, 50.0)
    assert 1000.0 * found == pytest.approx(millihertz, abs=5e-4)


def test_primary_response_holds_a_loss_within_its_stiffness() -> None:
    """1,000 MW at 20,000 MW/Hz."""
    assert quasi_steady_hz(1e6, 20e6) == pytest.approx(0.05)


@given(st.floats(58.0, 62.0))
def test_a_droop_is_odd_still_inside_its_dead_band_and_bounded(frequency_hz: float) -> None:
    """The same answer mirrored; nothing within 36 mHz; never more than the flexible power."""
    found = droop_kw(frequency_hz, 60.0, 1000.0, 0.05, 0.036)
    mirrored = droop_kw(120.0 - frequency_hz, 60.0, 1000.0, 0.05, 0.036)
    assert found == pytest.approx(-mirrored, abs=1e-6)
    assert abs(found) <= 1000.0
    if abs(frequency_hz - 60.0) <= 0.036:
        assert found == 0.0


def test_a_droop_moves_by_what_its_share_says() -> None:
    """0.3 Hz beyond the dead band are a tenth of 5 % of 60 Hz."""
    assert droop_kw(60.0 - 0.036 - 0.3, 60.0, 1000.0, 0.05, 0.036) == pytest.approx(-100.0)
    assert droop_kw(60.0 + 0.036 + 1e-9, 60.0, 1000.0, 0.05, 0.036) < 1e-3


def test_voltage_at_a_load_solves_the_two_buses() -> None:
    """The current that the solution draws brings back the source."""
    p, q, short, ratio = 2e5, 5e4, 1e6, 8.0
    level = voltage_pu(p, q, short, ratio)
    angle = math.atan(ratio)
    drop = complex(math.cos(angle), math.sin(angle)) / short * complex(p, -q) / level
    assert abs(level + drop) == pytest.approx(1.0, abs=1e-12)
    assert voltage_pu(1e6, 0.0, 1e6, ratio) == 0.0


def test_a_small_change_of_load_changes_the_voltage_by_the_first_order() -> None:
    """Within a thousandth of itself for a ten-thousandth of the short-circuit level."""
    exact = 1.0 - voltage_pu(100.0, 30.0, 1e6, 5.0)
    assert voltage_change_share(100.0, 30.0, 1e6, 5.0) == pytest.approx(exact, rel=1e-3)


def test_single_steps_flicker_as_the_analytical_method_says() -> None:
    """One step of 2.724 % a minute over ten minutes: the older calibration point of the standard is Pst 1."""
    impressions = 10 * flicker_time_s(0.02724, 1.0)
    assert flicker_severity(impressions, 600.0) == pytest.approx(1.0, abs=0.02)


def test_a_frequency_swings_towards_where_damping_holds_it() -> None:
    """100 MW too much on 13,333 MW s/Hz: 7.5 mHz/s without damping; with 1,500 MW/Hz it is
    1 - 1/e of the way to 66.7 mHz after one time constant, and steps of any length come out alike."""
    assert swung_hz(0.0, 100e3, 0.0, 13_333_333.0, 1.0) == pytest.approx(0.0075)
    constant_s = 13_333_333.0 / 1_500_000.0
    after = swung_hz(0.0, 100e3, 1_500_000.0, 13_333_333.0, constant_s)
    assert after == pytest.approx(0.1 / 1.5 * (1.0 - math.exp(-1.0)))
    half = swung_hz(0.0, 100e3, 1_500_000.0, 13_333_333.0, constant_s / 2.0)
    assert swung_hz(half, 100e3, 1_500_000.0, 13_333_333.0, constant_s / 2.0) == pytest.approx(
        after
    )


def test_what_lags_is_63_per_cent_there_after_its_lag() -> None:
    """And at once without one."""
    assert lagged_kw(0.0, 1000.0, 8.0, 8.0) == pytest.approx(1000.0 * (1.0 - math.exp(-1.0)))
    assert lagged_kw(200.0, 1000.0, 0.0, 0.02) == 1000.0
