"""The command `gridtide study NETWORK --year`: every bus over a year, a load at one, and every fault with its mend."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.cli.study_year_words import show

EXAMPLES = Path(__file__).parents[2] / "examples"
SYSTEM = str(EXAMPLES / "six_buses")
ROOM = {"firm_kw", "in_99_of_100_hours_kw", "median_kw", "hour", "at", "full", "lost", "binding"}
CURTAILED = {"hours", "times", "energy_kwh", "share", "deepest_kw", "longest_h"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the picture is written."""
    return tmp_path_factory.mktemp("year") / "hosting.html"


@pytest.fixture(scope="module")
def found(page: Path) -> dict[str, Any]:
    """The document of the example, as stdout holds it."""
    import contextlib
    import io

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = exit_code(
            ["study", SYSTEM, "--year", "--bus", "5", "--json", "--page", str(page),
             "--connection", str(EXAMPLES / "connection.toml")]
        )  # fmt: skip
    assert code == 0
    document: dict[str, Any] = json.loads(said.getvalue())
    return document


def test_the_keys_of_the_document_are_a_contract(found: dict[str, Any], page: Path) -> None:
    """Whoever reads it finds them where they stand; the page is drawn from it."""
    assert set(found) == {
        "of", "first_hour", "hours", "buses", "branches", "outages", "splitting", "dispatch", "fed_by", "least_effect",
        "worked_out", "by_bus", "connections", "notes",
    }  # fmt: skip
    assert set(found["dispatch"]) == {
        "redispatched_hours", "over_hours", "over_kw", "unfed_kwh", "turned_down_kwh", "cost", "cost_cheapest_first",
        "currency",
    }  # fmt: skip
    (one,) = found["connections"]
    assert set(one) == {
        "bus", "fed_by", "now", "after_any_outage", "off_after_outage", "notice_min", "duration", "points", "curve",
        "relieved", "work", "asked",
    }  # fmt: skip
    assert all(set(one[name]) == ROOM for name in ("now", "after_any_outage"))
    assert all(set(bus) == {"bus", "now", "after_any_outage"} for bus in found["by_bus"])
    row = one["curve"][-1]
    assert set(row) == {"size_kw", "now", "after_any_outage", "off_after_outage", "work_waits"}
    assert all(set(row[name]) == CURTAILED for name in ("now", "after_any_outage"))
    assert set(row["work_waits"]) == {
        "given_kwh", "waiting_cost", "later_kwh", "caught_up_kwh", "late_kwh", "most_waiting_kwh", "unmet_kwh",
        "unmet_hours", "unmet_deepest_kw", "unmet_longest_h", "share",
    }  # fmt: skip
    assert set(one["asked"]) == {
        *row, "firm", "short_kw", "expected_after_outages_kwh", "reinforced", "currency", "ways",
    }  # fmt: skip
    assert "how much load fits" in page.read_text()


def test_the_curves_never_turn_back_and_say_how_far_a_size_is_from_firm(
    found: dict[str, Any],
) -> None:
    """More load is curtailed in more hours; N-1 never has more room than N-0; a larger share never fits less."""
    (one,) = found["connections"]
    for name in ("now", "after_any_outage", "off_after_outage"):
        hours = [row[name]["hours"] for row in one["curve"]]
        assert hours == sorted(hours) and hours[0] == 0
        fits = [row[f"{name}_kw"] for row in one["points"]]
        assert fits == sorted(fits)
    assert all(row["after_any_outage_kw"] <= row["now_kw"] for row in one["duration"])
    assert all(row["work_waits_kw"] >= row["after_any_outage_kw"] for row in one["points"])
    asked, firm = one["asked"], one["after_any_outage"]["firm_kw"]
    assert asked["firm"] is False
    assert asked["short_kw"] == pytest.approx(80_000.0 - firm)
    assert asked["after_any_outage"]["deepest_kw"] == pytest.approx(asked["short_kw"])
    assert {row["branch"] for row in asked["reinforced"]} >= {one["after_any_outage"]["full"]}
    costs = [way["cost_per_year"] for way in asked["ways"]]
    assert costs == sorted(costs) and len(costs) == 6


def test_it_is_told_in_words(found: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """What binds, when, what lacks, what each way costs."""
    show(found)
    said = capsys.readouterr().out
    assert "six_buses: 6 buses, 8 branches, 8,760 hours, 8 outages each" in said
    assert "bus 5, fed by redispatch:" in said and "T1 full after N2 at 2021-01-26 19:00" in said
    assert "80,000 kW are not firm, 19,400 kW too much: 1,508 hours" in said
    assert "T1 without a limit: 64,675 kW firm, then S1 full after S2" in said
    assert "flexible with a battery: " in said and "battery_kwh " in said
    assert "-0 kW" not in said


def test_a_load_that_must_be_firm_and_is_not_leaves_with_3_and_a_fixed_share_is_quick(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fed at one bus from a dispatch that knows no ratings: over them already, said so."""
    asks = tmp_path / "asks.toml"
    asks.write_text('size_kw = 1000.0\nfed_by = "1"\ndispatch = "merit"\n')
    words = ["study", SYSTEM, "--year", "--bus", "5", "--connection", str(asks)]
    assert exit_code(words) == 3
    said = capsys.readouterr().out
    assert "hours a branch is over its rating" in said and "bus 5, fed by 1:" in said
    assert "1,000 kW are not firm, 1,000 kW too much" in said
    asks.write_text('size_kw = 1000.0\nfirm = false\nfed_by = "units"\nleast_effect = 0.05\n')
    assert exit_code([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["fed_by"] == "units" and found["least_effect"] == 0.05
    assert found["connections"][0]["asked"]["ways"] == []


def test_every_fault_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bus that is not there, a file of flexibility that is none, a network without a year, wrong keys."""
    flex = tmp_path / "flex.json"
    flex.write_text('{"rows": [{"site": "fleet", "delay": 0.5, "down_kw": -1}]}')
    asks = tmp_path / "asks.toml"
    asks.write_text('fed_by = "nowhere"\n')
    words = ["study", SYSTEM, "--year", "--bus", "77", "--flex", str(flex)]
    assert exit_code([*words, "--connection", str(asks)]) == 2
    said = capsys.readouterr().err
    assert "--bus: 77 is no bus of the network" in said
    assert "fed_by: nowhere is no bus of the network" in said
    assert "flex.json row 0 duration_s: None" in said and "row 0 down_kw: -1" in said
    cut = tmp_path / "cut"
    shutil.copytree(SYSTEM, cut)
    text = (cut / "branch.csv").read_text().splitlines()
    kept = [line for line in text if not line.startswith(("S3", "S4"))]
    (cut / "branch.csv").write_text("\n".join(kept))
    assert exit_code(["study", str(cut), "--year"]) == 2
    assert "no branch leads from it to the bus of type Ref" in capsys.readouterr().err
    asks.write_text("size_kw = -4.0\nsurprise = 1\n[costs]\ncurrency = 'USD'\n")
    nine = str(EXAMPLES / "nine_buses.m")
    assert exit_code(["study", nine, "--year", "--connection", str(asks)]) == 2
    said = capsys.readouterr().err
    assert "is one network without units and hours" in said
    assert "size_kw: -4.0" in said and "surprise: is no key" in said
    assert "costs.genset_per_mwh: is missing" in said and "no bus is named" in said
    assert exit_code(["study", nine, "--flex", str(flex)]) == 2
    assert "--flex: stands without --year" in capsys.readouterr().err
