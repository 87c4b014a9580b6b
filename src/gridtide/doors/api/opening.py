"""Is there a room yet? It is opened in a thread of its own, while the door already answers."""

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from gridtide.doors.api.problems import refused
from gridtide.loop.room import Room

if TYPE_CHECKING:
    from gridtide.loop.mandate import Mandate


class Standing(StrEnum):
    """How far a room is."""

    OPENING = "opening"
    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"


class Running(Protocol):
    """A room that goes on by itself, as `loop/live.Runner` is."""

    @property
    def room(self) -> Room:
        """The room."""
        ...

    @property
    def mandate(self) -> "Mandate":
        """What the loop looks after."""
        ...

    @property
    def currency(self) -> str:
        """Of its costs."""
        ...

    @property
    def fault(self) -> BaseException | None:
        """What ended its loop; None while all is well."""
        ...

    def stop(self) -> tuple[str, ...]:
        """Take no more turns and release nothing; what is still held, a sentence each."""
        ...


class Opening:
    """A room that is on its way. opened, failed: told in the thread that opens it."""

    def __init__(self, open_room: Callable[[], Running]) -> None:
        self._open_room = open_room
        self._running: Running | None = None
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)
        self._lock = threading.Lock()
        self.standing = Standing.OPENING
        self.fault: BaseException | None = None
        self.opened: Callable[[Room], None] = lambda room: None
        self.failed: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to open; returns at once."""
        self._thread.start()

    def room(self) -> Room:
        """The room. Raises 503 where there is none yet, or none any more."""
        return self.running().room

    def running(self) -> Running:
        """The room that goes on. Raises 503 where there is none yet, or none any more."""
        if self._running is None or self.standing is not Standing.OPEN:
            raise refused(
                503,
                "the control room",
                f"is {self.standing}",
                "open",
                "Ask again in a second; /readyz says when.",
                Retry_After="1",
            )
        return self._running

    def unready(self) -> tuple[str, ...]:
        """What keeps the room from being relied on, a sentence each."""
        if self._running is None or self.standing is not Standing.OPEN:
            return (f"the control room is {self.standing}",)
        fault = self._running.fault
        ended = () if fault is None else (f"its loop ended: {type(fault).__name__}",)
        return (*ended, *self._running.room.unready())

    def close(self) -> tuple[str, ...]:
        """Take no more turns; what is still held. A room that is not open yet is closed once it is."""
        with self._lock:
            running, self.standing = self._running, Standing.CLOSED
        return () if running is None else running.stop()

    def _run(self) -> None:
        try:
            running = self._open_room()
        except BaseException as fault:
            self.fault, self.standing = fault, Standing.FAILED
            self.failed()
            return
        with self._lock:
            closed = self.standing is Standing.CLOSED
            if not closed:
                self.opened(running.room)
                self._running, self.standing = running, Standing.OPEN
        if closed:
            running.stop()
