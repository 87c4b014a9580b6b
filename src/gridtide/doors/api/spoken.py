"""In which language is an answer? English, or Chinese for who asks for it: every sentence that the tables know.

Names, codes and what people wrote stay as they are, and so does the text of a record, which its hash is of.
"""

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridtide.trust.said import in_chinese, of_value

AS_THEY_ARE = ("/api/names", "/openapi.json")
KEPT = frozenset(
    {"text", "site", "job", "class", "id", "who", "by", "name", "zone", "service", "owner"}
    | {"leave_jobs", "leave_sites", "read_by"}
)
"""Keys of what is no sentence: names, and the text of a record."""
NAMES = frozenset({"jobs", "sites"})
"""Keys of lists of names, or of objects that say more."""
PEOPLE = frozenset({"who", "by"})
"""Keys beside which a `reason` is what a person wrote."""


def asks_chinese(scope: Scope) -> bool:
    """Whether who asks reads Chinese first: by `?lang=`, or else by Accept-Language."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang")
    first = asked[0] if asked else Headers(scope=scope).get("accept-language", "")
    return first.strip().lower().startswith("zh")


def spoken(said: object) -> object:
    """An answer with every sentence in Chinese that the tables know."""
    if isinstance(said, str):
        return in_chinese(said)
    if isinstance(said, Mapping):
        meant = _meant(said)
        kept = KEPT | {"reason"} if PEOPLE & said.keys() else KEPT
        return {
            key: meant[key]
            if key in meant
            else one
            if key in kept or _names(key, one)
            else spoken(one)
            for key, one in said.items()
        }
    return [spoken(one) for one in said] if isinstance(said, list) else said


def _names(key: str, one: object) -> bool:
    return key in NAMES and isinstance(one, list) and all(isinstance(name, str) for name in one)


def _meant(said: Mapping[str, object]) -> dict[str, object]:
    """Texts of an answer whose meaning stands beside them, as a key with figures, in Chinese: `values` of a proposal by
    key, `value` of what was said, `said` of the value of a fault."""
    values = said.get("values")
    beside = dict(values) if isinstance(values, Mapping) else {}
    beside |= {"said": said.get("value"), "value": said.get("said")}
    return {key: found for key, one in beside.items() if key in said and (found := _chinese(one))}


def _chinese(value: object) -> object:
    """What is meant, in Chinese; of several one by one; nothing where it is not known."""
    if isinstance(value, list):
        found = [_chinese(one) for one in value]
        return found if all(found) else None
    return of_value(value) if isinstance(value, Mapping) and {*value} & {"key", "list"} else None


class Spoken:
    """The application, whose answers of JSON are in Chinese for who asks so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; what is no JSON passes as it is."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or path in AS_THEY_ARE or not asks_chinese(scope):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(send).send)


class _Answer:
    """One answer on its way: its head waits for its body, whose length changes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._head: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Take in a part, and send what is whole."""
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if kind.startswith("application/json"):
                self._head = message
                return
        elif self._head is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole(self._head)
            return
        await self._send(message)

    async def _whole(self, head: Message) -> None:
        body = await run_in_threadpool(_said_again, self._body)
        length = (b"content-length", str(len(body)).encode())
        more = (length, (b"content-language", b"zh"), (b"vary", b"accept-language"))
        kept = [one for one in head["headers"] if one[0].lower() != b"content-length"]
        await self._send({**head, "headers": [*kept, *more]})
        await self._send({"type": "http.response.body", "body": body})


def _said_again(body: bytes) -> bytes:
    """Nothing stays nothing."""
    if not body:
        return body
    said = spoken(json.loads(body))
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
