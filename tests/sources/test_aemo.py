"""The Australian spot price keeps its end stamps, its step change, its floor and its negatives straight."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.signals.signal import Kind
from gridtide.sources.aemo import PRICE_FLOOR_PER_MWH, AemoPrice
from gridtide.testing.sources import SignalSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "aemo_price_and_demand.csv"
SOUTH = AemoPrice(path=FIXTURE, region="SA1")


class TestAemoPrice(SignalSourcePromises):
    source = SOUTH


def test_end_stamps_on_market_time_become_starts_in_utc() -> None:
    """23:30 market time (UTC+10) at the end of a half-hour is 13:00 to 13:30 UTC."""
    price = SOUTH.read()[0]
    assert price.timeline.start == datetime(2021, 9, 30, 13, tzinfo=UTC)
    assert price.timeline.end == datetime(2021, 9, 30, 14, 20, tzinfo=UTC)
    assert (price.zone, price.currency) == ("AU-SA", "AUD")


def test_the_step_changes_inside_the_file_and_a_missing_interval_stays_unknown() -> None:
    """Two half-hours, then five minutes each; the one that no row tells is NaN."""
    price = SOUTH.read()[0]
    np.testing.assert_allclose(price.timeline.hours * 60, [30, 30, 5, 5, 5, 5])
    np.testing.assert_array_equal(price.values, [55.1, -21.5, -1000.0, 15100.0, np.nan, 17.22])


def test_floor_cap_and_negative_demand_are_valid() -> None:
    """A price at floor or cap is a price; rooftops may feed back more than is drawn."""
    price, demand = SOUTH.read()
    assert np.nanmin(price.values) == PRICE_FLOOR_PER_MWH
    assert demand.kind is Kind.DEMAND
    assert np.nanmin(demand.values) == -12_400.0


@pytest.mark.parametrize("price", ["-1000.01", "15100.50", "NaN", "inf", "12,50", ""])
def test_a_price_beyond_floor_or_cap_or_no_number_is_refused(tmp_path: Path, price: str) -> None:
    """What no market could have printed names its line."""
    text = FIXTURE.read_text().replace("17.22", f'"{price}"' if "," in price else price)
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(BadInput, match="line 6 price"):
        AemoPrice(path=tmp_path / "bad.csv", region="SA1").read()


def test_a_decimal_comma_is_recognised(tmp_path: Path) -> None:
    """The mend says what to change."""
    (tmp_path / "comma.csv").write_text(FIXTURE.read_text().replace("17.22", '"17,22"'))
    with pytest.raises(BadInput, match="decimal point"):
        AemoPrice(path=tmp_path / "comma.csv", region="SA1").read()


def test_other_caps_may_be_stated() -> None:
    """Floor and caps are data of the market, not of the code."""
    caps = ((datetime(2021, 1, 1, tzinfo=UTC), 10_000.0),)
    with pytest.raises(BadInput, match=r"line 5 price: 15100\.00"):
        AemoPrice(path=FIXTURE, region="SA1", price_caps_per_mwh=caps).read()


def test_another_region_is_answered_with_the_regions_there_are() -> None:
    """A region of the market that the file has not, and one that no market has."""
    with pytest.raises(BadInput, match="It has SA1"):
        AemoPrice(path=FIXTURE, region="VIC1").read()
    with pytest.raises(BadInput, match="NSW1, QLD1, SA1, TAS1, VIC1"):
        AemoPrice(path=FIXTURE, region="WA").read()


@pytest.mark.real
def test_ten_years_of_south_australia_are_read_whole(data_dir: Path) -> None:
    """No gap, the step changes once, 24.7 % of 2023 is negative, and the mean of 2021 needs weights."""
    path = data_dir / "aemo_sa1_price" / "sa1.parquet"
    price, demand = AemoPrice(path=path, region="SA1").read()
    timeline = price.timeline
    assert len(price.values) == 372_695
    assert not np.isnan(price.values).any()
    assert timeline.start == datetime(2013, 12, 31, 14, tzinfo=UTC)
    assert timeline.end == datetime(2023, 12, 31, 23, 55, tzinfo=UTC)
    change = np.flatnonzero(np.diff(timeline.hours))
    assert [timeline.ends_s[at] for at in change] == [
        int(datetime(2021, 9, 30, 14, tzinfo=UTC).timestamp())
    ]
    of_2023 = timeline.starts_s >= datetime(2022, 12, 31, 14, tzinfo=UTC).timestamp()
    assert (price.values[of_2023] < 0).mean() == pytest.approx(0.247, abs=0.001)
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2021, 2022))
    of_2021 = (timeline.starts_s >= first) & (timeline.starts_s < last)
    by_rows = price.values[of_2021].mean()
    by_time = np.average(price.values[of_2021], weights=timeline.hours[of_2021])
    assert by_rows == pytest.approx(45.3, abs=0.1)
    assert by_time == pytest.approx(50.8, abs=0.1)
    assert int((demand.values < 0).sum()) == 87
