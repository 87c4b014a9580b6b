"""`gridtide vtn` as a process: its address, its end, what it refuses."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CLIENTS = '[[client]]\nid = "bl"\nrole = "bl"\nsecret = "a very long secret"\n'


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """A file of one client."""
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS)
    return path


@contextmanager
def running(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command on a free port, and the address it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gridtide", "vtn", "--port", "0", *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_first_line_is_an_address_that_answers_and_a_signal_ends_it(
    clients: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    """With exit code 0; what was written is there when it starts again."""
    journal = str(tmp_path / "journal.jsonl")
    with running("--clients", str(clients), "--journal", journal) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        form = b"grant_type=client_credentials&client_id=bl&client_secret=a+very+long+secret"
        with urllib.request.urlopen(f"{address}/auth/token", form) as answer:
            token = json.load(answer)["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps({"programName": "kept"}).encode()
        made = urllib.request.Request(f"{address}/programs", body, headers)
        with urllib.request.urlopen(made) as answer:
            assert answer.status == 201
        process.send_signal(ending)
        assert process.wait(timeout=30) == 0
    assert "kept" in Path(journal).read_text()


def test_a_signal_right_behind_the_address_ends_it_too(clients: Path) -> None:
    """However early it comes after the first line."""
    with running("--clients", str(clients)) as (process, address):
        process.terminate()
        assert address
        assert process.wait(timeout=30) == 0


def test_beyond_this_machine_it_serves_with_tls_only(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 before anything listens."""
    for host in ("0.0.0.0", "::", "vtn.example"):
        assert exit_code(["vtn", "--clients", str(clients), "--host", host]) == 2
        assert "without TLS" in capsys.readouterr().err


def test_every_fault_of_the_command_is_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, clients and certificate together."""
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS.replace('"bl"', '"king"'))
    assert exit_code(["vtn", "--clients", str(path), "--certificate", "c.pem"]) == 2
    said = capsys.readouterr().err
    assert "king" in said
    assert "--key: is missing" in said
    words = ["--certificate", "none.pem", "--key", "none.pem"]
    assert exit_code(["vtn", "--clients", str(path), *words]) == 2
    assert "none.pem" in capsys.readouterr().err


def test_a_journal_that_was_changed_by_hand_is_refused(
    clients: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the line; a VTN never begins from what nobody told it."""
    from gridtide.stores.json_lines import JsonLinesStore
    from gridtide.trust.audit import linked

    path = tmp_path / "journal.jsonl"
    store = JsonLinesStore(path)
    for number in range(2):
        store.append(linked(store.last(), {"changes": f"[{number}]"}))
    path.write_text(path.read_text().replace("[1]", "[7]"))
    assert exit_code(["vtn", "--clients", str(clients), "--journal", str(path)]) == 2
    assert "line 2" in capsys.readouterr().err


def test_a_port_that_is_taken_is_a_fault_of_the_input(
    clients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 with the mend."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert exit_code(["vtn", "--clients", str(clients), "--port", port]) == 2
    assert "port that is free" in capsys.readouterr().err
