"""A lock on a file that ends with the process that holds it, however that ends."""

import fcntl
import os
import weakref
from pathlib import Path

from gridtide.trust.record import NotLeadingError


class FileLock:
    """Held from when it is made until it is released or the process ends; who holds it is written in the file.

    A child of fork lets go of its copy at once: a worker that outlives its parent holds nothing. Raises NotLeadingError
    where another holds it, also in the same process.
    """

    def __init__(self, path: Path, holder: str) -> None:
        self._path = path
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            said = os.pread(self._file, 1000, 0).decode("utf-8", "replace").strip()
            self._close()
            raise NotLeadingError(
                f"{path}: {said or 'another process'} holds this lock. Stop that process, or wait until it ends."
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()} ({holder})\n".encode(), 0)
        _let_go_in_children(self)

    def release(self) -> None:
        """Let go; a second time does nothing."""
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _let_go_in_children(lock: FileLock) -> None:
    held = weakref.ref(lock)

    def after() -> None:
        found = held()
        if found is not None:
            found.release()

    os.register_at_fork(after_in_child=after)
