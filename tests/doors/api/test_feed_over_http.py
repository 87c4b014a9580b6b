"""The feed as an answer of the service: headers, refusals, and what a disconnect leaves behind."""

import asyncio
from collections.abc import Callable, Coroutine, MutableMapping
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from gridtide.doors.api.feed import feed_router
from gridtide.doors.api.hub import Hub
from gridtide.loop.room import Frame

Message = MutableMapping[str, Any]


class Client:
    """One connection, spoken to as a server does."""

    def __init__(self, app: FastAPI, headers: dict[str, str] | None = None) -> None:
        self.sent: list[Message] = []
        self.gone = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()
        named = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": "/api/feed",
            "headers": named,
        }
        scope |= {"query_string": b"", "http_version": "1.1", "root_path": "", "scheme": "http"}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        await self.reads.wait()

    async def until(self, holds: Callable[["Client"], bool]) -> None:
        """Return when something holds of what was sent."""
        while not holds(self):
            await asyncio.sleep(0.001)

    @property
    def body(self) -> bytes:
        """Everything sent so far."""
        return b"".join(message.get("body", b"") for message in self.sent)


async def open_to_all() -> None:
    """Whoever asks may watch."""


async def closed() -> None:
    """Nobody may watch."""
    raise HTTPException(401, "a token is needed")


def app_of(hub: Hub, may_watch: Callable[..., Any] = open_to_all, nothing_s: float = 30) -> FastAPI:
    """A service that has only the feed."""
    app = FastAPI(openapi_url=None)
    app.include_router(feed_router(hub, may_watch, nothing_s))
    return app


def published(hub: Hub, number: int) -> None:
    """One more frame."""
    hub.publish(Frame(number=number, at=datetime(2026, 3, 1, tzinfo=UTC), values={}))


def running(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """One test in an event loop of its own."""
    asyncio.run(asyncio.wait_for(work(), 20))


def test_a_feed_is_kept_by_nobody_on_the_way() -> None:
    """An event stream that no cache stores, with what there was first."""

    async def work() -> None:
        hub = Hub("a")
        published(hub, 1)
        client = Client(app_of(hub))
        await client.until(lambda one: b"id: a.1\n" in one.body)
        headers = dict(client.sent[0]["headers"])
        assert client.sent[0]["status"] == 200
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert headers[b"cache-control"] == b"no-store"
        client.gone.set()
        await client.task

    running(work)


def test_who_may_not_watch_gets_no_frame() -> None:
    """The service's own rule decides before anything is sent."""

    async def work() -> None:
        hub = Hub("b")
        published(hub, 1)
        client = Client(app_of(hub, closed))
        await client.task
        assert client.sent[0]["status"] == 401 and b"id:" not in client.body
        assert hub.subscribers == 0

    running(work)


def test_one_too_many_is_asked_to_come_again() -> None:
    """503 with the seconds after which to try."""

    async def work() -> None:
        hub = Hub("c", most_subscribers=1)
        app = app_of(hub)
        first = Client(app)
        await first.until(lambda _: hub.subscribers == 1)
        second = Client(app)
        await second.task
        assert second.sent[0]["status"] == 503
        assert dict(second.sent[0]["headers"])[b"retry-after"] == b"5"
        first.gone.set()
        await first.task
        third = Client(app)
        await third.until(lambda _: hub.subscribers == 1)
        third.gone.set()
        await third.task

    running(work)


def test_who_goes_leaves_nothing_behind() -> None:
    """No listener and no task, whether it went while waiting or in the middle of a frame."""

    async def work() -> None:
        hub = Hub("d")
        app, before = app_of(hub), asyncio.all_tasks()
        clients = [Client(app) for _ in range(20)]
        while hub.subscribers < 20:
            await asyncio.sleep(0.001)
        for number, client in enumerate(clients):
            if number % 2:
                client.reads.clear()
        published(hub, 1)
        await asyncio.sleep(0.01)
        for client in clients:
            client.gone.set()
            client.reads.set()
        await asyncio.gather(*(client.task for client in clients))
        assert hub.subscribers == 0
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before

    running(work)


def test_one_that_takes_nothing_is_let_go() -> None:
    """Its place is free for somebody who reads."""

    async def work() -> None:
        hub = Hub("e")
        client = Client(app_of(hub, nothing_s=0.02))
        await client.until(lambda _: hub.subscribers == 1)
        client.reads.clear()
        published(hub, 1)
        await client.task
        assert hub.subscribers == 0

    running(work)


def test_the_stream_ends_with_the_service() -> None:
    """The end is an event, and the answer is complete."""

    async def work() -> None:
        hub = Hub("f")
        client = Client(app_of(hub))
        await client.until(lambda _: hub.subscribers == 1)
        hub.end()
        await client.task
        assert b"event: end\n" in client.body
        assert client.sent[-1]["more_body"] is False

    running(work)
