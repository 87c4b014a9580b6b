"""What a VTN publishes over MQTT: topics, who is told them, and that none says more than its readers may see."""

from pathlib import Path
from typing import Any

import pytest
import vtn_served
from vtn_served import Published, Served

from gridtide.doors.openadr_vtn.broker_file import Broker, read_broker
from gridtide.doors.openadr_vtn.clients import read_clients
from gridtide.doors.openadr_vtn.publishing import Place
from gridtide.finding import BadInput
from gridtide.wire.openadr.notifiers import BearerToken, MqttNotifier

serving = vtn_served.serving
NOTIFIER = MqttNotifier(
    uris=("mqtts://broker.example",),
    serialization="JSON",
    authentication=BearerToken(method="OAUTH2_BEARER_TOKEN", username="{clientID}"),
)
BROKER = Broker(
    prefix="openadr",
    place=Place(host="broker.example", port=8883, tls=None, username="vtn", password=None),
    notifier_for=lambda client_id: NOTIFIER,
)


@pytest.fixture
def published(serving: Any) -> Served:
    """A VTN with a broker that writes down."""
    served: Served = serving(broker=BROKER)
    return served


def told(served: Served, under: str = "") -> list[tuple[str, Any]]:
    """Topic and targets, or name, of what was published under a root since the last time."""
    publisher = served.vtn.publisher
    assert isinstance(publisher, Published)
    found = [
        (topic.removeprefix("openadr/"), one["object"].get("targets"))
        for topic, one in publisher.told
        if topic.startswith(f"openadr/{under}")
    ]
    publisher.told.clear()
    return found


def node(served: Served, client: str) -> str:
    """The ven of a client, by its id."""
    made = served.party(client).make("/vens", objectType="VEN_VEN_REQUEST", venName=client)
    return str(made["id"])


def test_business_logic_is_told_of_everything_and_of_single_objects(published: Served) -> None:
    """A single object has no topic of its creation."""
    operator = published.party("operator")
    program = operator.make("/programs", programName="limits", targets=["a"])
    event = operator.make("/events", programID=program["id"])
    operator.ask("PUT", f"/programs/{program['id']}", {"programName": "limits"})
    operator.ask("DELETE", f"/programs/{program['id']}")
    one = f"all/programs/{program['id']}"
    assert [topic for topic, _ in told(published)] == [
        "all/programs/create",
        "all/events/create",
        f"{one}/events/create",
        "all/programs/update",
        f"{one}/update",
        "all/events/delete",
        f"{one}/events/delete",
        "all/programs/delete",
        f"{one}/delete",
    ]
    assert event["programID"] == program["id"]


def test_an_end_node_is_told_what_it_may_see_with_its_targets_only(published: Served) -> None:
    """What comes into its sight is created, what leaves it is deleted; what is for others is never there."""
    mine, other = node(published, "ven-a"), node(published, "ven-b")
    told(published)
    operator = published.party("operator")
    program = operator.make("/programs", programName="limits")
    body = {"programID": program["id"]}
    event = operator.make("/events", **body, targets=["a", "secret", "b"])
    path = f"/events/{event['id']}"
    told_a: list[tuple[str, Any]] = [(f"clients/ven-a/vens/{mine}/programs/create", None)]
    told_a += [(f"clients/ven-a/vens/{mine}/events/create", ["a"])]
    operator.ask("PUT", path, {**body, "targets": ["secret", "b"]})
    told_a += [(f"clients/ven-a/vens/{mine}/events/delete", ["a"])]
    operator.ask("PUT", path, {**body, "targets": ["both", "secret"]})
    told_a += [(f"clients/ven-a/vens/{mine}/events/create", ["both"])]
    publisher = published.vtn.publisher
    assert isinstance(publisher, Published)
    kept = list(publisher.told)
    assert told(published, "clients/ven-a") == told_a
    publisher.told.extend(kept)
    assert [topic for topic, _ in told(published, "clients/ven-b")] == [
        f"clients/ven-b/vens/{other}/programs/create",
        f"clients/ven-b/vens/{other}/events/create",
        f"clients/ven-b/vens/{other}/events/update",
        f"clients/ven-b/vens/{other}/events/update",
    ]
    assert "secret" not in str([one for topic, one in kept if "/clients/" in topic])


