"""A broker listened to beside everything else: what it tells is kept until it is taken; a lost one is sought."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from gridtide.finding import Finding, InputError
from gridtide.sources.openadr.broker import Broker, notifications
from gridtide.wire.openadr.notifications import Notification

MOST_WAITING = 10_000
ENDS_WITHIN_S = 10.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


class Listening:
    """Listens in a thread of its own while it is entered; what came is given once, in order.

    sought: asked for the broker before every connection, in that thread. Between two that fail lies a wait that doubles
    up to a minute; meanwhile `trouble` says why, and polls bring what was missed.
    """

    def __init__(self, sought: Callable[[], Broker]) -> None:
        self._sought = sought
        self._told: deque[Notification] = deque(maxlen=MOST_WAITING)
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._trouble: tuple[Finding, ...] = ()
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        task = self._task
        if task is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(task.cancel)
        self._thread.join(ENDS_WITHIN_S)

    def wait(self, within_s: float) -> bool:
        """Wait until something came, at most so many seconds; whether it did."""
        return self._rung.wait(within_s)

    def taken(self) -> tuple[Notification, ...]:
        """What came since the last time, in order."""
        with self._lock:
            self._rung.clear()
            told = tuple(self._told)
            self._told.clear()
        return told

    def trouble(self) -> tuple[Finding, ...]:
        """Why the broker was lost, until it tells something again."""
        return self._trouble

    def _listen(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._heard())
        self._begun.set()
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _heard(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async for notification in notifications(self._sought()):
                    self._keep(notification)
                    wait_s = FIRST_WAIT_S
            except InputError as error:
                self._trouble = error.findings
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _keep(self, notification: Notification) -> None:
        with self._lock:
            self._trouble = ()
            self._told.append(notification)
            self._rung.set()
