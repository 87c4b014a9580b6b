"""`gridtide audit recompute` over the database of a room: every decision comes out again, whatever became of it."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kept_room import gone_through

from gridtide.doors.cli import exit_code
from gridtide.loop.control import ControlRoom
from gridtide.trust.audit import linked
from gridtide.trust.edit import Edit
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role
from gridtide.trust.record import Entry

ANNA = Person(name="anna", role=Role.APPROVER)


def approving(room: ControlRoom) -> None:
    """By how its id begins a proposal is approved or rejected."""
    for one in room.proposals():
        answer = (room.approve, room.approve, room.reject)[int(str(one["id"])[:2], 16) % 3]
        answer(str(one["id"]), str(one["digest"]), ANNA, "as it should be")


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a room kept that acted by itself."""
    path = tmp_path_factory.mktemp("acted") / "db"
    gone_through(path, path.parent, Mode.ACT, 40)
    return path


def decisions(path: Path) -> list[dict[str, Any]]:
    """First records of the decisions of a database."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT text FROM entries ORDER BY number").fetchall()
    says = [json.loads(text) for (text,) in rows]
    return list({one["id"]: one for one in says[::-1] if "stage" in one}.values())[::-1]


def told(
    capsys: pytest.CaptureFixture[str], path: Path, decision: str = "last", code: int = 0
) -> dict[str, Any]:
    """The document of one decision."""
    capsys.readouterr()
    assert exit_code(["audit", "recompute", str(path), decision, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_every_decision_of_a_live_store_comes_out_to_the_last_bit(
    acted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was seen, what the guard said, what was told, by the plan as it was and by one made anew; it is proved."""
    every = decisions(acted)
    assert len(every) > 8
    found = [told(capsys, acted, one["id"]) for one in every]
    for one in found:
        assert one["same"].pop("told") is None and set(one["same"].values()) == {True}
        assert one["bit_equal"] and not one["why"]
        assert one["maker"]["same"] is True
    settled = [one["settlement"] for one in found if one["settlement"]["records"]]
    assert len(settled) > 4 and all(one["bit_equal"] is True for one in settled)
    assert sum(one["totals"]["energy_cost"] for one in settled) > 0.0
    proofs = [one["certified"] for one in found if one["certified"] is not None]
    assert proofs and all(one["holds"] for one in proofs)


def test_what_people_approved_or_rejected_comes_out_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An approval adds who answers, and changes nothing of what was decided."""
    gone_through(tmp_path / "db", tmp_path, Mode.ADVISE, 12, approving)
    every = decisions(tmp_path / "db")
    found = [told(capsys, tmp_path / "db", one["id"]) for one in every]
    lives = [one["decision"]["stages"] for one in found]
    assert ["proposed", "refused"] in lives and any("told" in life for life in lives)
    assert {one["same"]["told"] for one in found} == {True, None}


def test_what_a_person_edited_comes_out_as_it_was_edited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what was made of that by another edit."""
    path, edited = tmp_path / "db", list[str]()

    def editing(room: ControlRoom) -> None:
        for one in room.proposals():
            jobs = sorted(str(job) for job in one["jobs"])  # type: ignore[attr-defined]
            again = not edited or str(one["id"]) == edited[-1]
            if len(edited) < 2 and jobs and again:
                edit = Edit(leave_jobs=tuple(jobs[:1]))
                receipt = room.edit(str(one["id"]), str(one["digest"]), edit, ANNA, "not this one")
                assert receipt.held, receipt.said
                edited.append(str(room.proposals()[-1]["id"]))
            elif one["id"] in edited:
                room.approve(str(one["id"]), str(one["digest"]), ANNA, "so be it")

    gone_through(path, path.parent, Mode.ADVISE, 12, editing)
    found = [told(capsys, path, one) for one in edited]
    assert len(found) == 2
    for one in found:
        same = one["same"]
        assert same["dispatch"] and same["guard"] and same["situation"] and same["proposal"]


