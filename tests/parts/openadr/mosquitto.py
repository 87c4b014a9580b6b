"""A broker of MQTT in a process of its own (mosquitto)."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def program(name: str) -> str:
    """Path of a program of mosquitto; skipped, or failed in CI, without it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found:
        return found
    reason = f"no {name} on this machine; .ci/parts installs it"
    if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def mosquitto(folder: Path, settings: str, port: int = 0) -> Iterator[int]:
    """Port of a broker that serves until the end. settings: of its listener, a line each."""
    folder.chmod(0o755)
    if port == 0:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    (folder / "conf").write_text(f"listener {port} 127.0.0.1\n{settings}user root\n")
    process = subprocess.Popen(
        [program("mosquitto"), "-v", "-c", str(folder / "conf")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout as said:
        try:
            assert any(re.search(r"running$", line.strip()) for line in said)
            yield port
        finally:
            process.terminate()
