"""The web application: every path over one room, behind one guard."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from gridtide import __version__
from gridtide.doors.api.access import Access
from gridtide.doors.api.acting import acting
from gridtide.doors.api.aside import Aside
from gridtide.doors.api.broadcast import Broadcast, beside
from gridtide.doors.api.described import add_description
from gridtide.doors.api.flexibility import flexibility_router
from gridtide.doors.api.guarded import Guarded, Rates
from gridtide.doors.api.health import health
from gridtide.doors.api.keda import keda_router
from gridtide.doors.api.opening import Opening
from gridtide.doors.api.pages import add_pages
from gridtide.doors.api.problems import Refused
from gridtide.doors.api.reading import reading
from gridtide.doors.api.recorder import Recorder
from gridtide.doors.api.spoken import Spoken
from gridtide.doors.api.tabs import tabs
from gridtide.doors.api.what_if import what_if_router
from gridtide.finding import Finding


def app_of(
    opening: Opening,
    access: Access,
    rates: Rates,
    now: Callable[[], datetime],
    held: Callable[[Sequence[str]], None],
    broadcast: Broadcast,
) -> FastAPI:
    """The application. held: told at the end what is still held. broadcast: begun and ended with it.

    It opens the room when it starts, and closes it when it ends, releasing nothing.
    """
    recorder = Recorder(now, broadcast.tallies)
    opening.opened = lambda room: recorder.opened(room.note)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        opening.start()
        broadcast.begin(asyncio.get_running_loop())
        yield
        await run_in_threadpool(broadcast.ended)
        held(await run_in_threadpool(opening.close))

    app = FastAPI(
        title="gridtide control room",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=living,
        middleware=[
            Middleware(Spoken),
            Middleware(Guarded, access=access, rates=rates, recorder=recorder, now=now),
        ],
        exception_handlers={RequestValidationError: _unfit, HTTPException: _unknown},
    )
    own = (health(opening), reading(opening.room), acting(opening.room, broadcast.tallies))
    aside = Aside()
    beyond = (
        tabs(opening.room),
        keda_router(opening.room),
        what_if_router(opening.running, aside),
        flexibility_router(opening.running, aside),
    )
    for router in (*own, *beyond, *beside(opening, broadcast)):
        app.include_router(router)
    add_description(app)
    add_pages(app)
    app.state.recorder = recorder
    return app


_UNREADABLE = Finding(
    subject="body",
    value="cannot be read",
    limit="JSON that is nested less deeply, with shorter numbers",
    mend="/openapi.json says what fits.",
)


async def _unfit(request: Request, fault: Exception) -> Response:
    """Every fault of a query or body; the guard answers."""
    assert isinstance(fault, RequestValidationError)
    raise Refused(422, [_finding(detail) for detail in fault.errors()])


def _finding(detail: dict[str, object]) -> Finding:
    place = detail["loc"]
    assert isinstance(place, tuple)
    given = "is missing" if detail["type"] == "missing" else ascii(detail.get("input"))[:80]
    said = "text that is not empty, in the signs that /openapi.json allows"
    limit = said if detail["type"] == "string_pattern_mismatch" else str(detail["msg"])
    return Finding(
        subject=".".join(str(part) for part in place)[:200],
        value=given,
        limit=limit[:500],
        mend="/openapi.json says what fits.",
    )


async def _unknown(request: Request, fault: Exception) -> Response:
    """No such path, or not this method there; the guard answers."""
    assert isinstance(fault, HTTPException)
    path = request.url.path[:200]
    if fault.status_code == 400:
        raise Refused(400, [_UNREADABLE])
    limit = (fault.headers or {}).get("Allow", "a path that is answered")
    value = request.method if fault.status_code == 405 else str(fault.detail)
    finding = Finding(subject=path, value=value, limit=limit, mend="/openapi.json lists these.")
    raise Refused(fault.status_code, [finding], fault.headers)
