"""Ramps, steps and bands of a waveform: published figures, an independent oracle, and laws."""

import math
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal

from gridtide.case.grid_rules import bundled_rules
from gridtide.fleet.training_run import TrainingRun, training_power_kw
from gridtide.grid.band import (
    BandFilter,
    band_rms_kw,
    band_share,
    in_band,
    main_line,
    settled,
    spectrum,
)
from gridtide.grid.connection import Connection
from gridtide.grid.judge import Load, Outcome, judged
from gridtide.grid.ramp import Direction, course_step, mean_ramp, ramp_percentile, step_within
from gridtide.grid.waveform import Waveform
from gridtide.physics.training_wave import harmonic_kw, ramp_buffer_kwh

Real = NDArray[np.float64]
RATE_HZ = 200.0
RULES = bundled_rules().rules
LARGE = Load(nominal_kw=300_000.0)


def wave(power_kw: Real, step_s: float = 1.0 / RATE_HZ) -> Waveform:
    """A waveform from 0 s on."""
    return Waveform(name="made up", start_s=0.0, step_s=step_s, power_kw=power_kw)


def moments(seconds: float) -> Real:
    """Middles of samples, s."""
    return np.asarray((np.arange(round(seconds * RATE_HZ)) + 0.5) / RATE_HZ)


def swing_kw(power_kw: Real) -> float:
    """Peak to peak in any 5 s of 0.1 to 55 Hz as the reference figures were made: 5 s dropped, ends mirrored by three
    samples, so that what filtering leaves of the ends is part of them."""
    made = BandFilter(low_hz=0.1, high_hz=55.0, dropped_s=5.0, padding_s=3.0 / RATE_HZ)
    kept = in_band(wave(power_kw), made)[settled(wave(power_kw), made)]
    return course_step(kept, 1.0 / RATE_HZ, 5.0, Direction.BOTH).value


def test_rmp_1_a_pause_at_a_limit_takes_five_minutes_and_so_much_of_a_buffer() -> None:
    """100,000 kW at 20,000 kW/min; the power of the buffer is the step."""
    assert 100_000.0 / 20_000.0 == 5.0
    assert ramp_buffer_kwh(100_000.0, 20_000.0 / 60.0) == pytest.approx(4_166.7, abs=0.05)


def test_rmp_1_a_step_inside_fifteen_seconds_fails_though_the_mean_is_kept() -> None:
    """6 MW at once in a course that otherwise climbs by 4 MW a minute."""
    at = np.arange(0.0, 600.0, 1.0)
    course = wave(100_000.0 + 4_000.0 / 60.0 * at + 6_000.0 * (at >= 300.0), 1.0)
    assert judged(RULES["ieso-ramp"], course, LARGE).outcome == Outcome.PASS
    found = judged(RULES["ieso-15s"], course, LARGE)
    assert found.outcome == Outcome.FAIL and found.value == pytest.approx(7_000.0)
    assert found.from_s == 285.0 and found.to_s == 300.0


@pytest.mark.parametrize(
    ("amplitude_kw", "figure", "outcome"),
    [(4_900.0, "9.87", Outcome.PASS), (6_000.0, "12.08", Outcome.FAIL)],
)
def test_rmp_2_a_sine_of_one_hertz(amplitude_kw: float, figure: str, outcome: Outcome) -> None:
    """The printed figures, and the same verdict with 10 s dropped at both ends."""
    power = 200_000.0 + amplitude_kw * np.sin(2.0 * np.pi * moments(60.0))
    assert f"{swing_kw(power) / 1000.0:.2f}" == figure
    assert judged(RULES["ercot-band"], wave(power), LARGE).outcome == outcome


@pytest.mark.parametrize(("seconds", "figure"), [(60.0, "0.03"), (300.0, "0.21")])
def test_rmp_3_slow_courses_lie_outside_the_band(seconds: float, figure: str) -> None:
    """A ramp of 20 MW/min, and 20 MW at 0.02 Hz."""
    at = moments(seconds)
    slow = 20_000.0 / 60.0 * at if seconds == 60.0 else 20_000.0 * np.sin(2.0 * np.pi * 0.02 * at)
    assert f"{swing_kw(200_000.0 + slow) / 1000.0:.2f}" == figure
    assert judged(RULES["ercot-band"], wave(200_000.0 + slow), LARGE).outcome == Outcome.PASS


