"""Training as the grid sees it, and what stopping it costs: vectors and laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.fleet.training_run import TrainingRun, training_power_kw
from gridtide.physics.checkpoint import (
    checkpoint_gb,
    fleet_mean_between_failures_s,
    least_pause_s,
    pause_cost,
    pause_idle_kwh,
    save_s,
    wasted_share,
    young_daly_s,
)
from gridtide.physics.elastic import accelerators_at, speed_up
from gridtide.physics.training_wave import (
    envelope_share,
    filter_gain,
    harmonic_kw,
    ramp_buffer_kwh,
    swing_kwh,
    wave_kw,
)

WAVE = TrainingRun(low_kw=0.0, high_kw=50_000.0, iteration_s=2.0, duty=0.7, ramp_s=0.0)


def band_rms(power: NDArray[np.float64], step_s: float, low_hz: float, high_hz: float) -> float:
    """Root mean square of power in a band, by Welch's mean of overlapping Hann windows of 80 s."""
    size = round(80.0 / step_s)
    window = np.hanning(size + 1)[:-1]
    parts = [power[at : at + size] for at in range(0, len(power) - size + 1, size // 2)]
    spectra = [np.abs(np.fft.rfft((part - part.mean()) * window)) ** 2 for part in parts]
    density = 2.0 * np.mean(spectra, axis=0) * step_s / float((window**2).sum())
    frequency = np.fft.rfftfreq(size, step_s)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return math.sqrt(float(density[inside].sum()) * float(frequency[1]))


def test_a_swing_of_fifty_thousand_kilowatts() -> None:
    """Energy to flatten it, two harmonics, and what a filter of 5 s lets through."""
    assert swing_kwh(50_000.0, 2.0, 0.7) == pytest.approx(5.8333, abs=5e-5)
    assert harmonic_kw(1, 50_000.0, 0.7) == pytest.approx(25_752.0, abs=0.5)
    assert harmonic_kw(3, 50_000.0, 0.7) == pytest.approx(3_279.0, abs=0.5)
    assert filter_gain(0.5, 5.0) == pytest.approx(0.06353, abs=5e-6)
    assert filter_gain(0.0, 5.0) == 1.0


@pytest.mark.parametrize(("kw_per_s", "kwh"), [(10_000 / 60, 8333.0), (1000.0, 1389.0)])
def test_a_buffer_makes_a_ramp_of_a_step(kw_per_s: float, kwh: float) -> None:
    """100 thousand kW at two rates."""
    assert ramp_buffer_kwh(100_000.0, kw_per_s) == pytest.approx(kwh, abs=0.5)


def test_the_band_of_the_fundamental_holds_its_amplitude() -> None:
    """0.4 to 0.6 Hz of the wave: 18,209 kW within 2 per cent."""
    power = training_power_kw(WAVE, 640.0, 0.02, seed=1)
    assert band_rms(power, 0.02, 0.4, 0.6) == pytest.approx(18_209.0, rel=0.02)


def test_a_store_of_the_said_energy_flattens_the_wave() -> None:
    """The content of a store that takes what is above the mean swings by just so much."""
    power = training_power_kw(WAVE, 20.0, 0.001, seed=1)
    content = np.cumsum(power - power.mean()) * 0.001 / 3600.0
    assert float(np.ptp(content)) == pytest.approx(swing_kwh(50_000.0, 2.0, 0.7), rel=2e-3)


@given(
    seed=st.integers(0, 2**31),
    period=st.floats(0.5, 10.0),
    duty=st.floats(0.1, 0.9),
    stall=st.floats(0.0, 60.0),
)
def test_a_run_is_its_seed_and_stays_within_its_powers(
    seed: int, period: float, duty: float, stall: float
) -> None:
    """The same seed gives the same bytes; without noise no power is above high or below low less its dips."""
    run = TrainingRun(
        low_kw=400.0, high_kw=1000.0, iteration_s=period, duty=duty, checkpoint_s=120.0,
        stall_s=stall, dips_per_s=0.05, dip_kw=300.0, ramp_s=0.0,
    )  # fmt: skip
    power = training_power_kw(run, 300.0, 0.1, seed)
    assert power.tobytes() == training_power_kw(run, 300.0, 0.1, seed).tobytes()
    assert power.max() <= 1000.0 and power.min() >= 100.0


def test_checkpoints_stall_as_long_as_they_are_said_to() -> None:
    """30 s of every 120 at low, iterations of the rest at their share."""
    run = TrainingRun(
        low_kw=0.0, high_kw=1.0, iteration_s=1.0, duty=0.5, checkpoint_s=120.0, stall_s=30.0,
        ramp_s=0.0,
    )  # fmt: skip
    power = training_power_kw(run, 1200.0, 0.01, seed=0)
    assert float(power.mean()) == pytest.approx(0.75 * 0.5, rel=2e-3)
    assert float(power.reshape(10, -1)[:, 9000:].max()) == 0.0


def test_a_run_rises_and_falls_with_its_ramp() -> None:
    """Nothing at its ends, half of it in the middle of a ramp, nothing outside."""
    assert envelope_share(0.0, 100.0, 18.0) == 0.0
    assert envelope_share(9.0, 100.0, 18.0) == envelope_share(91.0, 100.0, 18.0) == 0.5
    assert envelope_share(-1.0, 100.0, 18.0) == envelope_share(100.0, 100.0, 18.0) == 0.0
    assert wave_kw(-0.1, 1.0, 2.0, 2.0, 0.7) == 1.0


def test_failures_of_a_published_run() -> None:
    """16,384 accelerators over 54 days: 3.0931 h between 419 failures, 50,677 h for one of them, .5068 h of 100,000."""
    one_h = 54 * 24 * 16_384 / 419
    assert one_h == pytest.approx(50_677, abs=0.5)
    between_s = fleet_mean_between_failures_s(one_h * 3600, 16_384)
    assert between_s / 3600 == pytest.approx(3.0931, abs=5e-5)
    planned_too_h = fleet_mean_between_failures_s(54 * 24 * 16_384 / 466, 16_384)
    assert planned_too_h == pytest.approx(2.7811, abs=5e-5)
    assert fleet_mean_between_failures_s(one_h, 100_000) == pytest.approx(0.5068, abs=5e-5)


@given(save=st.floats(5.0, 300.0), between=st.floats(2000.0, 2e5), off=st.floats(0.3, 3.0))
def test_no_other_interval_wastes_less(save: float, between: float, off: float) -> None:
    """To first order, of which it is the best."""
    best = young_daly_s(save, between)
    least = wasted_share(best, save, 600.0, between)
    assert least <= wasted_share(off * best, save, 600.0, between) + 1e-12


def test_a_checkpoint_takes_its_size_over_its_rate() -> None:
    """70 thousand million parameters are 980 to 1,120 GB; writing on while computing holds the job less."""
    assert checkpoint_gb(70.0) == pytest.approx(980.0)
    assert checkpoint_gb(70.0, 16.0) == pytest.approx(1120.0)
    assert save_s(980.0, 10.0) == pytest.approx(98.0)
    assert save_s(980.0, 10.0, 0.1) == pytest.approx(9.8)


def test_a_pause_costs_ramps_idling_lost_work_and_churn() -> None:
    """Two ramps of 60 s between 10,000 and 2,000 kW, 660 s idle; 50 a MWh, 100 accelerator-hours at 2."""
    idle = pause_idle_kwh(10_000.0, 2_000.0, 60.0, 600.0, 60.0)
    assert idle == pytest.approx(60 * 12_000 / 3600 + 660 * 2000 / 3600)
    assert pause_cost(idle, 50.0, 100.0, 2.0, 7.0) == pytest.approx(idle * 0.05 + 207.0)
    assert least_pause_s(60.0, 600.0) == 1980.0


def test_a_megawatt_hour_of_lost_work_is_worth_far_more_than_its_energy() -> None:
    """2 an accelerator-hour at 1.4 kW each: 714 of them draw 1,000 kW, and an hour of theirs is worth 1,428.6."""
    accelerators = 1000.0 / 1.4
    assert accelerators == pytest.approx(714, abs=0.5)
    assert pause_cost(0.0, 50.0, accelerators, 2.0) == pytest.approx(1428.6, abs=0.05)


@given(
    contention=st.floats(0.0, 0.3),
    coherence=st.floats(1e-5, 0.01),
    servers=st.integers(1, 200),
)
def test_more_servers_help_less_and_less_up_to_a_peak(
    contention: float, coherence: float, servers: int
) -> None:
    """One is one; concave before the peak, which lies where theory has it."""
    assert speed_up(1, contention, coherence) == 1.0
    peak = math.sqrt((1 - contention) / coherence)
    gain = speed_up(servers + 1, contention, coherence) - speed_up(servers, contention, coherence)
    assert (gain >= -1e-12) if servers + 1 <= peak else True
    assert (gain <= 1e-12) if servers >= peak else True
    assert speed_up(servers, contention, coherence) <= servers


@given(gang=st.integers(1, 10_000), parts=st.integers(1, 100))
def test_a_share_of_a_gang_is_whole_accelerators_and_never_too_few(gang: int, parts: int) -> None:
    """Rounded up, but for rounding of the product: a tenth of 10 three times over is 3."""
    taken = accelerators_at(gang, parts / 100)
    assert 0.0 <= taken - gang * parts / 100 + 1e-6 < 1.0 + 1e-6
    assert accelerators_at(10, 0.1 * 3) == 3
    assert accelerators_at(gang, 1.0) == gang
