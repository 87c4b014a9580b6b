"""Callbacks: which are taken, what they are told, and when they are given up."""

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest
import vtn_served

from gridtide.doors.openadr_vtn.addresses import Unfit, place_of
from gridtide.doors.openadr_vtn.calling import Calling, Endpoint, signature
from gridtide.doors.openadr_vtn.delivery import WAITS_S, Delivery

serving, served = vtn_served.serving, vtn_served.served


def where(url: str, *addresses: str, allow_loopback: bool = False) -> str:
    """The address a URL is called at when its name stands for some addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return str(asyncio.run(place_of(url, allow_loopback, resolve)).address)


@pytest.mark.parametrize(
    "url",
    [
        "http://ven.example/call",
        "ftp://ven.example/call",
        "https://user:word@ven.example/call",
        "https:///call",
        "https://ven.example:99999/call",
        "https://[ven.example/call",
        "mailto:ven@ven.example",
    ],
)
def test_adr_3_a_callback_over_http_is_refused_in_production(url: str) -> None:
    """Only https to a host is called."""
    with pytest.raises(Unfit):
        where(url, "93.184.215.14")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:0a00:0001::",
    ],
)
def test_adr_3_a_callback_that_leads_to_a_private_address_is_refused(address: str) -> None:
    """After its name was resolved, also where only one of its addresses is private."""
    with pytest.raises(Unfit, match="private"):
        where("https://ven.example/call", address)
    with pytest.raises(Unfit, match="private"):
        where("https://ven.example/call", "93.184.215.14", address)


def test_a_callback_in_public_is_called_at_the_address_that_was_checked() -> None:
    """A name that says something else a moment later changes nothing."""
    assert where("https://ven.example/call", "93.184.215.14") == "93.184.215.14"
    assert where("https://ven.example:8443", "2606:2800:21f:cb07::1") == "2606:2800:21f:cb07::1"


def test_this_machine_is_called_only_where_a_test_asked_for_it() -> None:
    """And then nothing else that is private."""
    for url in ("http://localhost:1/call", "https://localhost:1/call"):
        assert where(url, "127.0.0.1", allow_loopback=True) == "127.0.0.1"
    for url, address in (
        ("https://ven.example", "10.0.0.1"),
        ("http://ven.example", "93.184.215.14"),
    ):
        with pytest.raises(Unfit):
            where(url, address, allow_loopback=True)


def test_adr_3_a_subscription_to_this_machine_is_refused_in_production(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the callback that is unfit, by name or by number; the subscription is not there."""
    monkeypatch.setattr(served.vtn, "calling", Calling())
    first = served.party("ven-a")
    for url in ("http://ven.example/call", "https://127.0.0.1:1/call", "https://localhost/call"):
        callback = {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": url}
        body = {"clientName": "c", "objectOperations": [callback]}
        answer = first.ask("POST", "/subscriptions", body)
        assert answer.status_code == 400
        assert "callbackUrl" in answer.json()["detail"]
    assert first.list("/subscriptions") == []


def test_adr_3_a_wrong_echo_creates_no_subscription(served: Any) -> None:
    """Nor does it change one."""
    first = served.party("ven-a")
    served.calling.mute.add("https://mute.example")
    good, mute = (
        {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": f"https://{name}.example"}
        for name in ("good", "mute")
    )
    body = {"clientName": "c", "objectOperations": [good, mute]}
    assert first.ask("POST", "/subscriptions", body).status_code == 400
    assert first.list("/subscriptions") == []
    made = first.make("/subscriptions", clientName="c", objectOperations=[good])
    assert first.ask("PUT", f"/subscriptions/{made['id']}", body).status_code == 400
    assert first.list("/subscriptions") == [made]


def test_a_subscription_that_could_not_be_served_is_refused(served: Any) -> None:
    """With a token that no header can carry, or with callbacks without end."""
    first = served.party("ven-a")
    for operations in ([{**callback("v", "EVENT"), "bearerToken": "a\r\nb"}], 33 * [callback("v")]):
        body = {"clientName": "c", "objectOperations": operations}
        assert first.ask("POST", "/subscriptions", body).status_code == 400
    assert served.calling.challenged == []


def callback(name: str, *objects: str, operations: str = "CREATE UPDATE DELETE") -> dict[str, Any]:
    """One callback for some kinds of object."""
    url = f"https://{name}.example/call"
    return {"objects": list(objects), "operations": operations.split(), "callbackUrl": url}


def test_a_subscriber_is_told_of_what_it_could_read_and_of_nothing_else(served: Any) -> None:
    """The targets of a subscription work as those of a search; hidden ones stay hidden."""
    operator, first = served.party("operator"), served.party("ven-a")
    first.make(
        "/subscriptions",
        clientName="c",
        targets=["a", "b"],
        objectOperations=[callback("v", "EVENT")],
    )
    program = operator.make("/programs", programName="p")
    call = {"programID": program["id"]}
    operator.make("/events", **call, targets=["b"])
    seen = operator.make("/events", **call, targets=["a", "b", "secret"])
    operator.ask("PUT", f"/events/{seen['id']}", {**call, "targets": ["a"], "priority": 1})
    operator.ask("PUT", f"/events/{seen['id']}", {**call, "targets": ["b"]})
    operator.ask("PUT", f"/events/{seen['id']}", {**call, "targets": ["a"]})
    operator.ask("DELETE", f"/events/{seen['id']}")
    told = served.delivered()
    assert [one["operation"] for one in told] == ["CREATE", "UPDATE", "DELETE", "CREATE", "DELETE"]
    assert {one["objectType"] for one in told} == {"EVENT"}
    assert all(one["object"]["targets"] == ["a"] for one in told)


def test_business_logic_is_told_of_reports_and_of_the_program_it_named(served: Any) -> None:
    """Also of what goes with a program."""
    operator, first = served.party("operator"), served.party("ven-a")
    named, other = (operator.make("/programs", programName=name) for name in ("named", "other"))
    operator.make(
        "/subscriptions",
        clientName="c",
        programID=named["id"],
        objectOperations=[callback("bl", "REPORT", "EVENT", operations="CREATE DELETE")],
    )
    for program in (named, other):
        call = operator.make("/events", programID=program["id"])
        first.make("/reports", eventID=call["id"], clientName="c", resources=[])
    operator.ask("DELETE", f"/programs/{other['id']}")
    events = operator.list("/events")
    operator.ask("DELETE", f"/events/{events[0]['id']}")
    told = [(one["objectType"], one["operation"]) for one in served.delivered()]
    assert told == [
        ("EVENT", "CREATE"),
        ("REPORT", "CREATE"),
        ("REPORT", "DELETE"),
        ("EVENT", "DELETE"),
    ]


def test_business_logic_is_told_who_read_an_object_by_its_id_and_nobody_else_is(
    served: Any,
) -> None:
    """Operation READ: not of one's own reading, not of polls, and never to an end node."""
    operator, ven, other = (served.party(name) for name in ("operator", "ven-a", "ven-b"))
    program = operator.make("/programs", programName="limits")
    event = operator.make("/events", programID=program["id"])
    wanted = {"objects": ["EVENT"], "operations": ["READ"]}
    for party, url in ((operator, "https://bl.example/"), (other, "https://b.example/")):
        calls = [{**wanted, "callbackUrl": url}]
        party.make("/subscriptions", clientName="c", objectOperations=calls)
    path = f"/events/{event['id']}"
    assert operator.ask("GET", path).status_code == 200
    assert len(ven.list("/events")) == 1
    assert served.delivered() == []
    assert ven.ask("GET", path).status_code == 200
    (told,) = served.delivered()
    assert (told["operation"], told["objectType"]) == ("READ", "EVENT")
    assert told["object"]["id"] == event["id"]
    assert [endpoint.url for endpoint, *_ in served.calling.sent] == ["https://bl.example/"]


def test_a_callback_that_does_not_answer_is_tried_again_and_then_given_up(served: Any) -> None:
    """Its owner finds it marked, the others are still told, and a change of the subscription begins anew."""
    operator, first = served.party("operator"), served.party("ven-a")
    waits: list[float] = []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)

    served.vtn.delivery._sleep = sleep
    callbacks = [callback("deaf", "PROGRAM"), callback("good", "PROGRAM")]
    made = first.make("/subscriptions", clientName="c", objectOperations=callbacks)
    served.calling.deaf.add("https://deaf.example/call")
    operator.make("/programs", programName="p")
    assert len(served.delivered()) == 1
    assert waits == list(WAITS_S)
    assert "deaf.example" in served.said[0]
    marked = first.list("/subscriptions")[0]
    assert marked["brokenCallbackUrls"] == ["https://deaf.example/call"]
    operator.make("/programs", programName="q")
    assert len(served.delivered()) == 2
    assert waits == list(WAITS_S)
    served.calling.deaf.clear()
    body = {"clientName": "c", "objectOperations": callbacks}
    assert "brokenCallbackUrls" not in first.ask("PUT", f"/subscriptions/{made['id']}", body).json()
    operator.make("/programs", programName="r")
    assert len(served.delivered()) == 4


def test_notifications_arrive_in_order_and_each_keeps_its_id() -> None:
    """Also when one of them has to be sent again."""
    sent: list[tuple[str, bytes]] = []

    class Hiccup(Calling):
        async def notify(self, endpoint: Endpoint, body: bytes, delivery: str, at_s: int) -> None:
            sent.append((delivery, body))
            if len(sent) == 2:
                raise Unfit("busy")

    async def sleep(wait_s: float) -> None:
        await asyncio.sleep(0)

    async def run() -> None:
        ids = iter("abcdef")
        delivery = Delivery(
            Hiccup(),
            lambda: datetime(2026, 1, 1, tzinfo=UTC),
            lambda: next(ids),
            lambda endpoint, fault: None,
            sleep,
        )
        for number in range(3):
            delivery.tell(Endpoint("s", "https://v.example", None, "k"), {"n": number})
        await delivery.delivered()

    asyncio.run(run())
    assert sent == [("a", b'{"n":0}'), ("b", b'{"n":1}'), ("b", b'{"n":1}'), ("c", b'{"n":2}')]


def test_a_signature_covers_time_and_body() -> None:
    """By the recipe on the page, with a key that both sides know."""
    said = hmac.new(b"key", b"17.{}", hashlib.sha256).hexdigest()
    assert signature("key", 17, b"{}") == f"t=17,v1={said}"
    assert signature("key", 18, b"{}") != signature("key", 17, b"{}").replace("t=17", "t=18")
