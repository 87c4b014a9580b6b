"""The VTN publishes to a real broker over TLS (mosquitto): each client hears what it may see, and nobody else does."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from mosquitto import mosquitto
from vtn_process import SECRETS, Running, vtn_process

from gridtide.finding import BadInput, Stale
from gridtide.loop.clock import WallClock
from gridtide.sources.openadr.access import Access
from gridtide.sources.openadr.broker import Broker, broker_of, notifications
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.listening import Listening
from gridtide.sources.openadr.ven import Ven
from gridtide.testing.openadr import AGREEMENT

pytestmark = pytest.mark.parts

RULES = """user vtn
topic write openadr/#
user operator
topic read openadr/#
pattern read openadr/clients/%u/#
"""
CLIENTS = ("operator", "ven-a", "ven-b")


@dataclass(frozen=True)
class Grid:
    """A VTN that publishes, its broker's port and where certificates are."""

    vtn: Running
    port: int
    folder: Path

    def reached(self, client: str) -> Connection:
        """A connection of one client."""
        access = Access(
            url=self.vtn.url, client_id=client, client_secret=SECRETS[client], plain_http=True
        )
        if client == "operator":
            access = replace(access, scope="read_all write_programs write_events write_vens")
        return Connection(access, WallClock())

    def ven(self, client: str) -> Ven:
        """A VEN of a client."""
        return Ven(connection=self.reached(client), agreement=AGREEMENT, name=client)


def settings(folder: Path) -> str:
    """A listener that asks for certificates of the authority and keeps clients to their topics."""
    (folder / "rules").write_text(RULES)
    return "".join(
        f"{line}\n"
        for line in (
            "allow_anonymous false",
            f"cafile {folder / 'authority.pem'}",
            f"certfile {folder / 'broker.pem'}",
            f"keyfile {folder / 'broker.key'}",
            "require_certificate true",
            "use_identity_as_username true",
            f"acl_file {folder / 'rules'}",
        )
    )


