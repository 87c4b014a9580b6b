"""`gridtide serve`: the control room, live, for a browser and for programs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.real_case import agents_of, led, real_case
from gridtide.doors.cli.tls_pair import pair_faults
from gridtide.doors.cli.uncollected import begun as collected_from_now_on
from gridtide.doors.cli.uncollected import uncollected
from gridtide.finding import BadInput, Finding, refuse_if_any

if TYPE_CHECKING:
    from fastapi import APIRouter

    from gridtide.case.real_room import RealCase
    from gridtide.doors.api.opening import Running
    from gridtide.doors.api.serving import Keys
    from gridtide.stores.sql.service import ServiceStores
    from gridtide.trust.record import Store

FILE = click.Path(path_type=Path)
ROLES = ("viewer", "operator", "approver", "admin")
TLS = ("--tls-cert", "--tls-key")
BEYOND = "Add --tls-cert and --tls-key, or --plain-http where a proxy in front of it has them."
NOBODY = (
    "Nobody can come in yet: end this, make a token with"
    " `gridtide serve --tokens FILE --new-token NAME --role ROLE`, and serve again with --tokens FILE."
)
PEOPLE_OF_THE_DEMO = ("first", "second")
"""Raising autonomy takes two."""


@click.command()
@click.argument("case", type=FILE, required=False)
@click.option("--demo", is_flag=True, help="The bundled week, by simulated devices.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8470,
    show_default=True,
    help="0 takes one that is free.",
)
@click.option("--tokens", type=FILE, help="Who may come in, as a TOML file.")
@click.option("--oidc", type=FILE, help="An identity provider, as a TOML file.")
@click.option("--tls-cert", type=FILE, help="Certificate (chain) for TLS, in PEM.")
@click.option("--tls-key", type=FILE, help="Its private key, in PEM.")
@click.option("--plain-http", is_flag=True, help="A proxy in front of it speaks TLS.")
@click.option("--store", help="Keep all here: a file of SQLite, or the URL of PostgreSQL.")
@click.option("--sign-key", type=FILE, help="Sign the chain with this key (gridtide audit key).")
@click.option("--checkpoints", type=FILE, help="File, best elsewhere, that signatures go to.")
@click.option(
    "--speed",
    type=Number(min=1.0, max=100_000.0),
    default=600.0,
    show_default=True,
    help="Simulated seconds in a second.",
)
@click.option(
    "--requests-per-s",
    type=Number(min=1.0, max=1e6),
    default=50.0,
    show_default=True,
    help="What one person may ask in the long run.",
)
@click.option(
    "--new-token", metavar="NAME", help="Make a token, write it to --tokens, show it once."
)
@click.option("--role", type=click.Choice(ROLES), help="Of the new token.")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=90,
    show_default=True,
    help="How long the new token is good for.",
)
@uncollected()
def serve(
    case: Path | None,
    demo: bool,
    host: str,
    port: int,
    tokens: Path | None,
    oidc: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    plain_http: bool,
    store: str | None,
    sign_key: Path | None,
    checkpoints: Path | None,
    speed: float,
    requests_per_s: float,
    new_token: str | None,
    role: str | None,
    days: int,
) -> None:
    """Serve the control room of CASE until a signal (Ctrl-C, SIGTERM) ends it; the first line is its address."""
    if new_token is not None:
        click.echo(_made(new_token, role, tokens, days))
        return
    from gridtide.doors.api.serving import Keys, authentication_faults
    from gridtide.doors.listening import tls_faults

    tls = None if tls_cert is None or tls_key is None else (tls_cert, tls_key)
    keys = Keys(tokens=tokens, oidc=oidc, for_a_demo=PEOPLE_OF_THE_DEMO if demo else ())
    faults = [*authentication_faults(host, keys), *pair_faults(tls_cert, tls_key, TLS)]
    if not plain_http:
        faults += tls_faults(host, tls, "a token is read by whoever carries it", BEYOND)
    signs = None if sign_key is None or checkpoints is None else (sign_key, checkpoints)
    faults += [*_case_faults(case, demo), *_signing_faults(store, sign_key, checkpoints)]
    refuse_if_any(faults)
    if case is not None and tokens is None and oidc is None:
        click.echo(NOBODY, err=True)
    real = None if case is None else real_case(case, store)
    kept = _led(case, store)
    try:
        room = partial(_opened, case, kept, signs, speed, real)
        _serve(room, (host, port, tls), keys, requests_per_s, agents_of(real, kept))
    finally:
        if kept is not None:
            kept.close()


def _serve(
    room: "Callable[[], Running]",
    place: tuple[str, int, tuple[Path, Path] | None],
    keys: "Keys",
    requests_per_s: float,
    agents: "APIRouter | None",
) -> None:
    from gridtide.doors.api.logs import log_as_json
    from gridtide.doors.api.serving import door_of, serve_room
    from gridtide.loop.clock import WallClock

    clock = WallClock()
    host, port, tls = place
    door, texts = door_of(host, port, tls, keys, requests_per_s, clock)
    log_as_json()

    def listening(address: str) -> None:
        click.echo(address)
        for text in texts:
            click.echo(f"{address}/#token={text}")
        if keys.tokens is not None and not door.tokens.known and door.oidc is None:
            click.echo(NOBODY, err=True)

    serve_room(door, room, clock, listening, agents)


def _made(name: str, role: str | None, tokens: Path | None, days: int) -> str:
    """A new token, once its digest is in the file."""
    from gridtide.doors.api.tokens import ROLES as known
    from gridtide.doors.api.tokens import add_token, new_token, token_of
    from gridtide.loop.clock import WallClock

    missing = [("--tokens", "FILE"), ("--role", "ROLE")]
    refuse_if_any(
        Finding(
            subject=option,
            value="is missing",
            limit=f"--tokens FILE --new-token {name} --role ROLE",
            mend=f"Add {option} {what}.",
        )
        for (option, what), given in zip(missing, (tokens, role), strict=True)
        if given is None
    )
    assert tokens is not None and role is not None
    text = new_token()
    until = WallClock().now() + timedelta(days=days)
    add_token(tokens, token_of(name, known[role], text, until))
    return text


def _case_faults(case: Path | None, demo: bool) -> Iterator[Finding]:
    if (case is None) == (not demo):
        yield Finding(
            subject="CASE",
            value="is missing" if case is None else "stands beside --demo",
            limit="a case, or --demo",
            mend="Name one of both.",
        )
    if case is not None and not case.is_file():
        yield Finding(
            subject=str(case),
            value="no such file",
            limit="a case file in TOML",
            mend="Check the path, or write one with `gridtide init demo DIR`.",
        )


def _signing_faults(
    store: str | None, key: Path | None, checkpoints: Path | None
) -> Iterator[Finding]:
    """Signatures need a chain that stays, a key that can be read, and a file for them."""
    if key is None and checkpoints is None:
        return
    for option, given in (("--store", store), ("--sign-key", key), ("--checkpoints", checkpoints)):
        if given is None:
            yield Finding(
                subject=option,
                value="is missing",
                limit="--store, --sign-key and --checkpoints together",
                mend=f"Add {option}; gridtide audit key makes a key.",
            )
    if key is not None:
        from gridtide.stores.signing_key import read_key

        try:
            read_key(key)
        except BadInput as fault:
            yield from fault.findings


def _led(case: Path | None, store: str | None) -> "ServiceStores | None":
    """What is kept, once this service leads it: one that may not lead listens nowhere."""
    if store is None:
        return None
    from gridtide.stores.sql.opening import history_of
    from gridtide.stores.sql.service import open_for_service

    history = history_of(store, case or Path("gridtide"))
    return open_for_service(store, f"gridtide serve {case or '--demo'}", history)


def _opened(
    case: Path | None,
    kept: "ServiceStores | None",
    signs: tuple[Path, Path] | None,
    speed: float,
    real: "RealCase | None",
) -> "Running":
    from gridtide.case.live_room import demo_room, room_of_case
    from gridtide.doors.api.keeping import Kept
    from gridtide.doors.results.maker import gone_on
    from gridtide.loop.live import Runner
    from gridtide.stores.memory import MemoryStore

    if kept is None:
        brief = MemoryStore()
        room = demo_room(speed, brief) if case is None else room_of_case(case, speed, brief)
        runner = Runner(room=room)
        runner.start()
        collected_from_now_on()
        return runner
    make = demo_room if case is None else partial(room_of_case, case)
    chain, seal = _sealed(kept.entries, signs)
    gone_on(chain, kept.database.name)
    room = make(speed, chain, documents=kept.documents) if real is None else led(real, kept, chain)
    room.bases.keeper = kept.blocks
    running = Kept(Runner(room=room), kept, seal)
    running.start()
    collected_from_now_on()
    return running


def _sealed(
    entries: "Store", signs: tuple[Path, Path] | None
) -> "tuple[Store, Callable[[], None]]":
    """The chain, signed as it grows where somebody asks for it, and what signs its end."""
    if signs is None:
        return entries, lambda: None
    from gridtide.loop.clock import WallClock
    from gridtide.stores.checkpoint_lines import CheckpointLines
    from gridtide.stores.signing_key import read_key
    from gridtide.trust.checkpoint import SignedStore

    key, checkpoints = signs
    chain = SignedStore(entries, read_key(key), WallClock().now, CheckpointLines(checkpoints).keep)
    return chain, chain.sign
