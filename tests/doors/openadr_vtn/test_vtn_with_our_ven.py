"""Our VEN at our VTN: what one says the other understands, and back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import vtn_served

from gridtide.sources.openadr.access import Access
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.ven import Ven
from gridtide.testing.openadr import AGREEMENT, event_of
from gridtide.wire.openadr.notifications import Notification
from gridtide.wire.openadr.reports import AGGREGATED, ReportRequest, ResourceReport
from gridtide.wire.openadr.subscriptions import ObjectOperation, SubscriptionRequest
from gridtide.wire.openadr.values import Interval, ValuesMap

serving, served = vtn_served.serving, vtn_served.served


@pytest.fixture
def ven(served: Any) -> Iterator[Ven]:
    """The end node ven-a, over the same clock."""
    access = Access(
        url="http://testserver",
        client_id="ven-a",
        client_secret=vtn_served.SECRETS["ven-a"],
        plain_http=True,
    )
    connection = Connection(access, served.clock, transport=served.web._transport)
    yield Ven(connection=connection, agreement=AGREEMENT, name="north", targets=("a", "b"))
    connection.close()


def limits_kw(ven: Ven) -> list[float | None]:
    """Import limits that hold over the next hour."""
    until_s = int(ven.connection.clock.now().timestamp()) + 3600
    return [one.kw for one in ven.holding(until_s).called]


def limit(program: dict[str, Any], kw: float, **fields: object) -> dict[str, object]:
    """An import limit from the present on, for an hour, as business logic writes it."""
    written = event_of("IMPORT_CAPACITY_LIMIT", kw, start="2026-11-22T09:00:00Z").written()
    return {**written, "programID": program["id"], **fields}


def test_limits_go_from_business_logic_to_a_site_and_end_with_their_event(
    served: Any, ven: Ven
) -> None:
    """Of two the one of higher priority; what is for others is never heard; what is deleted ends within one poll."""
    operator = served.party("operator")
    program = operator.make("/programs", programName="limits")
    high = operator.make("/events", **limit(program, 60_000, priority=0, targets=["a"]))
    operator.make("/events", **limit(program, 80_000, priority=1))
    operator.make("/events", **limit(program, 10_000, priority=0, targets=["b"]))
    poll = ven.poll()
    assert poll.unanswered == ()
    assert len(poll.news.new) == 2
    assert limits_kw(ven) == [60_000]
    operator.ask("DELETE", f"/events/{high['id']}")
    ven.poll()
    assert limits_kw(ven) == [80_000]
    served.later(timedelta(hours=1))
    ven.poll()
    assert limits_kw(ven) == []


def test_a_ven_registers_once_and_its_reports_reach_business_logic(served: Any, ven: Ven) -> None:
    """Values as they were measured."""
    operator = served.party("operator")
    program = operator.make("/programs", programName="metering")
    event = operator.make("/events", programID=program["id"])
    ven.poll()
    node = ven.register()
    assert ven.register() == node
    assert ven.register_resource(node, "hall 1").ven_id == node.id
    usage = ValuesMap(type="USAGE", values=(4.25,))
    measured = ResourceReport(
        resource_name=AGGREGATED, intervals=(Interval(id=0, payloads=(usage,)),)
    )
    request = ReportRequest(event_id=event["id"], client_name="north", resources=(measured,))
    report = ven.report(request)
    assert report.client_id == "ven-a"
    (told,) = operator.list("/reports", programID=program["id"])
    assert told["resources"][0]["intervals"][0]["payloads"][0]["values"] == [4.25]


def test_a_ven_hears_of_changes_between_its_polls(served: Any, ven: Ven) -> None:
    """A notification of the VTN is one to the VEN, with the object as it may see it."""
    operator = served.party("operator")
    program = operator.make("/programs", programName="limits")
    ven.poll()
    wanted = ObjectOperation(
        objects=("EVENT",),
        operations=("CREATE", "UPDATE", "DELETE"),
        callback_url="https://north.example/call",
    )
    ven.subscribe(
        SubscriptionRequest(client_name="north", object_operations=(wanted,), targets=("a",))
    )
    event = operator.make("/events", **limit(program, 60_000, targets=["a", "secret"]))
    operator.ask("PUT", f"/events/{event['id']}", limit(program, 50_000, targets=["a", "secret"]))
    operator.ask("DELETE", f"/events/{event['id']}")
    heard = []
    for content in served.delivered():
        notification = Notification.model_validate(content)
        assert notification.object["targets"] == ["a"]
        ven.hear(notification)
        heard.append(limits_kw(ven))
    assert heard == [[60_000], [50_000], []]
