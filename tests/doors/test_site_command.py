"""The command `gridtide site`: what is best and why, every fault with its mend, nothing possible said with how far."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridtide.doors.cli import exit_code

HEAD = """
[siting]
name = "two places"
currency = "EUR"
cost_year = 2023
years = [2023]
carbon_price_per_t = 50

[[origin]]
name = "town"
latitude = 50.0
longitude = 8.0
share = 1.0

[[class]]
name = "training"
it_kw = 1000
flexible_share = 0.3
"""

PLACE = """
[[candidate]]
name = "{name}"
region = "here"
latitude = {latitude}
longitude = 8.0
currency = "EUR"
cost_year = 2023

  [[candidate.series]]
  source = "synthetic"
  price_mean_per_mwh = {price}

  [candidate.costs]
  building_per_kw = 8000
"""


def written(folder: Path, text: str) -> str:
    """The path of a file with a text."""
    path = folder / "sites.toml"
    path.write_text(text)
    return str(path)


def two(north: float = 55.0, price: float = 40.0) -> str:
    """A file of two places."""
    return (
        HEAD
        + PLACE.format(name="south", latitude=50.0, price=80)
        + PLACE.format(name="north", latitude=north, price=price)
    )


def document(folder: Path, text: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    """What `--json` prints."""
    assert exit_code(["site", written(folder, text), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def faults(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a file that cannot be used."""
    assert exit_code(["site", written(folder, text)]) == 2
    return capsys.readouterr().err


def test_the_document_says_what_is_best_and_what_turns_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract."""
    found = document(tmp_path, two(), capsys)
    assert set(found) == {
        "of", "currency", "cost_year", "years", "interest", "carbon_price_per_t", "carbon", "it_kw", "classes",
        "possible", "best", "best_by_year", "candidates", "robust", "split", "edge", "notes",
    }  # fmt: skip
    assert (found["best"], found["best_by_year"]) == ("north", {"2023": "north"})
    north = found["candidates"][1]
    assert set(north) == {
        "name", "region", "possible", "breaches", "on_front", "beaten_by", "cost_per_year", "lines", "cost_per_it_kwh",
        "counted_t_per_year", "embodied_t_per_year", "latency_ms", "rtt_ms", "shifted", "peak_kw", "it_capacity_kw",
        "headroom_kw", "water_stress", "curtailment", "own_supply", "moves", "years",
    }  # fmt: skip
    assert set(north["lines"]) == {
        "energy", "grid_fees", "demand_charge", "carbon", "certificates", "water", "data", "building", "connection",
        "own_supply", "operations", "heat",
    }  # fmt: skip
    assert north["cost_per_year"] == pytest.approx(sum(north["lines"].values()))
    (year,) = north["years"]
    assert set(year) == {
        "year", "price", "carbon_average_g_per_kwh", "carbon_marginal_g_per_kwh", "emissions_average_t",
        "emissions_marginal_t", "emissions_market_based_t", "facility_kwh", "import_kwh", "covered_kwh", "surplus_kwh",
        "absorbed_kwh", "pue", "pue_p95", "water_m3", "wue_l_per_kwh", "outdoor_c", "solar_capacity_factor",
        "wind_capacity_factor", "heat", "pue_by_month",
    }  # fmt: skip
    assert set(year["price"]) == {
        "mean_per_mwh", "least_per_mwh", "most_per_mwh", "negative_h", "deviation_per_mwh", "day_span_per_mwh",
        "paid_even_per_mwh", "paid_moved_per_mwh", "captured",
    }  # fmt: skip
    assert year["emissions_marginal_t"] is None
    turns = {one["what"]: one for one in found["robust"]}
    assert set(turns["carbon price"]) == {"what", "declared", "unit", "below", "above"}
    above = turns["electricity price at north"]["above"]
    assert set(above) == {"factor", "at", "winner"} and above["winner"] == "south"
    assert 1.5 < above["factor"] < 2.5


def test_it_is_told_in_words_and_as_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The decision first; the page holds it whole."""
    page = tmp_path / "site.html"
    assert exit_code(["site", written(tmp_path, two()), "--page", str(page)]) == 0
    said = capsys.readouterr().out
    assert said.index("best: north") < said.index("candidate ") < said.index("times")
    assert "next: south" in said
    assert "two places" in page.read_text()


