"""A droop about a measured frequency, and rates of change of it."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.grid.frequency import Droop, answered, droop_course_kw, steepest_hz_per_s


def test_a_frequency_inside_the_dead_band_moves_nothing() -> None:
    """And one outside moves both ways."""
    still = answered(np.full(100, 60.03), 1.0, Droop(flexible_kw=1000.0))
    assert still.outside_share == 0.0 and still.most_kw == 0.0
    moved = droop_course_kw(np.asarray([59.664, 60.336, 50.0]), Droop(flexible_kw=1000.0))
    assert moved == pytest.approx([-100.0, 100.0, -1000.0])


def test_the_steepest_rate_is_over_a_window() -> None:
    """0.1 Hz in one second is 0.05 Hz/s over two."""
    course = np.asarray([50.0, 50.0, 50.1, 50.1, 50.1])
    assert steepest_hz_per_s(course, 1.0, 1.0) == pytest.approx(0.1)
    assert steepest_hz_per_s(course, 1.0, 2.0) == pytest.approx(0.05)
    with pytest.raises(ValueError, match="shorter"):
        steepest_hz_per_s(course, 1.0, 0.5)


@pytest.mark.real
def test_a_measured_day_leaves_the_dead_band_two_per_cent_of_the_time() -> None:
    """18 hours at 60 Hz, one value a second."""
    folder = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data"))
    table = pl.read_parquet(folder / "regulation_signal" / "freq60_1s.parquet")
    course = table["freq_site0_hz"].to_numpy()
    found = answered(course, 1.0, Droop(flexible_kw=100_000.0))
    assert found.outside_share == pytest.approx(0.020, abs=5e-4)
    assert 0.0 < found.most_kw < 1_000.0
    assert steepest_hz_per_s(course, 1.0, 1.0) < 0.03
