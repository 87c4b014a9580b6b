"""Prometheus in a process of its own, and its tool."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def program(name: str) -> str:
    """Path of a program; skipped, or failed in CI, without it."""
    found = shutil.which(name)
    if found:
        return found
    reason = f"no {name} on this machine; .ci/parts installs it"
    if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def prometheus(folder: Path, scraped: int, rules: Path) -> Iterator[str]:
    """Address of one that reads a port of this machine every second, until the end."""
    port = free_port()
    (folder / "p.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f"rule_files: ['{rules}']\n"
        "scrape_configs:\n- job_name: gridtide\n"
        f"  static_configs: [{{targets: ['127.0.0.1:{scraped}']}}]\n"
    )
    command = [program("prometheus"), f"--config.file={folder / 'p.yml'}"]
    command += [f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def asked(address: str, path: str, **query: str) -> Any:
    """What an API of Prometheus answers; None while it does not."""
    try:
        with urllib.request.urlopen(f"{address}{path}?{urllib.parse.urlencode(query)}") as answer:
            return json.load(answer)["data"]
    except (urllib.error.URLError, OSError):
        return None


def until(address: str, query: str, limit_s: float = 60.0) -> list[dict[str, Any]]:
    """What a query gives as soon as it gives anything."""
    for _ in range(int(limit_s / 0.2)):
        found = asked(address, "/api/v1/query", query=query)
        if found and found["result"]:
            return list(found["result"])
        time.sleep(0.2)
    raise AssertionError(f"{query} gave nothing within {limit_s} s")
