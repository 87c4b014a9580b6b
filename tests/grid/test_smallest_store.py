"""Stores that bound ramps: the linear program against closed forms and every controller, and mends that were tried."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize

from gridtide.case.grid_rules import bundled_rules
from gridtide.grid.band import BandFilter, in_band, settled
from gridtide.grid.judge import Load, judged
from gridtide.grid.mend import Store, power_mends, sized, smoothed
from gridtide.grid.oscillation import Mode, driven_by
from gridtide.grid.rule import Provenance, Quantity, Rule
from gridtide.grid.smallest_store import (
    can_be_sized,
    mean_period,
    smallest_repeated,
    smallest_store,
    stretch_around,
)
from gridtide.grid.waveform import Waveform, drawing
from gridtide.physics.training_wave import ramp_buffer_kwh, swing_kwh

Real = NDArray[np.float64]
RULES = bundled_rules().rules
LOAD = Load(nominal_kw=200_000.0)
OWN = Provenance(status="own", status_date="", source="own", primary=False, citation="", mark="own")


def wave(power_kw: Real, step_s: float) -> Waveform:
    """From 0 s on."""
    return Waveform(name="made up", start_s=0.0, step_s=step_s, power_kw=power_kw)


def ramp_rule(limit_kw_per_min: float, window_s: float) -> Rule:
    """A mean ramp over a window."""
    return Rule(
        name="ours", authority="own", text="", quantity=Quantity.MEAN_RAMP, limit=limit_kw_per_min,
        unit="kW/min", window_s=window_s, provenance=OWN,
    )  # fmt: skip


def step_rule(limit_kw: float, window_s: float) -> Rule:
    """A change within a window."""
    return Rule(
        name="ours", authority="own", text="", quantity=Quantity.STEP, limit=limit_kw, unit="kW",
        window_s=window_s, provenance=OWN,
    )  # fmt: skip


def test_rmp_1_a_pause_that_is_known_ahead_needs_a_quarter_of_the_buffer() -> None:
    """With foresight half the ramp lies before the step: dP² / (8 r) instead of dP² / (2 r)."""
    course = wave(np.repeat([100_000.0, 0.0], 300) + 50_000.0, 2.0)
    found = smallest_store(course, [ramp_rule(20_000.0, 60.0)], 200_000.0)
    assert found is not None
    whole = ramp_buffer_kwh(100_000.0, 20_000.0 / 60.0)
    assert found.energy_kwh == pytest.approx(whole / 4.0, rel=0.21)
    fine = smallest_store(course, [ramp_rule(20_000.0, 4.0)], 200_000.0)
    assert fine is not None and fine.energy_kwh == pytest.approx(whole / 4.0, rel=0.01)
    assert fine.power_kw == pytest.approx(50_000.0, rel=0.02)


def test_rmp_1_a_store_that_does_not_know_holds_the_whole_buffer() -> None:
    """A follower at 20 MW/min: 4,166.7 kWh and the power of the step."""
    course = wave(np.repeat([150_000.0, 50_000.0], 1200), 0.5)
    grid_kw = smoothed(course, 1e-3, 20_000.0 / 60.0)
    found = sized(course, grid_kw, Store(efficiency=1.0))
    assert found["energy_kwh"] == pytest.approx(4_166.7, rel=2e-3)
    assert found["power_kw"] == pytest.approx(100_000.0, rel=2e-3)
    assert judged(RULES["ieso-15s"], drawing(course, grid_kw), LOAD).passes


def test_a_swing_that_must_vanish_needs_what_the_formula_says() -> None:
    """D (1 - D) dP T, for a limit of nearly nothing."""
    at = np.arange(0.0, 60.0, 0.1)
    course = wave(np.asarray(1e5 + 50_000.0 * ((at + 0.05) % 2.0 < 1.4)), 0.1)
    found = smallest_store(course, [step_rule(1e-3, 2.0)], 200_000.0)
    assert found is not None
    assert found.energy_kwh == pytest.approx(swing_kwh(50_000.0, 2.0, 0.7), rel=0.01)
    assert found.power_kw == pytest.approx(35_000.0, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(
    power=st.lists(st.floats(0.0, 1000.0), min_size=6, max_size=24).map(np.asarray),
    limit=st.floats(20.0, 600.0),
    steps=st.integers(2, 4),
)
def test_the_grid_of_the_smallest_store_keeps_every_window(
    power: Real, limit: float, steps: int
) -> None:
    """All pairs, one by one; and no store that only smooths is smaller."""
    rule = step_rule(limit, float(steps))
    course = wave(power, 1.0)
    if not can_be_sized([rule], course):
        return
    found = smallest_store(course, [rule], 1000.0)
    assert found is not None
    after = drawing(course, found.grid_kw)
    assert (found.grid_kw >= -1e-6).all()
    verdict = judged(rule, after, LOAD, asked=True)
    assert verdict.value is not None and verdict.value <= limit + 1e-5
    level = np.concatenate([[0.0], np.cumsum(found.grid_kw - power)]) / 3600.0
    assert level.max() - level.min() == pytest.approx(found.energy_kwh, abs=1e-6)
    for constant_s in (0.5, 3.0, 30.0):
        grid_kw = smoothed(course, constant_s, limit / steps)
        if judged(rule, drawing(course, grid_kw), LOAD, asked=True).passes:
            size = sized(course, grid_kw, Store(efficiency=1.0))["energy_kwh"]
            assert size >= found.energy_kwh - 1e-6


def test_a_stretch_of_a_record_needs_no_larger_store_than_all_of_it() -> None:
    """So what it needs is a bound for the whole; and it holds the moment it was cut around."""
    power = 1e5 + 2e4 * (np.arange(3_000) % 700 < 350)
    course = wave(np.asarray(power), 0.5)
    rule = step_rule(5_000.0, 30.0)
    part = stretch_around(course, 700.0, [step_rule(5_000.0, 4.0)])
    assert part.lasts_s == pytest.approx(600.0, abs=1.0)
    assert part.start_s <= 700.0 <= part.start_s + part.lasts_s
    assert np.array_equal(part.power_kw, power[int(part.start_s / 0.5) :][: len(part.power_kw)])
    whole, cut = smallest_store(course, [rule], 2e5), smallest_store(part, [rule], 2e5)
    assert whole is not None and cut is not None
    assert 0.0 < cut.energy_kwh <= whole.energy_kwh * 1.1


def test_losses_make_a_store_larger_and_are_drawn_from_the_grid() -> None:
    """A store of 90 % each way loses what passes through it."""
    at = np.arange(0.0, 120.0, 0.1)
    course = wave(np.asarray(1e5 + 50_000.0 * (at % 2.0 < 1.4)), 0.1)
    grid_kw = smoothed(course, 20.0, np.inf)
    ideal, lossy = (sized(course, grid_kw, Store(efficiency=share)) for share in (1.0, 0.9))
    assert ideal["lost_kwh"] == pytest.approx(0.0, abs=1e-9)
    assert lossy["lost_kwh"] > 0.0 and lossy["power_kw"] == ideal["power_kw"]


def test_every_mend_passes_every_rule_that_failed_and_that_held() -> None:
    """A store and a floor for a run of 2 s, by rules of three kinds."""
    at = np.arange(0.0, 90.0, 0.01)
    course = wave(np.asarray(150_000.0 + 50_000.0 * (at % 2.0 < 1.4)), 0.01)
    failing = [RULES["ieso-15s"], RULES["lipa-low"]]
    found = power_mends(course, failing, [RULES["atc-50mw"]], LOAD, Store())
    assert [one.kind for one in found.found] == ["store", "told store", "smoothing", "floor"]
    for mend in found.found:
        assert all(one.passes for one in mend.verdicts) and len(mend.verdicts) == 3
        assert judged(RULES["ieso-15s"], mend.waveform, LOAD).passes


def test_rmp_1_without_a_store_the_buffer_is_burnt_and_worked_off_later() -> None:
    """A pause of twenty minutes under 5 MW in 15 s: 4,166.7 kWh burnt on the way down and again later on the way up."""
    course = wave(np.repeat([120_000.0, 20_000.0, 120_000.0], [600, 1200, 1200]), 1.0)
    found = power_mends(course, [RULES["ieso-15s"]], [], LOAD, Store())
    (smoothing,) = [one.figures for one in found.found if one.kind == "smoothing"]
    assert smoothing["burnt_kwh"] == pytest.approx(4_166.7, rel=5e-3)
    assert smoothing["slowed_kwh"] == pytest.approx(4_166.7, rel=5e-3)
    assert smoothing["rate_kw_per_s"] == pytest.approx(5_000.0 / 15.0, rel=5e-3)


def test_a_mode_of_the_grid_is_kept_by_every_mend() -> None:
    """A run that fails no rule but sits on a mode; behind the mend it does not."""
    at = np.arange(0.0, 120.0, 0.02)
    course = wave(np.asarray(150_000.0 + 5_000.0 * (at % 2.0 < 1.4)), 0.02)
    mode = Mode(
        name="local", mode_hz=0.5, damping=0.05, limit_hz=0.0005, inertia_s=4.0, system_kva=30e6
    )
    assert not driven_by(mode, course).passes
    found = power_mends(course, [], [RULES["lipa-low"]], LOAD, Store(), [mode])
    assert {one.kind for one in found.found} == {"store", "told store", "smoothing", "floor"}
    for mend in found.found:
        assert driven_by(mode, mend.waveform).passes


def test_a_rule_that_no_record_like_it_can_show_is_named_and_the_others_are_mended() -> None:
    """20 samples a second cannot show 55 Hz; what fails in 15 s is mended all the same."""
    at = np.arange(0.0, 90.0, 0.05)
    course = wave(np.asarray(150_000.0 + 50_000.0 * (at % 2.0 < 1.4)), 0.05)
    assert judged(RULES["ercot-band"], course, LOAD).fails
    alone = power_mends(course, [RULES["ercot-band"]], [], LOAD, Store())
    assert alone.found == () and "ercot-band" in alone.failed[0]
    both = power_mends(course, [RULES["ercot-band"], RULES["ieso-15s"]], [], LOAD, Store())
    assert both.found and "ercot-band" in both.failed[0]
    assert all(one.rule.name == "ieso-15s" for mend in both.found for one in mend.verdicts)


def test_a_share_of_the_peak_is_of_the_peak_before_the_store() -> None:
    """A store that lowers the peak does not make its own limit tighter."""
    course = wave(np.repeat([50_000.0, 100_000.0, 50_000.0], [300, 60, 900]), 1.0)
    rule = RULES["ercot-nprr1191-up"]
    found = power_mends(course, [rule], [], LOAD, Store())
    (store,) = [one for one in found.found if one.kind == "store"]
    assert store.waveform.peak_kw < 90_000.0
    assert store.verdicts[0].limit == pytest.approx(0.02 * 100_000.0)


def test_a_told_store_is_smaller_than_one_that_only_smooths_and_no_smaller_than_the_best() -> None:
    """ERCOT's band, a run of 2 s: beside the least energy of any store by an independent linear program over the band
    filter written as a matrix, at ten samples a second."""
    step_s, count = 0.1, 500
    at = (np.arange(count) + 0.5) * step_s
    course = wave(np.asarray(150_000.0 + 50_000.0 * (at % 2.0 < 1.4)), step_s)
    rule = replace(RULES["ercot-band"], band_hz=(0.1, 4.7), window_s=None)
    found = {one.kind: one.figures["energy_kwh"] for one in power_mends(course, [rule], [], LOAD, Store()).found
             if "store" in one.kind}  # fmt: skip
    band = BandFilter(low_hz=0.1, high_hz=4.7)
    columns = [in_band(wave(unit, step_s), band) for unit in np.eye(count)]
    kept = settled(course, band)
    passed = np.stack(columns, axis=1)[kept]
    charged = (np.eye(count + 1)[1:] - np.eye(count + 1)[:-1]) * 3600.0 / step_s
    course_kw, of_level = passed @ course.power_kw, passed @ charged
    many = len(course_kw)
    beside = np.zeros((many, 1)), np.ones((many, 1))
    rows = np.vstack(
        [
            np.hstack([of_level, beside[0], -beside[1], beside[0]]),
            np.hstack([-of_level, beside[0], beside[0], beside[1]]),
            np.hstack([np.eye(count + 1), -np.ones((count + 1, 1)), np.zeros((count + 1, 2))]),
            np.asarray([[0.0] * (count + 2) + [1.0, -1.0]]),
        ]
    )
    most = np.concatenate([-course_kw, course_kw, np.zeros(count + 1), [10_000.0]])
    cost = np.asarray([0.0] * (count + 1) + [1.0, 0.0, 0.0])
    bounds = [(0.0, None)] * (count + 2) + [(None, None)] * 2
    least = optimize.linprog(cost, A_ub=rows, b_ub=most, bounds=bounds, method="highs").fun
    own = smallest_store(course, [rule], 200_000.0)
    assert own is not None and own.energy_kwh == pytest.approx(least, rel=1e-6)
    assert least <= found["told store"] < found["store"]
    assert found["told store"] < 1.6 * least


def run_of(samples: int, period_s: float = 2.0) -> Waveform:
    """One period of a run that draws 50 MW more for seven tenths of it."""
    power = 150_000.0 + 50_000.0 * (np.arange(samples) < 0.7 * samples)
    return wave(np.asarray(power), period_s / samples)


def test_a_load_that_repeats_needs_what_the_formula_leaves_of_its_swing() -> None:
    """5 MW may be left of 50: D (1 - D) (dP - 5 MW) T, and the power of the longer side."""
    found = smallest_repeated(run_of(50), [step_rule(5_000.0, 15.0)], (2e5, 2e5), 1.0)
    assert found is not None
    assert found.energy_kwh == pytest.approx(swing_kwh(45_000.0, 2.0, 0.7), rel=1e-6)
    assert found.bound_kwh == pytest.approx(found.energy_kwh, rel=1e-6)
    assert found.power_kw == pytest.approx(31_500.0, rel=1e-6)
    assert found.lost_kwh == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    power=st.lists(st.floats(100.0, 1000.0), min_size=8, max_size=24).map(np.asarray),
    limit=st.floats(20.0, 300.0),
    steps=st.integers(1, 40),
    efficiency=st.sampled_from([0.8, 0.95, 1.0]),
)
def test_a_store_with_losses_ends_as_it_began_keeps_the_rule_and_is_as_small_as_it_says(
    power: Real, limit: float, steps: int, efficiency: float
) -> None:
    """Its course run again through a store: the span of its level, its end, its losses, every window for ever."""
    from gridtide.kernels.waveform import stored

    period, rule = wave(power, 1.0), step_rule(limit, float(steps))
    found = smallest_repeated(period, [rule], (1000.0, 1000.0), efficiency)
    if found is None:
        return
    into_kw = np.asarray(found.grid_kw - power)
    level = stored(into_kw, 1.0 / 3600.0, efficiency, efficiency)
    assert level[-1] == pytest.approx(0.0, abs=1e-6)
    whole = np.concatenate([[0.0], level])
    assert whole.max() - whole.min() == pytest.approx(found.energy_kwh, abs=1e-6)
    assert into_kw.sum() / 3600.0 == pytest.approx(found.lost_kwh, abs=1e-6)
    assert np.abs(into_kw).max() <= found.power_kw + 1e-6
    assert found.bound_kwh <= found.energy_kwh + 1e-6
    repeated = np.tile(found.grid_kw, 3 + steps // len(power))
    verdict = judged(rule, wave(repeated, 1.0), LOAD, asked=True)
    assert verdict.value is not None and verdict.value <= limit + 1e-5


def test_a_store_with_losses_for_ramps_of_a_pause_ends_as_it_began() -> None:
    """A pause that comes to an end, at 20 MW/min: no smaller than the bound, the rule kept."""
    course = wave(np.repeat([150_000.0, 50_000.0, 150_000.0], 120), 2.0)
    rule = ramp_rule(20_000.0, 60.0)
    lossy = smallest_store(course, [rule], 2e5, efficiency=0.9)
    ideal = smallest_store(course, [rule], 2e5, efficiency=1.0)
    assert lossy is not None and ideal is not None
    assert lossy.bound_kwh <= lossy.energy_kwh
    assert lossy.lost_kwh > 0.0
    assert ideal.lost_kwh == pytest.approx(0.0, abs=1e-6)
    after = judged(rule, drawing(course, lossy.grid_kw), LOAD, asked=True)
    assert after.value is not None and after.value <= 20_000.0 * (1 + 1e-6)


def test_what_swings_in_a_band_is_kept_for_ever_and_no_told_store_needs_less() -> None:
    """A rule on 0.1 to 20 Hz: the period repeated passes, and stores that were tried are larger."""
    period = run_of(100)
    rule = replace(RULES["ercot-band"], band_hz=(0.1, 20.0))
    least = smallest_repeated(period, [rule, RULES["ieso-15s"]], (2e5, 2e5), 0.95)
    assert least is not None
    assert least.bound_kwh <= least.energy_kwh <= swing_kwh(50_000.0, 2.0, 0.7)
    repeated = wave(np.tile(least.grid_kw, 60), period.step_s)
    for one in (rule, RULES["ieso-15s"]):
        verdict = judged(one, repeated, LOAD, asked=True)
        assert verdict.value is not None and verdict.value <= verdict.limit * (1 + 1e-4)
    course = wave(np.tile(period.power_kw, 45), period.step_s)
    tried = power_mends(course, [rule, RULES["ieso-15s"]], [], LOAD, Store()).found
    stores = [one.figures["energy_kwh"] for one in tried if "store" in one.kind]
    assert stores and min(stores) >= least.bound_kwh


def test_the_period_of_a_record_is_found_through_jitter_and_noise_has_none() -> None:
    """Edges that fall a sample early or late; and a record of chance."""
    at = np.arange(200 * 60) / 200.0
    found = mean_period(wave(np.asarray(1e5 + 5e4 * (at % 2.0 < 1.4)), 1 / 200.0))
    assert found is not None
    period, alike = found
    assert len(period.power_kw) == 400 and 0.99 < alike <= 1.0
    noise = np.random.default_rng(3).normal(1e5, 1e4, 5_000)
    assert mean_period(wave(noise, 0.01)) is None


def test_a_band_that_cannot_be_kept_of_a_period_is_refused() -> None:
    """Not visible at this sampling, or in windows shorter than the period."""
    slow = run_of(50)
    with pytest.raises(ValueError, match="not visible"):
        smallest_repeated(slow, [RULES["ercot-band"]], (2e5, 2e5), 0.95)
    rule = replace(RULES["ercot-band"], band_hz=(0.1, 4.0), window_s=1.0)
    with pytest.raises(ValueError, match="shorter than the period"):
        smallest_repeated(slow, [rule], (2e5, 2e5), 0.95)


def test_a_load_that_nothing_helps_says_so() -> None:
    """A limit below what any smoothing of half an hour leaves."""
    course = wave(np.repeat([1e5, 0.0], 200), 1.0)
    found = power_mends(course, [step_rule(1e-6, 10.0)], [], LOAD, Store())
    assert "floor" in [one.kind for one in found.found] and "no store" in found.failed[0]
