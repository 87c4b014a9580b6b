"""What an agent did and refused: a line on stderr, and a link of its own audit chain."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

from gridtide.finding import plain
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.trust.audit import numbered


class Notes:
    """Writes down what happens, from any thread. record: the file of the chain; None: on stderr alone."""

    def __init__(self, record: Path | None, now: Callable[[], datetime]) -> None:
        self._store = None if record is None else JsonLinesStore(record)
        self._now = now
        self._lock = Lock()

    def note(self, what: str, subject: str, said: str) -> None:
        """One thing that happened. A full disk is said on stderr: it stops nothing from being given back."""
        at = self._now().isoformat()
        with self._lock:
            print(
                plain(f"{at} {what} {subject} {said}".rstrip(), keep=""),
                file=sys.stderr,
                flush=True,
            )
            if self._store is None:
                return
            content = {"at": at, "what": what, "subject": subject, "said": said}
            try:
                self._store.append(numbered(self._store.last(), content))
            except OSError as fault:
                print(f"{at} not recorded: {fault}", file=sys.stderr, flush=True)
