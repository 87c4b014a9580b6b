"""The control room on a port: who may come in is settled first, then the room is opened beside the door."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gridtide.doors.api.access import Access
from gridtide.doors.api.guarded import UNKNOWN, Rates
from gridtide.doors.api.limits import Limit, Rate
from gridtide.doors.api.oidc import Oidc, read_provider
from gridtide.doors.api.opening import Opening, Running
from gridtide.doors.api.tokens import Tokens, new_token, read_tokens, token_of
from gridtide.doors.listening import Stop, loopback, serve
from gridtide.finding import Finding, Gathered
from gridtide.trust.people import Role

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.types import ASGIApp

    from gridtide.loop.world import Clock

ADDRESS_AT_ONCE = 4
"""Times what one person may ask: several sit behind one address."""
ONE_TIME = timedelta(hours=12)
log = logging.getLogger("gridtide.serve")


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where the door is and who may come in."""

    host: str
    port: int
    tls: tuple[Path, Path] | None
    tokens: Tokens
    oidc: Oidc | None
    requests_per_s: float
    unknown: Rate = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What options say of who may come in: files of tokens and of an identity provider."""

    tokens: Path | None
    oidc: Path | None
    for_a_demo: tuple[str, ...] = field(default=())


def authentication_faults(host: str, keys: Keys) -> Iterator[Finding]:
    """Why nobody may listen there: beyond this machine everybody is somebody."""
    if not loopback(host) and keys.tokens is None and keys.oidc is None:
        yield Finding(
            subject=f"--host {host}",
            value="reaches beyond this machine without authentication",
            limit="--tokens FILE or --oidc FILE wherever others can connect",
            mend="Make a token with `gridtide serve --tokens FILE --new-token NAME --role ROLE`,"
            " or listen on 127.0.0.1.",
        )


def door_of(
    host: str,
    port: int,
    tls: tuple[Path, Path] | None,
    keys: Keys,
    requests_per_s: float,
    clock: "Clock",
) -> tuple[Door, tuple[str, ...]]:
    """The door, and tokens made for this time alone, one for each name of `for_a_demo`, all approvers.

    Raises BadInput with every fault of the files.
    """
    faults = Gathered()
    path, provider = keys.tokens, keys.oidc
    known = None if path is None else faults.of(lambda: read_tokens(path))
    oidc = None if provider is None else faults.of(lambda: read_provider(provider, clock.now))
    faults.refuse_if_any()
    texts = tuple(new_token() for _ in keys.for_a_demo)
    until = clock.now() + ONE_TIME
    made = [
        token_of(name, Role.APPROVER, text, until)
        for name, text in zip(keys.for_a_demo, texts, strict=True)
    ]
    tokens = Tokens(known=(*(known.known if known else ()), *made))
    door = Door(
        host=host,
        port=port,
        tls=tls,
        tokens=tokens,
        oidc=oidc,
        requests_per_s=requests_per_s,
    )
    return door, texts


def serve_room(
    door: Door,
    open_room: Callable[[], Running],
    clock: "Clock",
    listening: Callable[[str], None],
    agents: "APIRouter | None" = None,
) -> None:
    """Answer until a signal; then the room is closed, and what is still held is said.

    open_room: called in a thread of its own. listening: told the address. agents: where those of sites dial in. Raises
    what opening the room raised.
    """
    from gridtide.doors.api.agents import beside as with_agents
    from gridtide.doors.api.app import app_of
    from gridtide.doors.api.broadcast import Broadcast
    from gridtide.doors.api.feed import prepare

    opening = Opening(open_room)
    access = Access(
        tokens=door.tokens,
        oidc=door.oidc,
        on_loopback=loopback(door.host),
        now=clock.now,
    )
    rate = door.requests_per_s
    rates = Rates(
        person=Rate(at_once=2 * rate, per_s=rate),
        address=Rate(at_once=2 * ADDRESS_AT_ONCE * rate, per_s=ADDRESS_AT_ONCE * rate),
        unknown=door.unknown,
    )
    broadcast = Broadcast(opening, clock.now)
    app = app_of(opening, access, rates, clock.now, _say_held, broadcast)

    def began(address: str, stop: Stop) -> None:
        opening.failed = stop
        log.info("listening", extra={"address": address})
        listening(address)

    everybody: ASGIApp = app
    if agents is not None:
        everybody = with_agents(app, agents, app.state.recorder, Limit(door.unknown, clock.now))
    serve(everybody, door.host, door.port, door.tls, began, broadcast.end, prepare)
    if opening.fault is not None:
        raise opening.fault


def _say_held(held: Sequence[str]) -> None:
    for sentence in held:
        log.warning("still held", extra={"what": sentence})
    log.info("closed", extra={"still_held": len(held)})
