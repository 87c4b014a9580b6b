"""The generation mix of a US area becomes wind, sun and an average intensity, hour by hour."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.finding import BadInput
from gridtide.signals.signal import Kind, Signal
from gridtide.sources.eia930 import LIFECYCLE_G_PER_KWH, Eia930Mix, intensity
from gridtide.testing.sources import SignalSourcePromises
from gridtide.timeline import instant

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "eia930_balance.csv"
CALIFORNIA = Eia930Mix(path=FIXTURE, area="CISO", stamp="end")


def by_kind(signals: tuple[Signal, ...]) -> dict[Kind, Signal]:
    return {signal.kind: signal for signal in signals}


class TestEia930Mix(SignalSourcePromises):
    source = CALIFORNIA


def test_the_stamp_at_the_end_of_the_hour_is_turned_to_its_start() -> None:
    """`01/01/2022 9:00:00 AM` at end of hour is the hour that begins at 08:00 UTC."""
    wind = by_kind(CALIFORNIA.read())[Kind.WIND]
    assert f"{wind.timeline.start:%Y-%m-%d %H:%M}" == "2022-01-01 08:00"
    assert f"{wind.timeline.end:%H:%M}" == "12:00"


def test_megawatts_with_thousands_signs_become_kilowatts() -> None:
    """`4,000` MW is 4,000,000 kW; an empty cell stays unknown."""
    signals = by_kind(CALIFORNIA.read())
    np.testing.assert_array_equal(signals[Kind.WIND].values, [4e6, 4e6, np.nan, 4e6])
    np.testing.assert_array_equal(signals[Kind.DEMAND].values, [22.1e6, 21.5e6, 21e6, 20.8e6])


def test_the_intensity_is_that_of_the_mix_by_hand() -> None:
    """12 GW gas, 2 nuclear, 1 hydro, 4 wind, 1 other: (5880+24+24+44+230)/20 = 310.1 g/kWh."""
    carbon = by_kind(CALIFORNIA.read())[Kind.CARBON_AVERAGE]
    assert carbon.values[0] == pytest.approx(310.1)
    assert np.isnan(carbon.values[2])
    assert "not marginal" in " ".join(carbon.notes)


def test_net_generation_below_zero_counts_as_zero_and_is_noted() -> None:
    """A solar plant's own use at night is neither negative sun nor negative carbon."""
    solar = by_kind(CALIFORNIA.read())[Kind.SOLAR]
    assert solar.values[0] == 0.0
    assert "1 of 4 hours have net generation below 0, counted as 0" in solar.notes


def test_factors_can_be_given() -> None:
    """The emission factors are the user's to state."""
    factors = {**LIFECYCLE_G_PER_KWH, "gas": 0.0}
    given = Eia930Mix(path=FIXTURE, area="CISO", stamp="end", carbon_by_fuel_g_per_kwh=factors)
    assert by_kind(given.read())[Kind.CARBON_AVERAGE].values[0] == pytest.approx(16.1)


def test_a_lacking_factor_is_named() -> None:
    """No fuel is silently free of carbon."""
    with pytest.raises(BadInput, match="no factor for wind"):
        Eia930Mix(
            path=FIXTURE, area="CISO", stamp="end", carbon_by_fuel_g_per_kwh={"coal": 820.0}
        ).read()


def test_a_stamp_that_contradicts_the_file_is_refused() -> None:
    """The vendor's file says End of Hour; claiming the start is a fault."""
    with pytest.raises(BadInput, match="Set stamp to end"):
        Eia930Mix(path=FIXTURE, area="CISO", stamp="start").read()


def test_an_unknown_area_is_answered_with_the_areas_there_are() -> None:
    """The mend lists what the file has."""
    with pytest.raises(BadInput, match="AZPS, CISO"):
        Eia930Mix(path=FIXTURE, area="ERCOT", stamp="end").read()


def test_a_column_of_zeros_for_a_month_is_missing(tmp_path: Path) -> None:
    """Unfilled is not zero: the fuel gives no signal and the notes say so."""
    hours = pl.datetime_range(
        pl.datetime(2022, 1, 1), pl.datetime(2022, 1, 30, 23), "1h", time_zone="UTC", eager=True
    )
    mix = {f"{fuel}_mw": np.full(len(hours), 10.0) for fuel in LIFECYCLE_G_PER_KWH}
    mix["solar_mw"][:] = 0.0
    pl.DataFrame({"time_utc": hours, "area": ["NYIS"] * len(hours), **mix}).write_parquet(
        tmp_path / "mix.parquet"
    )
    signals = Eia930Mix(path=tmp_path / "mix.parquet", area="NYIS", stamp="end").read()
    assert Kind.SOLAR not in by_kind(signals)
    assert "solar is never filled in: missing" in signals[0].notes


def test_no_generation_has_no_intensity() -> None:
    """0/0 is unknown, not 0."""
    empty = {"gas": np.asarray([0.0, 1.0])}
    np.testing.assert_array_equal(intensity(empty, LIFECYCLE_G_PER_KWH), [np.nan, 490.0])


@pytest.mark.real
class TestTheRealSet:
    """The year 2022 of five areas."""

    @pytest.mark.parametrize("area", ["CISO", "ERCO", "PJM", "NYIS", "AZPS"])
    def test_the_computed_intensity_agrees_with_the_published_one(
        self, data_dir: Path, area: str
    ) -> None:
        """The default factors reproduce the set's own intensity column to rounding."""
        path = data_dir / "eia_mix_2022" / "eia_mix_2022.parquet"
        signals = by_kind(Eia930Mix(path=path, area=area, stamp="start").read())
        rows = pl.read_parquet(path).filter(pl.col("area").cast(pl.String) == area)
        published = rows.sort("time_utc")["ci_avg_g_per_kwh"].cast(float).fill_null(np.nan)
        np.testing.assert_allclose(
            signals[Kind.CARBON_AVERAGE].values, published.to_numpy(), atol=1e-3
        )

    def test_new_york_has_no_solar_signal_and_california_has(self, data_dir: Path) -> None:
        """NYIS solar is 0 in every hour: unfilled, not dark. CISO makes 35.9 TWh."""
        path = data_dir / "eia_mix_2022" / "eia_mix_2022.parquet"
        assert Kind.SOLAR not in by_kind(Eia930Mix(path=path, area="NYIS", stamp="end").read())
        solar = by_kind(Eia930Mix(path=path, area="CISO", stamp="end").read())[Kind.SOLAR]
        assert np.nansum(solar.values) / 1e9 == pytest.approx(35.9, abs=0.05)

    def test_wind_of_texas_is_the_stated_energy(self, data_dir: Path) -> None:
        """107.3 TWh in 2022."""
        path = data_dir / "eia_mix_2022" / "eia_mix_2022.parquet"
        wind = by_kind(Eia930Mix(path=path, area="ERCO", stamp="end").read())[Kind.WIND]
        assert np.nansum(wind.values) / 1e9 == pytest.approx(107.3, abs=0.05)
        assert instant(int(wind.timeline.edges_s[0])).year == 2021
