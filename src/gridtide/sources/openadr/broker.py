"""Changes told over MQTT, with the extra `gridtide[mqtt]`: the broker and the topics that the VTN names."""

import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gridtide.finding import BadInput, Finding, Stale
from gridtide.sources.openadr.connection import NOTHING_THERE, Connection
from gridtide.wire.openadr.notifications import Notification
from gridtide.wire.openadr.notifiers import (
    BearerToken,
    Certificate,
    MqttNotifier,
    Notifiers,
    NotifierTopics,
    OperationTopics,
)
from gridtide.wire.openadr.reading import read_json, read_plain

if TYPE_CHECKING:
    from aiomqtt import Client

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S = 30


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Where changes are told: host, port, TLS, who asks, and under which topics."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    username: str | None
    password: str | None
    topics: tuple[str, ...]


def broker_of(connection: Connection, paths: Sequence[str] = ("events",)) -> Broker:
    """The broker of a VTN and its topics of some kinds of object. Raises BadInput where it has none, or Stale.

    paths: as they follow /notifiers/mqtt/topics/, like `events` or `vens/VEN-1/events`.
    """
    told = read_plain(Notifiers, connection.get("/notifiers").value, "/notifiers")
    if told.mqtt is None:
        raise _refusal(connection.access.url, "tells of changes by webhook alone", "MQTT")
    topics: list[str] = []
    for path in paths:
        answer = connection.get(f"/notifiers/mqtt/topics/{path}")
        if answer.status == NOTHING_THERE:
            raise _refusal(f"topics of {path}", "are not there", "topics of the VTN")
        topics += _all_of(read_plain(NotifierTopics, answer.value, f"topics of {path}").topics)
    host, port, is_safe = _place(told.mqtt, connection.access.plain_http)
    username, password = _who(told.mqtt, connection)
    return Broker(
        host=host,
        port=port,
        tls=_context(told.mqtt) if is_safe else None,
        username=username,
        password=password,
        topics=tuple(dict.fromkeys(topics)),
    )


async def notifications(broker: Broker) -> AsyncIterator[Notification]:
    """What a broker tells, as it comes; what is no notification is left out, the next poll brings it.

    Raises Stale when the broker is lost, and BadInput without the extra.
    """
    try:
        import aiomqtt
    except ModuleNotFoundError:
        raise _refusal(
            "MQTT", "aiomqtt is not installed", "the extra: pip install 'gridtide[mqtt]'"
        ) from None
    try:
        async with _client(broker) as client:
            for topic in broker.topics:
                await client.subscribe(topic, qos=1)
            async for message in client.messages:
                found = _read(message.payload)
                if found is not None:
                    yield found
    except aiomqtt.MqttError as error:
        raise Stale(
            [
                Finding(
                    subject=f"MQTT broker {broker.host}:{broker.port}",
                    value=str(error) or type(error).__name__,
                    limit="a broker that answers",
                    mend="Polls go on; connect again later.",
                )
            ]
        ) from None


def _client(broker: Broker) -> "Client":
    import aiomqtt

    return aiomqtt.Client(
        broker.host,
        port=broker.port,
        username=broker.username,
        password=broker.password,
        tls_context=broker.tls,
        keepalive=KEEP_ALIVE_S,
    )


def _read(payload: object) -> Notification | None:
    if not isinstance(payload, bytes | bytearray | str):
        return None
    try:
        return read_json(
            Notification, bytes(payload) if not isinstance(payload, str) else payload, ""
        )
    except BadInput:
        return None


def _all_of(topics: OperationTopics) -> tuple[str, ...]:
    """The topic of all changes where there is one, else one a change."""
    if topics.all is not None:
        return (topics.all,)
    return tuple(one for one in (topics.create, topics.update, topics.delete) if one is not None)


def _place(notifier: MqttNotifier, plain: bool) -> tuple[str, int, bool]:
    """Host, port and whether TLS is spoken, of the first address that may be used."""
    for uri in notifier.uris:
        parts = urlsplit(uri)
        is_safe = parts.scheme == "mqtts"
        if parts.hostname and (is_safe or (parts.scheme == "mqtt" and plain)):
            return parts.hostname, parts.port or PORTS[parts.scheme], is_safe
    raise _refusal("MQTT broker", ", ".join(notifier.uris) or "no address", "mqtts://")


def _who(notifier: MqttNotifier, connection: Connection) -> tuple[str | None, str | None]:
    asked = notifier.authentication
    if not isinstance(asked, BearerToken):
        return None, None
    own = connection.access.client_id
    return asked.username.replace("{clientID}", own), connection.token()


def _context(notifier: MqttNotifier) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if isinstance(notifier.authentication, Certificate):
        _show_certificate(context, notifier.authentication)
    return context


def _show_certificate(context: ssl.SSLContext, said: Certificate) -> None:
    """Trust the authority that was named and show the certificate that was given; ssl reads it from a file only."""
    from tempfile import NamedTemporaryFile

    context.load_verify_locations(cadata=said.ca_cert)
    with NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"{said.client_cert}\n{said.client_key}\n")
        file.flush()
        context.load_cert_chain(file.name)


def _refusal(subject: str, value: str, limit: str) -> BadInput:
    mend = "Poll instead, or ask the operator."
    return BadInput([Finding(subject=subject, value=value, limit=limit, mend=mend)])
