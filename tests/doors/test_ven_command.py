"""The command `gridtide ven`: its document, its words, its exit codes, its recording."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code
from gridtide.loop.clock import WallClock
from gridtide.sources.openadr.recorded import RecordedOpenAdr
from gridtide.testing.openadr import event_of, program_of
from gridtide.testing.tiny_vtn import Reply, TinyVtn

KEYS = {
    "vtn",
    "as_of",
    "until",
    "answered",
    "lost",
    "calls",
    "curves",
    "conflicts",
    "not_acted_on",
    "new",
    "changed",
    "withdrawn",
    "reported",
    "findings",
}
FOR_EVER = {"start": "0001-01-01", "duration": "P9999Y"}
USD = [
    {
        "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
        "payloadType": "PRICE",
        "units": "KWH",
        "currency": "USD",
    }
]
EVENTS = [
    event_of("IMPORT_CAPACITY_LIMIT", 60_000, id="a", eventName="evening", **FOR_EVER),
    event_of("IMPORT_CAPACITY_LIMIT", 80_000, id="b", **FOR_EVER),
    event_of("SIMPLE", 2, id="c", **FOR_EVER),
    event_of("PRICE", 0.25, id="d", payloadDescriptors=USD, **FOR_EVER),
]
LISTS = {
    "GET /programs": [Reply(body=[program_of().written()])],
    "GET /events": [Reply(body=[event.written() for event in EVENTS])],
}


@pytest.fixture
def secret(tmp_path: Path) -> list[str]:
    """Options that say who asks."""
    path = tmp_path / "secret"
    path.write_text("hush\n")
    return ["--client-id", "me", "--client-secret-file", str(path), "--plain-http", "--once"]


def test_the_document_says_what_holds_and_what_was_left_aside(
    secret: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract."""
    with TinyVtn(LISTS) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--json"]) == 0
        assert b"client_secret=hush&" in vtn.asked[1].body
    document = json.loads(capsys.readouterr().out)
    assert set(document) == KEYS
    (call,) = document["calls"]
    assert (call["ask"], call["kw"], call["event"], call["end"]) == (
        "import_limit",
        60_000,
        "evening (a)",
        None,
    )
    assert document["curves"][0]["pieces"][0]["value"] == 0.25
    assert document["conflicts"][0]["left"] == "b"
    assert [one["payload_type"] for one in document["not_acted_on"]] == ["SIMPLE"]
    assert call["mandatory"] is True, "a limit binds, whatever its program says"
    assert len(document["new"]) == 4


