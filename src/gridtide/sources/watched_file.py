"""A file that somebody else writes while we read: whole, or not taken."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gridtide.finding import BadInput, Finding

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What shows that a file, or a folder of files, is another than it was. At a glance: size and time of change; for
    certain: its content."""

    glance: tuple[tuple[str, int, int], ...]
    content: str


@dataclass(kw_only=True)
class WatchedFile:
    """A file, or a folder of files, looked at again and again.

    beside: files that are read with it, as its signature is. taken: what was read last; glanced: what the last look
    saw. A change is taken once two looks in a row saw the same, so that nothing is read while it is written.
    """

    path: Path
    beside: tuple[Path, ...] = ()
    taken: Stamp | None = None
    glanced: tuple[tuple[str, int, int], ...] = ()

    def changed(self, read: Callable[[], V]) -> V | None:
        """What `read` makes of the file where it is another than before and at rest; None where it is not. Raises
        BadInput for a file that is gone or that `read` refuses; it is read again once it changes."""
        before = self.glanced
        try:
            self.glanced = self._glance()
        except BadInput:
            self.taken, self.glanced = None, ()
            raise
        if self.glanced != before or (self.taken and self.glanced == self.taken.glance):
            return None
        stamp = Stamp(glance=self.glanced, content=self._content())
        same = self.taken is not None and stamp.content == self.taken.content
        self.taken = stamp
        if same:
            return None
        found = read()
        if self._glance() != stamp.glance:
            self.taken = None
            return None
        return found

    def take(self) -> None:
        """Count what is there now as read."""
        self.glanced = self._glance()
        self.taken = Stamp(glance=self.glanced, content=self._content())

    def _glance(self) -> tuple[tuple[str, int, int], ...]:
        try:
            stats = [(str(one), one.stat()) for one in self._files()]
        except OSError as fault:
            raise BadInput([self._fault(fault)]) from None
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def _content(self) -> str:
        whole = hashlib.sha256()
        try:
            for one in self._files():
                whole.update(one.read_bytes())
        except OSError as fault:
            raise BadInput([self._fault(fault)]) from None
        return whole.hexdigest()

    def _files(self) -> list[Path]:
        own = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
        return [*own, *self.beside]

    def _fault(self, fault: OSError) -> Finding:
        return Finding(
            subject=str(self.path),
            value=(fault.strerror or "cannot be read").lower(),
            limit="a file that is written whole, or moved into place",
            mend="Look at whoever writes it; what it said last goes on to count.",
        )
