"""The malicious planner over the real service: taken back while it serves, and still so for the next process."""

import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from planner_case import planner_case
from service_process import Running, running, token_file


def serving(
    case: Path, tokens: tuple[Path, dict[str, str]], name: str
) -> AbstractContextManager[Running]:
    """`gridtide serve` over a case, an hour in a second, and a store beside it."""
    path, texts = tokens
    words = ["--port", "0", "--tokens", str(path), "--store", str(case.parent / "db")]
    command = [
        sys.executable,
        "-u",
        "-m",
        "gridtide",
        "serve",
        str(case),
        "--speed",
        "3600",
        *words,
    ]
    return running(command, texts, case.parent / name)


def alarm(here: Running) -> str:
    """What is said of a planner that was taken back, once it is; within two minutes."""
    for _ in range(1_200):
        found = [
            one
            for one in here.ask("/api/frame")[1]["values"].get("alarms", [])
            if one["kind"] == "taken-back"
        ]
        if found:
            return str(found[0]["said"])
        time.sleep(0.1)
    raise AssertionError("no planner was taken back")


@pytest.mark.parts
def test_the_malicious_planner_is_taken_back_while_it_serves_and_for_the_next_process(
    tmp_path: Path,
) -> None:
    """Its alarm names the flag that an approver must name; the chain has it; begun again, the house decides at once."""
    case, tokens = planner_case(tmp_path, "sleeper.py"), token_file(tmp_path)
    with serving(case, tokens, "first") as here:
        here.wait_until_ready()
        said = alarm(here)
        assert "06:00 UTC, coordinated decides" in said and here.ended() == 0
    with serving(case, tokens, "again") as here:
        here.wait_until_ready()
        assert alarm(here) == said
        assert here.ask("/api/decisions")[1]["items"][-1]["policy"] == "coordinated"
        assert here.ended() == 0
    shown = subprocess.run(
        [sys.executable, "-m", "gridtide", "audit", "show", str(tmp_path / "db"), "--last", "500"],
        capture_output=True,
        text=True,
    )
    assert "planner taken back" in shown.stdout
