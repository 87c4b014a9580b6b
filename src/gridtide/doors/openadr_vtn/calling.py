"""How is a callback called? Once, at a checked address, without following where it points, for a limited time."""

import asyncio
import hashlib
import hmac
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlunsplit

from gridtide.doors.openadr_vtn.addresses import Place, Resolve, Unfit, place_of, resolved

if TYPE_CHECKING:
    import httpx2

LONGEST_S = 10.0
MOST_BYTES = 65_536
SIGNATURE, DELIVERY = "X-Gridtide-Signature", "X-Gridtide-Delivery"


@dataclass(frozen=True)
class Endpoint:
    """A callback of a subscription. key: what its notifications are signed with."""

    subscription_id: str
    url: str
    bearer_token: str | None = field(repr=False)
    key: str = field(repr=False)


class Calling:
    """Calls callbacks. Raises Unfit for one that may not be called, does not answer or answers wrongly."""

    def __init__(
        self,
        allow_loopback: bool = False,
        longest_s: float = LONGEST_S,
        trusted: ssl.SSLContext | None = None,
        resolve: Resolve = resolved,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._longest_s = longest_s
        self._trusted = trusted
        self._resolve = resolve

    async def challenge(self, endpoint: Endpoint) -> None:
        """Ask a callback to say a random word back: it is there, and belongs to who subscribes."""
        word = secrets.token_urlsafe(24)
        status, body = await self._call(endpoint, "GET", echo=word)
        if status != 200:
            raise Unfit(f"{endpoint.url[:80]}: answered the echo with {status}; 200 is right")
        if word.encode() not in body:
            raise Unfit(f"{endpoint.url[:80]}: did not say the echo back in its body")

    async def notify(self, endpoint: Endpoint, body: bytes, delivery: str, at_s: int) -> None:
        """Send a signed notification. delivery: its id, the same when it is sent again. at_s: Unix time."""
        headers = {
            "Content-Type": "application/json",
            DELIVERY: delivery,
            SIGNATURE: signature(endpoint.key, at_s, body),
        }
        status, _ = await self._call(endpoint, "POST", body=body, headers=headers)
        if not 200 <= status < 300:
            raise Unfit(f"{endpoint.url[:80]}: answered {status}")

    async def _call(
        self,
        endpoint: Endpoint,
        method: str,
        echo: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        import httpx2

        try:
            async with asyncio.timeout(self._longest_s):
                place = await place_of(endpoint.url, self._allow_loopback, self._resolve)
                async with self._client() as client:
                    request = _request(client, endpoint, place, method, echo, body, headers or {})
                    answer = await client.send(request, stream=True)
                    try:
                        return answer.status_code, await _start_of(answer)
                    finally:
                        await answer.aclose()
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as fault:
            said = str(fault) or type(fault).__name__
            raise Unfit(f"{endpoint.url[:80]}: {said[:200]}") from None

    def _client(self) -> "httpx2.AsyncClient":
        """A client of its own for every call: a kept connection would be one to an address, not to a name."""
        import httpx2

        if self._trusted is None:
            self._trusted = ssl.create_default_context()
            self._trusted.minimum_version = ssl.TLSVersion.TLSv1_2
        return httpx2.AsyncClient(
            verify=self._trusted, follow_redirects=False, trust_env=False, timeout=self._longest_s
        )


def signature(key: str, at_s: int, body: bytes) -> str:
    """`t=UNIX TIME,v1=HMAC-SHA256` over time, a dot and the body, in hexadecimal. key: the SHA-256 of the client's
    secret, in hexadecimal; both sides know it."""
    signed = hmac.new(key.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={signed}"


def _request(
    client: "httpx2.AsyncClient",
    endpoint: Endpoint,
    place: Place,
    method: str,
    echo: str | None,
    body: bytes | None,
    headers: Mapping[str, str],
) -> "httpx2.Request":
    """A request to the checked address, under the name of the host for TLS and HTTP."""
    numeric = f"[{place.address}]" if place.address.version == 6 else str(place.address)
    said = [place.url.query] if place.url.query else []
    query = "&".join([*said, urlencode({"echo": echo})]) if echo else place.url.query
    path = place.url.path or "/"
    url = urlunsplit((place.url.scheme, f"{numeric}:{place.port}", path, query, ""))
    named = dict(headers) | {"Host": place.url.netloc}
    if endpoint.bearer_token is not None:
        named["Authorization"] = f"Bearer {endpoint.bearer_token}"
    return client.build_request(
        method, url, headers=named, content=body, extensions={"sni_hostname": place.host}
    )


async def _start_of(answer: "httpx2.Response") -> bytes:
    start = b""
    async for part in answer.aiter_bytes():
        start += part
        if len(start) >= MOST_BYTES:
            break
    return start[:MOST_BYTES]
