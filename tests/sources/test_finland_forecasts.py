"""Finnish forecasts are forecasts: never actuals, and never before their column begins."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from gridtide.signals.signal import Kind, Nature
from gridtide.sources.finland_forecasts import ISSUE_UNKNOWN, FinlandForecasts
from gridtide.testing.sources import SignalSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "fi.csv"


class TestFinlandForecasts(SignalSourcePromises):
    source = FinlandForecasts(path=FIXTURE)


def test_every_signal_is_a_forecast_of_unstated_issue() -> None:
    """Nobody can take these values for measurements."""
    for signal in FinlandForecasts(path=FIXTURE).read():
        assert signal.nature is Nature.FORECAST
        assert signal.issued_at is None
        assert ISSUE_UNKNOWN in signal.notes


def test_a_late_column_begins_with_its_first_value() -> None:
    """Sun starts two hours after demand, in kW, and its notes say when."""
    signals = {signal.kind: signal for signal in FinlandForecasts(path=FIXTURE).read()}
    np.testing.assert_allclose(signals[Kind.SOLAR].values, [0.0, 1_500.0])
    assert signals[Kind.SOLAR].timeline.start == datetime(2017, 2, 24, 22, tzinfo=UTC)
    assert "begins only at 2017-02-24 22:00 UTC" in " ".join(signals[Kind.SOLAR].notes)
    assert len(signals[Kind.DEMAND].timeline) == 4


@pytest.mark.real
def test_wind_and_sun_start_when_the_data_page_says(data_dir: Path) -> None:
    """8,208 and 10,104 hours are empty before wind and sun; none after."""
    path = data_dir / "finland_forecasts" / "fi.parquet"
    signals = {signal.kind: signal for signal in FinlandForecasts(path=path).read()}
    hours = {kind: len(signal.timeline) for kind, signal in signals.items()}
    assert hours == {Kind.WIND: 53_160, Kind.SOLAR: 51_264, Kind.DEMAND: 61_368}
    assert not any(np.isnan(signal.values).any() for signal in signals.values())
