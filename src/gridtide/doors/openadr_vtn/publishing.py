"""How do notifications get to a broker? In order, at least once, again after it was lost, and not without an end."""

import asyncio
import json
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gridtide.doors.openadr_vtn.publications import Publication

if TYPE_CHECKING:
    from aiomqtt import Client

MOST_WAITING = 10_000
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
KEEP_ALIVE_S = 30


@dataclass(frozen=True, kw_only=True)
class Place:
    """A broker as the VTN reaches it. tls: None in plain, on this machine only."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    username: str | None
    password: str | None = field(repr=False)


class Publisher:
    """Publishes to one broker while it runs. said: told in a sentence of a broker that is lost or found again, and of
    notifications that were left out because too many waited; polls bring what they said."""

    def __init__(
        self,
        place: Place,
        said: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._place = place
        self._said = said
        self._sleep = sleep
        self._waiting: deque[Publication] = deque()
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = None

    def start(self) -> None:
        """Seek the broker; in the loop of the web server."""
        self._task = asyncio.get_running_loop().create_task(self._work())

    def tell(self, publication: Publication) -> None:
        """Put a notification behind those that wait."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._complain(f"{MOST_WAITING:,} notifications wait; the oldest are left out")
        self._waiting.append(publication)
        self._rung.set()

    async def stop(self) -> None:
        """End at once; what waits is not sent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        import aiomqtt

        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with self._client() as client:
                    wait_s = FIRST_WAIT_S
                    await self._published(client)
            except aiomqtt.MqttError as error:
                self._complain(str(error) or type(error).__name__)
            await self._sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _published(self, client: "Client") -> None:
        """Send what waits as it comes; one stays first in the row until the broker has it. Raises MqttError."""
        while True:
            while self._waiting:
                first = self._waiting[0]
                body = json.dumps(first.content, separators=(",", ":")).encode()
                await client.publish(first.topic, body, qos=1)
                if self._waiting and self._waiting[0] is first:
                    self._waiting.popleft()
                self._found_again()
            self._rung.clear()
            await self._rung.wait()

    def _complain(self, trouble: str) -> None:
        """Once while it lasts."""
        if trouble != self._trouble:
            self._said(f"MQTT broker {self._place.host}:{self._place.port}: {trouble}")
            self._trouble = trouble

    def _found_again(self) -> None:
        if self._trouble is not None:
            self._said(f"MQTT broker {self._place.host}:{self._place.port}: is there again")
            self._trouble = None

    def _client(self) -> "Client":
        import aiomqtt

        return aiomqtt.Client(
            self._place.host,
            port=self._place.port,
            username=self._place.username,
            password=self._place.password,
            tls_context=self._place.tls,
            keepalive=KEEP_ALIVE_S,
        )