def test_what_a_client_owns_is_told_to_it_and_to_business_logic_alone(published: Served) -> None:
    """Its ven, its resources; reports and subscriptions to business logic, without the tokens of callbacks."""
    mine, _ = node(published, "ven-a"), node(published, "ven-b")
    told(published)
    ven = published.party("ven-a")
    ven.make("/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="hall", venID=mine)
    call = {
        "objects": ["EVENT"],
        "operations": ["CREATE"],
        "callbackUrl": "https://a.example/",
        "bearerToken": "hush",
    }
    ven.make("/subscriptions", clientName="a", objectOperations=[call])
    ven.ask("DELETE", f"/vens/{mine}")
    publisher = published.vtn.publisher
    assert isinstance(publisher, Published)
    assert "hush" not in str(publisher.told)
    assert [topic for topic, _ in told(published)] == [
        "all/resources/create",
        f"clients/ven-a/vens/{mine}/resources/create",
        "all/subscriptions/create",
        "all/resources/delete",
        f"clients/ven-a/vens/{mine}/resources/delete",
        "all/vens/delete",
        f"clients/ven-a/vens/{mine}/delete",
    ]


def test_topics_are_told_to_whoever_may_read_them(published: Served) -> None:
    """Business logic all of them, an end node those of its own ven: 403, or 404 for what is not there for it."""
    mine, other = node(published, "ven-a"), node(published, "ven-b")
    operator, ven = published.party("operator"), published.party("ven-a")
    assert ven.ask("GET", "/notifiers").json()["MQTT"] == NOTIFIER.written()
    root = f"openadr/clients/ven-a/vens/{mine}"
    for party in (ven, operator):
        answer = party.ask("GET", f"/notifiers/mqtt/topics/vens/{mine}/events")
        assert answer.json()["topics"] == {
            "CREATE": f"{root}/events/create",
            "UPDATE": f"{root}/events/update",
            "DELETE": f"{root}/events/delete",
            "ALL": f"{root}/events/+",
        }
    single = ven.ask("GET", f"/notifiers/mqtt/topics/vens/{mine}").json()["topics"]
    assert single == {"UPDATE": f"{root}/update", "DELETE": f"{root}/delete", "ALL": f"{root}/+"}
    assert ven.ask("GET", f"/notifiers/mqtt/topics/vens/{other}/events").status_code == 404
    assert ven.ask("GET", "/notifiers/mqtt/topics/events").status_code == 403
    assert operator.ask("GET", "/notifiers/mqtt/topics/programs/none").status_code == 404
    everything = operator.ask("GET", "/notifiers/mqtt/topics/reports").json()["topics"]
    assert everything["ALL"] == "openadr/all/reports/+"


def test_a_scope_that_a_client_may_not_hold_is_not_published_to_it(published: Served) -> None:
    """Without read_targets no programs and events."""
    clients = published.vtn.clients.by_id
    kept = clients["ven-c"]
    object.__setattr__(kept, "scopes", kept.scopes - {"read_targets"})
    mine = node(published, "ven-c")
    told(published)
    published.party("operator").make("/programs", programName="limits")
    published.party("ven-c").make(
        "/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="hall", venID=mine
    )
    assert [topic for topic, _ in told(published, "clients")] == [
        f"clients/ven-c/vens/{mine}/resources/create"
    ]


CLIENTS = """
[[client]]
id = "north/1"
role = "ven"
secret = "secret of the north"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["uris: is missing", "method: is missing"]),
        ('uris = ["mqtts://b"]\nmethod = "ANONYMOUS"', ["'ANONYMOUS'"]),
        (
            'uris = ["mqtt://broker.example"]\nmethod = "CERTIFICATE"',
            ["mqtt://broker.example", "client north/1", "lacks ca_certificate"],
        ),
    ],
)
def test_every_fault_of_the_file_of_a_broker_is_said_at_once(
    text: str, said: list[str], tmp_path: Path
) -> None:
    """A broker that lets everybody read is none for what is told to one; plain only on this machine."""
    (tmp_path / "clients.toml").write_text(CLIENTS)
    (tmp_path / "broker.toml").write_text(text)
    with pytest.raises(BadInput) as refused:
        read_broker(tmp_path / "broker.toml", read_clients(tmp_path / "clients.toml"))
    assert all(one in str(refused.value) for one in said), refused.value
