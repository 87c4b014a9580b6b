"""May this address be called back? Only https, and no address of a private or reserved network behind its name.

The name is resolved once and the answer is called, so that a name cannot point elsewhere between check and call.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Unfit(Exception):
    """A callback that is not called. Its text says what is wrong and what would be right."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to connect to for a URL: its host and port, and the address that stands for the host."""

    url: SplitResult
    host: str
    port: int
    address: Address


async def resolved(host: str, port: int) -> list[str]:
    """Addresses of a name, as the system has them."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unfit(f"{host}: has no address ({fault})") from None
    return [str(one[4][0]) for one in found]


async def place_of(url: str, allow_loopback: bool, resolve: Resolve = resolved) -> Place:
    """Where a callback goes. Raises Unfit when it may not be called. allow_loopback: for tests on one machine; then
    also http to this machine itself is called, and nothing else private."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as fault:
        raise Unfit(f"{url[:80]}: {fault}") from None
    if parts.scheme not in (("https", "http") if allow_loopback else ("https",)):
        raise Unfit(f"{url[:80]}: {parts.scheme or 'no scheme'}; https is called")
    if not host or parts.username is not None or parts.password is not None:
        raise Unfit(f"{url[:80]}: a host without user and password is called")
    port = port or (443 if parts.scheme == "https" else 80)
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in await resolve(host, port)]
    fit = [one for one in addresses if _fit(one, parts.scheme, allow_loopback)]
    if not fit or len(fit) < len(addresses):
        bad = ", ".join(str(one) for one in addresses if one not in fit) or "nothing"
        raise Unfit(f"{host} is {bad}: addresses of private or reserved networks are not called")
    return Place(url=parts, host=host, port=port, address=fit[0])


def _fit(address: Address, scheme: str, allow_loopback: bool) -> bool:
    if allow_loopback and address.is_loopback:
        return True
    return scheme == "https" and all(_public(one) for one in (address, *_inside(address)))


def _public(address: Address) -> bool:
    unfit = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not unfit


def _inside(address: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 address leads to."""
    if address.version == 4:
        return []
    teredo = address.teredo
    found = [address.ipv4_mapped, address.sixtofour, *(teredo or ())]
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
