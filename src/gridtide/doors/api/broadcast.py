"""Who follows a room while it is open? The feed and the metrics, both from the same frames."""

import asyncio
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from gridtide.doors.api.access import demand
from gridtide.doors.api.answers import BEARER, FAULTS
from gridtide.doors.api.emissions import emissions_router
from gridtide.doors.api.feed import feed_router
from gridtide.doors.api.hub import Hub, follow
from gridtide.doors.api.metrics import metrics_router
from gridtide.doors.api.opening import Opening, Standing
from gridtide.doors.api.tallies import Tallies
from gridtide.doors.api.vitals import Vitals
from gridtide.doors.api.watching import Watch
from gridtide.loop.room import Frame
from gridtide.trust.people import Role

OF_THE_SDK: dict[int | str, dict[str, Any]] = {
    400: {
        "description": "A problem as the Carbon Aware SDK gives it: an unknown location, a time that is none."
    }
}


class Broadcast:
    """Looks at the newest frame again and again, from when the room is open until it is told to end."""

    def __init__(self, opening: Opening, now: Callable[[], datetime]) -> None:
        self.hub, self.tallies = Hub(secrets.token_hex(4)), Tallies()
        self._opening, self._now = opening, now
        self._watch: Watch | None = None
        self._ends = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Follow, in a thread of its own; frames are handed out in the loop."""
        arguments = (self.hub, loop, self._newest, self._ends.wait)
        self._thread = threading.Thread(target=follow, args=arguments, name="feed", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Nothing more comes: who listens is told, and goes. Returns at once, also in a handler of signals."""
        self._ends.set()

    def ended(self) -> None:
        """Return when nothing is handed out any more."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    def vitals(self) -> Vitals:
        """Of the newest frame; unknown while there is no room."""
        watch = self._watch
        if watch is None or self._opening.standing is not Standing.OPEN:
            return Vitals()
        return watch.vitals(self._opening.room().state())

    def _newest(self) -> Frame | None:
        if self._opening.standing is not Standing.OPEN:
            return None
        running = self._opening.running()
        if self._watch is None:
            carbon = running.mandate.objective.carbon
            self._watch = Watch(self._now, running.currency, carbon, self.tallies)
        frame = running.room.newest()
        self._watch.look(frame)
        return frame


def beside(opening: Opening, broadcast: Broadcast) -> tuple[APIRouter, ...]:
    """Paths beside those of the room: the feed, the metrics, and those of the Carbon Aware SDK."""

    def known(request: Request) -> None:
        """Everybody who is known."""
        demand(request.state.person, Role.VIEWER, f"{request.method} {request.url.path}")

    def as_of() -> datetime:
        """The loop's instant, which is not that of the wall where a case is lived fast."""
        return opening.running().room.newest().at

    def guarded() -> None:
        """The guard says who reads metrics: on this machine everybody."""

    paths = APIRouter(dependencies=[BEARER], responses=FAULTS, tags=["beside"])
    paths.include_router(feed_router(broadcast.hub, known))
    emissions = emissions_router(lambda: opening.running().mandate, as_of, known)
    paths.include_router(emissions, responses=OF_THE_SDK)
    metrics = metrics_router(broadcast.vitals, broadcast.tallies, guarded, broadcast.hub)
    return paths, metrics
