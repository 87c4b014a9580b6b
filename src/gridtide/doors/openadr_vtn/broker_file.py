"""Where a VTN publishes and what clients are told of it: read from a TOML file, with every fault of it at once."""

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.doors.openadr_vtn.clients import Clients
from gridtide.doors.openadr_vtn.publishing import Place
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.sources import text_of
from gridtide.wire.openadr.notifiers import BearerToken, Certificate, MqttNotifier

PORTS = {"mqtt": 1883, "mqtts": 8883}
LIMIT = "a TOML file that names an MQTT broker"
NO_LEVEL = "+#/\0"
"""Signs that mean something in a topic, so no client may carry them in its id."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublisherTable(_Table):
    """How the VTN itself connects. uri: when it differs from what clients are told."""

    uri: str | None = None
    username: str | None = None
    password_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class BrokerTable(_Table):
    """The file. method: how clients show who they are; CERTIFICATE: a folder has CLIENT.pem and CLIENT.key of each."""

    uris: Annotated[tuple[str, ...], Field(min_length=1)]
    method: Literal["OAUTH2_BEARER_TOKEN", "CERTIFICATE"]
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")] = "openadr"
    username: str = "{clientID}"
    ca_certificate: Path | None = None
    client_certificates: Path | None = None
    publisher: PublisherTable = PublisherTable()


@dataclass(frozen=True, kw_only=True)
class Broker:
    """prefix: of all topics. place: where the VTN publishes. notifier_for: what a client of an id is told."""

    prefix: str
    place: Place
    notifier_for: Callable[[str], MqttNotifier]


def read_broker(path: Path, clients: Clients) -> Broker:
    """The broker of a file. Raises BadInput with every fault: of the file, of certificates, of clients' ids."""
    try:
        table = BrokerTable.model_validate(toml_of(path, LIMIT))
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Mend the file.")) from None
    faults = Gathered()
    faults.findings += _extra_faults()
    for uri in (*table.uris, *([table.publisher.uri] if table.publisher.uri else [])):
        faults.findings += _uri_faults(uri)
    for client_id in sorted(clients.by_id):
        faults.findings += _id_faults(client_id)
    told = faults.of(lambda: _notifiers(table, path.parent, clients))
    place = None if faults.findings else faults.of(lambda: _place(table, path.parent))
    faults.refuse_if_any()
    assert told is not None and place is not None
    return Broker(prefix=table.prefix, place=place, notifier_for=lambda client_id: told[client_id])


def _notifiers(table: BrokerTable, folder: Path, clients: Clients) -> dict[str, MqttNotifier]:
    """What each client is told. Raises BadInput with every certificate that is missing."""
    faults = Gathered()
    told: dict[str, MqttNotifier] = {}
    for client_id in sorted(clients.by_id):
        said = faults.of(lambda client_id=client_id: _authentication(table, folder, client_id))  # type: ignore[misc]
        if said is not None:
            told[client_id] = MqttNotifier(
                uris=table.uris, serialization="JSON", authentication=said
            )
    faults.refuse_if_any()
    return told


def _authentication(table: BrokerTable, folder: Path, client_id: str) -> BearerToken | Certificate:
    if table.method == "OAUTH2_BEARER_TOKEN":
        return BearerToken(method="OAUTH2_BEARER_TOKEN", username=table.username)
    if table.ca_certificate is None or table.client_certificates is None:
        raise BadInput(
            [
                Finding(
                    subject="method CERTIFICATE",
                    value="lacks ca_certificate or client_certificates",
                    limit="both: what clients trust, and a folder with CLIENT.pem and CLIENT.key of each",
                    mend="Name both, or let clients show their tokens: OAUTH2_BEARER_TOKEN.",
                )
            ]
        )
    own = folder / table.client_certificates
    return Certificate(
        method="CERTIFICATE",
        ca_cert=text_of(folder / table.ca_certificate),
        client_cert=text_of(own / f"{client_id}.pem"),
        client_key=text_of(own / f"{client_id}.key"),
    )


def _place(table: BrokerTable, folder: Path) -> Place:
    said = table.publisher
    parts = urlsplit(said.uri or table.uris[0])
    password = None if said.password_file is None else text_of(folder / said.password_file).strip()
    return Place(
        host=str(parts.hostname),
        port=parts.port or PORTS[parts.scheme],
        tls=_context(table, folder) if parts.scheme == "mqtts" else None,
        username=said.username,
        password=password,
    )


def _context(table: BrokerTable, folder: Path) -> ssl.SSLContext:
    """TLS towards the broker: its certificate is checked always, our own shown where there is one."""
    said = table.publisher
    try:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if table.ca_certificate is not None:
            context.load_verify_locations(folder / table.ca_certificate)
        if said.certificate is not None:
            key = None if said.key is None else folder / said.key
            context.load_cert_chain(folder / said.certificate, key)
    except (OSError, ValueError) as fault:
        raise BadInput(
            [
                Finding(
                    subject="ca_certificate, publisher.certificate, publisher.key",
                    value=str(fault),
                    limit="certificates and a key in PEM that belong together, the key without a password",
                    mend="Name the files that belong together.",
                )
            ]
        ) from None
    return context


def _uri_faults(uri: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if host and (parts.scheme == "mqtts" or (parts.scheme == "mqtt" and _is_here(host))):
        return
    yield Finding(
        subject="uris, publisher.uri",
        value=uri,
        limit="mqtts://HOST:PORT; mqtt:// on this machine only",
        mend="What is published is not for everybody: let the broker speak TLS.",
    )


def _extra_faults() -> Iterator[Finding]:
    if find_spec("aiomqtt") is None:
        yield Finding(
            subject="--mqtt",
            value="aiomqtt is not installed",
            limit="the extra for MQTT",
            mend="pip install 'gridtide[mqtt]'",
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _id_faults(client_id: str) -> Iterator[Finding]:
    if set(client_id) & set(NO_LEVEL) or client_id in (".", ".."):
        yield Finding(
            subject=f"client {client_id}",
            value="cannot stand in a topic",
            limit="an id without + # / for clients of a VTN that publishes",
            mend="Rename the client.",
        )
