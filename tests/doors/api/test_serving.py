"""The service as a process: its address, its log, its end, and who holds a connection open."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from service_process import service

from gridtide.doors.cli import exit_code


def test_it_answers_while_the_room_opens_and_a_signal_ends_it_with_what_is_still_held(
    tmp_path: Path,
) -> None:
    """Lines of JSON say who asked what; no token is in any."""
    with service(tmp_path, opens_after_s="0.5") as here:
        assert here.url.startswith("http://127.0.0.1:")
        status, said = here.ask("/readyz")
        assert (status, said["because"]) == (503, ["the control room is opening"])
        here.wait_until_ready()
        assert here.ask("/api/freeze", "operator", {"reason": "why"})[0] == 200
        assert here.ask("/api/freeze", "viewer", {"reason": "why"})[0] == 403
        assert here.ended() == 0
    lines = here.log
    froze = [line for line in lines if line.get("path") == "/api/freeze"]
    assert [(line["who"], line["status"]) for line in froze] == [("operator", 200), ("viewer", 403)]
    held = [line["what"] for line in lines if line["said"] == "still held"]
    assert held == ["job 77 is paused until 10:45"]
    assert not any(text in str(lines) for text in here.tokens.values())


def test_who_never_ends_to_ask_holds_no_connection_open(tmp_path: Path) -> None:
    """A byte now and then: the connection is closed, others are served meanwhile."""
    with service(tmp_path, head_within_s="1.5") as here:
        port = urlsplit(here.url).port
        with socket.create_connection(("127.0.0.1", port or 0)) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")
            slow.settimeout(0.3)
            began = time.monotonic()
            while time.monotonic() - began < 30:
                try:
                    slow.sendall(b"a")
                    if not slow.recv(1):
                        break
                except TimeoutError:
                    assert here.ask("/healthz")[0] == 200
                except OSError:
                    break
            else:
                pytest.fail("it is still open")


@pytest.mark.parametrize("words", [["CASE"], ["--demo"], ["nowhere/case.toml"]])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "control.example"])
def test_beyond_this_machine_nothing_is_served_without_authentication(
    words: list[str],
    host: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 2 before anything is loaded, with the word."""
    monkeypatch.setattr("gridtide.case.load.load_case", lambda path: pytest.fail("was loaded"))
    assert exit_code(["serve", *words, "--host", host]) == 2
    assert "authentication" in capsys.readouterr().err


def test_beyond_this_machine_tokens_go_over_tls_or_a_proxy_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2; and certificate and key stand together."""
    tokens = str(tmp_path / "tokens.toml")
    made = ["--tokens", tokens, "--new-token", "li", "--role", "operator"]
    assert exit_code(["serve", *made]) == 0
    assert exit_code(["serve", "CASE", "--host", "0.0.0.0", "--tokens", tokens]) == 2
    assert "without TLS" in capsys.readouterr().err
    assert exit_code(["serve", "CASE", "--tokens", tokens, "--tls-cert", "c.pem"]) == 2
    assert "--tls-key: is missing" in capsys.readouterr().err


def test_a_token_is_shown_once_and_only_its_digest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that is taken, or an option that is missing, is said, and nothing is written."""
    path = tmp_path / "tokens.toml"
    made = ["serve", "--tokens", str(path), "--new-token", "li.wei", "--role", "approver"]
    assert exit_code(made) == 0
    text = capsys.readouterr().out.strip()
    assert text.startswith("gt_")
    before = path.read_text()
    assert text not in before
    assert exit_code(made) == 2
    assert "stands twice" in capsys.readouterr().err
    assert exit_code(["serve", "--new-token", "li"]) == 2
    said = capsys.readouterr().err
    assert "--tokens" in said
    assert "--role" in said
    assert path.read_text() == before


def test_a_case_that_is_not_there_is_refused_before_an_address_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path that was mistyped is known before anything is opened."""
    assert exit_code(["serve", str(tmp_path / "none.toml"), "--port", "0"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "no such file" in told.err


def test_a_case_or_the_demo_is_served_and_not_both(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert exit_code(["serve"]) == 2
    assert exit_code(["serve", "CASE", "--demo"]) == 2
    assert "CASE" in capsys.readouterr().err


def test_a_room_that_nobody_can_enter_says_how_somebody_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a case is read, which takes its time; the address stands alone on standard output."""
    monkeypatch.setattr(
        "gridtide.doors.api.serving.serve_room",
        lambda door, room, clock, listening, *others: listening("http://127.0.0.1:1"),
    )
    case, tokens = tmp_path / "case.toml", tmp_path / "tokens.toml"
    case.write_text("")
    before = list[str]()

    def read(*asked: object) -> None:
        before.append(capsys.readouterr().err)

    monkeypatch.setattr("gridtide.doors.cli.serve.real_case", read)
    assert exit_code(["serve", str(case)]) == 0
    told = capsys.readouterr()
    assert told.out == "http://127.0.0.1:1\n"
    assert "Nobody can come in yet" in before[0] and "Nobody" not in told.err
    assert "--new-token" in before[0]
    made = ["serve", "--tokens", str(tokens), "--new-token", "li", "--role", "viewer"]
    assert exit_code(made) == 0
    assert exit_code(["serve", str(case), "--tokens", str(tokens)]) == 0
    assert "Nobody" not in capsys.readouterr().err


def test_the_door_listens_before_anything_that_decides_is_read() -> None:
    """Its first page waits for no solver, kernel or store: these are read by the thread that opens the room."""
    asked = (
        "import sys, gridtide.doors.api.app, gridtide.doors.api.serving, gridtide.doors.api.agents"
    )
    heavy = "{'numba', 'scipy', 'highspy', 'polars', 'sqlalchemy', 'gridtide.loop.turn', 'gridtide.kernels'}"
    command = [sys.executable, "-c", f"{asked}; print(sorted({heavy} & set(sys.modules)))"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "[]\n"
