"""The VTN on a port, until a signal stops it."""

import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from gridtide.finding import BadInput, Finding, refuse_if_any

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

KEPT_ALIVE_S = 75
"""An end node polls once a minute; its connection stays open from one poll to the next."""
LAST_ANSWERS_S = 5
WAITING_CONNECTIONS = 2048


def serve(
    app: "FastAPI",
    host: str,
    port: int,
    tls: tuple[Path, Path] | None,
    listening: Callable[[str], None],
) -> None:
    """Answer until SIGINT or SIGTERM. port: 0 takes any that is free. tls: files of certificate and key.
    listening: told the address once connections are taken. Raises BadInput where this may not or cannot be."""
    import uvicorn

    refuse_if_any(faults_of(host, tls))
    with _listener(host, port) as taken:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_keep_alive=KEPT_ALIVE_S,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
            server_header=False,
        )
        named = f"[{host}]" if ":" in host else host
        server = uvicorn.Server(config)
        with _signals_end(server):
            listening(f"{'https' if tls else 'http'}://{named}:{taken.getsockname()[1]}")
            server.run(sockets=[taken])


def faults_of(host: str, tls: tuple[Path, Path] | None) -> Iterator[Finding]:
    """Why a VTN may not listen there: beyond this machine tokens and events go over TLS only."""
    if tls is None and not _loopback(host):
        yield Finding(
            subject=f"--host {host}",
            value="reaches beyond this machine without TLS",
            limit="https everywhere but on this machine (OpenADR 3.1: HTTP over TLS)",
            mend="Add --certificate and --key, or listen on 127.0.0.1 behind a proxy that has them.",
        )


def _loopback(host: str) -> bool:
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
def _signals_end(server: "uvicorn.Server") -> Iterator[None]:
    """Signals end the server from before it is told of until after it is done; it raises the one that ended it
    once more, which then changes nothing."""

    def end(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
