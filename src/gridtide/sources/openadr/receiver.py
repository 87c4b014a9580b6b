"""Calls back from a VTN: a small server that echoes to prove itself, asks for its token, and keeps what it is told."""

import hmac
import ssl
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from gridtide.finding import BadInput
from gridtide.wire.openadr.notifications import Notification
from gridtide.wire.openadr.reading import read_json

MOST_BYTES = 1_000_000
MOST_WAITING = 10_000
ANSWER_WITHIN_S = 10


class Receiver:
    """Listens on an address of this machine while it is entered. Taken notifications are given once, in order.

    token: what the VTN must show. certificate, key: files in PEM; without them a proxy in front must bring TLS, since a
    VTN calls nothing else. port: 0 takes one that is free.
    """

    def __init__(
        self,
        token: str,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        self._token = token.encode()
        self._told: deque[Notification] = deque(maxlen=MOST_WAITING)
        self._rung = threading.Event()
        self._lost = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((host, port), _handler_of(self))
        self._server.daemon_threads = True
        self._has_tls = certificate is not None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return f"{'https' if self._has_tls else 'http'}://{host!s}:{port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def taken(self) -> tuple[Notification, ...]:
        """What came since the last time, in order."""
        with self._lock:
            self._rung.clear()
            told = tuple(self._told)
            self._told.clear()
        return told

    def lost(self) -> int:
        """How many notifications were dropped because nobody took them; a poll must bring what they said."""
        return self._lost

    def wait(self, within_s: float) -> bool:
        """Wait until something came, at most so many seconds; whether it did."""
        return self._rung.wait(within_s)

    def is_trusted(self, authorization: str | None) -> bool:
        """Whether a caller shows the token, compared in constant time."""
        said = (authorization or "").encode("utf-8", "replace")
        return hmac.compare_digest(said, b"Bearer " + self._token)

    def keep(self, content: bytes) -> bool:
        """Take a notification in; False for bytes that are none."""
        try:
            notification = read_json(Notification, content, "notification")
        except BadInput:
            return False
        with self._lock:
            self._lost += len(self._told) == MOST_WAITING
            self._told.append(notification)
            self._rung.set()
        return True


def _handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = ANSWER_WITHIN_S

        def do_GET(self) -> None:
            """Prove that this address is ours: give the word of `echo` back."""
            words = parse_qs(urlsplit(self.path).query).get("echo", [])
            if len(words) == 1 and len(words[0]) <= 1_024:
                self._answer(200, words[0].encode())
            else:
                self._answer(400, b"echo is missing")

        def do_POST(self) -> None:
            """Take a notification from whoever shows the token."""
            if not receiver.is_trusted(self.headers.get("authorization")):
                self._answer(401, b"")
                return
            length = self.headers.get("content-length") or ""
            if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
                self._answer(413, b"")
                return
            taken = receiver.keep(self.rfile.read(int(length)))
            self._answer(200 if taken else 400, b"")

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response_only(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Handler
