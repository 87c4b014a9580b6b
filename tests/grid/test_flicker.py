"""The flickermeter against the calibration points of its standard, and voltage behind a short-circuit level."""

import numpy as np
import pytest

from gridtide.grid.connection import Connection
from gridtide.grid.flicker import LAMPS, carrier_rate_hz, sensation, severities, severity
from gridtide.grid.voltage import rapid_change, voltage_course
from gridtide.grid.waveform import Waveform

RECTANGULAR = {
    50.0: (
        (1, 2.715),
        (2, 2.191),
        (7, 1.450),
        (39, 0.894),
        (110, 0.722),
        (1620, 0.407),
        (4000, 2.343),
    ),
    60.0: (
        (1, 3.181),
        (2, 2.564),
        (7, 1.694),
        (39, 1.040),
        (110, 0.844),
        (1620, 0.548),
        (4800, 4.837),
    ),
}
"""Changes a minute, and the dV/V in per cent at which Pst is 1: IEC 61000-4-15 edition 2, table 5, as remembered. The
standard allows 5 per cent."""


@pytest.mark.parametrize(
    ("nominal_hz", "per_minute", "per_cent"),
    [(hertz, *point) for hertz, points in RECTANGULAR.items() for point in points],
)
def test_rectangular_changes_of_the_standard_have_a_severity_of_one(
    nominal_hz: float, per_minute: int, per_cent: float
) -> None:
    """Ten minutes of them, after two that let the filters settle."""
    lamp = LAMPS[nominal_hz]
    rate = carrier_rate_hz(lamp)
    at = np.arange(int(720 * rate)) / rate
    up = np.where((at * per_minute / 120.0) % 1.0 < 0.5, 1.0, -1.0)
    found = severity(sensation(1.0 + per_cent / 200.0 * up, lamp)[int(120 * rate) :])
    assert found == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize("nominal_hz", [50.0, 60.0])
def test_a_fluctuation_that_is_just_perceived_shows_one(nominal_hz: float) -> None:
    """8.8 Hz, the point the meter is scaled by."""
    lamp = LAMPS[nominal_hz]
    rate = carrier_rate_hz(lamp)
    at = np.arange(int(60 * rate)) / rate
    course = 1.0 + lamp.unit_share / 2.0 * np.sin(2.0 * np.pi * 8.8 * at)
    assert sensation(course, lamp)[int(30 * rate) :].max() == pytest.approx(1.0, rel=2e-3)


def test_a_load_swinging_twice_as_deep_flickers_twice_as_much() -> None:
    """Severity is linear in the depth of small changes; of a steady voltage the carrier leaves next to nothing."""
    at = np.arange(0.0, 600.0, 0.01)
    found = [
        severities(np.asarray(1.0 + deep * (at % 2.0 < 1.0)), 0.01, 50.0)[0]
        for deep in (0.001, 0.002)
    ]
    assert found[1] == pytest.approx(2.0 * found[0], rel=0.01)
    assert severities(np.ones(60_000), 0.01, 50.0)[0] < 0.02
    with pytest.raises(ValueError, match="ten minutes"):
        severities(np.ones(100), 0.01, 50.0)


def test_a_step_of_load_drops_the_voltage_by_its_share_of_the_short_circuit_level() -> None:
    """To first order 0.1 of S_k at X/R 10 and no reactive power drops R of it."""
    grid = Connection(short_circuit_kva=1e6, x_over_r=10.0, power_factor=1.0)
    course = Waveform(name="step", start_s=0.0, step_s=0.1, power_kw=np.repeat([0.0, 1e4], 50))
    worst = rapid_change(course, grid, 1.0)
    assert worst.value == pytest.approx(0.01 * np.cos(np.arctan(10.0)), rel=0.06)
    assert voltage_course(course, grid)[0] == 1.0
