"""Where site agents ask for orders: one long poll each, told by a token of its own, no port open at the site."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from gridtide.devices.far_site import SiteDesk
from gridtide.doors.api.guarded import address_of, check_path, too_often
from gridtide.doors.api.limits import Limit
from gridtide.doors.api.problems import Refused, answer_of
from gridtide.doors.api.recorder import Recorder
from gridtide.finding import BadInput, Finding
from gridtide.wire.agent_line import WAIT_MAX_S, Poll, poll_of, reply_json

BODY_MAX = 2**20
PATH = "/agents/"


def agents_router(
    desks: Mapping[str, SiteDesk],
    tokens: Mapping[str, str],
    over: Callable[[], bool] = lambda: False,
) -> APIRouter:
    """POST /agents/{site}/line for every site that has a desk. tokens: SHA-256 in hexadecimal of each site's token.
    over: whether this service leads no more; then no agent is heard or told anything, and is led by its own schedule
    until it reaches who leads.

    It is asked by agents alone and knows no people: `beside` puts it next to what lets people in, not behind it. Raises
    ValueError where desks and tokens are not of the same sites.
    """
    if set(desks) != set(tokens):
        raise ValueError(
            f"sites with a desk, {sorted(desks)}, and with a token, {sorted(tokens)}, differ"
        )
    router = APIRouter()
    bells = {site: _Bell(desk) for site, desk in desks.items()}

    @router.post("/agents/{site}/line", include_in_schema=False)
    async def line(site: str, request: Request) -> Response:
        _let_in(site, request, tokens)
        poll = await _poll(request)
        bell, desk = bells[site], desks[site]
        async with bell.heard() as rang:
            _still_leads(over)
            reply = desk.polled(poll)
            if not reply.orders and not reply.acknowledged and poll.wait_s > 0:
                await _within(rang, min(poll.wait_s, WAIT_MAX_S))
                _still_leads(over)
                reply = desk.polled(poll)
        return Response(json.dumps(reply_json(reply)), media_type="application/json")

    return router


def beside(
    people: ASGIApp, agents: APIRouter, recorder: Recorder, unknown: Limit | None = None
) -> ASGIApp:
    """One application out of two: agents on their paths, which know no people, and everybody else on all others.

    recorder: notes what agents are refused. unknown: how often one may ask without a good token, of one address.
    """
    line = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    line.include_router(agents)

    async def say(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        address, problem = address_of(request.scope), _refused(request, fault)
        if fault.status_code == 401 and unknown is not None:
            wait_s = unknown.wait_s(address)
            problem = too_often("without a good token", wait_s) if wait_s else problem
        path = str(request.scope["path"])
        await run_in_threadpool(recorder.record, "", address, request.method, path, problem)
        return answer_of(problem)

    line.add_exception_handler(HTTPException, say)

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        of_agents = scope["type"] == "http" and str(scope["path"]).startswith(PATH)
        await (line if of_agents else people)(scope, receive, send)

    return both


def _refused(request: Request, fault: HTTPException) -> Refused:
    """What was refused an agent, in the one shape of this door; a path that leads elsewhere is called so."""
    try:
        check_path(request.scope)
    except Refused as odd:
        return odd
    path = str(request.scope["path"])[:200]
    limit = "what an agent sends: gridtide agent"
    if fault.status_code == 503:
        limit = "the service that leads"
    finding = Finding(subject=path, value=str(fault.detail), limit=limit, mend="See docs/agent.md.")
    return Refused(fault.status_code, [finding], fault.headers)


class _Bell:
    """Wakes polls that wait when a desk gets an order, from whatever thread."""

    def __init__(self, desk: SiteDesk) -> None:
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        desk.rung = self.ring

    def ring(self) -> None:
        """Wake everybody."""
        for loop, event in tuple(self._waiting):
            loop.call_soon_threadsafe(event.set)

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[asyncio.Event]:
        """Set by whatever rings from now on."""
        one = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting.add(one)
        try:
            yield one[1]
        finally:
            self._waiting.discard(one)


async def _within(rang: asyncio.Event, wait_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(rang.wait(), wait_s)


def _let_in(site: str, request: Request, tokens: Mapping[str, str]) -> None:
    """Raise 401 for whoever does not hold the token of this site; an unknown site is told no other thing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    digest = hashlib.sha256(token.strip().encode("utf-8", "surrogatepass")).hexdigest()
    good = hmac.compare_digest(tokens.get(site, "no such site"), digest)
    if scheme.lower() != "bearer" or not good:
        said = "no token of this site; the agent's token_file holds the one that the brain knows"
        raise HTTPException(401, said, {"WWW-Authenticate": "Bearer"})


def _still_leads(over: Callable[[], bool]) -> None:
    if over():
        raise HTTPException(503, "leads no more; let the agent's line lead to who does")


async def _poll(request: Request) -> Poll:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_MAX:
            raise HTTPException(413, f"a poll above {BODY_MAX} bytes; tell less at once")
    try:
        return poll_of(json.loads(body.decode()))
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is no JSON; send a poll") from None
    except BadInput as error:
        raise HTTPException(422, str(error)) from None
