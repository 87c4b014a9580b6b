"""The command `gridtide study`: a network, its outages by name, the load a bus takes, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

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
    assert exit_code(["study", str(heavy)]) == 3
    assert "no solution as it stands" in capsys.readouterr().out
    assert exit_code(["study", str(NINE), "--bus", "77", "--bus", "nine"]) == 2
    said = capsys.readouterr().err
    assert "77 is no bus" in said and "nine is no bus" in said
