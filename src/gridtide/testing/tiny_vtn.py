"""A VTN on this machine that answers as a test scripts it: well, wrongly, late or never. No state, no rules."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. body: sent as JSON unless it is bytes. never: the connection is kept open without a word."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    never: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


TOKEN = {"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600}


class TinyVtn:
    """Answers "METHOD /path" with the replies of a script in turn, the last one again and again."""

    def __init__(self, script: Mapping[str, Sequence[Reply]], date: str | None = None) -> None:
        self.asked: list[Asked] = []
        self._date = date
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._script: dict[str, list[Reply]] = {
            "GET /auth/server": [Reply(body={"tokenURL": f"{self.url}/auth/token"})],
            "POST /auth/token": [Reply(body=TOKEN)],
            "GET /programs": [Reply(body=[])],
            "GET /events": [Reply(body=[])],
        } | {key: list(replies) for key, replies in script.items()}
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, what: str) -> int:
        """How often "METHOD /path" was asked."""
        return sum(f"{one.method} {one.path}" == what for one in self.asked)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request by the script."""
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("content-length") or 0)
        self.asked.append(
            Asked(
                method=handler.command,
                path=parts.path,
                query=parse_qs(parts.query),
                headers={key.lower(): value for key, value in handler.headers.items()},
                body=handler.rfile.read(length),
            )
        )
        replies = self._script.get(f"{handler.command} {parts.path}", [Reply(status=404, body={})])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply.never:
            self._closing.wait()
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        handler.send_response_only(reply.status)
        if self._date is not None:
            handler.send_header("Date", self._date)
        for key, value in reply.headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def _handler_of(vtn: TinyVtn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            vtn.answer(self)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Handler
