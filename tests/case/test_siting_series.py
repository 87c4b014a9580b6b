"""Years of a candidate: what files and made-up series give together."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gridtide.case.siting import siting_file, worth_in
from gridtide.case.siting_series import years_of
from gridtide.invest.siting.place import PlaceYear

MONEY = {"currency": "EUR", "cost_year": 2023}
HEAD = "price_per_mwh,carbon_average_g_per_kwh,temperature_c,relative_humidity"
Row = Mapping[str, object]


def table(folder: Path, name: str, year: int, columns: dict[str, float], **keys: str) -> Row:
    """A series of a file that says the same in each hour of a year."""
    starts = np.datetime64(f"{year}-01-01T00:00", "m") + 60 * np.arange(8760)
    said = ",".join(str(one) for one in columns.values())
    rows = [f"{start}+00:00,{said}" for start in starts]
    (folder / name).write_text("\n".join([",".join(["time", *columns]), *rows]) + "\n")
    return {"source": "table", "path": name, **keys}


def first_year(folder: Path, *series: Row, rates: tuple[Row, ...] = ()) -> PlaceYear:
    """The year 2022 of a candidate with these series."""
    candidate = {"name": "here", "region": "r", "latitude": 40.0, "longitude": -100.0, **MONEY}
    file = siting_file(
        {
            "siting": {"name": "s", "years": [2022], **MONEY},
            "class": [{"name": "w", "it_kw": 1000.0}],
            "candidate": [{**candidate, "series": list(series)}],
            "rate": [{"currency": "EUR", "year": 2022, "worth": 1.0, "source": "a test"}, *rates],
        }
    )
    return years_of(file, 1, worth_in(file), folder)[0]


def test_kilowatts_of_an_area_are_no_shares_of_a_plant(tmp_path: Path) -> None:
    """Beside made-up weather what a file says of sun and wind of an area is left aside; weather of record is not."""
    area = table(tmp_path, "area.csv", 2022, {"solar_kw": 9e6, "wind_kw": 2e7})
    made = {"source": "synthetic"}
    both, alone = first_year(tmp_path, area, made), first_year(tmp_path, made)
    for one, other in ((both.solar_share, alone.solar_share), (both.wind_share, alone.wind_share)):
        assert one is not None and other is not None
        assert one.max() <= 1.0 and np.array_equal(one, other)
    calm = table(tmp_path, "calm.csv", 2022, {"wind_speed_m_per_s": 0.0})
    measured = first_year(tmp_path, calm, made).wind_share
    assert measured is not None and measured.max() == 0.0


def test_the_money_of_a_price_is_that_of_the_series_it_is_taken_from(tmp_path: Path) -> None:
    """Euros of 2021 stand before dollars of 2022: the year is paid in dollars."""
    columns = dict.fromkeys(HEAD.split(","), 0.5) | {"price_per_mwh": 40.0}
    euros = table(tmp_path, "euros.csv", 2021, columns, currency="EUR")
    dollars = table(tmp_path, "dollars.csv", 2022, columns, currency="USD")
    half = {"currency": "USD", "year": 2022, "worth": 0.5, "source": "a test"}
    year = first_year(tmp_path, euros, dollars, rates=(half,))
    assert np.all(year.price_per_mwh == 20.0)
