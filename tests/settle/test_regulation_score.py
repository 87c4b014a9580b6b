"""The three-part score of regulation says what the published formula says, and a wrong sign does not hide."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.settle.regulation_score import (
    BlockScores,
    DelayRule,
    Normaliser,
    ScoreRule,
    goes_against,
    mileage,
    pays,
    score_blocks,
)

Real = NDArray[np.float64]


def asked() -> Real:
    """The published request of REG-1 to 3: twelve blocks and five minutes beyond."""
    t = np.arange(450) * 10.0
    signal = 0.6 * np.sin(2 * np.pi * t / 900) + 0.3 * np.sin(2 * np.pi * t / 157 + 1)
    return np.asarray(signal[60:450])


def hour(found: BlockScores) -> tuple[float, float, float, float]:
    """Correlation, delay, precision and score of the hour."""
    parts = (found.correlation, found.delay, found.precision, found.score)
    return tuple(round(float(part.mean()), 4) for part in parts)  # type: ignore[return-value]


def test_reg_1_a_perfect_response_scores_one() -> None:
    """C = D = P = S = 1.0000, and the hour is the mean of its twelve blocks."""
    found = score_blocks(asked(), asked())
    assert len(found) == 12
    assert hour(found) == (1.0, 1.0, 1.0, 1.0)
    assert found.hours() == pytest.approx([1.0])


def test_reg_2_a_response_four_fifths_as_large_loses_precision_only() -> None:
    """C 1.0000, D 1.0000, P 0.8000, S 0.9333."""
    assert hour(score_blocks(asked(), 0.8 * asked())) == (1.0, 1.0, 0.8, 0.9333)


def test_reg_3_no_response_scores_nothing_and_the_boundary_pays() -> None:
    """All 0; 0.2499 forfeits and 0.2500 is paid."""
    assert hour(score_blocks(asked(), np.zeros(390))) == (0.0, 0.0, 0.0, 0.0)
    assert not pays(0.2499)
    assert pays(0.25)


@pytest.mark.real
def test_reg_5_a_real_day_travels_as_far_as_published_and_fills_a_store(data_dir: Path) -> None:
    """CAISO, 2016-10-10: moments, mileage and energy to the last digit; a lossless store is full first at k = 494."""
    frame = pl.read_parquet(data_dir / "caiso_agc" / "caiso_agc_4s.parquet")
    day = frame.filter(pl.col("day_local") == "2016-10-10").sort("t_s")
    x = day["signal_pct"].to_numpy() / 100.0
    assert len(x) == 3600
    assert (round(float(x.mean()), 4), round(float(x.std()), 4)) == (-0.72, 0.4667)
    assert round(mileage(x), 3) == 153.62
    assert round(mileage(x) / 4.0, 3) == 38.405
    assert int((np.diff(np.sign(x[x != 0])) != 0).sum()) == 126
    assert round(float(x.sum()) * 4 / 3600, 3) == -2.88
    stored = 0.5 - np.cumsum(x) * 4 / 3600
    assert int(np.argmax(stored >= 1.0)) == 494


def test_a_late_response_loses_delay_and_a_grace_forgives_it() -> None:
    """Ten seconds late: D = 1 - 10/300 and full correlation; with 10 s of grace nothing is lost there."""
    long = np.concatenate([asked(), asked()[:60]])
    late = np.concatenate([[long[0]], long[:-1]])
    exact = ScoreRule(delay_rule=DelayRule.MAX_CORRELATION)
    found = score_blocks(long, late, exact)
    assert found.delay_s[1:] == pytest.approx(10.0)
    assert found.delay[1:] == pytest.approx(290.0 / 300.0)
    assert found.correlation[1:] == pytest.approx(1.0)
    kind = ScoreRule(delay_rule=DelayRule.MAX_CORRELATION, grace_s=10.0)
    assert score_blocks(long, late, kind).delay[1:] == pytest.approx(1.0)


def test_the_sum_may_choose_an_earlier_shift_than_the_correlation() -> None:
    """C + D of the default rule is never below that of the shift of the largest C."""
    late = np.roll(asked(), 2)
    by_sum = score_blocks(asked(), late)
    by_correlation = score_blocks(asked(), late, ScoreRule(delay_rule=DelayRule.MAX_CORRELATION))
    assert (by_sum.delay_s <= by_correlation.delay_s).all()
    gained = by_sum.correlation + by_sum.delay - by_correlation.correlation - by_correlation.delay
    assert (gained >= -1e-12).all()


def test_a_signal_at_rest_compares_slopes() -> None:
    """At the rail a response held there too scores one; one that climbs a hundredth a sample loses as much."""
    held = np.full(60, 1.0)
    assert score_blocks(held, held).score == pytest.approx([1.0])
    climbing = held + 0.01 * (np.arange(60) - 14.5)
    found = score_blocks(held, climbing)
    assert found.flat.all()
    assert found.correlation == pytest.approx([0.99])
    assert found.delay == pytest.approx([1.0])


def test_no_request_is_met_by_no_answer() -> None:
    """A request of zero is precise when nothing moves, and not when something does."""
    still = np.zeros(60)
    assert score_blocks(still, still).precision == pytest.approx([1.0])
    assert score_blocks(still, still + 0.1).precision == pytest.approx([0.0])


def test_precision_over_the_hour_spares_blocks_of_small_requests() -> None:
    """The same error weighs less where the hour's mean divides it than where a quiet block's does."""
    request = np.concatenate([np.full(30, 0.05), np.full(60, 1.0)]) + 0.02 * np.tile(
        [-1.0, 1.0], 45
    )
    response = request + 0.01
    by_hour = score_blocks(request, response, ScoreRule(normaliser=Normaliser.HOUR))
    assert by_hour.precision[0] > score_blocks(request, response).precision[0]


def test_a_wrong_sign_still_earns_points_and_is_found_out() -> None:
    """The search for a shift gives it correlation and delay; the zero-lag correlation tells."""
    found = score_blocks(asked(), -asked())
    assert found.correlation.mean() > 0.25
    assert found.zero_lag == pytest.approx(-np.ones(12))
    assert goes_against(asked(), -asked())
    assert not goes_against(asked(), asked())
    assert goes_against(np.full(60, 1.0), np.full(60, -1.0))
    noise = 0.01 * np.random.default_rng(0).normal(size=60)
    assert not goes_against(np.full(60, 1.0) + 1e-9 * noise, 1.0 - noise)


def test_what_cannot_be_scored_is_refused() -> None:
    """Arrays that differ, are not finite, or too short for one block."""
    for request, response in (
        (np.zeros(60), np.zeros(61)),
        (np.full(60, np.nan), np.zeros(60)),
        (np.zeros(59), np.zeros(59)),
    ):
        with pytest.raises(ValueError):
            score_blocks(request, response)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20), scale=st.floats(0.05, 1.0), noise=st.floats(0.0, 0.5))
def test_a_score_lies_between_nothing_and_one_and_no_response_beats_the_perfect_one(
    seed: int, scale: float, noise: float
) -> None:
    """Every part is within 0 and 1, and the perfect copy of the same request scores at least as much."""
    chance = np.random.default_rng(seed)
    request = np.clip(np.cumsum(chance.normal(0.0, 0.1, 120)), -1.0, 1.0)
    found = score_blocks(request, scale * request + noise * chance.normal(size=120))
    for part in (found.correlation, found.delay, found.precision, found.score):
        assert ((part >= 0.0) & (part <= 1.0)).all()
    assert (score_blocks(request, request).score >= found.score - 1e-12).all()
