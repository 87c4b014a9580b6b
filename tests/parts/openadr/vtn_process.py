"""A VTN in a process of its own, and a callback that answers, for tests that speak with it from outside."""

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

SECRETS = {
    "operator": "secret of the operator",
    "ven-a": "secret of the first end node",
    "ven-b": "secret of the second end node",
}
CLIENTS = "".join(
    f'[[client]]\nid = "{name}"\nrole = "{role}"\nsecret = "{SECRETS[name]}"\n{more}\n'
    for name, role, more in (
        ("operator", "bl", ""),
        ("ven-a", "ven", 'targets = ["group-1", "a"]'),
        ("ven-b", "ven", 'targets = ["b"]'),
    )
)


@dataclass(frozen=True)
class Running:
    """A VTN that answers at `url`."""

    url: str

    def token(self, client_id: str) -> str:
        """A new token of a client."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": SECRETS[client_id],
        }
        with urllib.request.urlopen(f"{self.url}/auth/token", urlencode(form).encode()) as answer:
            return str(json.load(answer)["access_token"])


@contextmanager
def vtn_process(folder: Path, *words: str) -> Iterator[Running]:
    """Serves on a free port until the end; calls back this machine."""
    clients = folder / "clients.toml"
    clients.write_text(CLIENTS)
    command = ["vtn", "--clients", str(clients), "--port", "0", "--allow-loopback-callbacks"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "gridtide", *command, *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    try:
        yield Running(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@dataclass(frozen=True)
class Callback:
    """A callback at `url` that echoes, and what it was told: headers and body of each notification."""

    url: str
    told: list[tuple[dict[str, str], bytes]]
    came: threading.Condition

    def wait_for(self, count: int, timeout_s: float = 30.0) -> None:
        """Return when so many notifications have come; fail when they do not."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.told) >= count, timeout_s), self.told


@contextmanager
def callback() -> Iterator[Callback]:
    """Serves on a free port until the end."""
    told: list[tuple[dict[str, str], bytes]] = []
    came = threading.Condition()

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(parse_qs(urlsplit(self.path).query).get("echo", [""])[0].encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with came:
                told.append(({name.lower(): value for name, value in self.headers.items()}, body))
                came.notify_all()
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Callback(f"http://127.0.0.1:{server.server_address[1]}/call", told, came)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
