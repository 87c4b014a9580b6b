"""What stands before every path? Where a request comes from, who asks, how often, how much; refusals are noted."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridtide.doors.api.access import OPEN, PAGES, Access
from gridtide.doors.api.bodies import read_body
from gridtide.doors.api.limits import Limit, Rate
from gridtide.doors.api.origin import SAFE, check_host, check_origin
from gridtide.doors.api.problems import Refused, answer_of, refused
from gridtide.doors.api.recorder import Recorder
from gridtide.finding import BadInput
from gridtide.trust.people import Person
from gridtide.trust.record import NotLeadingError, StoreFullError, StoreLostError

ALWAYS = frozenset({"/api/freeze", "/api/release"})
"""Asked by somebody known, these are never put off."""
UNKNOWN = Rate(at_once=20, per_s=0.2)
ODD = ("..", "\\", "//", "\x00", "%")
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
log = logging.getLogger("gridtide.api")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How often one person, and one address, may ask; unknown: without a good token, of one address."""

    person: Rate
    address: Rate
    unknown: Rate = UNKNOWN


class Guarded:
    """The application behind its guard. What passes carries the person who asks in `scope["state"]["person"]`, None on
    open paths asked without a token."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        rates: Rates,
        recorder: Recorder,
        now: Callable[[], datetime],
    ) -> None:
        self._app, self._access, self._recorder = app, access, recorder
        self._of_person, self._of_address = Limit(rates.person, now), Limit(rates.address, now)
        self._unknown = Limit(rates.unknown, now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        heard = _Heard(scope, send)
        try:
            receive = await self._let_in(scope, receive)
            await self._app(scope, receive, heard.send)
        except Refused as problem:
            await self._refuse(scope, receive, heard.send, problem)
        except BadInput as fault:
            await self._refuse(scope, receive, heard.send, Refused(422, fault.findings))
        except (NotLeadingError, StoreFullError, StoreLostError) as fault:
            log.error("not kept", extra={"why": str(fault)})
            await answer_of(_not_kept(fault))(scope, receive, heard.send)
        except Exception:
            log.exception("failed", extra={"path": scope["path"]})
            if heard.answers:
                raise
            await self._refuse(scope, receive, heard.send, _our_fault())
        finally:
            heard.log(_person(scope))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, problem: Refused) -> None:
        """Note a refusal and answer with it."""
        await run_in_threadpool(self._note, scope, problem)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": str(problem)[:100]})
            return
        await answer_of(problem)(scope, receive, send)

    def _note(self, scope: Scope, problem: Refused) -> None:
        person = _person(scope)
        who = problem.who or (person.name if person else "")
        method = str(scope.get("method", "CONNECT"))
        self._recorder.record(who, address_of(scope), method, str(scope["path"]), problem)

    async def _let_in(self, scope: Scope, receive: Receive) -> Receive:
        """What to receive from, for a request that may pass."""
        headers, path = Headers(scope=scope), str(scope["path"])
        method, address = str(scope.get("method", "GET")), address_of(scope)
        check_host(headers, self._access.on_loopback)
        if scope["type"] == "websocket" or method not in SAFE:
            # a handshake changes nothing by itself, what it carries may
            scheme = str(scope["scheme"]).replace("ws", "http")
            check_origin("POST", headers, scheme)
        check_path(scope)
        person = await self._known(headers, path, address)
        scope.setdefault("state", {})["person"] = person
        if person is None or path not in ALWAYS:
            self._check_rates(person, address)
        if scope["type"] == "http" and method not in SAFE:
            return await read_body(headers, receive)
        return receive

    async def _known(self, headers: Headers, path: str, address: str) -> Person | None:
        open_here = self._access.on_loopback and (path in OPEN or path.startswith(PAGES))
        if open_here and "authorization" not in headers:
            return None
        try:
            return await self._access.person_of(headers, path)
        except Refused as problem:
            wait_s = self._unknown.wait_s(address)
            if wait_s:
                raise too_often("without a good token", wait_s) from None
            raise problem from None

    def _check_rates(self, person: Person | None, address: str) -> None:
        waits_s = [self._of_address.wait_s(address)]
        if person is not None:
            waits_s.append(self._of_person.wait_s(person.name))
        if max(waits_s):
            raise too_often("this often", max(waits_s))


class _Heard:
    """A request as it is answered: the guard's headers added, and one line of the log."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._began_s = time.perf_counter()
        self._status = 0

    @property
    def answers(self) -> bool:
        """Whether the answer has begun."""
        return self._status > 0

    async def send(self, message: Message) -> None:
        """Send on, with what every answer carries; what the answer says itself stands."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            more = {**HEADERS, **(TLS_HEADERS if self._scope["scheme"] == "https" else {})}
            said = {name.lower() for name, _ in message.get("headers", ())}
            added = [(name.lower().encode(), text.encode()) for name, text in more.items()]
            message["headers"] = [
                *message.get("headers", ()),
                *(one for one in added if one[0] not in said),
            ]
        await self._send(message)

    def log(self, person: Person | None) -> None:
        """Who asked what and what came of it; neither query nor headers, which may hold secrets."""
        log.info(
            "answered",
            extra={
                "who": None if person is None else person.name,
                "address": address_of(self._scope),
                "method": self._scope.get("method", "CONNECT"),
                "path": self._scope["path"],
                "status": self._status,
                "took_ms": round(1e3 * (time.perf_counter() - self._began_s), 3),
            },
        )


def check_path(scope: Scope) -> None:
    """That a path is one plain name after another. Raises 400."""
    path = str(scope["path"])
    raw = bytes(scope.get("raw_path") or b"").decode("ascii", "replace").lower()
    if any(odd in path for odd in ODD) or "%2e" in raw or "%2f" in raw or not path.isprintable():
        raise refused(
            400,
            "path",
            repr(path[:80]),
            "plain names between single slashes",
            "Ask for a path of /openapi.json.",
        )


def _not_kept(fault: Exception) -> Refused:
    """Nothing holds that is not written down first; this cannot be written down either."""
    limit = "a store that keeps what people do before it holds"
    return refused(503, "the store", str(fault), limit, "Mend the store, then ask again.")


def _our_fault() -> Refused:
    return refused(
        500,
        "the control room",
        "failed",
        "an answer",
        "This is our fault, not yours; the server's log says what it was.",
    )


def too_often(value: str, wait_s: int) -> Refused:
    """What whoever asks too often is told."""
    return refused(
        429,
        "requests",
        f"came {value}",
        "what one person and one address may ask",
        f"Ask again in {wait_s} s.",
        Retry_After=str(wait_s),
    )


def _person(scope: Scope) -> Person | None:
    person = scope.get("state", {}).get("person")
    assert person is None or isinstance(person, Person)
    return person


def address_of(scope: Scope) -> str:
    """From where it was asked."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
