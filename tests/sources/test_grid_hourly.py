"""The hourly set of 17 zones is read without inventing an hour, a currency or a marginal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.finding import BadInput
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.sources.grid_hourly import GridHourly
from gridtide.testing.sources import SignalSourcePromises
from gridtide.timeline import instant

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "grid_hourly.csv"
GERMANY = GridHourly(path=FIXTURE, zone="DE-LU", carbon="direct")


def by_kind(signals: tuple[Signal, ...]) -> dict[Kind, Signal]:
    return {signal.kind: signal for signal in signals}


class TestGridHourly(SignalSourcePromises):
    source = GERMANY


def test_an_hour_without_a_row_or_a_value_is_unknown() -> None:
    """01:00 has an empty price and 02:00 has no row: both are NaN, neither is 0 nor the mean."""
    price = by_kind(GERMANY.read())[Kind.PRICE]
    np.testing.assert_array_equal(price.values, [95.5, -12.0, 60.0, np.nan, np.nan, 55.0])
    assert price.timeline.step_s == 3600
    assert price.timeline.start == datetime(2022, 10, 29, 22, tzinfo=UTC)
    assert price.currency == "EUR"


def test_fractions_replace_per_cent() -> None:
    """Relative humidity is 0 to 1 inside the house."""
    humidity = by_kind(GERMANY.read())[Kind.HUMIDITY]
    np.testing.assert_allclose(humidity.values[:2], [0.80, 0.82])


@pytest.mark.parametrize(("carbon", "first"), [("direct", 400.0), ("lifecycle", 450.0)])
def test_the_chosen_average_intensity_is_read_and_named(carbon: str, first: float) -> None:
    """Direct or lifecycle is the reader's choice, and the signal says which; neither is marginal."""
    signals = by_kind(GridHourly(path=FIXTURE, zone="DE-LU", carbon=carbon).read())  # type: ignore[arg-type]
    assert signals[Kind.CARBON_AVERAGE].values[0] == first
    assert carbon in " ".join(signals[Kind.CARBON_AVERAGE].notes)
    assert "20.0% of the hours were estimated" in " ".join(signals[Kind.CARBON_AVERAGE].notes)
    assert Kind.CARBON_MARGINAL not in signals


def test_a_tariff_is_not_called_a_market_price() -> None:
    """South Africa's price column is a tariff and says so."""
    price = by_kind(GridHourly(path=FIXTURE, zone="ZA", carbon="direct").read())[Kind.PRICE]
    assert price.nature is Nature.TARIFF


def test_a_zone_without_price_gives_no_price() -> None:
    """Great Britain has carbon and weather only; no price is made up."""
    assert Kind.PRICE not in by_kind(GridHourly(path=FIXTURE, zone="GB", carbon="direct").read())


def test_a_period_is_cut_to_whole_hours() -> None:
    """[start, end) keeps the hours that lie wholly inside."""
    start = datetime(2022, 10, 29, 23, tzinfo=UTC)
    cut = GridHourly(
        path=FIXTURE, zone="DE-LU", carbon="direct", start=start, end=start + timedelta(hours=2)
    )
    assert by_kind(cut.read())[Kind.PRICE].values.tolist() == [-12.0, 60.0]


def test_faults_of_the_settings_show_together() -> None:
    """A naive time and a wrong choice of carbon are both said at once."""
    naive = datetime(2022, 10, 29)  # noqa: DTZ001
    wrong = GridHourly(path=FIXTURE, zone="DE-LU", carbon="marginal", start=naive)  # type: ignore[arg-type]
    with pytest.raises(BadInput) as error:
        wrong.read()
    assert len(error.value.findings) == 2


def test_an_unknown_zone_is_answered_with_the_zones_there_are() -> None:
    """The mend lists what the file has."""
    with pytest.raises(BadInput, match="DE-LU"):
        GridHourly(path=FIXTURE, zone="DE", carbon="direct").read()


def test_a_period_outside_the_file_is_refused() -> None:
    """No hour is an answer, not an empty signal."""
    with pytest.raises(BadInput, match="has no hour between"):
        GridHourly(
            path=FIXTURE, zone="DE-LU", carbon="direct", start=datetime(2030, 1, 1, tzinfo=UTC)
        ).read()


