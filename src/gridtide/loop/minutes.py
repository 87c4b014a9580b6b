"""The minutes of a room: everything it decides and hears goes into the chain first; the newest of it stays at hand."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from gridtide.trust.audit import content_of, contents, numbered
from gridtide.trust.record import Decision, Store

KEPT = 200
"""Decisions and entries that stay at hand; the chain keeps all."""


@dataclass(kw_only=True, eq=False)
class Minutes:
    """store: of the chain. decided: the newest decisions by id, each at its newest stage, oldest first. why: what was
    said of them beside. Any thread may write; entries never stand between each other."""

    store: Store
    decided: dict[str, Decision] = field(default_factory=dict)
    why: dict[str, Mapping[str, object]] = field(default_factory=dict)
    tail: deque[Mapping[str, object]] = field(default_factory=lambda: deque(maxlen=KEPT))
    lock: threading.RLock = field(default_factory=threading.RLock)
    written: int = 0

    def __post_init__(self) -> None:
        self.written = len(self.store.entries())

    def write(self, decision: Decision, **why: object) -> None:
        """A decision at a stage of its life, and what is to be said of it beside. Raises what the store raises."""
        with self.lock:
            self.append(content_of(decision))
            self.decided.pop(decision.id, None)
            self.decided[decision.id] = decision
            if why:
                self.why[decision.id] = why
            while len(self.decided) > KEPT:
                gone = next(iter(self.decided))
                del self.decided[gone]
                self.why.pop(gone, None)

    def append(self, content: Mapping[str, object]) -> None:
        """Anything else. Raises what the store raises."""
        with self.lock:
            entry = numbered(self.store.last(), content)
            self.store.append(entry)
            says = contents([entry])[0]
            self.tail.append({"number": self.written, "hash": entry.hash, "says": says})
            self.written += 1

    def decisions(self, count: int) -> tuple[Mapping[str, object], ...]:
        """The newest decisions, newest first."""
        with self.lock:
            return tuple(content_of(one) for one in list(self.decided.values())[::-1][:count])

    def entries(self, count: int) -> tuple[Mapping[str, object], ...]:
        """The newest entries that this process wrote, newest first."""
        with self.lock:
            return tuple(list(self.tail)[::-1][:count])

    def explained(self, decision: str) -> Mapping[str, object] | None:
        """A decision with what was said of it beside; None where there is none of that id at hand."""
        with self.lock:
            found = self.decided.get(decision)
            return None if found is None else {**content_of(found), **self.why.get(decision, {})}
