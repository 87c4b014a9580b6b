"""A line of set-points in a thread of its own: a tick each cycle, and at once when a set-point comes."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.loop.minutes import Minutes
from gridtide.loop.set_points.kept_slowed import keep_slowed
from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.world import Clock
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.setpoint_notes import content_of_note

ON_THE_WAY_S = 0.2
"""Between two ticks while a target is still moved within its ramp."""


@dataclass(kw_only=True, eq=False)
class RegulationThread:
    """Goes on until it is closed; only its own devices can make it wait. heard: to be called from any thread when a
    set-point has come."""

    regulation: Regulation
    clock: Clock
    woken: threading.Event = field(default_factory=threading.Event)
    closing: bool = False
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        name = f"set-points of {self.regulation.site}"
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def heard(self) -> None:
        """A set-point has come, or something has changed that stops it: look at once."""
        self.woken.set()

    def close(self) -> None:
        """Tell nothing more; what was told ends by itself within three cycles. Closing twice is no fault."""
        self.closing = True
        self.woken.set()
        if self.thread is not None:
            self.thread.join()
        self.regulation.channel.close()

    def _run(self) -> None:
        cycle_s = self.regulation.rules.cycle_s
        self.regulation.begin()
        while not self.closing:
            self.regulation.tick(self.clock.now())
            self.woken.wait(cycle_s if self.regulation.settled else min(ON_THE_WAY_S, cycle_s))
            self.woken.clear()


def seen_of(lines: Iterable[RegulationThread]) -> dict[str, object]:
    """What a frame says of lines; nothing where there are none."""
    short = [one.regulation.short() for one in lines]
    return {"regulation": short} if short else {}


def faults_of(lines: Iterable[RegulationThread]) -> list[tuple[str, str, str]]:
    """What is wrong with lines, as alarms: kind, line, words."""
    found = [(one.regulation.line, one.regulation.wrong) for one in lines]
    return [("set-points", line, wrong) for line, wrong in found if wrong]


def written_down(
    lines: Iterable[RegulationThread],
    minutes: Minutes,
    documents: KeepsDocuments | None,
    now: datetime,
) -> None:
    """Bring what lines noted into the chain, oldest first, and keep what work is behind by; what cannot be written down
    waits. Raises as the store."""
    for one in lines:
        keep_slowed(one.regulation, documents, now)
        notes = one.regulation.notes
        while notes:
            minutes.append(content_of_note(one.regulation.line, notes[0]))
            notes.popleft()