def test_where_no_candidate_can_be_the_limit_and_the_distance_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It leaves with 3; the network lacks so many kilowatts."""
    text = two().replace(
        "  [candidate.costs]", "  [candidate.limits]\n  headroom_kw = 900\n\n  [candidate.costs]"
    )
    found = document(tmp_path, text, capsys, code=3)
    assert found["possible"] is False and found["best"] is None and found["robust"] == []
    (breach,) = found["candidates"][0]["breaches"]
    assert breach["constraint"] == "network headroom"
    assert breach["over"] == pytest.approx(found["candidates"][0]["peak_kw"] - 900.0)
    assert exit_code(["site", written(tmp_path, text)]) == 3
    said = capsys.readouterr().out
    assert "no candidate keeps every limit" in said
    assert "north cannot: network headroom" in said and "too much" in said


def test_money_of_another_currency_or_year_needs_a_declared_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is named with the line that would mend it; declared, a dollar counts what was declared."""
    text = two().replace(
        'currency = "EUR"\ncost_year = 2023\n\n  [[', 'currency = "USD"\ncost_year = 2021\n\n  [['
    )
    said = faults(tmp_path, text, capsys)
    assert "candidate[1].costs: is money of USD 2021" in said
    assert "candidate[2].series price of 2023: is money of USD 2023" in said
    assert '[[rate]] currency = "USD", year = 2021' in said
    rates = "".join(
        f'[[rate]]\ncurrency = "USD"\nyear = {year}\nworth = 0.5\nsource = "a test"\n'
        for year in (2021, 2023)
    )
    plain, half = (document(tmp_path, one, capsys) for one in (two(), text + rates))
    for name in ("energy", "building"):
        told = half["candidates"][0]["lines"][name]
        assert told == pytest.approx(0.5 * plain["candidates"][0]["lines"][name], rel=1e-3)
    assert any("1 USD of 2021 counts 0.5 EUR of 2023" in note for note in half["notes"])


def table_of(folder: Path, year: int, hours: int) -> None:
    """A series of so many hours from the start of a year."""
    starts = np.datetime64(f"{year}-01-01T00:00", "m") + 60 * np.arange(hours)
    rows = [f"{start}+00:00,40,300,10,0.6" for start in starts]
    head = "time,price_per_mwh,carbon_average_g_per_kwh,temperature_c,relative_humidity"
    (folder / "series.csv").write_text("\n".join([head, *rows]) + "\n")


def test_series_of_another_year_or_length_are_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A year of 2022 says nothing of 2023; half a year leaves half of it open; a few hours are mended and told."""
    text = two().replace(
        'source = "synthetic"\n  price_mean_per_mwh = 40.0',
        'source = "table"\n  path = "series.csv"',
    )
    table_of(tmp_path, 2022, 8760)
    said = faults(tmp_path, text, capsys)
    assert "candidate[2].series price_per_mwh: nothing of 2023" in said and "2022-01-01" in said
    table_of(tmp_path, 2023, 4380)
    assert "4,380 of 8,760 hours have no value" in faults(tmp_path, text, capsys)
    table_of(tmp_path, 2023, 8750)
    found = document(tmp_path, text, capsys)
    assert any("10 hours taken from the day before" in note for note in found["notes"])


def test_every_fault_of_a_file_is_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown keys and bad values together; names that nothing bears and shares that are none together."""
    said = faults(tmp_path, two().replace("it_kw = 1000", "it_kw = -1\nspeed = 2"), capsys)
    assert "class[1].it_kw" in said and "class[1].speed" in said
    text = (
        two()
        .replace("share = 1.0", "share = 0.7")
        .replace(
            "flexible_share = 0.3",
            'rtt_max_ms = 20\n[class.data]\nhome = "nowhere"\nset_gb = 1\nread_gb_per_day = 1',
        )
    )
    said = faults(tmp_path, text, capsys)
    assert "all shares sum to 0.7" in said and "class[1].data.home: nowhere" in said
    marginal = two().replace(
        "carbon_price_per_t = 50", 'carbon_price_per_t = 50\ncarbon = "marginal"'
    )
    assert "its series hold no marginal intensity" in faults(tmp_path, marginal, capsys)


