"""Where a service may put its files and sockets: said before it begins, and nothing of others is taken away."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gridtide.finding import Finding

SOCKET_MAX = 107
"""Octets that Linux has for the path of a socket."""


def unfit_socket(path: Path) -> Iterator[Finding]:
    """What is wrong with a place for a socket: anything but an old socket that stands there would be lost."""
    yield from unfit_file(path)
    length = len(os.fsencode(path))
    if length > SOCKET_MAX:
        yield _fault(path, f"{length} octets long", f"at most {SOCKET_MAX}, as the system has it")
    elif path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        yield _fault(path, "is there already and is no socket", "a place for a socket")


def unfit_file(path: Path) -> Iterator[Finding]:
    """What is wrong with a place for a file."""
    if not path.parent.is_dir():
        yield _fault(path, "its folder is not there", "a folder that is")


def _fault(path: Path, value: str, limit: str) -> Finding:
    mend = "Make the folder, or name another place in the file."
    return Finding(subject=str(path), value=value, limit=limit, mend=mend)
