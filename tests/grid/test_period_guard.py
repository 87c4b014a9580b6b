"""A job whose period, or a multiple of its frequency, sits on a mode of the grid is named with what moves it off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.grid.oscillation import Mode, driven_by, driven_by_lines
from gridtide.grid.period_guard import JobWave, lines_of, sitting, worst_ratio
from gridtide.grid.waveform import Waveform

MODE = Mode(
    name="north-south",
    mode_hz=0.7,
    damping=0.05,
    limit_hz=0.002,
    inertia_s=4.0,
    system_kva=30e6,
    nominal_hz=50.0,
)


def wave(period_s: float, high_kw: float = 50_000.0, parts: int = 1) -> JobWave:
    """A run of seven tenths at high."""
    return JobWave(
        job="train-70b", low_kw=0.0, high_kw=high_kw, period_s=period_s, duty=0.7, parts=parts
    )


def test_a_period_on_the_mode_is_named_with_its_mends() -> None:
    """1 / 0.7 Hz; each mend holds when it is applied."""
    (found,) = sitting([wave(1 / 0.7, parts=4)], [MODE])
    assert found.wave.job == "train-70b" and found.harmonic == 1
    assert found.driven.oscillation_hz > 0.012
    by_kind = {one.kind: one.figures for one in found.remedies}
    assert set(by_kind) == {"period", "smoothing", "floor", "out of step", "store"}
    moved = wave(by_kind["period"]["period_s"])
    assert worst_ratio(lines_of(moved), [MODE]) <= 1.0
    smaller = JobWave(
        job="", low_kw=by_kind["floor"]["floor_kw"], high_kw=50_000.0, period_s=1 / 0.7, duty=0.7
    )
    assert worst_ratio(lines_of(smaller), [MODE]) == pytest.approx(1.0)
    assert by_kind["store"]["energy_kwh"] < 0.7 * 0.3 * 50_000.0 / 0.7 / 3600.0


def test_a_multiple_of_the_frequency_is_found_though_the_period_avoids_the_mode() -> None:
    """Three times 0.2333 Hz are 0.7 Hz."""
    (found,) = sitting([wave(3 / 0.7, 150_000.0)], [MODE])
    assert found.harmonic == 3


def test_a_small_job_or_a_far_period_is_left_alone() -> None:
    """No mode, no finding."""
    assert sitting([wave(1 / 0.7, 1_000.0)], [MODE]) == ()
    assert sitting([wave(1 / 0.7)], []) == ()


@given(
    period_s=st.floats(0.5, 10.0),
    high_kw=st.floats(1_000.0, 500_000.0),
    parts=st.sampled_from([1, 2, 4, 12]),
)
def test_every_mend_that_is_named_mends(period_s: float, high_kw: float, parts: int) -> None:
    """For all modes at once, not only for the one that was worst."""
    modes = [
        MODE,
        Mode(
            name="local", mode_hz=1.4, damping=0.03, limit_hz=0.001, inertia_s=4.0, system_kva=30e6
        ),
    ]
    for found in sitting([wave(period_s, high_kw, parts)], modes):
        for remedy in found.remedies:
            if remedy.kind == "period":
                moved = wave(remedy.figures["period_s"], high_kw)
                assert worst_ratio(lines_of(moved), modes) <= 1.0
            if remedy.kind == "floor":
                low = remedy.figures["floor_kw"]
                swing = (high_kw - low) / high_kw
                left = [(hz, kw * swing) for hz, kw in lines_of(wave(period_s, high_kw))]
                assert worst_ratio(left, modes) <= 1.0 + 1e-9


def test_a_measured_wave_drives_a_mode_as_its_lines_do() -> None:
    """A sine on the mode, ten minutes of it: the reference's 12.197 mHz within 3 %."""
    at = np.arange(0.0, 600.0, 0.05)
    course = Waveform(
        name="sine",
        start_s=0.0,
        step_s=0.05,
        power_kw=1e5 + 25_750.0 * np.sin(2 * np.pi * 0.7 * at),
    )
    line = driven_by_lines(MODE, [(0.7, 25_750.0)]).oscillation_hz
    assert 1000.0 * line == pytest.approx(12.197, abs=5e-4)
    found = driven_by(MODE, course)
    assert found.oscillation_hz == pytest.approx(line, rel=0.03)
    assert found.near_kw == pytest.approx(25_750.0 / np.sqrt(2.0), rel=0.01)
