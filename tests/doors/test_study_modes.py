"""`gridtide study --modes`: the set, losses, the fleet, measures, report and export, on nine buses with a year."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridtide.doors.cli import exit_code
from gridtide.grid.contingency import outages_of
from gridtide.sources.matpower_case import MatpowerCase

ROOT = Path(__file__).parents[2]
YEAR = ROOT / "examples" / "nine_buses_year"
FLEET = ROOT / "examples" / "nine_buses_fleet.toml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that one study writes."""
    return tmp_path_factory.mktemp("modes")


@pytest.fixture(scope="module")
def found(written: Path) -> dict[str, Any]:
    """The document of one study with the fleet."""
    capture = pytest.MonkeyPatch()
    said: list[str] = []
    capture.setattr(
        "click.echo", lambda text="", err=False, **_: None if err else said.append(text)
    )
    try:
        code = exit_code([
            "study", str(YEAR), "--modes", "--fleet", str(FLEET), "--json", "--page", str(written / "m.html"),
            "--report", str(written / "m.md"), "--export", str(written / "dynamics"),
        ])  # fmt: skip
    finally:
        capture.undo()
    assert code == 0
    (document,) = said
    read: dict[str, Any] = json.loads(document)
    return read


def test_its_keys_are_a_contract(found: dict[str, Any]) -> None:
    """Of the document, a mode, one of the worst losses and a measure."""
    assert set(found) == {
        "of", "currency", "buses", "branches", "units", "minutes", "maintenance", "sites", "modes", "worst",
        "islanding", "exported_mode", "notes", "summary",
    }  # fmt: skip
    assert set(found["modes"][0]) == {
        "number", "mode", "season", "load", "weather", "hour", "at", "among_hours", "band_kw", "load_kw", "weather_kw",
        "out", "response", "fleet_kw", "fleet_cost_per_day", "price_per_mwh", "running", "cost_per_h",
        "secured_cost_per_h", "secured_left_kw", "curtailed_kw", "shed_kw", "lowest_price_per_mwh",
        "highest_price_per_mwh", "energy_price_per_mwh", "congested", "fullest", "loading", "losses", "highest_loading",
        "overloading", "islanding", "lacking", "lacking_kw", "worst", "sites", "new_over_kw", "new_over_hours", "text",
    }  # fmt: skip
    worst = next(one for one in found["worst"] if one["before"])
    assert set(worst) == {
        "mode_number", "mode", "response", "lost", "branch", "loading", "over_kw", "all_over_kw", "before", "compute",
        "generation", "together", "shed_kw", "shed_left_kw", "with_losses", "in_modes", "text",
    }  # fmt: skip
    assert set(worst["compute"]) == {"clears", "moved_kw", "cost_per_h", "left_kw", "moves"}
    assert set(worst["before"]) == {"flow_kw", "lost_flow_kw", "share", "most_kw", "sum_kw"}
    assert set(worst["with_losses"]["after"]) == {
        "solved", "loading", "fullest", "lowest_pu", "lowest_bus",
    }  # fmt: skip
    assert set(found["sites"][0]) == {"name", "bus", "mean_kw", "least_kw", "most_kw"}


def test_a_price_at_a_site_is_split_into_energy_and_each_branch(found: dict[str, Any]) -> None:
    """Parts add up to it; somewhere a branch adds."""
    parted = 0
    for mode in found["modes"]:
        assert [one["name"] for one in mode["sites"]] == ["north", "south"]
        for one in mode["sites"]:
            parts = [part["price_per_mwh"] for part in one["congestion"]]
            assert one["price_per_mwh"] == pytest.approx(one["energy_price_per_mwh"] + sum(parts))
            parted += len(parts) > 0
    assert parted > 0


def test_the_set_is_whole(found: dict[str, Any]) -> None:
    """Season x load x weather x what is out x response, each once; two seasons, so 8 hours."""
    seen = {
        (one["season"], one["load"], one["weather"], one["out"], one["response"])
        for one in found["modes"]
    }
    assert len(seen) == len(found["modes"]) == 2 * 2 * 2 * 3 * 3
    assert {one["out"] for one in found["modes"]} == {"nothing", "L5", "2_CC_1"}
    for one in found["modes"]:
        low, high = one["band_kw"]
        assert low <= one["load_kw"] <= high


def test_a_fleet_that_chases_the_price_overloads_and_ours_does_not(found: dict[str, Any]) -> None:
    """On most days the one makes a new overload; the other on none, and it pays less than one that does nothing."""
    by = {name: [one for one in found["modes"] if one["response"] == name]
          for name in ("nothing", "by price", "within the room")}  # fmt: skip
    assert sum(one["new_over_kw"] > 0.0 for one in by["by price"]) > len(by["by price"]) / 2
    assert all(one["new_over_kw"] == 0.0 for one in by["within the room"])
    for still, naive, ours in zip(*by.values(), strict=True):
        costs = [one["fleet_cost_per_day"] for one in (naive, ours, still)]
        assert costs == sorted(costs)


