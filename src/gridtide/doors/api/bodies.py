"""What does a request carry? JSON, so much and no more, and not for ever."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from gridtide.doors.api.problems import Refused, refused

MOST_BYTES = 262_144
WITHIN_S = 10.0


async def read_body(headers: Headers, receive: Receive) -> Receive:
    """A receive that gives the whole body at once. Raises 415, 413 and 408."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise _too_long(length)
    try:
        async with asyncio.timeout(WITHIN_S):
            body = await _whole(receive)
    except TimeoutError:
        raise refused(
            408, "body", "is not complete", f"all of it within {WITHIN_S:g} s", "Send it again."
        ) from None
    if kind != "application/json" and (body or kind):
        raise refused(415, "Content-Type", repr(kind[:80]), "application/json", "Send JSON.")
    return _given(body, receive)


async def _whole(receive: Receive) -> bytes:
    parts, length, more = list[bytes](), 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise refused(400, "body", "was broken off", "all of it", "Send it again.")
        part = message.get("body", b"")
        length += len(part)
        if length > MOST_BYTES:
            raise _too_long(f"{length} or more")
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _given(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


def _too_long(length: str) -> Refused:
    return refused(413, "body", f"{length} bytes", f"{MOST_BYTES} bytes", "Send less.")