def test_naive_times_and_infinite_prices_are_refused_together(tmp_path: Path) -> None:
    """All faults of a file show at once, with the rows."""
    frame = pl.read_csv(FIXTURE, try_parse_dates=True).with_columns(
        pl.col("time_utc").dt.replace_time_zone(None),
        pl.Series("price_local_per_mwh", [np.inf, np.nan, 1e9, None, 1.0, 1.0, 1.0, None]),
    )
    frame.write_parquet(tmp_path / "bad.parquet")
    with pytest.raises(BadInput) as error:
        GridHourly(path=tmp_path / "bad.parquet", zone="DE-LU", carbon="direct").read()
    said = [str(finding) for finding in error.value.findings]
    assert any("times without a zone" in text for text in said)
    assert [text.split(":")[0].rsplit(" ", 3)[1:3] for text in said if "price" in text] == [
        ["row", "1"],
        ["row", "2"],
        ["row", "3"],
    ]


def test_a_second_value_for_an_hour_is_refused_and_an_equal_row_is_noted(tmp_path: Path) -> None:
    """Two truths for one hour are a fault; the same truth twice is said and kept once."""
    lines = FIXTURE.read_text().splitlines()
    (tmp_path / "equal.csv").write_text("\n".join([*lines, lines[1]]))
    (tmp_path / "other.csv").write_text("\n".join([*lines, lines[1].replace("95.5", "96.5")]))
    price = GridHourly(path=tmp_path / "equal.csv", zone="DE-LU", carbon="direct").read()[0]
    assert price.values[0] == 95.5
    assert "1 rows repeat another row exactly" in " ".join(price.notes)
    with pytest.raises(BadInput, match="line 10"):
        GridHourly(path=tmp_path / "other.csv", zone="DE-LU", carbon="direct").read()


@pytest.mark.real
class TestTheRealSet:
    """The set as it lies in the data folder."""

    def read(self, data_dir: Path, zone: str) -> dict[Kind, Signal]:
        path = data_dir / "grid_hourly" / "grid_hourly.parquet"
        return by_kind(GridHourly(path=path, zone=zone, carbon="direct").read())

    def test_the_autumn_hour_of_germany_stays_empty(self, data_dir: Path) -> None:
        """2022-10-30 01:00Z has no price in the set and gets none here."""
        price = self.read(data_dir, "DE-LU")[Kind.PRICE]
        at = price.timeline.step_holding(datetime(2022, 10, 30, 1, tzinfo=UTC))
        assert np.isnan(price.values[at])
        assert not np.isnan(price.values[at - 1])
        assert int((~np.isnan(price.values)).sum()) == 34_894
        assert (np.nanmin(price.values), np.nanmax(price.values)) == (-500.0, 871.0)

    def test_the_floor_of_brazil_is_a_valid_price(self, data_dir: Path) -> None:
        """79 % of the hours of 2022 sit at 55.70, and none is dropped for it."""
        price = self.read(data_dir, "BR-SP")[Kind.PRICE]
        years = np.asarray([instant(s).year for s in price.timeline.starts_s])
        of_2022 = price.values[years == 2022]
        assert np.isclose(of_2022, 55.70, atol=0.005).mean() == pytest.approx(0.79, abs=0.01)

    def test_japan_says_that_its_carbon_is_estimated(self, data_dir: Path) -> None:
        """Every hour of Tokyo's carbon is an estimate of the publisher."""
        carbon = self.read(data_dir, "JP-TK")[Kind.CARBON_AVERAGE]
        assert "100.0% of the hours were estimated by the publisher" in carbon.notes

    def test_a_zone_without_price_has_carbon_and_weather(self, data_dir: Path) -> None:
        """Great Britain has no price in the set."""
        kinds = set(self.read(data_dir, "GB"))
        weather = {Kind.TEMPERATURE, Kind.HUMIDITY, Kind.WIND_SPEED, Kind.CLOUD}
        assert kinds == {Kind.CARBON_AVERAGE} | weather