def test_losses_are_ranked_and_measures_are_compared(found: dict[str, Any]) -> None:
    """The worst first, each loss once; moving both never leaves more than either alone."""
    over = [one["all_over_kw"] for one in found["worst"]]
    assert over == sorted(over, reverse=True)
    assert len({one["lost"] for one in found["worst"]}) == len(over) > 3
    for one in found["worst"]:
        for alone in (one["compute"], one["generation"]):
            assert one["together"]["left_kw"] <= alone["left_kw"] + 0.1
        assert one["together"]["clears"] == (one["together"]["left_kw"] == 0.0)
        if one["before"]:
            before = one["before"]
            assert abs(before["sum_kw"]) == pytest.approx(before["most_kw"] + one["over_kw"])
    assert found["islanding"][0]["lost"] == "L1 (1-4)"


def test_output_ahead_of_losses_costs_no_less(found: dict[str, Any]) -> None:
    """Wherever it keeps every rating and serves every load."""
    kept = [one for one in found["modes"] if one["secured_left_kw"] < 1.0]
    assert len(kept) > 10
    for one in kept:
        assert one["secured_cost_per_h"] >= one["cost_per_h"] - 0.01


def test_the_report_reads_as_it_is_handed_in(found: dict[str, Any], written: Path) -> None:
    """Every mode and every one of the worst losses in sentences; transient stability is said to be out of scope."""
    text = (written / "m.md").read_text()
    for one in found["modes"]:
        assert " ".join(one["text"]) in text
    for one in found["worst"]:
        assert " ".join(one["text"]) in text
    assert "Transient stability" in text and "out of scope" in text
    first = found["modes"][0]["text"][0]
    assert "stands for summer, most load, much sun and wind: of the 111 hours of summer" in first
    assert "Operation modes of" in (written / "m.html").read_text()


def test_what_is_exported_is_read_again_as_it_was(found: dict[str, Any], written: Path) -> None:
    """Loads and flows of the mode, its machines with H, and as many losses as branches and units that feed."""
    case = MatpowerCase(path=written / "dynamics" / "case.m").read()
    mode = found["modes"][found["exported_mode"] - 1]
    assert len(case.buses) == 9 and len(case.branches) == (9 if mode["out"] == "L5" else 10)
    with (written / "dynamics" / "machines.csv").open() as file:
        machines = list(csv.DictReader(file))
    weather = sum(float(one["fed_kw"]) for one in machines if one["holds_voltage"] == "no")
    drawn = case.buses.load_kw.sum() + weather
    lost = 0.977
    assert drawn == pytest.approx(mode["load_kw"] + mode["fleet_kw"] + lost, abs=0.1)
    assert sum(float(one["fed_kw"]) for one in machines) == pytest.approx(drawn, abs=0.1)
    assert {one["unit"]: float(one["inertia_s"]) for one in machines}["1_STEAM_1"] == 4.0
    assert outages_of(case) is not None
    with (written / "dynamics" / "contingencies.csv").open() as file:
        losses = list(csv.DictReader(file))
    assert len(losses) == len(case.branches) + len(machines)
    assert np.isfinite(case.circuits.resistance_pu).all()


def test_without_a_fleet_or_a_list_one_branch_and_one_unit_are_taken_out_by_rule(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The branch whose loss loads most, and the largest unit; only one response."""
    assert exit_code(["study", str(YEAR), "--modes", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["modes"]) == 8 * 3
    assert found["maintenance"][0] == "nothing" and found["maintenance"][2] == "1_STEAM_1"
    assert all(one["compute"] is None for one in found["worst"])


def test_every_fault_is_told_with_its_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be taken out; a fleet on no bus or beyond its limits; a network without units."""
    outs = ["--out", "L1", "--out", "nobody", "--out", "L2"]
    assert exit_code(["study", str(YEAR), "--modes", *outs]) == 2
    said = capsys.readouterr().err
    assert "maintenance L1: being out cuts off bus" in said
    assert "maintenance nobody: is neither a branch nor a unit" in said and "L2" not in said
    assert exit_code(["study", str(YEAR), "--modes", "--bus", "5", "--short-circuit"]) == 2
    assert "--bus, --short-circuit: not with --modes" in capsys.readouterr().err
    wrong = tmp_path / "fleet.toml"
    wrong.write_text(
        FLEET.read_text()
        .replace('bus = "7"', 'bus = "77"')
        .replace("power_kw = 30000", "power_kw = 90000")
    )
    assert exit_code(["study", str(YEAR), "--modes", "--fleet", str(wrong)]) == 2
    said = capsys.readouterr().err
    assert "77 is no bus" in said and "draws 90,000 to 90,000 kW" in said
    assert exit_code(["study", str(ROOT / "examples" / "nine_buses.m"), "--modes"]) == 2
    assert "is one network without units and hours" in capsys.readouterr().err


def test_load_that_cannot_be_served_leaves_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that feeds most of it is rated next to nothing: what is shed is named."""
    copy = tmp_path / "weak"
    shutil.copytree(YEAR, copy)
    branch = copy / "branch.csv"
    branch.write_text(
        branch.read_text()
        .replace("0.158,180,207,234", "0.158,5,5,5")
        .replace("0.358,120,138,156", "0.358,5,5,5")
    )
    assert exit_code(["study", str(copy), "--modes", "--out", "2_CC_1", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert max(one["shed_kw"] for one in found["modes"]) > 10_000.0
    assert any(
        "cannot be served even before any loss" in " ".join(one["text"]) for one in found["modes"]
    )
