"""Is there a room yet? It is opened in a thread of its own, while the door already answers."""

import threading
from collections.abc import Callable
from enum import StrEnum

from gridtide.doors.api.problems import refused
from gridtide.loop.room import Room


class Standing(StrEnum):
    """How far a room is."""

    OPENING = "opening"
    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"


class Opening:
    """A room that is on its way. opened, failed: told in the thread that opens it."""

    def __init__(self, open_room: Callable[[], Room]) -> None:
        self._open_room = open_room
        self._room: Room | None = None
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)
        self.standing = Standing.OPENING
        self.fault: BaseException | None = None
        self.opened: Callable[[Room], None] = lambda room: None
        self.failed: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to open; returns at once."""
        self._thread.start()

    def room(self) -> Room:
        """The room. Raises 503 where there is none yet, or none any more."""
        if self._room is None or self.standing is not Standing.OPEN:
            raise refused(
                503,
                "the control room",
                f"is {self.standing}",
                "open",
                "Ask again in a second; /readyz says when.",
                Retry_After="1",
            )
        return self._room

    def close(self) -> tuple[str, ...]:
        """Take no more turns; what is still held. Waits until the room is open, so that it can be closed."""
        if self._thread.is_alive():
            self._thread.join()
        room, self.standing = self._room, Standing.CLOSED
        return () if room is None else room.close()

    def _run(self) -> None:
        try:
            room = self._open_room()
        except BaseException as fault:
            self.fault, self.standing = fault, Standing.FAILED
            self.failed()
            return
        self.opened(room)
        self._room, self.standing = room, Standing.OPEN
