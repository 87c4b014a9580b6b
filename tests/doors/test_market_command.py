"""The command `gridtide market`: each rule at each share, from which share what changes, every fault with its mend."""

import json
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.market_system import read_system
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.invest.market.days import days_asked

EXAMPLES = Path(__file__).parents[2] / "examples"
ISLAND = EXAMPLES / "island_system.toml"
QUICK = ["--days", "3-4", "--fleets", "3", "--rounds", "4"]


def asked(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, Any], str]:
    """Exit code, document and what was said beside it."""
    code = exit_code(["market", *arguments, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else {}, said.err


def test_the_document_tells_each_rule_at_each_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; progress goes to stderr with the time left, and nothing but the document to stdout."""
    page = tmp_path / "market.html"
    code, found, said = asked(
        [str(ISLAND), *QUICK, "--shares", "40,5", "--no-search", "--page", str(page)], capsys
    )
    assert code == 0
    assert set(found) == {
        "of", "currency", "days", "hours", "year_hours_per_hour", "load_kw", "classes", "terms", "fleets",
        "offer_price_per_mw_h", "rules", "reserves", "shares", "advice", "over_reaction", "saturation", "relaxation",
        "pictures", "notes",
    }  # fmt: skip
    assert found["days"] == [3, 4] and found["hours"] == 48
    assert found["year_hours_per_hour"] == pytest.approx(8760 / 48)
    assert found["rules"] == ["none", "price", "capacity", "bids", "rounds", "planner"]
    assert [table["share"] for table in found["shares"]] == [0.05, 0.4]
    assert set(found["shares"][0]) == {"share", "fleet_kw", "flexible_kw", "capacity", "rules"}
    capacity = found["shares"][0]["capacity"]
    assert set(capacity) == {"load_scale", "required_kw", "classes", "calls"}
    assert set(capacity["classes"][0]) == {"name", "highest_kw", "credited_share"}
    assert [one["hours"] for one in capacity["calls"]] == [1, 2, 4, 8]
    assert set(capacity["calls"][0]) == {"hours", "held_kw"}
    for table in found["shares"]:
        for row in table["rules"]:
            _keys_of_a_row(row)
    assert set(found["over_reaction"]) == {
        "spread_turned_from", "half_of_spread_from", "a_tenth_lost_from", "most_saved_at", "worse_than_none_from",
        "looked", "highest_share", "beside",
    }  # fmt: skip
    assert set(found["saturation"]) == {"needed_kw", "ready_kw_per_share", "from_share"}
    assert set(found["relaxation"]) == {
        "bound_per_year",
        "whole_units_cost_per_year",
        "gap",
        "at_share",
    }
    assert set(found["pictures"]) == {"share", "duration", "stretch"}
    assert set(found["advice"][0]) == {
        "share",
        "best_saved_per_year",
        "enough",
        "part",
        "price_part",
    }
    assert "5.0% of the load, none (1 of 12)" in said and "s left)" in said
    assert "what do fleets do to a market" in page.read_text()


def _keys_of_a_row(row: dict[str, Any]) -> None:
    assert set(row) == {
        "rule", "cost_per_year", "energy_cost_per_year", "capacity_cost_per_year", "bound_per_year", "saved_per_year",
        "saved_per_flexible_kw_year", "mean_price_per_mwh", "highest_price_per_mwh", "feedback", "rebound",
        "bill_per_year", "bills_per_year", "emissions_kg", "curtailed_kwh", "shed_kwh", "reserve_lacking_kwh",
        "reserves", "served_kwh", "broken_promises", "rounds", "credit",
    }  # fmt: skip
    assert set(row["credit"]) == {"metered_kw", "perfect_kw", "price_per_kw_year", "paid_per_year"}
    assert set(row["feedback"]) == {
        "moved_kwh", "rise_per_mwh", "fall_per_mwh", "expected_per_mwh", "got_per_mwh",
    }  # fmt: skip
    assert set(row["rebound"]) == {
        "load_peak_kw", "net_peak_kw", "made_kw", "fleet_step_kw", "load_step_kw", "together",
    }  # fmt: skip
    assert row["broken_promises"] == 0 and row["shed_kwh"] == pytest.approx(0.0, abs=1e-3)
    assert row["cost_per_year"] == pytest.approx(
        row["energy_cost_per_year"] + row["capacity_cost_per_year"]
    )
    assert len(row["bills_per_year"]) == 3
    assert {one["name"] for one in row["reserves"]} == {
        "regulation up",
        "regulation down",
        "spinning",
    }
    if row["rule"] == "rounds":
        assert set(row["rounds"][0]) == {"costs", "bound", "gap", "close", "undamped_costs"}
    assert (row["bound_per_year"] is None) == (row["rule"] != "planner")


def test_the_same_question_gives_the_same_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte; and fewer rules or shares change nothing of those that are left."""
    whole = asked([str(ISLAND), *QUICK, "--shares", "10,30", "--no-search"], capsys)[1]
    again = asked([str(ISLAND), *QUICK, "--shares", "10,30", "--no-search"], capsys)[1]
    assert whole == again
    few = asked([str(ISLAND), *QUICK, "--shares", "30", "--rules", "bids", "--no-search"], capsys)[
        1
    ]
    (table,) = few["shares"]
    assert [row["rule"] for row in table["rules"]] == ["none", "bids"]
    assert table["rules"][1] == whole["shares"][1]["rules"][3]
    assert few["over_reaction"] is None


def test_it_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """What each rule saves, from which share a price over-reacts, when reserve is full."""
    assert (
        exit_code(["market", str(ISLAND), *QUICK, "--shares", "20,60", "--rules", "price,bids"])
        == 0
    )
    said = capsys.readouterr().out
    assert "Island: 2 days (48 hours)" in said and "money in EUR" in said
    assert "published price" in said and "price-quantity bids" in said
    assert "over-reacts" in said and "upward reserve: 70,000 kW are needed" in said
    assert "whole ones cost at most" in said


def test_every_fault_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Shares, slack, rules and days, each with what would be right; nothing is cleared."""
    code = exit_code(
        [
            "market",
            str(ISLAND),
            "--shares",
            "0,5,120,x",
            "--slack",
            "6,2.5",
            "--rules",
            "price,auction",
            "--days",
            "9,2-",
        ]
    )
    said = capsys.readouterr().err
    assert code == 2
    for fault in (
        "--shares: 0;", "--shares: 120;", "--shares: x;", "--slack: 2.5;", "--rules: auction;",
        "--days: 9 is no day", "--days: 2- is no day",
    ):  # fmt: skip
        assert fault in said, fault
    assert "days from 1 to 8" in said and "of none, price, capacity" in said


def test_work_that_cannot_be_done_in_time_leaves_with_3_and_says_how_much(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No slack and no power over the mean: each fleet by name."""
    code = exit_code(
        ["market", str(ISLAND), *QUICK, "--slack", "0", "--most", "1.0", "--shares", "10"]
    )
    said = capsys.readouterr().err
    assert code == 3
    assert (
        "fleet 1: " in said
        and "fleet 3: " in said
        and "kWh of its work cannot be done in time" in said
    )


def test_faults_of_a_system_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys, prices that fall, a technology that no unit has, a missing column, hours that are no whole days."""
    text = ISLAND.read_text()
    hours = (EXAMPLES / "island_hours.csv").read_text()
    (tmp_path / "island_hours.csv").write_text(hours)
    wrong = text.replace("[38.0, 40.0, 43.0]", "[38.0, 36.0]").replace('"Wind"]', '"Tide"]')
    wrong = wrong.replace("min_kw = 80_000", "min_kw = 300_000")
    (tmp_path / "wrong.toml").write_text(wrong)
    assert exit_code(["market", str(tmp_path / "wrong.toml")]) == 2
    said = capsys.readouterr().err
    assert "3 steps and 2 prices" in said and "a later step is cheaper" in said and "Tide" in said
    assert "units[2].min_kw: 300000" in said
    (tmp_path / "odd.toml").write_text(text.replace("stretch_days = 2", "colour = 2"))
    assert exit_code(["market", str(tmp_path / "odd.toml")]) == 2
    assert "colour: is no key" in capsys.readouterr().err
    (tmp_path / "right.toml").write_text(text)
    (tmp_path / "island_hours.csv").write_text("\n".join(hours.splitlines()[:-1]) + "\n")
    assert exit_code(["market", str(tmp_path / "right.toml")]) == 2
    assert "191 hours; whole days of 24" in capsys.readouterr().err
    (tmp_path / "island_hours.csv").write_text(hours.replace("wind_kw", "breeze_kw"))
    assert exit_code(["market", str(tmp_path / "right.toml")]) == 2
    assert "has no column wind_kw" in capsys.readouterr().err


def test_hours_are_found_by_a_variable_as_files_of_cases_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled in where it is set, named where it is not."""
    file = tmp_path / "island.toml"
    text = ISLAND.read_text().replace('"island_hours.csv"', '"$ISLAND_HOURS/island_hours.csv"')
    file.write_text(text)
    monkeypatch.setenv("ISLAND_HOURS", str(EXAMPLES.resolve()))
    assert len(read_system(file).year) == 192
    monkeypatch.delenv("ISLAND_HOURS")
    with pytest.raises(BadInput, match="names a variable that is not set"):
        read_system(file)


def test_days_are_counted_from_the_first_of_the_year() -> None:
    """Single days and ranges, each once, rising."""
    assert days_asked("15,190-192,191", 366) == (15, 190, 191, 192)
    with pytest.raises(BadInput) as refused:
        days_asked("0,367,5-3,", 366)
    assert len(refused.value.findings) == 4


@pytest.mark.real
def test_the_system_of_rts_gmlc_is_cleared(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two days of July with a tenth of the load: 73 units with fuel in 8 classes, energy conserved, bids best."""
    code, found, _ = asked(
        [
            str(data_dir / "rts_gmlc"),
            "--days",
            "193-194",
            "--shares",
            "10",
            "--rules",
            "price,bids,planner",
            "--no-search",
        ],
        capsys,
    )
    assert code == 0 and found["currency"] == "USD"
    assert sum(one["units"] for one in found["classes"]) == 73 and len(found["classes"]) == 8
    rows = {row["rule"]: row for row in found["shares"][0]["rules"]}
    assert rows["planner"]["cost_per_year"] <= rows["bids"]["cost_per_year"] * (1.0 + 3e-6)
    assert rows["bids"]["energy_cost_per_year"] <= rows["price"]["energy_cost_per_year"]
    assert rows["price"]["saved_per_year"] > 0.0
    assert rows["none"]["shed_kwh"] == pytest.approx(0.0, abs=1e-3)
    assert 10.0 < rows["none"]["mean_price_per_mwh"] < 60.0
    assert any("its store is left aside" in note for note in found["notes"])
    assert found["relaxation"]["gap"] < 0.05