@pytest.mark.parametrize(("low", "high"), [(0.1, 55.0), (0.1, 5.0), (5.0, 55.0)])
def test_the_band_filter_is_the_one_of_an_independent_library(low: float, high: float) -> None:
    """Forward and backward, the same padding."""
    power = 100.0 * np.random.default_rng(0).normal(size=20_000).cumsum()
    sections = signal.butter(2, [low, high], "bandpass", fs=RATE_HZ, output="sos")
    theirs = signal.sosfiltfilt(sections, power, padlen=2_000)
    ours = in_band(wave(power), BandFilter(low_hz=low, high_hz=high))
    assert np.abs(ours - theirs).max() < 1e-6 * np.abs(theirs).max()


def test_the_spectrum_of_a_training_run_has_its_analytic_lines() -> None:
    """The root mean square between 0.4 and 0.6 Hz within 2 %, and the strongest line where the iteration is."""
    run = TrainingRun(low_kw=0.0, high_kw=50_000.0, iteration_s=2.0, duty=0.7, ramp_s=0.0)
    course = wave(training_power_kw(run, 600.0, 1.0 / RATE_HZ, 0))
    wanted = harmonic_kw(1, 50_000.0, 0.7) / math.sqrt(2.0)
    assert band_rms_kw(course, 0.4, 0.6) == pytest.approx(wanted, rel=0.02)
    frequency, amplitude = main_line(course)
    assert frequency == pytest.approx(0.5, abs=0.013)
    assert amplitude == pytest.approx(harmonic_kw(1, 50_000.0, 0.7), rel=0.02)


def test_shares_of_bands_that_meet_add_up() -> None:
    """Half the energy in each of two sines of one size."""
    at = moments(100.0)
    course = wave(500.0 + np.sin(2 * np.pi * 1.0 * at) + np.sin(2 * np.pi * 10.0 * at))
    assert band_share(course, 0.5, 5.0) == pytest.approx(0.5, abs=1e-6)
    assert band_share(course, 5.01, 50.0) == pytest.approx(0.5, abs=1e-6)
    assert band_share(wave(np.full(100, 7.0)), 0.5, 5.0) == 0.0


COURSES = st.lists(st.floats(0.0, 1e5), min_size=8, max_size=60).map(np.asarray)


@given(power=COURSES, steps=st.integers(1, 7), direction=st.sampled_from(list(Direction)))
def test_a_step_is_the_greatest_of_all_pairs(power: Real, steps: int, direction: Direction) -> None:
    """Every pair within the window, one by one."""
    pairs = [
        later - earlier for i, earlier in enumerate(power) for later in power[i : i + steps + 1]
    ]
    wanted = {
        Direction.UP: max(pairs),
        Direction.DOWN: -min(pairs),
        Direction.BOTH: max(np.abs(pairs)),
    }[direction]
    assert step_within(wave(power, 1.0), float(steps), direction).value == pytest.approx(wanted)


@given(power=COURSES, steps=st.integers(1, 7))
def test_no_mean_ramp_is_steeper_than_the_step_of_its_window(power: Real, steps: int) -> None:
    """A mean over a window is a pair of it."""
    course = wave(power, 1.0)
    ramp = mean_ramp(course, float(steps), Direction.BOTH)
    assert (
        ramp.value * steps / 60.0 <= step_within(course, float(steps), Direction.BOTH).value + 1e-9
    )


@given(power=COURSES, by=st.floats(0.0, 1e5))
def test_power_that_stands_beside_changes_no_ramp(power: Real, by: float) -> None:
    """Constant load is none of a rule's business."""
    for direction in Direction:
        alone = mean_ramp(wave(power, 1.0), 3.0, direction).value
        assert mean_ramp(wave(power + by, 1.0), 3.0, direction).value == pytest.approx(
            alone, abs=1e-6
        )


