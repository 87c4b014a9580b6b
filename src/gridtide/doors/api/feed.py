"""The live feed: frames as server-sent events, for as long as somebody listens."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gridtide.doors.api.hub import Full, Hub, Subscriber
from gridtide.doors.api.spoken import asks_chinese

AGAIN_S = 5
TAKES_NOTHING_S = 30.0
"""A client that takes nothing for so long is let go."""
SENT_AHEAD_BYTES = 32_768
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def prepare(listening: socket.socket) -> None:
    """What every connection inherits: little is sent ahead of a slow client, and one that acknowledges nothing ends."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AHEAD_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        patience_ms = round(TAKES_NOTHING_S * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience_ms)


def feed_router(
    hub: Hub, may_watch: Callable[..., Any], takes_nothing_s: float = TAKES_NOTHING_S
) -> APIRouter:
    """`GET /api/feed`. may_watch: a dependency that refuses who may not."""
    router = APIRouter()

    @router.get("/api/feed", dependencies=[Depends(may_watch)], response_class=Response)
    async def feed(request: Request) -> Response:
        """Frames as server-sent events.

        Events: `frame` (id, number, at, values), `lost` (frames this client was too slow for), `gap` (frames between
        `Last-Event-ID` and the oldest kept; null where they cannot be counted, as after a restart), `end`. Alarms are
        in Chinese for who asks by `Accept-Language: zh` or `?lang=zh`.
        """
        return Feed(hub, request, takes_nothing_s)

    return router


class Feed(Response):
    """The answer that does not end by itself; 503 where nobody more can listen."""

    def __init__(self, hub: Hub, request: Request, takes_nothing_s: float) -> None:
        super().__init__(media_type="text/event-stream")
        self._hub, self._takes_nothing_s = hub, takes_nothing_s
        self._last = request.headers.get("last-event-id")
        self._chinese = asks_chinese(request.scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client goes, takes nothing any more, or the hub ends."""
        try:
            with self._hub.joined(self._last, self._chinese) as subscriber:
                await self._served(subscriber, receive, send)
        except Full:
            raise HTTPException(
                503, "as many listen to the feed as may; try again", {"Retry-After": str(AGAIN_S)}
            ) from None

    async def _served(self, subscriber: Subscriber, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive, subscriber))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            while (part := await subscriber.next()) is not None:
                async with asyncio.timeout(self._takes_nothing_s):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError):
            return
        finally:
            gone.cancel()


async def _gone(receive: Callable[[], Awaitable[Any]], subscriber: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    subscriber.leave()
