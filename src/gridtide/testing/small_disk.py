"""A disk of a few megabytes that can be filled up: a file system of its own, in memory."""

import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridtide.testing.postgres_server import MissingServerError

PIECE = bytes(2**16)


@dataclass(frozen=True)
class SmallDisk:
    """A folder that holds so much and no more."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """What takes up the room."""
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no room, as another program does that writes too much."""
        with self.ballast.open("ab", buffering=0) as file:
            try:
                while file.write(PIECE):
                    pass
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        """Give all of that back."""
        self.ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A disk that is gone at the end; other users may look into it. Raises MissingServerError for one who may mount
    none."""
    folder = Path(tempfile.mkdtemp(prefix="gridtide-disk-"))
    options = f"size={megabytes}m,mode=755"
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise MissingServerError(f"no small disk may be mounted here: {done.stderr.strip()}")
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", str(folder)], check=False)
    finally:
        folder.rmdir()
