"""What a power agent did and refused: a line on stderr, and a link of its own audit chain."""

import sys
from pathlib import Path

from gridtide.fleet.lease import Instant
from gridtide.loop.clock import WallClock, steady_s
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.trust.audit import linked

BOOT = Path("/proc/sys/kernel/random/boot_id")


def instant_now() -> Instant:
    """Now, on the wall, by the time that passed, and in which start of the machine."""
    return Instant(wall=WallClock().now(), steady_s=steady_s(), boot=BOOT.read_text().strip())


class Notes:
    """Writes down what happens. record: the file of the chain; None: on stderr alone."""

    def __init__(self, record: Path | None) -> None:
        self._store = None if record is None else JsonLinesStore(record)

    def note(self, what: str, subject: str, said: str) -> None:
        """One thing that happened. A full disk is said on stderr: it stops no board from being given back."""
        at = WallClock().now().isoformat()
        print(f"{at} {what} {subject} {said}".rstrip(), file=sys.stderr, flush=True)
        if self._store is None:
            return
        content = {"at": at, "what": what, "subject": subject, "said": said}
        try:
            self._store.append(linked(self._store.last(), content))
        except OSError as fault:
            print(f"{at} not recorded: {fault}", file=sys.stderr, flush=True)
