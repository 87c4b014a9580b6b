"""The command `gridtide size`: what is built, what it costs, what flexibility spares, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

EXAMPLE = (Path(__file__).parents[2] / "examples" / "campus.toml").read_text()
SHORT = EXAMPLE.replace("typical_days = 24", "hours = 96")


def written(folder: Path, text: str) -> str:
    """A campus file of a text."""
    path = folder / "campus.toml"
    path.write_text(text)
    return str(path)


def test_the_document_tells_supply_front_and_what_flexibility_spares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; the front falls; the page is one file."""
    page = tmp_path / "size.html"
    words = ["size", written(tmp_path, SHORT), "--pareto", "3", "--page", str(page), "--json"]
    assert exit_code(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "of", "goal", "currency", "cost_year", "hours", "years", "typical_days", "supply", "targets", "green",
        "without_flexibility", "spared", "pareto", "islanded", "whole_year", "series", "notes",
    }  # fmt: skip
    assert set(found["supply"]) == {
        "cost_per_year", "capex", "carbon_kg_per_year", "load_kwh_per_year", "cost_per_mwh", "carbon_g_per_kwh",
        "import_kwh_per_year", "export_kwh_per_year", "import_peak_kw", "clean_hourly_share", "clean_yearly_share",
        "certified_kwh_per_year", "heat_kwh_per_year", "water_m3_per_year", "stored_kwh", "built", "agreements",
        "solver",
    }  # fmt: skip
    assert set(found["supply"]["built"][0]) == {
        "name", "kind", "kw", "kw_out", "kwh", "made_kwh_per_year", "curtailed_kwh_per_year", "capex", "cost_per_year",
    }  # fmt: skip
    assert set(found["spared"]) == {
        "waiting_share", "cost_per_year", "carbon_kg_per_year", "capex", "stored_kwh",
    }  # fmt: skip
    assert set(found["green"][0]) == {
        "name", "value", "part_kwh", "over_kwh", "over", "limit", "passes",
    }  # fmt: skip
    assert set(found["islanded"][0]) == {"case", "served_share", "unserved_kwh"}
    assert found["targets"] == {"hourly_clean_share": 0.9}
    assert found["supply"]["clean_hourly_share"] >= 0.9 - 1e-6
    assert found["spared"]["waiting_share"] == pytest.approx(0.25)
    assert found["spared"]["cost_per_year"] > 0.0
    costs = [point["cost_per_year"] for point in found["pareto"]]
    assert costs == sorted(costs) and len(costs) == 3
    assert "what should stand beside it" in page.read_text()


def test_typical_days_say_how_far_they_are_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of twelve days eight are typical; over every hour it costs something else."""
    text = EXAMPLE.replace("typical_days = 24", "hours = 288\ntypical_days = 8")
    assert exit_code(["size", written(tmp_path, text), "--alone", "--whole-year", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    whole = found["whole_year"]
    assert set(whole) == {"cost_per_year", "cost_error", "carbon_error", "built"}
    assert found["typical_days"] == 8 and found["islanded"] == []
    expected = found["supply"]["cost_per_year"] / whole["cost_per_year"] - 1.0
    assert whole["cost_error"] == pytest.approx(expected) and abs(expected) < 0.3


def test_it_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Money with its year, what is built, how long the critical load is served."""
    words = ["size", written(tmp_path, SHORT), "--least", "carbon", "--target", "capex=3e8"]
    assert exit_code(words) == 0
    said = capsys.readouterr().out
    assert "windy plain, least carbon over 96 hours, EUR of 2025" in said
    assert "carbon-free hour by hour" in said and "work that waits (25% of the load)" in said
    assert "grid lost, no stores: critical load served for 1 h" in said


