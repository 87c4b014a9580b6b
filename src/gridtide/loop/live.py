"""Runs a control room in a thread of its own until its course is over or it is closed."""

import threading
from dataclasses import dataclass

from gridtide.loop.control import ControlRoom
from gridtide.loop.mandate import Mandate
from gridtide.trust.record import NotLeadingError

STOPS_WITHIN_S = 1.0


@dataclass(kw_only=True, eq=False)
class Runner:
    """A room that goes on by itself. fault: what ended it, None while all is well."""

    room: ControlRoom
    thread: threading.Thread | None = None
    fault: BaseException | None = None

    @property
    def mandate(self) -> Mandate:
        """What the loop looks after."""
        return self.room.mandate

    @property
    def currency(self) -> str:
        """Of its costs."""
        return self.room.currency

    def start(self) -> None:
        """Begin; returns at once."""
        self.thread = threading.Thread(target=self.run, name="control room", daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Go on, step after step; what goes wrong is kept in `fault` and raised in this thread, but that another leads:
        whoever renews the lead says so."""
        try:
            while not self.room.over:
                self.room.go_on()
        except NotLeadingError as fault:
            self.fault = fault
        except BaseException as fault:
            self.fault = fault
            raise

    def stop(self) -> tuple[str, ...]:
        """Take no more turns; what is still held, a sentence each. The step that runs is broken off; a turn that is
        being made is waited for so long as STOPS_WITHIN_S says, and then comes to nothing."""
        self.room.close()
        if self.thread is not None:
            self.thread.join(STOPS_WITHIN_S)
        return self.room.close()
