"""The web application: every path of OpenADR 3.1 over one VTN."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from gridtide import __version__
from gridtide.doors.openadr_vtn.authentication import add_tokens
from gridtide.doors.openadr_vtn.notifiers import add_notifiers
from gridtide.doors.openadr_vtn.objects import add_objects
from gridtide.doors.openadr_vtn.problems import Refused, problem
from gridtide.doors.openadr_vtn.vtn import Vtn


def app_of(vtn: Vtn) -> FastAPI:
    """The application. Every error is a problem. The description of the paths is the one OpenADR publishes, so none
    is made here."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        if vtn.publisher is not None:
            vtn.publisher.start()
        yield
        await vtn.delivery.stop()
        if vtn.publisher is not None:
            await vtn.publisher.stop()

    app = FastAPI(
        title="gridtide VTN",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=living,
        exception_handlers={Refused: _refused, HTTPException: _unknown, Exception: _ours},
    )
    for add in (add_objects, add_tokens, add_notifiers):
        add(app, vtn)
    return app


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return problem(refused)


async def _unknown(request: Request, fault: Exception) -> Response:
    """No such path, or not this method there."""
    assert isinstance(fault, HTTPException)
    if fault.status_code != 405:
        return problem(Refused(fault.status_code, f"{request.url.path[:200]}: {fault.detail}"))
    methods = sorted(
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    )
    said = f"{request.method} {request.url.path[:200]}: {', '.join(methods)} is answered here"
    return problem(Refused(405, said, {"Allow": ", ".join(methods)}))


async def _ours(request: Request, fault: Exception) -> Response:
    """What went wrong stays in the log of the server."""
    return problem(Refused(500, "this is our fault, not yours; the server's log says what it was"))