def test_targets_that_cannot_be_reached_are_named_with_their_distance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without firm plants and with a small budget: left with 3, what lacks, what stands in the way."""
    text = SHORT.replace('[[technology]]\nname = "reactor"\n', "")
    asked = ["--target", "hourly_clean_share=0.999", "--target", "capex=6e7"]
    words = ["size", written(tmp_path, text), *asked]
    assert exit_code(words) == 3
    said = capsys.readouterr().err
    assert "targets.hourly_clean_share: 0.999 is asked" in said
    assert "can be reached beside the others; it lacks 0." in said
    assert "targets.capex" in said


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (
            'currency = "EUR"',
            'currency = "USD"',
            "costs in EUR of 2025; USD of 2025, or a [[rate]]",
        ),
        (
            "cost_year = 2025",
            "cost_year = 2020",
            "costs in EUR of 2025; EUR of 2020, or a [[rate]]",
        ),
        ('name = "reactor"', 'name = "fusion"', "like fusion, which nobody knows"),
        ("share = 0.25", "share = 1.2", "share"),
        ("mean_kw = 20000", "mean_kw = -1", "mean_kw"),
        ("slack_h = 24", "slack_h = 24\nslak = 1", "slak"),
        ('name = "reactor"', 'name = "solar"', "a name stands twice"),
        ("hourly_clean_share = 0.9", "islanded_h = 2", "outages at any hour of real years"),
        ("hourly_clean_share = 0.9", "hourly_clean_share = 1.1", "hourly_clean_share"),
    ],
)
def test_bad_input_is_named_with_its_mend(
    was: str, becomes: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Left with 2: costs of another currency or year, unknown names and keys, shares out of range."""
    text = EXAMPLE.replace(was, becomes, 1)
    assert text != EXAMPLE
    assert exit_code(["size", written(tmp_path, text)]) == 2
    assert said in capsys.readouterr().err


def test_a_declared_rate_brings_costs_into_the_money_of_the_campus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice the money for the same: every figure of money doubles, nothing that is built changes."""
    factor = '\n[[rate]]\nfrom_currency = "EUR"\nfrom_year = 2025\nfactor = 2.0\n'
    text = SHORT.replace("carbon_price_per_t = 80", "carbon_price_per_t = 0")
    text = text.replace("cost_per_mwh = 200", "cost_per_mwh = 0").replace(
        "hours_most = 300", "hours_most = 0"
    )
    text = text.replace("network_charge_per_mwh = 20\nfeed_in_fee_per_mwh = 5", "")
    text = text.replace("[series]", '[series]\ncurrency = "EUR"')
    other = text.replace('currency = "EUR"\ncost_year', 'currency = "XXX"\ncost_year', 1) + factor
    found = []
    for one in (text, other):
        assert exit_code(["size", written(tmp_path, one), "--alone", "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out)["supply"])
    assert found[1]["cost_per_year"] == pytest.approx(2.0 * found[0]["cost_per_year"], rel=1e-5)


def test_series_of_another_length_or_year_are_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of 47 hours of another day, where 48 are asked for; then the right one is taken."""
    columns = "time,price_per_mwh,carbon_average_g_per_kwh,temperature_c,solar_share,wind_share,hydro_share"

    def table(day: int, hours: int) -> None:
        rows = [
            f"2025-01-{day + hour // 24:02d}T{hour % 24:02d}:00:00Z,{60 + hour % 7},300,5,{0.1 * (hour % 5)},0.4,0.5"
            for hour in range(hours)
        ]
        (tmp_path / "own.csv").write_text("\n".join([columns, *rows]) + "\n")

    own = 'source = "table"\npath = "own.csv"\ncurrency = "EUR"'
    text = EXAMPLE.replace('source = "synthetic"', own).replace("typical_days = 24", "hours = 48")
    for day, hours in ((1, 47), (3, 48)):
        table(day, hours)
        assert exit_code(["size", written(tmp_path, text)]) == 2
        said = capsys.readouterr().err
        assert f"own.csv: {hours} rows from 2025-01-0{day}" in said and "48 hours" in said
    table(1, 48)
    assert exit_code(["size", written(tmp_path, text), "--alone", "--json"]) == 0


@pytest.mark.real
def test_a_year_that_the_set_lacks_is_refused(
    data_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DE-LU of 2022 has no price for 25 hours: refused, and named; so is a year that the set has not."""
    monkeypatch.setenv("GRIDTIDE_DATA", str(data_dir))
    real = Path(__file__).parents[2] / "examples" / "real" / "campus_germany.toml"
    text = real.read_text().replace("gaps_most_h = 25", "")
    assert exit_code(["size", written(tmp_path, text)]) == 2
    assert "has 8,735 of the 8,760 hours from 2022-01-01" in capsys.readouterr().err
    assert exit_code(["size", written(tmp_path, text.replace("[2022]", "[2031]"))]) == 2
