"""`gridtide pathway` tells where demand leads, in words, as a document and as a page."""

import json
from pathlib import Path
from typing import Any

import pytest

from gridtide.doors.cli import exit_code

OWN = Path(__file__).parents[2] / "examples" / "pathway.toml"


def document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What it prints as JSON."""
    assert exit_code(["pathway", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_document_has_a_row_per_scenario_region_and_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; the world is the sum of its regions in every kind."""
    page = tmp_path / "pathway.html"
    found = document(["--draws", "50", "--page", str(page)], capsys)
    assert set(found) == {
        "of", "edition", "currency", "cost_year", "regions", "years", "about", "scenarios", "calibration", "fan",
        "claims", "limits", "coordination", "classes", "tokens", "system",
    }  # fmt: skip
    rows = found["scenarios"]
    assert set(rows[0]) == {
        "name", "region", "year", "electricity_twh", "wanted_twh", "training_twh", "inference_twh",
        "conventional_twh", "other_twh", "held_by", "accelerators", "accelerators_added", "power_worth_per_mwh",
        "chip_worth_per_year", "flexible_share",
    }  # fmt: skip
    names = [one["name"] for one in found["about"]]
    assert len(rows) == len(names) * 6 * 37 and {"base", "low", "high"} <= set(names)
    by_key = {(one["name"], one["region"], one["year"]): one for one in rows}
    for name in names:
        for year in (2024, 2030, 2060):
            world = by_key[name, "World", year]
            for key in ("electricity_twh", "wanted_twh", "inference_twh", "accelerators_added"):
                parts = [by_key[name, region, year][key] for region in found["regions"][:-1]]
                assert world[key] == pytest.approx(sum(parts))
    assert by_key["base", "World", 2030]["electricity_twh"] == pytest.approx(945.0)
    text = page.read_text()
    assert (
        "How much electricity will computing draw" in text
        and "http" not in text.split("<body>")[1][:200]
    )


def test_parts_of_the_document_keep_their_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Anchors, fan, statements, limits, coordination, tokens."""
    found = document(["--draws", "50", "--region", "US"], capsys)
    assert {one["region"] for one in found["scenarios"]} == {"US"}
    assert set(found["calibration"][0]) == {
        "anchor", "scenario", "year", "region", "low_twh", "high_twh", "found_twh", "residual", "fitted", "mark",
        "source",
    }  # fmt: skip
    fan = found["fan"]
    assert set(fan) == {
        "draws", "seed", "quantiles", "regions", "priors", "matters", "first_held",
    }  # fmt: skip
    assert set(fan["regions"][0]) == {
        "region", "year", "p05_twh", "p25_twh", "p50_twh", "p75_twh", "p95_twh",
    }  # fmt: skip
    for one in fan["regions"]:
        levels = [one[f"p{level}_twh"] for level in ("05", "25", "50", "75", "95")]
        assert levels == sorted(levels)
    assert set(fan["matters"][0]) == {"year", "prior", "rank_correlation"}
    (held,) = fan["first_held"]
    assert held["grid"] + held["chips"] + held["nothing"] == pytest.approx(1.0)
    assert set(found["claims"][0]) == {
        "name", "year", "share", "of", "required_twh", "growth_per_year", "gw_per_year", "accelerators_per_year",
        "percentile", "mark", "source",
    }  # fmt: skip
    assert set(found["limits"][0]) == {
        "name", "region", "grid_from", "chips_from", "grid_before_chips",
    }  # fmt: skip
    assert set(found["coordination"][0]) == {
        "name", "class", "region", "flexible_share", "cost_per_mwh_2030", "spared_per_mwh_2030", "pays_from",
        "pays_when_called_from",
    }  # fmt: skip
    assert set(found["tokens"][0]) == {
        "name", "year", "tokens", "joules_per_token", "cost_per_million_tokens", "electricity_share_of_cost",
    }  # fmt: skip


def test_the_same_seed_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    """Another seed another fan, and the same courses."""
    first, again, other = (
        document(["--draws", "40", "--seed", seed, "--region", "World"], capsys)
        for seed in ("5", "5", "6")
    )
    assert first == again
    assert first["fan"]["regions"] != other["fan"]["regions"]
    assert first["scenarios"] == other["scenarios"]


def test_own_scenarios_stand_beside_the_bundled_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """Where chips are short chips hold demand back, where the grid is, the grid; both draw less than `high`."""
    found = document([str(OWN), "--draws", "20", "--region", "US"], capsys)
    by_key = {(one["name"], one["year"]): one for one in found["scenarios"]}
    assert by_key["chips short", 2040]["held_by"] == ["chips"]
    assert by_key["grids short", 2032]["held_by"] == ["grid"]
    for name in ("chips short", "grids short"):
        assert by_key[name, 2035]["electricity_twh"] < by_key["high", 2035]["electricity_twh"]
    first = {one["name"]: one for one in found["limits"]}
    assert (
        first["grids short"]["grid_before_chips"] and not first["chips short"]["grid_before_chips"]
    )


def test_the_power_system_is_told_where_a_year_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; supply stands without and with work that moves."""
    page = tmp_path / "system.html"
    arguments = ["--draws", "20", "--region", "US", "--system", "2040", "--days", "8"]
    found = document([*arguments, "--page", str(page)], capsys)["system"]
    assert set(found) == {
        "year", "currency", "cost_year", "typical_days", "hours", "removal_per_t", "heat_share", "vehicle_share",
        "technologies", "cases", "days_error",
    }  # fmt: skip
    case = found["cases"][0]
    assert set(case) == {
        "name", "region", "others_twh", "computing_twh", "computing_share", "classes", "flexible_share",
        "flexible_kw", "saved_per_year", "saved_per_flexible_kw_year", "storage_spared_kwh",
        "curtailment_spared_twh", "without", "with",
    }  # fmt: skip
    assert set(case["with"]) == {
        "cost_per_year", "moving_cost_per_year", "cost_per_mwh", "curtailed_share", "curtailed_twh", "gw", "twh",
        "stored_kwh", "solver",
    }  # fmt: skip
    assert case["classes"] == ["batch inference, evaluation", "data, ETL"]
    assert case["with"]["cost_per_year"] <= case["without"]["cost_per_year"]
    assert case["saved_per_year"] == pytest.approx(
        case["without"]["cost_per_year"] - case["with"]["cost_per_year"]
    )
    assert "carbon-neutral power system in" in page.read_text()
    assert exit_code(["pathway", *arguments[:-1], "9"]) == 0
    said = capsys.readouterr()
    assert "a carbon-neutral power system in 2040" in said.out and "made, TWh: solar" in said.out
    assert "9 typical days; how far off they are was not looked at (--check)" in said.out
    assert "base, US" in said.err