def broker_file(folder: Path, port: int, authority: str = "authority.pem") -> Path:
    """What the VTN is told of the broker."""
    path = folder / f"broker-{port}-{authority}.toml"
    path.write_text(
        f'uris = ["mqtts://localhost:{port}"]\nmethod = "CERTIFICATE"\n'
        f'ca_certificate = "{authority}"\nclient_certificates = "."\n'
        '[publisher]\ncertificate = "vtn.pem"\nkey = "vtn.key"\n'
    )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of everybody, and of an authority that nobody knows."""
    made = tmp_path_factory.mktemp("broker")
    made.chmod(0o755)
    authority = Authority(made)
    authority.signed("broker", "DNS:localhost,IP:127.0.0.1")
    for name in ("vtn", *CLIENTS):
        authority.signed(name)
    Authority(made, "stranger")
    return made


@pytest.fixture(scope="module")
def grid(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    """A VTN and its broker."""
    with mosquitto(folder, settings(folder)) as port:
        words = ("--mqtt", str(broker_file(folder, port)))
        with vtn_process(tmp_path_factory.mktemp("vtn"), *words) as vtn:
            yield Grid(vtn, port, folder)


def made(connection: Connection, path: str, **fields: object) -> str:
    """Id of a new object."""
    answer = connection.post(path, fields)
    assert answer.status == 201 and isinstance(answer.value, dict), answer
    return str(answer.value["id"])


def heard(listening: Listening, count: int) -> list[tuple[str, Any]]:
    """Operation and targets of so many notifications, or of fewer when they do not come."""
    found: list[tuple[str, Any]] = []
    until = time.monotonic() + 30
    while len(found) < count and time.monotonic() < until:
        if listening.wait(0.2):
            found += [(one.operation, one.object.get("targets")) for one in listening.taken()]
    return found


def test_each_end_node_hears_of_its_events_at_once_and_sees_its_own_targets_alone(
    grid: Grid,
) -> None:
    """Made, changed, deleted; in the order in which it happened."""
    operator = grid.reached("operator")
    ven, other = grid.ven("ven-a"), grid.ven("ven-b")
    node, foreign = ven.register(), other.register()
    program = made(operator, "/programs", programName="limits")
    with (
        Listening(lambda: broker_of(ven.connection, [f"vens/{node.id}/events"])) as mine,
        Listening(lambda: broker_of(other.connection, [f"vens/{foreign.id}/events"])) as theirs,
    ):
        time.sleep(2)
        event = made(operator, "/events", programID=program, targets=["a", "secret"])
        body = {"programID": program, "targets": ["a", "b"]}
        operator.put(f"/events/{event}", body)
        operator.delete(f"/events/{event}")
        assert heard(mine, 3) == [("CREATE", ["a"]), ("UPDATE", ["a"]), ("DELETE", ["a"])]
        assert heard(theirs, 2) == [("CREATE", ["b"]), ("DELETE", ["b"])]
    with pytest.raises(BadInput, match="not there"):
        broker_of(ven.connection, [f"vens/{foreign.id}/events"])
    with pytest.raises(BadInput, match="scope"):
        broker_of(ven.connection, ["events"])


def test_a_client_that_asks_the_broker_for_topics_of_others_hears_nothing(grid: Grid) -> None:
    """The broker keeps them apart by the client in the topic; business logic hears all."""
    operator = grid.reached("operator")
    ven = grid.ven("ven-b")
    node = ven.register()
    own = broker_of(ven.connection, [f"vens/{node.id}/events"])
    curious = replace(own, topics=("openadr/all/events/+", "openadr/clients/ven-a/#"))
    program = made(operator, "/programs", programName="prices")
    with (
        Listening(lambda: curious) as nothing,
        Listening(lambda: broker_of(operator, ["events"])) as everything,
    ):
        time.sleep(2)
        made(operator, "/events", programID=program, targets=["a"])
        assert heard(everything, 1) == [("CREATE", ["a"])]
        time.sleep(1)
        assert nothing.taken() == ()


def test_a_broker_of_another_authority_is_refused_in_clear_words(grid: Grid) -> None:
    """And one that is shown no certificate lets nobody in."""
    ven = grid.ven("ven-a")
    node = ven.register()
    good = broker_of(ven.connection, [f"vens/{node.id}/events"])
    assert good.tls is not None

    async def listen(broker: Broker) -> None:
        async with asyncio.timeout(20):
            await anext(notifications(broker))

    trusting_others = ssl.create_default_context(cafile=str(grid.folder / "stranger.pem"))
    with pytest.raises(Stale, match=f"localhost:{grid.port}.*certificate verify failed"):
        asyncio.run(listen(replace(good, tls=trusting_others)))
    nameless = ssl.create_default_context(cafile=str(grid.folder / "authority.pem"))
    with pytest.raises(Stale, match=f"localhost:{grid.port}"):
        asyncio.run(listen(replace(good, tls=nameless)))


def test_a_vtn_that_does_not_trust_its_broker_says_so_and_answers_all_the_same(
    grid: Grid, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is published to a stranger; polls go on."""
    words = ("--mqtt", str(broker_file(grid.folder, grid.port, "stranger.pem")))
    with vtn_process(tmp_path, *words) as vtn:
        assert vtn.token("ven-a")
        said = ""
        until = time.monotonic() + 30
        while "certificate verify failed" not in said and time.monotonic() < until:
            time.sleep(0.2)
            said += capfd.readouterr().err
    assert f"MQTT broker localhost:{grid.port}" in said and "certificate verify failed" in said


@contextmanager
def passed_on(port: int, to: int) -> Iterator[None]:
    """Whatever connects to a port reaches another one until the end."""

    async def both_ways(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(_copied(reader, back), _copied(there, writer))

    async def serving() -> None:
        server = await asyncio.start_server(both_ways, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    loop = asyncio.new_event_loop()
    task = loop.create_task(serving())
    thread = threading.Thread(target=lambda: _until_cancelled(loop, task), daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


def _until_cancelled(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)


def test_what_happened_while_the_broker_was_away_is_published_when_it_is_there_again(
    grid: Grid, tmp_path: Path
) -> None:
    """In order, once the line to the broker is found; the VTN answered meanwhile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    away = tmp_path / "away.toml"
    away.write_text(
        broker_file(grid.folder, grid.port)
        .read_text()
        .replace('"authority.pem"', f'"{grid.folder}/authority.pem"\nprefix = "openadr/away"')
        .replace('client_certificates = "."', f'client_certificates = "{grid.folder}"')
        .replace('"vtn.', f'"{grid.folder}/vtn.')
        .replace("[publisher]", f'[publisher]\nuri = "mqtts://localhost:{port}"')
    )
    with vtn_process(tmp_path, "--mqtt", str(away)) as vtn:
        operator = Grid(vtn, port, grid.folder).reached("operator")
        with Listening(lambda: broker_of(operator, ["programs"])) as listening:
            time.sleep(2)
            names = [f"program {number}" for number in range(3)]
            for name in names:
                made(operator, "/programs", programName=name)
            assert listening.taken() == ()
            found: list[object] = []
            with passed_on(port, grid.port):
                until = time.monotonic() + 60
                while len(found) < 3 and time.monotonic() < until:
                    if listening.wait(0.2):
                        found += [one.object["programName"] for one in listening.taken()]
    assert found == names
