"""What is lent, in a file that is whole at every instant."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridtide.doors.power_agent.lent import Kept
from gridtide.finding import BadInput, Finding
from gridtide.fleet.lease import Lease
from gridtide.wire.gate import gate_json, gate_of
from gridtide.wire.nouns import noun_of, plain


class FileJournal:
    """A file that is replaced as a whole and on the disk before `write` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Kept:
        """What the file says; empty where there is none. Raises OSError and BadInput."""
        try:
            written = self.path.read_bytes()
        except FileNotFoundError:
            return Kept()
        try:
            value = json.loads(written.decode())
            leases = [noun_of(Lease, one, "lease") for one in value["leases"]]
            return Kept(leases=tuple(leases), gate=gate_of(value["gate"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadInput([_unreadable(self.path)]) from None

    def write(self, kept: Kept) -> None:
        """Replace the file. Raises OSError, and then the file is as it was."""
        value = {"leases": [plain(one) for one in kept.leases], "gate": gate_json(kept.gate)}
        beside = self.path.with_name(f"{self.path.name}.new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(json.dumps(value, ensure_ascii=False, allow_nan=False))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether this process is the only one at a file from now on; the system lets go when it dies, however it does."""
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _unreadable(path: Path) -> Finding:
    return Finding(
        subject=str(path),
        value="is no journal of leases",
        limit="the file as the power agent wrote it",
        mend="Remove it: what is unknown goes back to rest.",
    )
