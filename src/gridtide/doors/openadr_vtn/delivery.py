"""How do notifications get there? In order for each callback, again after a while, and not for ever."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from gridtide.doors.openadr_vtn.addresses import Unfit
from gridtide.doors.openadr_vtn.calling import Calling, Endpoint
from gridtide.doors.openadr_vtn.kinds import Json

WAITS_S = (1.0, 4.0, 16.0, 64.0, 256.0)
"""Before each further try. After the last a callback counts as broken."""
AT_ONCE = 100
MOST_WAITING = 10_000


class Delivery:
    """Notifications on their way. broken: told of a callback that did not take one after all tries, or has more
    waiting than can be kept."""

    def __init__(
        self,
        calling: Calling,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        broken: Callable[[Endpoint, str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._calling = calling
        self._now = now
        self._new_id = new_id
        self._broken = broken
        self._sleep = sleep
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._waiting: dict[Endpoint, deque[tuple[str, bytes]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, endpoint: Endpoint, content: Json) -> None:
        """Put a notification behind those that wait for its callback."""
        waiting = self._waiting.get(endpoint)
        if waiting is None:
            waiting = self._waiting[endpoint] = deque()
            task = asyncio.get_running_loop().create_task(self._work(endpoint, waiting))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(waiting) >= MOST_WAITING:
            self._give_up(endpoint, f"{MOST_WAITING} notifications wait for it")
            return
        waiting.append((self._new_id(), json.dumps(content, separators=(",", ":")).encode()))

    def forget(self, subscription_id: str) -> None:
        """Nothing more goes to the callbacks of a subscription."""
        for endpoint in [one for one in self._waiting if one.subscription_id == subscription_id]:
            self._waiting.pop(endpoint).clear()

    async def delivered(self) -> None:
        """Return when nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """End at once; what waits is not sent."""
        for task in self._tasks:
            task.cancel()
        await self.delivered()

    async def _work(self, endpoint: Endpoint, waiting: deque[tuple[str, bytes]]) -> None:
        while waiting:
            delivery, body = waiting[0]
            fault = await self._sent(endpoint, delivery, body, waiting)
            if fault is not None:
                self._give_up(endpoint, fault)
                return
            if waiting:
                waiting.popleft()
        if self._waiting.get(endpoint) is waiting:
            del self._waiting[endpoint]

    async def _sent(
        self, endpoint: Endpoint, delivery: str, body: bytes, waiting: deque[tuple[str, bytes]]
    ) -> str | None:
        """None when it arrived or is no longer wanted; else the last fault."""
        fault = ""
        for wait_s in (0.0, *WAITS_S):
            if wait_s:
                await self._sleep(wait_s)
            if not waiting:
                return None
            try:
                async with self._at_once:
                    at_s = int(self._now().timestamp())
                    await self._calling.notify(endpoint, body, delivery, at_s)
                return None
            except Unfit as unfit:
                fault = str(unfit)
        return fault

    def _give_up(self, endpoint: Endpoint, fault: str) -> None:
        waiting = self._waiting.pop(endpoint, None)
        if waiting is not None:
            waiting.clear()
            self._broken(endpoint, fault)
