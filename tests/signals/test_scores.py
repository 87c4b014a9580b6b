"""Scores of forecasts against sums done by hand."""

import numpy as np
import pytest

from gridtide.signals.scores import judged_by_band, mean_by_band, pinball_loss, share_inside

AHEAD_H = np.asarray([0.0, 23.0, 24.0, 71.0])


def test_means_are_taken_band_by_band() -> None:
    """Unknown steps are left out; a band without any judged is NaN."""
    values = np.asarray([[1.0, np.nan, np.nan, 4.0], [3.0, 5.0, np.nan, 6.0]])
    assert mean_by_band(values, AHEAD_H) == pytest.approx([3.0, np.nan, 5.0], nan_ok=True)
    assert judged_by_band(values, AHEAD_H).tolist() == [3, 0, 2]


def test_a_quantile_pays_for_the_side_it_stands_on() -> None:
    """The 0.9 quantile pays 0.9 a unit below what came, 0.1 above."""
    came = np.asarray([[10.0, 10.0]])
    assert pinball_loss(came, np.asarray([[[8.0, 12.0]]]), (0.9,))[0] == pytest.approx([1.8, 0.2])


def test_the_share_inside_counts_judged_steps_alone() -> None:
    """One of two judged steps is inside; nothing judged is NaN."""
    came = np.asarray([[1.0, 9.0, np.nan]])
    said = np.asarray([[[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]]])
    assert share_inside(came, said) == 0.5
    assert np.isnan(share_inside(np.full((1, 3), np.nan), said))
