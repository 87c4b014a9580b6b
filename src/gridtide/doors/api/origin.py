"""Does a request come from where it says? Hosts against names that are pointed here, origins against foreign pages."""

import re

from starlette.datastructures import Headers

from gridtide.doors.api.problems import refused

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")


def check_host(headers: Headers, on_loopback: bool) -> None:
    """On loopback, that the name asked for is one of this machine: a foreign name may be pointed here by its owner, and
    then his page would read ours (DNS rebinding). Raises 421."""
    named = headers.get("host", "")
    match = HOST.fullmatch(named)
    if match is None or len(headers.getlist("host")) != 1 or (on_loopback and match[1] not in HERE):
        raise refused(
            421,
            "Host",
            repr(named[:80]),
            f"one of {', '.join(sorted(HERE))}" if on_loopback else "one host",
            "Ask for the address that `gridtide serve` printed.",
        )


def check_origin(method: str, headers: Headers, scheme: str) -> None:
    """That what changes something was not sent by a page of somebody else. Raises 403."""
    if method in SAFE:
        return
    origin = headers.get("origin")
    own = f"{scheme}://{headers.get('host', '')}"
    crossed = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if crossed or (origin is not None and origin.lower() != own.lower()):
        raise refused(
            403,
            "Origin",
            repr((origin or headers.get("sec-fetch-site", ""))[:80]),
            own,
            "Act from the control room's own page, or from a program.",
        )
