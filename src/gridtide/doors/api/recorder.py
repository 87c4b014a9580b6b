"""What becomes of a refusal besides its answer? It is written down in the audit chain: who, what, why; no token."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from gridtide.doors.api.limits import Limit, Rate
from gridtide.doors.api.problems import Refused
from gridtide.doors.api.tallies import Tallies
from gridtide.trust.record import NotLeadingError, StoreFullError, StoreLostError

RECORDED = frozenset({400, 401, 403, 409, 413, 415, 421, 429})
OF_AN_ADDRESS = Rate(at_once=60, per_s=0.5)
"""Entries; of more only the number is kept, so that nobody fills the disk by asking."""
MOST_WAITING = 1_000
LONGEST = 200
log = logging.getLogger("gridtide.api")
Note = Callable[[Mapping[str, object]], None]


class Recorder:
    """Notes refusals; what comes before a room is open waits for it."""

    def __init__(self, now: Callable[[], datetime], tallies: Tallies) -> None:
        self._now = now
        self._limit = Limit(OF_AN_ADDRESS, now)
        self._note: Note | None = None
        self._waiting: list[Mapping[str, object]] = []
        self._unsaid: dict[str, int] = {}
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._tallies = tallies

    def opened(self, note: Note) -> None:
        """A room is open: what waited is written down now, and what comes from now on at once."""
        with self._lock:
            self._note = note
        self._write()

    def record(self, who: str, address: str, method: str, path: str, problem: Refused) -> None:
        """Count a refusal, and write it down where an attack may be behind it."""
        with self._lock:
            self._tallies.refuse(reason_of(problem))
            if problem.status not in RECORDED:
                return
            if self._limit.wait_s(address):
                self._unsaid[address] = self._unsaid.get(address, 0) + 1
                return
            content = {
                "kind": "refused request",
                "at": self._now().isoformat(),
                "who": _clean(who) or "nobody known",
                "address": _clean(address),
                "what": f"{_clean(method)} {_clean(path)}",
                "status": problem.status,
                "why": _clean(str(problem)),
                "refused_unsaid_before": self._unsaid.pop(address, 0),
            }
            self._waiting = [*self._waiting, content][-MOST_WAITING:]
        self._write()

    def _write(self) -> None:
        """Write down what waits, oldest first; what a store does not take waits on."""
        with self._writing:
            while self._note is not None and self._waiting:
                try:
                    self._note(self._waiting[0])
                except (NotLeadingError, StoreFullError, StoreLostError) as fault:
                    log.error("a refusal is not written down", extra={"why": str(fault)})
                    return
                with self._lock:
                    self._waiting = self._waiting[1:]


def reason_of(problem: Refused) -> str:
    """Why a request was refused, as tallies count it."""
    first = problem.findings[0]
    match problem.status, first.subject:
        case 401, _ if first.value == "is missing":
            return "no-token"
        case 401, _:
            return "expired-token" if first.value.startswith("expired") else "wrong-token"
        case (403, "Origin") | (421, _):
            return "origin"
        case 403, _:
            return "role"
        case _:
            return {413: "size", 429: "rate"}.get(problem.status, "other")


def _clean(text: str) -> str:
    """Text as it may stand in a chain that people read in a terminal: what is no letter there is written out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:LONGEST])
