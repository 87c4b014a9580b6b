"""A web server on loopback that answers as a test says."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SOON_S = 0.01


class Quiet(BaseHTTPRequestHandler):
    """Answers without a word in the log; a test says how, in `do_GET` and the like."""

    def give(self, code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """One answer."""
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def on_loopback(kind: type[Quiet]) -> Iterator[str]:
    """The address of a server of such answers, without a path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, args=(SOON_S,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
