"""`gridtide vtn`: tell end nodes of programs and events, and take their reports (OpenADR 3.1)."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.tls_pair import pair_faults
from gridtide.finding import BadInput, Finding, Gathered

if TYPE_CHECKING:
    from gridtide.stores.json_lines import JsonLinesStore

BEYOND = "Add --certificate and --key, or listen on 127.0.0.1 behind a proxy that has them."
FILE = click.Path(path_type=Path)


@click.command()
@click.option("--clients", type=FILE, required=True, help="Who may ask, as a TOML file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="0 takes one that is free.",
)
@click.option(
    "--journal", type=FILE, help="Keep all objects here; without it they are lost at the end."
)
@click.option("--certificate", type=FILE, help="Certificate (chain) for TLS, in PEM.")
@click.option("--key", type=FILE, help="Its private key, in PEM.")
@click.option("--mqtt", type=FILE, help="Publish changes to the broker that this TOML file names.")
@click.option(
    "--allow-loopback-callbacks",
    is_flag=True,
    help="For tests: also call back this machine, also without TLS.",
)
def vtn(
    clients: Path,
    host: str,
    port: int,
    journal: Path | None,
    certificate: Path | None,
    key: Path | None,
    mqtt: Path | None,
    allow_loopback_callbacks: bool,
) -> None:
    """Serve as an OpenADR 3.1 VTN until a signal (Ctrl-C, SIGTERM) ends it; the first line is its address."""
    from gridtide.doors.listening import serve, tls_faults
    from gridtide.doors.openadr_vtn.broker_file import read_broker
    from gridtide.doors.openadr_vtn.clients import Clients, read_clients

    tls = None if certificate is None or key is None else (certificate, key)
    faults = Gathered()
    known = faults.of(lambda: read_clients(clients))
    broker = (
        None
        if mqtt is None
        else faults.of(lambda: read_broker(mqtt, known or Clients(by_id={}, token_lifetime_s=1)))
    )
    faults.findings += pair_faults(certificate, key)
    if (certificate is None) == (key is None):
        faults.findings += tls_faults(host, tls, "OpenADR 3.1: HTTP over TLS", BEYOND)
    faults.refuse_if_any()
    assert known is not None
    from gridtide.doors.openadr_vtn.app import app_of
    from gridtide.doors.openadr_vtn.calling import Calling
    from gridtide.doors.openadr_vtn.vtn import Vtn
    from gridtide.loop.clock import WallClock

    served = Vtn(
        known,
        WallClock().now,
        journal=None if journal is None else _opened(journal),
        calling=Calling(allow_loopback=allow_loopback_callbacks),
        said=lambda sentence: click.echo(sentence, err=True),
        broker=broker,
    )
    serve(app_of(served), host, port, tls, lambda address, stop: click.echo(address))


def _opened(journal: Path) -> "JsonLinesStore":
    """The journal, whole: a link that was changed by hand is refused."""
    from gridtide.stores.json_lines import JsonLinesStore
    from gridtide.trust.audit import broken_link

    try:
        store = JsonLinesStore(journal)
        broken = broken_link(store.read())
        journal.open("ab").close()
    except OSError as fault:
        raise BadInput(
            [_unfit(journal, str(fault), "a file that can be read and written")]
        ) from None
    if broken is not None:
        said = f"line {broken + 1} does not follow from those before it"
        raise BadInput([_unfit(journal, said, "the chain of hashes as it was written")])
    return store


def _unfit(journal: Path, value: str, limit: str) -> Finding:
    mend = "Name another file, or restore this one from a copy."
    return Finding(subject=f"--journal {journal}", value=value, limit=limit, mend=mend)
