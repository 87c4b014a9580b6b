"""Curtailed wind is read as power that was not made, and the assumption about its clock is said."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.signals.signal import Kind
from gridtide.sources.gb_curtailment import ASSUMED_UTC, GbCurtailment
from gridtide.testing.sources import SignalSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "gb_by_fuel.csv"


class TestGbCurtailment(SignalSourcePromises):
    source = GbCurtailment(path=FIXTURE)


def test_energy_per_quarter_hour_becomes_power_of_zero_or_more() -> None:
    """0.25 GWh turned down in 15 min is 1 GW of curtailment."""
    curtailment, wind = GbCurtailment(path=FIXTURE).read()
    assert curtailment.kind is Kind.CURTAILMENT
    np.testing.assert_allclose(curtailment.values, [1e6, 0.0, 6e6])
    np.testing.assert_allclose(wind.values, [10e6, 9.6e6, 10.4e6])
    assert curtailment.timeline.step_s == 900


def test_the_assumed_zone_is_said() -> None:
    """Nobody may take the clock for stated."""
    assert all(ASSUMED_UTC in signal.notes for signal in GbCurtailment(path=FIXTURE).read())


def test_other_fuels_give_their_curtailment_alone() -> None:
    """Notified gas is no wind."""
    assert [s.kind for s in GbCurtailment(path=FIXTURE, fuel="CCGT").read()] == [Kind.CURTAILMENT]


def test_a_curtailment_above_zero_is_refused(tmp_path: Path) -> None:
    """In the file's own sign a curtailment lowers; one that raises is a fault of a named line."""
    (tmp_path / "bad.csv").write_text(FIXTURE.read_text().replace("-1.5,", "1.5,"))
    with pytest.raises(BadInput, match="line 4 curtailment"):
        GbCurtailment(path=tmp_path / "bad.csv").read()


def test_an_unknown_fuel_is_answered_with_the_fuels_there_are() -> None:
    """The mend lists what the file has."""
    with pytest.raises(BadInput, match="CCGT, WIND"):
        GbCurtailment(path=FIXTURE, fuel="PEAT").read()


@pytest.mark.real
def test_three_weeks_of_october_have_the_stated_energy(data_dir: Path) -> None:
    """4,397 GWh notified, 848 GWh curtailed in 63 % of the steps."""
    path = data_dir / "gb_curtailment_2025_10" / "gb_by_fuel.parquet"
    curtailment, wind = GbCurtailment(path=path).read()
    assert len(curtailment.timeline) == 2_018
    assert curtailment.timeline.start == datetime(2025, 9, 30, 23, 30, tzinfo=UTC)
    assert curtailment.values.sum() * 0.25 / 1e6 == pytest.approx(848, abs=0.5)
    assert wind.values.sum() * 0.25 / 1e6 == pytest.approx(4_397, abs=0.5)
    assert (curtailment.values > 0).mean() == pytest.approx(0.63, abs=0.005)
    assert (curtailment.values >= 0).all()
