"""What a room would have saved while it observed, and did once it acted, by its own store; and who was harmed."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from kept_room import gone_through

from gridtide.doors.cli import exit_code
from gridtide.loop.control import ControlRoom
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role

PEOPLE = tuple(Person(name=name, role=Role.APPROVER) for name in ("anna", "bo"))
STEPS, OBSERVED = 48, 24
KEYS = (
    *(
        "store",
        "currency",
        "clock",
        "start",
        "end",
        "decisions",
        "jobs",
        "run_times_guessed",
        "owed",
    ),
    *("reference", "program", "metered", "by_day", "would", "no_harm", "definitions"),
)
BETWEEN = ("would_have_saved", "against_the_meter", "did_save", "twins_miss")


def shadow(*arguments: str) -> dict[str, Any]:
    """The document of a store."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert exit_code(["backtest", *arguments, "--shadow", "--json"]) == 0
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room that observed for six hours, and then acted for six."""
    path = tmp_path_factory.mktemp("shadow") / "db"
    seen = list[int]()

    def raising(room: ControlRoom) -> None:
        seen.append(1)
        if len(seen) == OBSERVED:
            assert [room.change_mode("act", by, "it may").held for by in PEOPLE][-1]

    gone_through(path, path.parent, Mode.OBSERVE, STEPS, raising)
    return path


@pytest.fixture(scope="module")
def document(store: Path) -> dict[str, Any]:
    """What its store says."""
    return shadow(str(store))


def test_the_document_says_what_was_not_told_and_what_was(document: dict[str, Any]) -> None:
    """Every decision stands on one side; every hour was metered, whether anything was in force or not."""
    made = document["decisions"]
    assert made["made"] == made["told"] + sum(made["not_told"].values())
    assert made["told"] > 3 and made["not_told"]["expired"] > 3
    assert document["hours"] == document["metered_h"] == STEPS / 4
    assert 0.0 < document["in_force_h"] < document["metered_h"]
    assert set(BETWEEN) <= set(document) and all(document[key] is not None for key in BETWEEN)
    assert set(KEYS) <= set(document)
    assert document["run_times_guessed"] == 0


def test_days_add_up_to_the_whole(document: dict[str, Any]) -> None:
    """Money, energy and decisions of each side."""
    days = document["by_day"]
    for side in ("reference", "program", "metered"):
        for what in ("cost", "energy_cost", "wear_cost", "emissions_kg", "import_kwh"):
            total = sum(day[side][what] for day in days)
            assert document[side][what] == pytest.approx(total)
    assert document["decisions"]["made"] == sum(day["decisions"]["made"] for day in days)


def test_what_is_left_undone_is_no_saving(document: dict[str, Any]) -> None:
    """The total takes off what the program owes at the end beyond the reference, at the mean cost of a kWh."""
    left, reference = document["owed"], document["reference"]
    owed = (left["program_kwh"] - left["reference_kwh"]) / reference["import_kwh"]
    raw = reference["cost"] - document["program"]["cost"]
    saved = document["would_have_saved"]["cost"]
    assert saved == pytest.approx(raw - owed * reference["energy_cost"])


def test_a_room_that_observes_says_what_it_would_have_saved_against_its_meter(
    store: Path, document: dict[str, Any]
) -> None:
    """And how far its twin is off that meter; the program costs less than nobody."""
    assert document["would_have_saved"]["cost"] > 0.0
    miss = document["twins_miss"]
    assert abs(miss["cost"]) < 0.05 * miss["of"]


def test_what_was_felt_is_set_beside_by_when_jobs_came(document: dict[str, Any]) -> None:
    """Before the first decision that was told and since; of fewer than enough nothing is said to be worse."""
    found = document["no_harm"]
    assert found["before"]["end"] == found["first_act"] == found["after"]["start"]
    rows = {(row["whose"], row["what"]): row for row in found["felt"]}
    wait = rows["all jobs", "wait in the queue, median"]
    assert wait["of_before"] + wait["of_after"] == document["jobs"]
    assert wait["before"] is not None and wait["after"] is not None
    for row in found["felt"]:
        assert row["enough"] == (min(row["of_before"], row["of_after"]) >= found["enough_is"])
        assert row["enough"] or row["worse"] is None
    assert {
        "late jobs",
        "promises missed",
        "restarts",
        "work lost by acts",
        "answers beyond 2 s",
    } <= {what for _, what in rows}
    assert found["not_enough"] == sum(not row["enough"] for row in found["felt"])


def test_the_last_hours_alone_and_named_periods(store: Path) -> None:
    """A shorter past ends where the whole one ends; two periods are taken as they are named."""
    before = "2026-03-01T08:00:00+00:00/2026-03-01T10:00:00+00:00"
    after = "2026-03-01T10:00:00+00:00/2026-03-01T12:00:00+00:00"
    found = shadow(str(store), "--last", "4h", "--before", before, "--after", after)
    assert found["hours"] <= 4.0 and found["end"] == "2026-03-01T12:00:00+00:00"
    assert found["against_the_meter"] is None and found["did_save"] is not None
    assert found["no_harm"]["before"]["start"] == "2026-03-01T08:00:00+00:00"


def test_words_say_the_days_and_where_there_is_not_enough(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a person, in one screen."""
    assert exit_code(["backtest", str(store), "--shadow"]) == 0
    said = capsys.readouterr().out
    assert "the program would have saved, by the twin" in said
    assert "not enough, fewer than 20 on a side" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{store}"], "a case, or a store with --shadow"),
        (["{store}", "--shadow", "--last", "soon"], "a number and s, min, h or d"),
        (["{store}", "--shadow", "--before", "a/b"], "both --before and --after"),
        (["{store}", "--shadow", "--before", "a/b", "--after", "c/d"], "--after c"),
        (["nowhere.toml", "--shadow", "--last", "7d"], "is no store of a service"),
    ],
)
def test_what_cannot_be_asked_is_said(
    store: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """With subject, limit and what to do."""
    asked = [one.format(store=store) for one in arguments]
    assert exit_code(["backtest", *asked]) == 2
    assert said in capsys.readouterr().err


def test_nothing_in_the_store_is_changed(store: Path, document: dict[str, Any]) -> None:
    """And every decision still comes out to the last bit."""
    assert document["decisions"]["made"] > 0
    assert exit_code(["audit", "verify", str(store)]) == 0
    assert exit_code(["audit", "recompute", str(store)]) == 0