def test_a_program_that_the_vtn_does_not_tell_of_is_said(
    secret: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that was misspelt would else look like a grid that asks for nothing."""
    with TinyVtn(LISTS) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--program", "evning", "--json"]) == 0
    captured = capsys.readouterr()
    assert [one["subject"] for one in json.loads(captured.out)["findings"]] == ["program evning"]
    assert "program evning: the VTN does not tell of it" in captured.err


def test_what_events_ask_to_be_reported_is_handed_in_from_a_table(
    secret: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --report, also when the event was over before; the document says what, and the words say the same."""
    table = tmp_path / "site.csv"
    end = WallClock().now().replace(microsecond=0) - timedelta(hours=1)
    start = end - timedelta(hours=2)
    table.write_text(f"start,end,power_kw\n{start.isoformat()},{end.isoformat()},75\n")
    event = event_of(
        "SIMPLE", 0, 0, start=start.isoformat(), reportDescriptors=[{"payloadType": "USAGE"}]
    )
    report = {
        "id": "report-1",
        "createdDateTime": "2026-11-22T00:00:00Z",
        "modificationDateTime": "2026-11-22T00:00:00Z",
        "objectType": "REPORT",
        "clientID": "me",
        "eventID": "event-1",
        "clientName": "gridtide",
        "reportName": "USAGE",
        "resources": [{"resourceName": "gridtide", "intervals": []}],
    }
    script = {
        "GET /events": [Reply(body=[event.written()])],
        "GET /reports": [Reply(body=[])],
        "POST /reports": [Reply(status=201, body=report)],
    }
    with TinyVtn(script) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--report", str(table), "--json"]) == 0
        (asked,) = (one for one in vtn.asked if (one.method, one.path) == ("POST", "/reports"))
        sent = json.loads(asked.body)
        values = [one["payloads"][0]["values"] for one in sent["resources"][0]["intervals"]]
        assert values == [[75.0], [75.0]]
        (said,) = json.loads(capsys.readouterr().out)["reported"]
        assert said == {
            "id": "report-1",
            "event_id": "event-1",
            "name": "USAGE",
            "resources": ["gridtide"],
        }
        assert exit_code(["ven", vtn.url, *secret, "--report", str(table)]) == 0
    assert "reported   USAGE on event-1 of gridtide" in capsys.readouterr().out


def test_words_say_the_same(secret: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With levels agreed, a level is a reduction."""
    with TinyVtn(LISTS) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--level-kw", "0,2000,5000,9000"]) == 0
    said = capsys.readouterr().out
    assert "import_limit 60,000 kW" in said
    assert "reduction    5,000 kW" in said
    assert "conflict" in said and "left aside" not in said


def test_a_vtn_that_refuses_the_credentials_is_stale(
    secret: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, with the document and the reason."""
    with TinyVtn({"POST /auth/token": [Reply(status=401, body={})]}) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--json"]) == 4
    captured = capsys.readouterr()
    assert json.loads(captured.out)["answered"] is False
    assert "credentials" in captured.err


def test_faults_of_the_command_are_said_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2."""
    options = ["--client-id", "me", "--client-secret-file", str(tmp_path / "none"), "--once"]
    options += ["--report", str(tmp_path / "no.csv")]
    assert exit_code(["ven", "https://vtn.example", *options, "--level-kw", "1,2"]) == 2
    said = capsys.readouterr().err
    assert "--level-kw" in said and "none: does not exist" in said and "no.csv" in said
    options = options[:-2]
    (tmp_path / "none").write_text("x")
    assert exit_code(["ven", "https://vtn.example", *options, "--mqtt"]) == 2
    assert "--mqtt" in capsys.readouterr().err
    assert exit_code(["ven", "http://vtn.example", *options]) == 2
    assert "https" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--most-kw", "-1"),
        ("--default-import-kw", "-5"),
        ("--default-import-kw", "2e+07"),
        ("--level-kw", "0,nan,3,4"),
        ("--level-kw", "0,2,3,inf"),
        ("--token-url", "banana"),
        ("--token-url", "http://vtn.example/token"),
    ],
)
def test_what_was_agreed_is_checked_before_anybody_is_asked(
    option: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A power below 0 once made every limit of the grid one that is refused."""
    (tmp_path / "secret").write_text("hush")
    who = ["--client-id", "me", "--client-secret-file", str(tmp_path / "secret"), "--once"]
    words = ["ven", "https://127.0.0.1:1", *who, "--currency", "BANANA", option, value]
    assert exit_code(words) == 2
    said = capsys.readouterr().err
    assert f"{option}: {value}" in said and "--currency BANANA" in said


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_file_without_a_secret_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before an empty one is sent."""
    path = tmp_path / "secret"
    path.write_text(text)
    who = ["--client-id", "me", "--client-secret-file", str(path), "--once"]
    assert exit_code(["ven", "https://127.0.0.1:1", *who]) == 2
    assert f"{path}: holds nothing" in capsys.readouterr().err


def test_what_was_recorded_is_read_again_from_the_file_alone(
    secret: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A case needs no network."""
    path = tmp_path / "vtn.jsonl"
    with TinyVtn(LISTS) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--record", str(path)]) == 0
        assert exit_code(["ven", vtn.url, *secret, "--record", str(path)]) == 0
    assert len(path.read_text().splitlines()) == 2
    recorded = RecordedOpenAdr(path=path, zone="Z")
    with TinyVtn(LISTS) as vtn:
        assert exit_code(["ven", vtn.url, *secret, "--record", str(tmp_path)]) == 2
    assert [signal.values.tolist() for signal in recorded.read()] == [[250.0]]
    (call,) = recorded.calls()
    assert call.import_max_kw == 60_000