def test_headroom_is_read_from_a_study_of_the_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What bus 5 takes after any outage is what the place may draw; a bus that was not asked is a fault.
    Of a year the room in all of its hours counts."""
    nine = Path(__file__).parents[2] / "examples" / "nine_buses.m"
    assert exit_code(["study", str(nine), "--bus", "5", "--json"]) == 0
    (tmp_path / "study.json").write_text(capsys.readouterr().out)
    text = two() + '  [candidate.limits.headroom]\n  study = "study.json"\n  bus = "5"\n'
    found = document(tmp_path, text, capsys)
    assert found["candidates"][1]["headroom_kw"] == pytest.approx(60_000.0)
    rooms = {"now": {"firm_kw": 5000.0}, "after_any_outage": {"firm_kw": 900.0}}
    (tmp_path / "study.json").write_text(json.dumps({"by_bus": [{"bus": "5", **rooms}]}))
    (breach,) = document(tmp_path, text, capsys)["candidates"][1]["breaches"]
    assert (breach["constraint"], breach["limit"]) == ("network headroom", 900.0)
    said = faults(tmp_path, text.replace('bus = "5"', 'bus = "6"'), capsys)
    assert "study.json says nothing of bus 6" in said


def test_a_price_list_of_a_cloud_prices_the_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the two regions, in money of its own; a region that is not there is a fault."""
    (tmp_path / "list.csv").write_text(",a,b\na,0,0.02\nb,0.05,0\n")
    data = '[class.data]\nhome = "town"\nset_gb = 0\nread_gb_per_day = 100\n\n[[candidate]]'
    way = '\n  [[candidate.path]]\n  origin = "town"\n  rate_gbps = 10\n  price_list = "list.csv"\n'
    way += '  list_from = "a"\n  list_to = "b"\n'
    bare = (
        two()
        .replace("[[candidate]]", data, 1)
        .replace("  [candidate.costs]", way + "  [candidate.costs]")
    )
    said = faults(tmp_path, bare, capsys)
    assert "candidate[1].path[1].price_list: says no currency" in said and "cost_year" in said
    way += '  currency = "EUR"\n  cost_year = 2023\n'
    text = (
        two()
        .replace("[[candidate]]", data, 1)
        .replace("  [candidate.costs]", way + "  [candidate.costs]")
    )
    found = document(tmp_path, text, capsys)
    assert found["candidates"][0]["lines"]["data"] == pytest.approx(0.0)
    assert found["candidates"][0]["moves"][0]["read_cost"] == pytest.approx(100 * 365 * 0.02)
    said = faults(tmp_path, text.replace('list_to = "b"', 'list_to = "c"'), capsys)
    assert "list.csv: has no price from a to c" in said
    (tmp_path / "list.csv").write_text(",a,b\na,0,cheap\nb,0.05,0\n")
    assert "list.csv row 2, b: 'cheap'" in faults(tmp_path, text, capsys)


