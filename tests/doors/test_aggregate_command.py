"""`gridtide aggregate`: its document, its drill, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from gridtide.doors.cli import exit_code

MEMBERS = Path(__file__).parents[2] / "examples" / "members.toml"
MEASURED = """minute,member,delivered_kw
0,training hall,1200
0,battery park,1050
5,training hall,1200
5,battery park,1060
"""


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The document of a run that ends well."""
    assert exit_code(["aggregate", str(MEMBERS), "--json", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_keys_of_a_split_are_a_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """Also those of a member."""
    found = told(capsys, "--call", "6000", "--confidence", "0.9", "--ramp", "500")
    assert list(found) == [
        "call_kw",
        "confidence",
        "told_kw",
        "expected_kw",
        "sure_kw",
        "lacking_kw",
        "cost_per_h",
        "bound_per_h",
        "members",
    ]
    rows = found["members"]
    assert isinstance(rows, list)
    assert list(rows[0]) == ["member", "told_kw", "expected_kw", "start_s"]


def test_a_drill_says_who_delivered_what_and_splits_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hall that gives four tenths is made up for by those that have more."""
    path = tmp_path / "measured.csv"
    path.write_text(MEASURED)
    found = told(capsys, "--call", "4000", "--measured", str(path))
    drill, again = found["drill"], found["split_again"]
    assert isinstance(drill, list) and isinstance(again, dict)
    hall = next(row for row in drill if row["name"] == "training hall")
    assert hall["share"] == pytest.approx(0.4) and hall["reached_min"] is None
    assert drill[-1]["name"] == "all"
    assert list(hall) == ["name", "told_kw", "delivered_kw", "share", "in_band", "reached_min"]
    of_a_drill = {"delivered", "drill", "split_again", "notes"}
    assert list(again) == [key for key in found if key not in of_a_drill]
    assert of_a_drill <= set(found)
    assert found["delivered"] == {
        "minutes": [0.0, 5.0],
        "step_min": 5.0,
        "by_member_kw": {"battery park": [1050.0, 1060.0], "training hall": [1200.0, 1200.0]},
    }
    assert again["lacking_kw"] == 0.0 and again["told_kw"] > found["told_kw"]


def test_a_member_without_a_row_is_named_and_the_drill_has_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A meter that is out is no proof that nothing came; the reader is told which."""
    path, page = tmp_path / "measured.csv", tmp_path / "drill.html"
    path.write_text("minute,member,delivered_kw\n0,training hall,2900\n")
    found = told(capsys, "--call", "4000", "--measured", str(path), "--page", str(page))
    silent = [row["member"] for row in found["members"] if row["told_kw"] > 0.0]
    silent.remove("training hall")
    assert [note.split(" was told")[0] for note in found["notes"]] == silent != []
    assert "One call over many members" in page.read_text()


def test_a_call_that_cannot_be_met_ends_with_3_and_says_how_far(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The document stands on stdout all the same."""
    assert exit_code(["aggregate", str(MEMBERS), "--call", "16000", "--json"]) == 3
    shown = capsys.readouterr()
    lacking = json.loads(shown.out)["lacking_kw"]
    assert lacking > 0.0 and f"{lacking:,.1f} kW lack" in shown.err


def test_members_at_fault_are_refused_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its key."""
    path = tmp_path / "members.toml"
    path.write_text(
        '[[member]]\nname = "a"\noffer = [[10, 90], [10, 20]]\nfloor_kw = 50\n'
        '[[member]]\nname = "a"\noffer = [[10, 90]]\nblock_kw = 11\n'
    )
    assert exit_code(["aggregate", str(path), "--call", "5"]) == 2
    shown = capsys.readouterr().err
    for key in ("member a", "member[1].offer", "member[1].floor_kw", "member[2].block_kw"):
        assert key in shown


def test_measurements_at_fault_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown members, text for numbers, the same minute twice."""
    path = tmp_path / "measured.csv"
    path.write_text(MEASURED + "5,nobody,3\n10,battery park,much\n5,battery park,3\n")
    assert exit_code(["aggregate", str(MEMBERS), "--call", "5", "--measured", str(path)]) == 2
    shown = capsys.readouterr().err
    assert all(f"row {number}" in shown for number in (6, 7, 8))


def test_a_member_whose_steps_are_refused_is_not_said_to_have_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what was written wrong is said, not what follows from it."""
    path = tmp_path / "members.toml"
    path.write_text(
        '[[member]]\nname = "a"\noffer = [[-5, 90]]\n[[member]]\nname = "b"\noffer = []\n'
    )
    assert exit_code(["aggregate", str(path), "--call", "5"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == ["member[1].offer[1][1]", "member[2].offer"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minute,member\n0,battery park\n", "no column delivered_kw"),
        ("", "no column minute, member, delivered_kw"),
        ("minute,member,delivered_kw\n0,battery park,nan\n", "row 2: '0' and 'nan'"),
        ("minute,member,delivered_kw\n-5,battery park,1\n", "row 2: minute -5"),
        ("minute,member,delivered_kw\n", "0 instants"),
    ],
)
def test_a_measurement_that_cannot_be_used_says_why(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing column is one fault, not one a row."""
    path = tmp_path / "measured.csv"
    path.write_text(text)
    assert exit_code(["aggregate", str(MEMBERS), "--call", "4000", "--measured", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any(said in line for line in lines)
    if "column" in said:
        assert len(lines) == 1
