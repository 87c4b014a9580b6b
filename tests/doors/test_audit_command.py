"""`gridtide audit`: what was touched is named, and what was decided comes out again."""

import json
import os
import re
import shutil
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.results.record import write_record
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.trust.audit import content_of_people, contents, linked, numbered
from gridtide.trust.modes import Autonomy, Freeze, asked
from gridtide.trust.people import Person, Role

CASE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
NAME = "audit-coordinated.jsonl"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with case.toml and runs/ of one run."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copy(CASE, folder / "case.toml")
    words = ["run", str(folder / "case.toml"), "--policy", "coordinated"]
    assert exit_code([*words, "--runs", str(folder / "runs"), "--json"]) == 0
    return folder


@pytest.fixture
def run(done: Path, tmp_path: Path) -> Path:
    """A copy of the run's folder that may be touched."""
    return Path(shutil.copytree(done / "runs" / "0001", tmp_path / "0001"))


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    """The document of `gridtide audit`."""
    capsys.readouterr()
    assert exit_code(["audit", *words, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What `gridtide audit` says, faults too."""
    capsys.readouterr()
    assert exit_code(["audit", *words]) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


def rewritten(run: Path, at: int, **changes: object) -> None:
    """One record changed, all behind it linked anew and the folder sealed anew: hashes give nothing away."""
    path = run / NAME
    every = contents(JsonLinesStore(path).entries())
    every[at] |= changes
    path.unlink()
    store = JsonLinesStore(path)
    for content in every:
        store.append(linked(store.last(), content))
    write_record(run)


def test_a_whole_run_is_whole_by_number_folder_and_file(
    done: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All its chains, or one; with who wrote them."""
    found = told(capsys, "verify", "last", "--runs", str(done / "runs"))
    assert (found["whole"], found["first_broken"], found["fault"]) == (True, None, None)
    assert len(found["chains"]) == 2 and found["entries"] == sum(
        one["entries"] for one in found["chains"]
    )
    assert len(told(capsys, "verify", str(run), "--policy", "coordinated")["chains"]) == 1
    assert told(capsys, "verify", str(run / NAME))["chains"][0]["chain"] == str(run / NAME)
    assert ": whole, " in said(capsys, "verify", str(run / NAME))
    newest = told(capsys, "show", str(run / NAME), "--last", "2")["chains"][0]
    assert [one["says"]["stage"] for one in newest["records"]] == ["verified", "told"]
    assert "X86" in newest["maker"]["machine"] or newest["maker"]["machine"]
    assert "HiGHS on one thread" in newest["maker"]["solver"]
    assert re.search(r"decision [0-9a-f]{12}  told", said(capsys, "show", str(run / NAME)))


def test_the_keys_of_every_document_are_a_contract(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs read them."""
    chain, key, kept = str(run / NAME), str(tmp_path / "key.pem"), str(tmp_path / "kept.jsonl")
    of_chain = {
        "chain",
        "whole",
        "entries",
        "first_broken",
        "fault",
        "why",
        "checkpoints",
        "covered",
    }
    found = told(capsys, "verify", chain)
    assert set(found) == of_chain | {"notes", "chains"}
    assert set(found["chains"][0]) == of_chain | {"last_hash"}
    found = told(capsys, "show", chain)["chains"][0]
    assert set(found) == {"chain", "entries", "maker", "records"}
    assert set(found["maker"]) == {"version", "machine", "libraries", "solver"}
    assert set(found["records"][0]) == {"record", "hash", "says"}
    assert set(told(capsys, "key", key)) == {"file", "key", "public"}
    found = told(capsys, "sign", chain, "--key", key, "--kept", kept)
    assert set(found) == {"chain", "number", "hash", "at", "key", "signature", "root"}


def test_a_record_that_was_touched_is_named(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, in words and in the document, also for a line that is no JSON any more; nothing is mended."""
    lines = (run / NAME).read_text().splitlines(keepends=True)
    for broken, fault in (
        ([*lines[:4], lines[4].replace("coordinated", "coordinateD"), *lines[5:]], "changed"),
        ([*lines[:4], "no json\n", *lines[5:]], "changed"),
        ([*lines[:4], *lines[5:]], "dropped"),
        ([*lines[:4], lines[5], lines[4], *lines[6:]], "moved"),
    ):
        (run / NAME).write_text("".join(broken))
        found = told(capsys, "verify", str(run), code=2)
        assert (found["whole"], found["first_broken"], found["fault"]) == (False, 4, fault)
        assert found["chain"] == str(run / NAME)
        assert f"BROKEN at record 4: {fault}" in said(capsys, "verify", str(run), code=2)
        assert (run / NAME).read_text() == "".join(broken)
        said(capsys, "show", str(run), "--last", "100")


def test_a_half_written_line_is_no_record(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A crash cut it off; it is told and left as it is."""
    with (run / NAME).open("a") as file:
        file.write('{"hash": "12')
    found = told(capsys, "verify", str(run / NAME))
    assert found["whole"] and "12 bytes of a line that a crash cut off" in found["notes"][0]
    assert (run / NAME).read_text().endswith('{"hash": "12')


def test_a_row_of_a_database_that_was_tampered_with_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever takes the triggers away can change a row, not unnoticed; nothing is made where there is no database."""
    path = tmp_path / "service.db"
    database = open_database(path)
    lead = take_lead(database, "a test")
    store = SqlEntries(database, lead)
    for value in range(4):
        store.append(numbered(store.last(), {"value": value}))
    lead.resign()
    database.close()
    assert told(capsys, "verify", str(path))["entries"] == 4
    assert told(capsys, "verify", f"sqlite:///{path}")["whole"]
    with sqlite3.connect(path) as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE entries SET text = replace(text, '2}', '3}') WHERE number = 2")
    raw.close()
    found = told(capsys, "verify", str(path), code=2)
    assert (found["first_broken"], found["fault"]) == (2, "changed")
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM entries WHERE number = 2")
    raw.close()
    found = told(capsys, "verify", f"sqlite:///{path}", code=2)
    assert (found["first_broken"], found["fault"]) == (2, "dropped")
    assert "is not there" in said(capsys, "verify", f"sqlite:///{tmp_path}/none.db", code=2)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("column", ["text", "hash"])
def test_bytes_that_stand_for_text_in_a_row_break_the_chain_there_and_not_the_audit(
    column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite keeps them where a file is edited by hand."""
    path = _edited_by_hand(tmp_path, f"UPDATE entries SET {column} = x'ff00' WHERE number = 2")
    found = told(capsys, "verify", str(path), code=2)
    assert (found["first_broken"], found["fault"]) == (2, "changed")


@pytest.mark.parametrize(
    "edit",
    ["DROP TABLE entries", "UPDATE entries SET text = CAST(x'ff00' AS TEXT) WHERE number = 2"],
)
def test_a_database_whose_chain_cannot_be_read_is_said_to_be_damaged(
    edit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not lost for a while, and no fault of ours."""
    refusal = said(capsys, "verify", str(_edited_by_hand(tmp_path, edit)), code=2)
    assert "restore a copy" in refusal and "nobody knows" not in refusal


def _edited_by_hand(folder: Path, edit: str) -> Path:
    """A database of four records, its guards taken away and changed."""
    path = folder / "service.db"
    database = open_database(path)
    lead = take_lead(database, "a test")
    store = SqlEntries(database, lead)
    for value in range(4):
        store.append(numbered(store.last(), {"value": value}))
    lead.resign()
    database.close()
    with sqlite3.connect(path) as raw:
        for way in ("update", "delete"):
            raw.execute(f"DROP TRIGGER entries_stay_{way}")
        raw.execute(edit)
    raw.close()
    return path


def test_what_people_tried_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who, as what, what, and that it was refused."""
    guest, noon = Person(name="Guest", role=Role.VIEWER), datetime(2026, 3, 2, 12, tzinfo=UTC)
    note = asked(Autonomy(since=noon), Freeze(), guest, noon, "because").note
    store = JsonLinesStore(tmp_path / "chain.jsonl")
    store.append(numbered(None, content_of_people(note)))
    words = said(capsys, "show", str(tmp_path / "chain.jsonl"))
    assert (
        "Guest (viewer)  freeze the fleet  REFUSED  Guest is a viewer; it takes an operator"
        in words
    )


def test_what_was_signed_finds_a_tail_that_was_cut_off_or_written_anew(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Against the checkpoint kept apart; without it nothing could be seen."""
    key, kept = tmp_path / "key.pem", tmp_path / "kept.jsonl"
    public = told(capsys, "key", str(key))["public"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    signing = ["sign", str(run / NAME), "--key", str(key), "--kept", str(kept)]
    assert "records signed by key" in said(capsys, *signing)
    asked = ["verify", str(run / NAME), "--key", public, "--kept", str(kept)]
    count = told(capsys, *asked)["covered"]
    lines = (run / NAME).read_text().splitlines(keepends=True)
    assert count == len(lines)
    (run / NAME).write_text("".join(lines[:-2]))
    assert told(capsys, "verify", str(run / NAME))["whole"]
    found = told(capsys, *asked, code=2)
    assert (found["fault"], found["first_broken"]) == ("tail cut off", count - 2)
    (run / NAME).write_text("".join(lines))
    rewritten(run, count - 2, owner="somebody else")
    assert told(capsys, "verify", str(run / NAME))["whole"]
    assert told(capsys, *asked, code=2)["fault"] == "rewritten"
    assert (
        told(capsys, *asked[:2], "--key", "A" * 43 + "=", *asked[4:], code=2)["fault"]
        == "unknown key"
    )


def test_keys_and_checkpoints_that_cannot_be_used_are_refused_all_at_once(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An open key file, a wrong one, one that is there already; no chain, several chains, no checkpoints."""
    key = tmp_path / "key.pem"
    said(capsys, "key", str(key))
    before = key.read_bytes()
    assert "is there already" in said(capsys, "key", str(key), code=2)
    assert key.read_bytes() == before
    os.chmod(key, 0o644)
    out = said(capsys, "sign", str(run), "--key", str(key), "--kept", str(tmp_path / "k"), code=2)
    assert "may be read by others" in out and "2 are named" in out
    key.write_text("nothing")
    os.chmod(key, 0o600)
    out = said(
        capsys, "sign", str(run / NAME), "--key", str(key), "--kept", str(tmp_path / "k"), code=2
    )
    assert "cannot be read as a key" in out and not (tmp_path / "k").exists()
    (tmp_path / "k").write_text("x\n")
    out = said(capsys, "verify", "nowhere", "--key", "12", "--kept", str(tmp_path / "k"), code=2)
    assert all(word in out for word in ("run nowhere", "public key 12", "line 1"))
    out = said(capsys, "verify", str(run), "--policy", "nobody", code=2)
    assert "audit-coordinated.jsonl, audit-run-at-once.jsonl" in out


def test_what_is_broken_is_not_signed(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signature bears witness of a whole chain."""
    said(capsys, "key", str(tmp_path / "key.pem"))
    lines = (run / NAME).read_text().splitlines(keepends=True)
    (run / NAME).write_text("".join(lines[:3] + lines[4:]))
    signing = ["--key", str(tmp_path / "key.pem"), "--kept", str(tmp_path / "kept.jsonl")]
    assert "record 3 is missing" in said(capsys, "sign", str(run / NAME), *signing, code=2)
    assert not (tmp_path / "kept.jsonl").exists()


def test_a_decision_comes_out_again_to_the_last_bit(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Situation, guard, dispatch, plan, settlement; its plan is proved anew; by id, and the last."""
    found = told(capsys, "recompute", str(run))
    assert found["bit_equal"] and all(found["same"].values()) and found["maker"]["same"]
    assert set(found) == {
        "run", "policy", "decision", "maker", "same", "settlement", "certified", "bit_equal", "why",
    }  # fmt: skip
    assert set(found["same"]) == {"situation", "guard", "dispatch", "plan"}
    assert found["settlement"]["bit_equal"] and found["certified"]["holds"]
    assert found["certified"]["violation"] < 1e-6
    assert found["certified"]["lower_bound"] <= found["certified"]["stated_cost"] + 1e-6
    by_id = told(capsys, "recompute", str(run), found["decision"]["id"][:10])
    assert by_id["decision"] == found["decision"]
    words = said(capsys, "recompute", str(run))
    assert "guard: the same to the last bit" in words and "proof: the plan costs" in words
    assert "is too short" in said(capsys, "recompute", str(run), "ab", code=2)
    assert "begins the id of 0 decisions" in said(capsys, "recompute", str(run), "x" * 8, code=2)


def test_a_policy_without_plans_is_recomputed_too(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to prove of it."""
    found = told(capsys, "recompute", str(run), "--policy", "run-at-once")
    assert found["bit_equal"] and found["certified"] is None


def test_a_decision_that_was_written_otherwise_is_found_though_all_hashes_fit(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the guard is said to have found, a bound that no plan has, another dispatch: exit code 3."""
    last = len(JsonLinesStore(run / NAME).entries()) - 2
    before = (run / NAME).read_bytes()
    rewritten(run, last, rung="witness")
    found = told(capsys, "recompute", str(run), code=3)
    assert not found["same"]["guard"] and found["same"]["dispatch"]
    (run / NAME).write_bytes(before)
    rewritten(run, last, lower_bound=1e9, plan_cost=1.0)
    found = told(capsys, "recompute", str(run), code=3)
    assert not found["same"]["plan"] and not found["certified"]["holds"]
    assert len(found["certified"]["why"]) == 2
    assert "proof: does NOT hold" in said(capsys, "recompute", str(run), code=3)
    (run / NAME).write_bytes(before)
    rewritten(run, last, dispatch="0" * 64)
    found = told(capsys, "recompute", str(run), code=3)
    assert not any(found["same"].values()) and "what was told is not what" in found["why"]


def test_a_record_from_before_is_still_read(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without numbers, without who wrote it, without what was proved of plans."""
    path = run / NAME
    newer = ("number", "solver", "plan_cost", "lower_bound")
    every = contents(JsonLinesStore(path).entries())
    path.unlink()
    store = JsonLinesStore(path)
    for content in every:
        if "stage" in content:
            kept = {name: value for name, value in content.items() if name not in newer}
            store.append(linked(store.last(), kept))
    write_record(run)
    found = told(capsys, "recompute", str(run))
    assert found["bit_equal"] and found["certified"] is None and found["maker"]["then"] is None
    assert told(capsys, "verify", str(run))["whole"]
    assert "number" not in json.loads(numbered(store.last(), {"more": 1}).text)


def test_a_decision_is_proved_to_somebody_who_sees_nothing_else(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The proof is enough with the key; without it, touched, or unsigned it shows nothing."""
    key, kept, proof = tmp_path / "key.pem", str(tmp_path / "kept.jsonl"), tmp_path / "proof.json"
    public = told(capsys, "key", str(key))["public"]
    asked = ["prove", str(run / NAME), "last"]
    assert "is under no Merkle root" in said(capsys, *asked, code=2)
    root = told(capsys, "sign", str(run / NAME), "--key", str(key), "--kept", kept)["root"]
    assert said(capsys, *asked, "--kept", kept, "--out", str(proof)).startswith(
        f"{proof}: decision"
    )
    assert json.loads(said(capsys, *asked, "--kept", kept)) == json.loads(proof.read_text())
    nowhere = [*asked, "--kept", kept, "--out", str(tmp_path / "no" / "where")]
    assert "no such file" in said(capsys, *nowhere, code=2)
    shutil.rmtree(run)
    found = told(capsys, "verify", str(proof), "--key", public)
    assert found["whole"] and found["checkpoint"]["root"] == root
    assert found["stages"] == ["told", "verified"]
    words = said(capsys, "verify", str(proof), "--key", public)
    assert "stands in the record as told, verified" in words and root in words
    assert "shows nothing: anybody can make a tree" in said(capsys, "verify", str(proof), code=2)
    document = json.loads(proof.read_text())
    document["records"][0]["text"] = document["records"][0]["text"].replace("told", "fold")
    proof.write_text(json.dumps(document))
    found = told(capsys, "verify", str(proof), "--key", public, code=2)
    assert (found["fault"], found["first_broken"]) == ("changed", document["records"][0]["record"])
    assert "PROVES NOTHING: changed" in said(capsys, "verify", str(proof), "--key", public, code=2)
    proof.write_text('{"proof": 1}')
    assert "is no proof that can be read" in said(
        capsys, "verify", str(proof), "--key", public, code=2
    )


def test_nothing_is_proved_out_of_a_chain_that_is_broken(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And of several chains one is to be named."""
    assert "2 are named" in said(capsys, "prove", str(run), code=2)
    lines = (run / NAME).read_text().splitlines(keepends=True)
    (run / NAME).write_text("".join(lines[:3] + lines[4:]))
    assert "record 3 is missing" in said(capsys, "prove", str(run / NAME), code=2)