def test_supply_without_costs_takes_those_of_its_technology(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Onshore wind at 1,439 EUR of 2025 a kW (technology-data 2025), in other money by a declared rate only."""
    own = '\n  [[candidate.supply]]\n  kind = "wind"\n  kw_per_it_kw = 0.2\n'
    said = faults(tmp_path, two() + own, capsys)
    assert "candidate[2].supply[1]: is money of EUR 2025" in said
    rate = '[[rate]]\ncurrency = "EUR"\nyear = 2025\nworth = 0.9\nsource = "a test"\n'
    found = document(tmp_path, two() + own + rate, capsys)["candidates"][1]
    wind = found["own_supply"][0]
    factor, recovery = wind["capacity_factor"], 0.07 / (1.0 - 1.07**-27)
    yearly = 0.9 * 1439.0 * (recovery + 0.0125)
    assert wind["capacity_kw"] == pytest.approx(200.0)
    assert wind["levelised_per_mwh"] == pytest.approx(yearly / (8.76 * factor))
    assert found["lines"]["own_supply"] == pytest.approx(200.0 * yearly)


def test_a_split_and_small_sites_stand_beside_the_best_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where only the split can be, the command leaves with 0; their keys are a contract."""
    text = two().replace('name = "training"', 'name = "online"\nrtt_max_ms = 5') + (
        '[split]\nhome = "south"\nlatency_ms = [5, 50]\n'
        '[edge]\nclass = "online"\ncentral = "north"\nsmall = ["south"]\nrequests_per_s = 100\nservice_s = 2\n'
        "kw_per_server = 1\n"
    )
    found = document(tmp_path, text, capsys)
    split, edge = found["split"], found["edge"]
    assert set(split) == {
        "home", "possible", "unplaced", "breaches", "cost_per_year", "counted_t_per_year", "latency_ms", "away_share",
        "placed", "places", "at_home", "by_latency",
    }  # fmt: skip
    assert set(split["placed"][0]) == {
        "class", "origin", "place", "share", "it_kw", "way", "rtt_ms",
    }  # fmt: skip
    assert [row["away_share"] for row in split["by_latency"]] == [0.0, 1.0]
    assert set(edge) == {"class", "requests_per_s", "cheapest", "ways"}
    assert set(edge["ways"][0]) == {
        "name", "sites", "servers", "pooling_loss", "it_kw", "it_capacity_kw", "pue", "cost_per_year", "lines",
        "backbone", "counted_t_per_year", "latency_ms", "farthest_ms",
    }  # fmt: skip
    assert exit_code(["site", written(tmp_path, text)]) == 0
    said = capsys.readouterr().out
    assert "divided over places" in said and "within 50 ms" in said and "servers" in said
    poor = text.replace("[split]", "[limits]\ncost_max_per_year = 1\n[split]")
    assert exit_code(["site", written(tmp_path, poor)]) == 3
    assert "budget, all places together: " in capsys.readouterr().out
    said = faults(tmp_path, text.replace('home = "south"', 'home = "moon"'), capsys)
    assert "split.home: moon" in said
    far = text.replace("rtt_max_ms = 5", "rtt_max_ms = 5\nregions = ['moon']")
    split = document(tmp_path, far, capsys, code=3)["split"]
    (missing,) = split["unplaced"]
    assert split["possible"] is False and set(missing) == {"of", "share", "it_kw", "why"}
    assert missing["it_kw"] == pytest.approx(1000.0)
    assert missing["why"] == "no candidate lies in moon"
    assert exit_code(["site", written(tmp_path, far)]) == 3
    assert "1,000 kW of online from town (100.0%) find no place" in capsys.readouterr().out


@pytest.mark.real
def test_wind_that_was_turned_down_is_taken_up_in_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    """Three weeks of Great Britain: 848 GWh of wind turned down; 1,000 kW run 63 % of the time beside it."""
    path = data_dir / "gb_curtailment_2025_10" / "gb_by_fuel.parquet"
    own = f'\n  [candidate.curtailment]\n  source = "gb_curtailment"\n  path = "{path}"\n'
    told = document(tmp_path, two() + own, capsys)["candidates"][1]["curtailment"]
    assert set(told) == {
        "period", "source", "curtailed_kwh", "drawn_kwh", "even_kwh", "moved_kwh",
    }  # fmt: skip
    assert told["curtailed_kwh"] == pytest.approx(848e6, rel=1e-2)
    assert told["even_kwh"] / told["drawn_kwh"] == pytest.approx(0.63, abs=0.01)
    assert told["moved_kwh"] > 1.02 * told["even_kwh"]
