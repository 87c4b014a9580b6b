"""The command `gridtide study`: a network, its outages by name, the load a bus takes, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code
from gridtide.grid.borne_load import largest_share, scaled
from gridtide.grid.power_flow import power_flow
from gridtide.sources.matpower_case import MatpowerCase

NINE = Path(__file__).parents[2] / "examples" / "nine_buses.m"


def test_the_document_names_outages_and_what_a_bus_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; loadings and voltages are ranked, the worst first."""
    page = tmp_path / "study.html"
    assert exit_code(["study", str(NINE), "--bus", "5", "--page", str(page), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "of", "solved", "buses", "branches", "load_kw", "fed_by", "now", "outages", "hosting",
        "solves_at", "parts", "fused", "unfed", "unrated", "direct", "notes", "short_circuit",
    }  # fmt: skip
    assert set(found["now"]) == {
        "lost_kw", "lowest_pu", "lowest_bus", "highest_pu", "highest_bus", "overloads", "fullest", "loading", "outside",
    }  # fmt: skip
    assert found["now"]["lowest_bus"] == "9"
    outages = found["outages"]
    assert outages["counted"] == {"solved": 6, "islanding": 3, "diverging": 0}
    assert outages["islanding"][1] == {"lost": "3-6", "cut_off": ["3"], "load_kw": 0.0}
    loadings = [one["loading"] for one in outages["by_loading"]]
    assert outages["by_loading"][0]["lost"] == "8-9" and outages["by_loading"][0]["branch"] == "5-6"
    assert loadings == sorted(loadings, reverse=True) and len(loadings) == 6
    voltages = [one["lowest_pu"] for one in outages["by_voltage"]]
    assert voltages == sorted(voltages)
    (host,) = found["hosting"]
    assert host["now"] == {"hosted_kw": pytest.approx(183_000.0), "full": "1-4", "lost": None}
    after = host["after_any_outage"]
    assert after == {"hosted_kw": pytest.approx(60_000.0), "full": "5-6", "lost": "4-5"}
    assert "what does an outage do" in page.read_text()


def test_it_is_told_in_words_and_without_ratings_any_load_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cuts off what; a network without ratings has no loading to speak of."""
    text = NINE.read_text()
    for rating in ("250", "150", "300"):
        text = text.replace(f"\t{rating}\t{rating}\t{rating}\t", "\t0\t0\t0\t")
    bare = tmp_path / "bare.m"
    bare.write_text(text)
    assert exit_code(["study", str(bare), "--bus", "9"]) == 0
    said = capsys.readouterr().out
    assert "1-4 cuts off 8 buses with 315,000 kW of load" in said
    assert "3-6 cuts off bus 3 with 0 kW of load" in said
    assert "bus 9 takes any load (no rating binds) as it stands" in said
    assert "no branch has a rating" in said and "loads" not in said
    assert "9 of 9 branches have no rating and are never full: 1-4, 4-5, 5-6, 3-6, 6-7 …" in said
    full = tmp_path / "full.m"
    full.write_text(
        NINE.read_text().replace(
            "\t8\t9\t0.032\t0.161\t0.306\t250\t250\t250", "\t8\t9\t0.032\t0.161\t0.306\t50\t50\t50"
        )
    )
    assert exit_code(["study", str(full), "--bus", "9"]) == 0
    said = capsys.readouterr().out
    assert "1 branches over their rating, the fullest 8-9" in said
    assert "bus 9 takes none, " in said and "kW too much already (8-9)" in said


def test_twins_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second line between the same buses has its number, and the first is no bridge any more."""
    line = "\t3\t6\t0\t0.0586\t0\t300\t300\t300\t0\t0\t1\t-360\t360;\n"
    twin = tmp_path / "twin.m"
    twin.write_text(NINE.read_text().replace(line, line + line))
    assert exit_code(["study", str(twin), "--json"]) == 0
    outages = json.loads(capsys.readouterr().out)["outages"]
    assert "3-6 (2)" in [one["lost"] for one in outages["by_loading"]]
    assert "3-6" not in [one["lost"] for one in outages["islanding"]]


def test_a_network_beyond_its_means_and_a_bus_that_is_not_there_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No solution leaves with 3, an unknown bus with 2 and the names that are known."""
    heavy = tmp_path / "heavy.m"
    heavy.write_text(NINE.read_text().replace("\t9\t1\t125\t50", "\t9\t1\t1250\t500"))
    assert exit_code(["study", str(heavy), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["solved"] is False and found["outages"] is None
    assert 0.2 < found["solves_at"] < 1.0
    assert exit_code(["study", str(heavy)]) == 3
    said = capsys.readouterr().out
    assert "no solution as it stands" in said
    assert f"It has one up to {found['solves_at']:.1%} of it" in said
    assert exit_code(["study", str(NINE), "--bus", "77", "--bus", "nine"]) == 2
    said = capsys.readouterr().err
    assert "77 is no bus" in said and "nine is no bus" in said


def test_the_largest_load_that_is_borne_is_where_a_solution_ends(tmp_path: Path) -> None:
    """At the share that is told there is a flow, half a per cent more has none."""
    heavy = tmp_path / "heavy.m"
    heavy.write_text(NINE.read_text().replace("\t9\t1\t125\t50", "\t9\t1\t1250\t500"))
    grid = MatpowerCase(path=heavy).read()
    share = largest_share(grid)
    assert power_flow(scaled(grid, share)) is not None
    assert power_flow(scaled(grid, share + 0.005)) is None
    assert largest_share(MatpowerCase(path=NINE).read()) == 1.0


def test_parts_of_a_grid_are_told_apart_and_load_without_power_leaves_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines 7-8 and 8-9 out: buses 2 and 8 are a grid of their own; without their machine 7 MW have no power."""
    off = NINE.read_text()
    for line in ("7\t8\t0.0085\t0.072\t0.149", "8\t9\t0.032\t0.161\t0.306"):
        off = off.replace(f"{line}\t250\t250\t250\t0\t0\t1", f"{line}\t250\t250\t250\t0\t0\t0")
    cut = tmp_path / "cut.m"
    cut.write_text(off)
    assert exit_code(["study", str(cut), "--bus", "8", "--bus", "5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (part,) = found["parts"]
    assert [[one["bus"] for one in grid["hosting"]] for grid in (found, part)] == [["5"], ["8"]]
    assert (part["buses"], part["fed_by"], part["solved"]) == (2, "2", True)
    assert found["buses"] == 7
    cut.write_text(
        off.replace("\t2\t163\t0", "\t8\t163\t0").replace("\t8\t1\t0\t0", "\t8\t1\t7\t0", 1)
    )
    assert exit_code(["study", str(cut)]) == 3
    said = capsys.readouterr().out
    assert "not fed: bus 2, 8 with 7,000 kW of load: no machine that holds its voltage" in said


def test_a_tied_bus_is_asked_under_its_own_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bus 10 is bus 5: it takes as much."""
    bus = "\t10\t1\t0\t0\t0\t0\t1\t1\t0\t345\t1\t1.1\t0.9;\n];\n\n%% bus Pg"
    tie = "\t5\t10\t0\t0\t0\t0\t0\t0\t0\t0\t1\t-360\t360;\n\t5\t6\t0.039"
    tied = tmp_path / "tied.m"
    text = NINE.read_text().replace("];\n\n%% bus Pg", bus).replace("\t5\t6\t0.039", tie)
    tied.write_text(text)
    assert exit_code(["study", str(tied), "--bus", "10"]) == 0
    said = capsys.readouterr().out
    assert "one bus, tied without impedance: bus 5, 10" in said
    assert "bus 10 takes 183,000 kW (1-4 is full) as it stands" in said


def test_the_strength_of_each_bus_is_told_with_what_is_assumed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The weakest first; nine buses tell no reactance of their machines."""
    assert exit_code(["study", str(NINE), "--short-circuit", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["short_circuit"]
    assert set(found) == {
        "voltage_factor", "assumed", "assumed_pu", "left_out", "unrated_transformers", "buses",
    }  # fmt: skip
    powers = [one["power_kva"] for one in found["buses"]]
    assert powers == sorted(powers) and len(powers) == 9
    assert set(found["buses"][0]) == {"bus", "power_kva", "current_ka"}
    assert exit_code(["study", str(NINE), "--short-circuit"]) == 0
    said = capsys.readouterr().out
    assert "3 machines tell no subtransient reactance and are taken at 0.2 pu" in said


@pytest.mark.real
def test_the_folder_of_rts_gmlc_is_a_network_too(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its 73 buses, with the line of direct current by name."""
    assert exit_code(["study", str(data_dir / "rts_gmlc"), "--bus", "113", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["of"], found["buses"], found["branches"]) == ("RTS-GMLC", 73, 120)
    assert found["direct"] == [
        {"line": "DC1", "drawn_kw": pytest.approx(100_200.0), "fed_kw": 100_000.0}
    ]
    assert found["outages"]["counted"]["diverging"] == 0
