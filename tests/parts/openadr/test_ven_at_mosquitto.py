"""Changes told over MQTT by a real broker reach the VEN (mosquitto)."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import pytest
from mosquitto import mosquitto, program

from gridtide.finding import BadInput, Stale
from gridtide.loop.clock import DrivenClock
from gridtide.sources.openadr.access import Access
from gridtide.sources.openadr.broker import Broker, broker_of, notifications
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.listening import Listening
from gridtide.sources.openadr.ven import Ven
from gridtide.testing.openadr import AGREEMENT, event_of
from gridtide.testing.tiny_vtn import Reply, TinyVtn
from gridtide.wire.openadr.notifications import Notification, telling

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = event_of("IMPORT_CAPACITY_LIMIT", 60_000, start="2026-11-22T12:00:00Z")
TOPICS = {
    "topics": {"CREATE": "events/create", "UPDATE": "events/update", "DELETE": "events/delete"}
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a broker that lets in who shows the token of the VTN."""
    folder: Path = tmp_path_factory.mktemp("mosquitto")
    words = folder / "passwords"
    subprocess.run(
        [program("mosquitto_passwd"), "-b", "-c", str(words), "ven", "token-1"],
        check=True,
        capture_output=True,
    )
    words.chmod(0o644)
    with mosquitto(folder, f"allow_anonymous false\npassword_file {words}\n") as number:
        yield number


@contextmanager
def told_of(port: int, scheme: str = "mqtt") -> Iterator[tuple[Ven, TinyVtn]]:
    """A VEN at a VTN that names the broker."""
    mqtt = {
        "URIS": [f"{scheme}://127.0.0.1:{port}"],
        "serialization": "JSON",
        "authentication": {"method": "OAUTH2_BEARER_TOKEN", "username": "{clientID}"},
    }
    script = {
        "GET /notifiers": [Reply(body={"WEBHOOK": True, "MQTT": mqtt})],
        "GET /notifiers/mqtt/topics/events": [Reply(body=TOPICS)],
    }
    with TinyVtn(script) as vtn:
        access = Access(url=vtn.url, client_id="ven", client_secret="secret", plain_http=True)
        connection = Connection(access, DrivenClock(NOW))
        yield Ven(connection=connection, agreement=AGREEMENT, name="ven-1"), vtn
        connection.close()


async def first_heard(broker: Broker, bodies: list[bytes]) -> Notification:
    """The first notification that comes of bodies that a VTN publishes until one was heard."""
    own = aiomqtt.Client("127.0.0.1", port=broker.port, username="ven", password="token-1")
    async with asyncio.timeout(20), own as vtn:
        listening = asyncio.ensure_future(anext(notifications(broker)))
        while not listening.done():
            for body in bodies:
                await vtn.publish("events/create", body, qos=1)
            await asyncio.wait([listening], timeout=0.1)
        return listening.result()


@pytest.mark.parts
def test_a_change_told_by_the_broker_is_followed_at_once(port: int) -> None:
    """The VTN names broker and topics; its token is the password; what is no notification is left out."""
    with told_of(port) as (ven, _):
        broker = broker_of(ven.connection)
        assert (broker.username, broker.password) == ("ven", "token-1")
        assert broker.topics == ("events/create", "events/update", "events/delete")
        body = json.dumps(telling(EVENT, "EVENT", "CREATE").written()).encode()
        first = asyncio.run(first_heard(broker, [b"garbage", body]))
        assert len(ven.hear(first).new) == 1
        assert [one.kw for one in ven.holding(int(NOW.timestamp()) + 3600).called] == [60_000]


@pytest.mark.parts
def test_a_broker_that_refuses_or_is_gone_is_stale(port: int) -> None:
    """Polls go on."""

    async def listen(broker: Broker) -> None:
        async with asyncio.timeout(20):
            await anext(notifications(broker))

    with told_of(port) as (ven, _):
        good = broker_of(ven.connection)
        for password, at in (("wrong", port), ("token-1", 1)):
            broker = Broker(
                host="127.0.0.1",
                port=at,
                tls=None,
                username="ven",
                password=password,
                topics=good.topics,
            )
            with pytest.raises(Stale, match="broker"):
                asyncio.run(listen(broker))


@pytest.mark.parts
def test_a_broker_that_is_lost_is_sought_again_while_others_go_on(port: int) -> None:
    """The first attempt finds nobody, the second the broker; what it tells is given once."""
    with told_of(port) as (ven, _):
        good = broker_of(ven.connection)
        attempts = iter([replace(good, port=1), good])
        body = json.dumps(telling(EVENT, "EVENT", "CREATE").written()).encode()

        async def tell() -> None:
            own = aiomqtt.Client("127.0.0.1", port=port, username="ven", password="token-1")
            async with own as vtn:
                await vtn.publish("events/create", body, qos=1)

        with Listening(lambda: next(attempts)) as listening:
            for _ in range(100):
                asyncio.run(tell())
                if listening.wait(0.2):
                    break
            assert {one.operation for one in listening.taken()} == {"CREATE"}
            assert listening.trouble() == ()


def test_a_vtn_without_mqtt_or_with_one_in_plain_is_refused() -> None:
    """Unless plain was allowed, mqtts only; without MQTT the next step is said."""
    with told_of(1, scheme="http") as (ven, _), pytest.raises(BadInput, match="mqtts"):
        broker_of(ven.connection)
    with TinyVtn({"GET /notifiers": [Reply(body={"WEBHOOK": True})]}) as vtn:
        access = Access(url=vtn.url, client_id="ven", client_secret="secret", plain_http=True)
        with pytest.raises(BadInput, match="webhook alone"):
            broker_of(Connection(access, DrivenClock(NOW)))