def test_a_percentile_of_ramps_is_of_block_means() -> None:
    """Three ramps of 60 kW/min and one of 600: three in four are within 60."""
    power = np.repeat([0.0, 60.0, 120.0, 180.0, 780.0], 60)
    assert ramp_percentile(wave(power, 1.0), 60.0, 75.0) == pytest.approx(195.0)
    assert ramp_percentile(wave(power, 1.0), 60.0, 50.0) == pytest.approx(60.0)


@settings(max_examples=25)
@given(step_s=st.sampled_from([0.02, 0.1, 1.0, 7.0, 60.0, 900.0]), depth=st.floats(0.0, 50_000.0))
def test_what_sampling_hides_is_never_a_pass(step_s: float, depth: float) -> None:
    """A verdict of pass needs samples that could have shown a failure."""
    at = np.arange(200) * step_s
    course = wave(100_000.0 + depth * (np.sin(at) > 0.3), step_s)
    for rule in RULES.values():
        found = judged(rule, course, LARGE)
        if found.outcome == Outcome.PASS and rule.window_s is not None and rule.band_hz is None:
            assert step_s <= rule.window_s
        if found.outcome == Outcome.PASS and rule.band_hz is not None:
            assert 1.0 / step_s > 2.0 * rule.band_hz[1]
        assert found.outcome != Outcome.UNKNOWN or found.why


def test_a_band_that_sampling_shows_in_part_can_fail_but_not_pass() -> None:
    """10 samples a second show 1 Hz, not 55."""
    at = np.arange(0.0, 60.0, 0.1)
    deep, shallow = (wave(1e5 + kw * np.sin(2 * np.pi * at), 0.1) for kw in (9_000.0, 100.0))
    assert judged(RULES["ercot-band"], deep, LARGE).outcome == Outcome.FAIL
    found = judged(RULES["ercot-band"], shallow, LARGE)
    assert found.outcome == Outcome.UNKNOWN and found.at_least and "4.75 Hz" in found.why


def test_a_rule_for_larger_loads_does_not_apply_until_it_is_asked_for() -> None:
    """75,000 kW of computing is where ERCOT's holds from."""
    at = moments(60.0)
    course = wave(50_000.0 + 9_000.0 * np.sin(2 * np.pi * at))
    small = Load(nominal_kw=60_000.0)
    assert judged(RULES["ercot-band"], course, small).passes
    assert judged(RULES["ercot-band"], course, small, asked=True).fails


@pytest.mark.real
def test_a_measured_demand_response_event_ramps_gently_and_shows_no_seconds() -> None:
    """The Phoenix field test, a value a minute: minute ramps are judged, what lies within seconds is not."""
    folder = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")) / "emerald_phoenix"
    power = pl.read_csv(folder / "SRP_total_power.csv")["total"].to_numpy() / 1000.0
    course = wave(power, 60.0)
    load = Load(nominal_kw=float(power.max()))
    found = {name: judged(RULES[name], course, load, asked=True) for name in ("caiso-ramp", "ieso-ramp", "ieso-15s",
                                                                              "ercot-band")}  # fmt: skip
    assert found["caiso-ramp"].outcome == found["ieso-ramp"].outcome == Outcome.PASS
    assert found["ieso-15s"].outcome == found["ercot-band"].outcome == Outcome.UNKNOWN
    steepest = found["ieso-ramp"].value
    assert steepest is not None and 0.01 < steepest / power.max() < 0.2


SHORT = st.lists(st.floats(-1e5, 1e6), min_size=2, max_size=40).map(np.asarray)


@settings(max_examples=60, deadline=None)
@given(power=SHORT, step_s=st.sampled_from([1e-4, 0.005, 0.5, 15.0, 600.0, 86_400.0]))
def test_any_record_gets_a_verdict_from_every_rule(power: Real, step_s: float) -> None:
    """However short or odd: a value or a reason, and the spectrum is finite."""
    course = wave(power, step_s)
    grid = Connection(short_circuit_kva=1e7, x_over_r=10.0)
    for rule in RULES.values():
        found = judged(rule, course, Load(nominal_kw=1e6, connection=grid))
        assert found.why or (found.value is not None and math.isfinite(found.value))
    _, density = spectrum(course)
    assert np.isfinite(density).all()
