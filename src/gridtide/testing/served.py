"""`gridtide serve` in a process of its own, spoken with over a socket."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Running:
    """A service that answers at `url`, with a token for each role. errors: the file of its log."""

    process: "subprocess.Popen[str]"
    url: str
    tokens: dict[str, str]
    errors: Path

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of its log so far."""
        return [json.loads(line) for line in self.errors.read_text().splitlines()]

    def ask(self, path: str, role: str = "viewer", body: object = None) -> tuple[int, Any]:
        """Status and document of an answer."""
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.tokens[role]}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as fault:
            with fault:
                return fault.code, json.load(fault)

    def wait_until_ready(self) -> None:
        """Return when the room is open."""
        for _ in range(1_200):
            if self.ask("/readyz")[0] == 200:
                return
            time.sleep(0.05)
        raise AssertionError(f"not ready after a minute: {self.ask('/readyz')}")

    def ended(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=60)


@contextmanager
def running(command: list[str], texts: dict[str, str], log: Path) -> Iterator[Running]:
    """A process whose first line is its address. log: the file that takes what it says."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    assert process.stdout is not None
    try:
        yield Running(process, process.stdout.readline().strip(), texts, log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
