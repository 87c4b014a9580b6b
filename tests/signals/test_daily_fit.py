"""The ridge of a day: closed form, leaving days out without fitting again, inputs of an hour of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.signals.learning.daily_fit import (
    BESIDE_PENALTY,
    PAST_H,
    PENALTIES,
    Scale,
    filled,
    fitted,
    inputs_of,
    means_of,
    scale_of,
)

NO_MORE = np.empty((0, 24, 0))


def plain_ridge(
    inputs: np.ndarray, wanted: np.ndarray, penalty: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The textbook: centre, spread, level and weights from the normal equations."""
    centre, spread, level = inputs.mean(0), inputs.std(0), wanted.mean(0)
    plain = (inputs - centre) / spread
    left = plain.T @ plain + penalty * np.eye(plain.shape[1])
    return centre, spread, level, np.linalg.solve(left, plain.T @ (wanted - level))


def drawn(seed: int, days: int = 60, width: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and a day of hours that depends on them."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(days, width))
    weights = rng.normal(size=(width, 24))
    return inputs, inputs @ weights + rng.normal(size=(days, 24))


@given(st.integers(0, 1000))
def test_the_weights_are_those_of_the_normal_equations(seed: int) -> None:
    """With the penalty whose days left out, each fitted again without them, are met best."""
    inputs, wanted = drawn(seed, days=40)
    errors = []
    for penalty in PENALTIES:
        centre, spread, level, _ = plain_ridge(inputs, wanted, penalty)
        plain, rest = (inputs - centre) / spread, wanted - level
        left = plain.T @ plain + penalty * np.eye(6)
        own = np.einsum("np,pq,nq->n", plain, np.linalg.inv(left), plain) + 1.0 / len(plain)
        apart = rest - plain @ np.linalg.solve(left, plain.T @ rest)
        errors.append(np.abs(apart / (1.0 - own)[:, None]).mean())
    best = PENALTIES[int(np.argmin(errors))]
    expected = plain_ridge(inputs, wanted, best)
    fit = fitted(inputs, np.empty((40, 24, 0)), wanted)
    np.testing.assert_allclose(fit.weights, expected[3], atol=1e-9)
    said = fit.said(inputs[:2], np.empty((2, 24, 0)))
    np.testing.assert_allclose(
        said, (inputs[:2] - expected[0]) / expected[1] @ expected[3] + expected[2]
    )


def test_a_day_left_out_is_met_as_if_it_had_never_been_there() -> None:
    """The identity behind the penalty: residual over one minus own share equals the error of a fit without it."""
    inputs, wanted = drawn(3, days=30)
    plain = np.column_stack([np.ones(30), inputs])
    left = plain.T @ plain + 10.0 * np.diag([0.0] + [1.0] * 6)
    own = np.einsum("np,pq,nq->n", plain, np.linalg.inv(left), plain)
    apart = wanted - plain @ np.linalg.solve(left, plain.T @ wanted)
    without = np.delete(plain, 4, axis=0)
    again = without.T @ without + 10.0 * np.diag([0.0] + [1.0] * 6)
    weights = np.linalg.solve(again, without.T @ np.delete(wanted, 4, axis=0))
    np.testing.assert_allclose(apart[4] / (1.0 - own[4]), wanted[4] - plain[4] @ weights)


@given(st.integers(0, 1000), st.integers(1, 3))
def test_inputs_of_an_hour_of_its_own_are_solved_together_with_the_shared_ones(
    seed: int, count: int
) -> None:
    """Eliminating the shared block gives what each hour's own normal equations give."""
    inputs, wanted = drawn(seed)
    beside = np.random.default_rng(seed + 1).normal(size=(60, 24, count))
    wanted = wanted + 3.0 * beside[:, :, 0]
    fit = fitted(inputs, beside, wanted)
    penalty = next(
        penalty
        for penalty in PENALTIES
        if np.allclose(
            fitted(inputs, np.empty((60, 24, 0)), wanted).weights,
            plain_ridge(inputs, wanted, penalty)[3],
        )
    )
    for hour in (0, 7, 23):
        whole = np.column_stack([inputs, beside[:, hour]])
        each = np.asarray([penalty] * 6 + [BESIDE_PENALTY] * count)
        centre, spread, level, weights = plain_ridge(whole, wanted[:, hour : hour + 1], each)
        expected = (whole - centre) / spread @ weights + level
        np.testing.assert_allclose(fit.said(inputs, beside)[:, hour], expected[:, 0], atol=1e-8)


@given(st.lists(st.integers(-400, 4000), min_size=3, max_size=60), st.booleans())
def test_a_scale_leads_there_and_back_and_never_beyond_what_was_seen(
    values: list[int], bent: bool
) -> None:
    """Values come back as they were; whatever the rule says lies within the range seen."""
    seen = np.asarray(values, dtype=np.float64)
    scale = scale_of(seen, bent)
    np.testing.assert_allclose(
        scale.back(scale.to(seen)), seen, atol=1e-6 * (1 + np.abs(seen).max())
    )
    wild = scale.back(np.asarray([-1e6, 1e6]))
    assert wild[0] >= seen.min() - 1e-9 and wild[1] <= seen.max() + 1e-9


def test_a_series_at_rest_on_its_floor_has_a_width() -> None:
    """Four fifths at one value: the median deviation is 0, the scale is not."""
    resting = np.asarray([55.7] * 80 + [300.0] * 20)
    scale = scale_of(resting, bent=True)
    assert scale.width > 0.0 and scale.back(np.asarray([-5.0]))[0] == 55.7
    assert scale_of(np.full(9, 3.0), bent=True) == Scale(
        middle=3.0, width=1.0, bent=True, low=3.0, high=3.0
    )


def test_a_hole_takes_the_hour_of_the_day_before() -> None:
    """Of the youngest day that knows it; before the first known day it stays unknown."""
    days = np.arange(4 * 24, dtype=np.float64).reshape(4, 24)
    days[0, 0] = days[1, 5] = days[2, 5] = np.nan
    whole = filled(days)
    assert np.isnan(whole[0, 0])
    assert whole[:, 5].tolist() == [5.0, 5.0, 5.0, 77.0]


def test_inputs_are_yesterday_a_week_ago_means_and_the_weekday() -> None:
    """For two days ahead of a Thursday midnight: Saturday, and the hours five days before the origin."""
    past = np.arange(PAST_H, dtype=np.float64)[None, :]
    found = inputs_of(past, means_of(past), np.asarray([0]), 2)[0]
    assert found[:24].tolist() == past[0, -24:].tolist()
    assert found[24:48].tolist() == past[0, PAST_H - 120 : PAST_H - 96].tolist()
    assert found[48:51] == pytest.approx([past[0, -n:].mean() for n in (24, 168, PAST_H)])
    assert found[51:].tolist() == [0, 0, 0, 0, 0, 1, 0]
