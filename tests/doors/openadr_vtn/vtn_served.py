"""A VTN in this process, with a clock that is driven and callbacks that are written down."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gridtide.doors.openadr_vtn.addresses import Unfit
from gridtide.doors.openadr_vtn.app import app_of
from gridtide.doors.openadr_vtn.broker_file import Broker
from gridtide.doors.openadr_vtn.calling import Calling, Endpoint
from gridtide.doors.openadr_vtn.clients import read_clients
from gridtide.doors.openadr_vtn.publications import Publication
from gridtide.doors.openadr_vtn.publishing import Place, Publisher
from gridtide.doors.openadr_vtn.vtn import Vtn
from gridtide.loop.clock import DrivenClock
from gridtide.stores.json_lines import JsonLinesStore

CLIENTS = """
token_lifetime_s = 600

[[client]]
id = "operator"
role = "bl"
secret = "secret of the operator"

[[client]]
id = "ven-a"
role = "ven"
secret = "secret of the first"
targets = ["a", "both"]

[[client]]
id = "ven-b"
role = "ven"
secret = "secret of the second"
targets = ["b", "both"]

[[client]]
id = "ven-c"
role = "ven"
secret = "secret of the third"
"""
SECRETS = {
    "operator": "secret of the operator",
    "ven-a": "secret of the first",
    "ven-b": "secret of the second",
    "ven-c": "secret of the third",
}
START = datetime(2026, 11, 22, 9, tzinfo=UTC)


class WrittenDown(Calling):
    """Calls nobody; keeps what would have been sent. deaf: urls that answer nothing, mute: that echo wrongly."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[Endpoint, dict[str, Any], str, int]] = []
        self.challenged: list[Endpoint] = []
        self.deaf: set[str] = set()
        self.mute: set[str] = set()

    async def challenge(self, endpoint: Endpoint) -> None:
        if endpoint.url in self.mute:
            raise Unfit(f"{endpoint.url}: did not say the echo back in its body")
        self.challenged.append(endpoint)

    async def notify(self, endpoint: Endpoint, body: bytes, delivery: str, at_s: int) -> None:
        if endpoint.url in self.deaf:
            raise Unfit(f"{endpoint.url}: does not answer")
        self.sent.append((endpoint, json.loads(body), delivery, at_s))


class Published(Publisher):
    """Publishes nowhere; keeps topic and content in order."""

    def __init__(self, place: Place, said: Callable[[str], None]) -> None:
        super().__init__(place, said)
        self.told: list[tuple[str, dict[str, Any]]] = []

    def start(self) -> None:
        """Seek nobody."""

    def tell(self, publication: Publication) -> None:
        """Keep it."""
        self.told.append((publication.topic, dict(publication.content)))


@dataclass
class Party:
    """One client with a token of its own."""

    web: TestClient
    token: str

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """The answer of the VTN, with its status."""
        return self.web.request(
            method,
            path,
            headers={"Authorization": f"Bearer {self.token}"},
            params=query,  # type: ignore[arg-type]
            json=body,
        )

    def list(self, path: str, **query: object) -> list[dict[str, Any]]:
        """What a search finds; it must succeed."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def make(self, path: str, **fields: object) -> dict[str, Any]:
        """A new object; it must succeed."""
        answer = self.ask("POST", path, fields)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@dataclass
class Served:
    """A VTN and those who speak with it."""

    vtn: Vtn
    web: TestClient
    calling: WrittenDown
    clock: DrivenClock
    said: list[str] = field(default_factory=list)

    def party(self, client_id: str, **form: str) -> Party:
        """A client that has just asked for a token."""
        answer = self.web.post(
            "/auth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": SECRETS[client_id],
                **form,
            },
        )
        assert answer.status_code == 200, answer.text
        return Party(self.web, answer.json()["access_token"])

    def delivered(self) -> list[dict[str, Any]]:
        """What callbacks were told so far, once nothing is on its way."""
        assert self.web.portal is not None
        self.web.portal.call(self.vtn.delivery.delivered)
        return [content for _, content, _, _ in self.calling.sent]

    def later(self, wait: timedelta) -> None:
        """Let time pass."""
        self.clock.wait_until(self.clock.now() + wait)


Serving = Callable[..., Served]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Makes VTNs, each with or without a journal."""
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS)
    with ExitStack() as stack:

        def made(journal: Path | None = None, broker: Broker | None = None) -> Served:
            clock, calling, said = DrivenClock(START), WrittenDown(), list[str]()
            kept = None if journal is None else JsonLinesStore(journal)
            vtn = Vtn(read_clients(path), clock.now, kept, calling, said.append, broker)
            if broker is not None:
                vtn.publisher = Published(broker.place, said.append)
            web = stack.enter_context(TestClient(app_of(vtn), raise_server_exceptions=False))
            return Served(vtn, web, calling, clock, said)

        yield made


@pytest.fixture
def served(serving: Serving) -> Served:
    """A VTN without a journal."""
    return serving()