def test_what_says_nothing_alone_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Hours and areas without a system, and too few typical days, all at once."""
    assert exit_code(["pathway", "--hours", "fi.parquet", "--days", "3"]) == 2
    said = capsys.readouterr().err
    assert "--hours" in said and "--system YEAR" in said and "--days" in said
    assert exit_code(["pathway", "--check"]) == 2
    assert "--check" in capsys.readouterr().err
    assert exit_code(["pathway", "--system", "2040", "--clock", "Europe/Paris"]) == 2
    said = capsys.readouterr().err
    assert "--clock" in said and "--hours FILE" in said


def test_it_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Courses, anchors, statements, limits, coordination."""
    assert exit_code(["pathway", "--draws", "50"]) == 0
    said = capsys.readouterr().out
    for words in (
        "World",
        "anchors: how far",
        "6,579 to 7,685 TWh",
        "what holds demand back first",
        "pays from",
    ):
        assert words in said


def test_every_fault_of_a_file_is_said_at_once_by_the_name_of_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Years, shares, unknown regions, scenarios and keys; with 2."""
    path = tmp_path / "own.toml"
    path.write_text(
        """
[[scenario]]
name = "odd"
like = "base"
training_share = 1.3
pue = { 1999 = 1.5 }
rebond = 0.3
accelerator_use = -1
mark = "guessed"

[[scenario]]
name = "nowhere"
like = "nobody"

[[prior]]
name = "rebound"
shape = "triangular"
low = 2
mode = 1
high = 0
mark = "assumed"
source = "ours"
"""
    )
    assert exit_code(["pathway", str(path)]) == 2
    said = capsys.readouterr().err
    for words in (
        'own.toml [[scenario]] "odd".training_share', "1999", 'odd".rebond', "accelerator_use", "guessed",
        "'nobody' is no scenario before it", '[[prior]] "rebound"',
    ):  # fmt: skip
        assert words in said, words
    path.write_text(
        '[[scenario]]\nname = "far"\nlike = "base"\ngrid_gw_per_year = { Atlantis = { 2030 = 1 } }\n'
        '[[prior]]\nname = "weather"\nshape = "triangular"\nlow = 0\nmode = 1\nhigh = 2\nmark = "assumed"\n'
        'source = "ours"\n'
    )
    assert exit_code(["pathway", str(path)]) == 2
    said = capsys.readouterr().err
    assert "'Atlantis' is no region" in said and "weather" in said and "changes nothing" in said


def test_regions_and_editions_that_nobody_knows_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each with those that are known."""
    assert exit_code(["pathway", "--region", "Mars", "--edition", "1984"]) == 2
    said = capsys.readouterr().err
    assert "'Mars' is not known" in said and "APAC without China" in said and "'1984'" in said
    assert exit_code(["pathway", "no.toml"]) == 2
