"""How does a web application get a port? It answers there until a signal ends it; beyond this machine over TLS."""

import contextlib
import ipaddress
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from starlette.types import ASGIApp

KEPT_ALIVE_S = 75
"""An end node polls once a minute; its connection stays open from one poll to the next."""
LAST_ANSWERS_S = 5
WAITING_CONNECTIONS = 2048
Stop = Callable[[], None]


def serve(
    app: "ASGIApp",
    host: str,
    port: int,
    tls: tuple[Path, Path] | None,
    listening: Callable[[str, Stop], None],
    ending: Callable[[], None] = lambda: None,
    prepare: Callable[[socket.socket], None] = lambda taken: None,
) -> None:
    """Answer until SIGINT or SIGTERM. port: 0 takes any that is free. tls: files of certificate and key; 1.2 or newer.

    listening: told the address once connections are taken, and what ends it besides a signal. ending: told
    when it is asked to end, so that answers without an end find one. prepare: what every connection inherits.

    Raises BadInput where it cannot be. Who asks is who connects: no header says otherwise.
    """
    import uvicorn

    from gridtide.doors.patience import Patient

    with _listener(host, port) as taken:
        prepare(taken)
        config = uvicorn.Config(
            app,
            http=Patient,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="on",
            proxy_headers=False,
            timeout_keep_alive=KEPT_ALIVE_S,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
            server_header=False,
        )
        config.load()
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        named = f"[{host}]" if ":" in host else host

        class Ending(uvicorn.Server):
            """While it runs, signals are its own."""

            def handle_exit(self, sig: int, frame: FrameType | None) -> None:
                """Asked to end."""
                ending()
                super().handle_exit(sig, frame)

        server = Ending(config)

        def stop() -> None:
            ending()
            server.should_exit = True

        with _signals_end(stop):
            address = f"{'https' if tls else 'http'}://{named}:{taken.getsockname()[1]}"
            listening(address, stop)
            server.run(sockets=[taken])


def tls_faults(host: str, tls: tuple[Path, Path] | None, what: str, mend: str) -> Iterator[Finding]:
    """Why a door may not listen there: beyond this machine what it says goes over TLS only. what: it says, and why."""
    if tls is None and not loopback(host):
        yield Finding(
            subject=f"--host {host}",
            value="reaches beyond this machine without TLS",
            limit=f"https everywhere but on this machine ({what})",
            mend=mend,
        )


def loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=WAITING_CONNECTIONS)
    except (OSError, OverflowError) as fault:
        raise BadInput(
            [
                Finding(
                    subject=f"--host {host} --port {port}",
                    value=str(fault),
                    limit="an address of this machine and a port that is free",
                    mend="Take another port; 0 takes any that is free.",
                )
            ]
        ) from None


@contextlib.contextmanager
def _signals_end(stop: Stop) -> Iterator[None]:
    """Signals end the server from before it is told of until after it is done; it raises the one that ended it
    once more, which then changes nothing."""

    def end(number: int, frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
