"""Quantiles of errors: they keep their word, adapt, never cross, and learn nothing before its time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.signals.learning.conformal import (
    LEAST_ERRORS,
    STEP,
    WINDOW_DAYS,
    adapted,
    offsets,
    ranks,
)

LEVELS = np.asarray([0.05, 0.5, 0.95])


def kept(errors: np.ndarray, days: int) -> float:
    """Share of the errors of the next day inside 0.05 to 0.95, day after day."""
    inside = []
    for day in range(len(errors) - days, len(errors)):
        seen = errors[:day]
        found = offsets(seen, adapted(ranks(seen)[-WINDOW_DAYS:], LEVELS))
        inside.append((found[0] <= errors[day]) & (errors[day] <= found[-1]))
    return float(np.mean(inside))


def test_quantiles_of_even_errors_keep_their_word() -> None:
    """Nine in ten of independent errors fall inside, within two in a hundred."""
    assert abs(kept(np.random.default_rng(1).normal(size=(260, 24)), 120) - 0.9) < 0.02


def test_when_errors_grow_the_quantiles_follow() -> None:
    """Errors of twice the size from one day on: adapted levels keep more than fixed ones do."""
    errors = np.random.default_rng(2).normal(size=(260, 24))
    errors[140:] *= 2.0
    fixed = np.repeat(LEVELS[:, None], 24, axis=1)
    inside = []
    for day in range(145, 190):
        found = offsets(errors[:day], fixed)
        inside.append((found[0] <= errors[day]) & (errors[day] <= found[-1]))
    assert kept(errors[:190], 45) > float(np.mean(inside)) + 0.01


@given(st.integers(0, 1000), st.integers(1, 3))
def test_an_error_of_a_later_day_ahead_is_learned_later(seed: int, late: int) -> None:
    """Of two days ahead, what the last forecast but one met is not known yet: changing it changes nothing."""
    errors = np.random.default_rng(seed).normal(size=(90, 24 * (late + 1)))
    changed = errors.copy()
    changed[-late:, 24 * late + 1 :] = 1e6
    hours = slice(24 * late + 2, None)
    level = np.full((1, errors.shape[1]), 0.9)
    assert (offsets(errors, level)[:, hours] == offsets(changed, level)[:, hours]).all()


@given(st.integers(0, 1000))
def test_offsets_never_cross(seed: int) -> None:
    """Whatever level each asks for by now."""
    rng = np.random.default_rng(seed)
    errors = rng.standard_t(2, size=(130, 48))
    found = offsets(errors, rng.random((5, 48)))
    assert (np.diff(found, axis=0) >= 0.0).all()


def test_too_few_errors_are_no_quantile() -> None:
    """With neighbours counted LEAST_ERRORS are needed; hours at the edge have one neighbour only."""
    days = LEAST_ERRORS // 3
    errors = np.random.default_rng(3).normal(size=(days, 24))
    found = offsets(errors, np.full((1, 24), 0.5))
    assert np.isnan(found[0, [0, 23]]).all() and np.isfinite(found[0, 1:23]).all()
    assert np.isnan(ranks(errors)[: days - 1]).all()


def test_a_rank_is_the_share_below_and_half_of_the_equal() -> None:
    """Among errors 0 to 59 of the same hour, 30 stands at 30.5 of 60; unknown neighbours do not count."""
    errors = np.full((61, 24), np.nan)
    errors[:60, 4] = np.arange(60.0)
    errors[60, 4] = 30.0
    assert ranks(errors)[60, 4] == 30.5 / 60


def test_a_level_moves_by_a_step_whenever_it_is_missed() -> None:
    """An error below it: the level falls by 0.95 of a step less than none; unknown errors teach nothing."""
    seen = np.asarray([[0.01], [np.nan], [0.99]])
    (level,) = adapted(seen, np.asarray([0.05]))[:, 0]
    assert np.isclose(level, 0.05 + STEP * (0.05 - 1.0) + STEP * 0.05)