def rewritten(path: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """What the chain says changed, and all linked anew: hashes give nothing away."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT text FROM entries ORDER BY number").fetchall()
        says = [json.loads(text) for (text,) in rows]
        change(says)
        connection.execute("DROP TRIGGER entries_stay_update")
        before: Entry | None = None
        for number, one in enumerate(says):
            before = linked(before, one)
            connection.execute(
                "UPDATE entries SET text = ?, hash = ? WHERE number = ?",
                (before.text, before.hash, number),
            )


def changed(which: int, **values: object) -> Callable[[list[dict[str, Any]]], None]:
    """All records of one decision say something else."""

    def change(says: list[dict[str, Any]]) -> None:
        ids = list(dict.fromkeys(one["id"] for one in says if "stage" in one))
        for one in says:
            if one.get("id") == ids[which]:
                one |= values

    return change


@pytest.mark.parametrize(
    ("values", "part", "said"),
    [
        ({"situation": "0" * 64}, "situation", "situation: '000"),
        ({"dispatch": "0" * 64}, "dispatch", "dispatch: '000"),
        ({"rung": "witness"}, "guard", "rung: 'witness' was written, 'policy' comes out"),
        ({"lower_bound": 1e12}, "plan", "lower_bound: 1000000000000 was written"),
    ],
)
def test_a_tampered_decision_names_what_differs_first(
    acted: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    values: dict[str, object],
    part: str,
    said: str,
) -> None:
    """Though the whole chain was written anew."""
    path = Path(shutil.copy(acted, tmp_path / "db"))
    rewritten(path, changed(0, **values))
    found = told(capsys, path, decisions(path)[0]["id"], code=3)
    assert found["same"][part] is False and found["why"].startswith(said), found["why"]


def test_a_tampered_basis_is_named(
    acted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A block that was changed, taken away, or put in another's place."""
    path = Path(shutil.copy(acted, tmp_path / "db"))
    basis = decisions(path)[0]["basis"]
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER blocks_stay_update")
        connection.execute(
            "UPDATE blocks SET content = (SELECT content FROM blocks WHERE hash <> ?) WHERE hash = ?",
            (basis, basis),
        )
    found = told(capsys, path, decisions(path)[0]["id"], code=3)
    assert found["why"] == f"block {basis[:12]} is not as it was kept"
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER blocks_stay_delete")
        connection.execute("DELETE FROM blocks WHERE hash = ?", (basis,))
    found = told(capsys, path, decisions(path)[0]["id"], code=3)
    assert found["why"] == f"block {basis[:12]} is missing" and found["bit_equal"] is False


def test_a_settlement_that_was_made_cheaper_is_named(
    acted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the record that says so, which bears its time as every record does."""
    path = Path(shutil.copy(acted, tmp_path / "db"))
    numbers: list[int] = []

    def cheaper(says: list[dict[str, Any]]) -> None:
        at, one = next((n, one) for n, one in enumerate(says) if one.get("kind") == "settled")
        assert one["at"] == one["until"]
        next(iter(one["sites"].values()))["energy_cost"] -= 0.01
        numbers.append(at)

    rewritten(path, cheaper)
    first = decisions(path)[0]["id"]
    found = told(capsys, path, first, code=3)["settlement"]
    assert (found["bit_equal"], found["different"]) == (False, numbers)
    assert exit_code(["audit", "recompute", str(path), first]) == 3
    assert f"settlement: NOT the same: records {numbers[0]};" in capsys.readouterr().out


def test_a_decision_of_another_version_is_named_and_not_called_wrong(
    acted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which, and what differs; the exit code is not that of a decision that is wrong."""
    path = Path(shutil.copy(acted, tmp_path / "db"))

    def older(says: list[dict[str, Any]]) -> None:
        says[0]["version"] = "0.0.1"
        changed(0, dispatch="0" * 64)(says)

    rewritten(path, older)
    found = told(capsys, path, decisions(path)[0]["id"])
    assert found["maker"]["same"] is False and found["maker"]["then"]["version"] == "0.0.1"
    assert found["same"]["dispatch"] is False and found["why"].startswith("dispatch: ")
    assert exit_code(["audit", "recompute", str(path), decisions(path)[0]["id"]]) == 0
    assert "version: 0.0.1 then" in capsys.readouterr().out


def test_a_decision_whose_later_records_speak_of_another_is_named(
    acted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody approves one thing and has another told under its name."""
    path = Path(shutil.copy(acted, tmp_path / "db"))

    def another(says: list[dict[str, Any]]) -> None:
        told_of = next(one for one in says if one.get("stage") == "told")
        told_of["dispatch"] = "0" * 64

    rewritten(path, another)
    found = told(capsys, path, decisions(path)[0]["id"], code=3)
    assert "says another dispatch than record" in found["why"]


def test_a_broken_chain_is_named_and_a_decision_without_basis_is_no_fault(
    acted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a store from before that was kept nothing can be told."""
    path = Path(shutil.copy(acted, tmp_path / "db"))
    rewritten(path, changed(0, basis=""))
    found = told(capsys, path, decisions(path)[0]["id"])
    assert (found["bit_equal"], found["why"]) == (None, "what it was made of is not kept")
    with sqlite3.connect(path) as connection:
        connection.execute(
            'UPDATE entries SET text = replace(text, "stage", "Stage") WHERE number = 1'
        )
    capsys.readouterr()
    assert exit_code(["audit", "recompute", str(path)]) == 2
    assert "is not as it was written" in capsys.readouterr().err
