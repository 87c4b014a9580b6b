"""Objects of OpenADR are read as strictly as the specification says, and written back as they came."""

import json

import pytest
from pydantic import ValidationError

from gridtide.finding import BadInput
from gridtide.wire.openadr.events import Event, EventRequest
from gridtide.wire.openadr.notifications import Notification, telling, told_in
from gridtide.wire.openadr.problems import Problem
from gridtide.wire.openadr.programs import ProgramRequest
from gridtide.wire.openadr.reading import read_json
from gridtide.wire.openadr.subscriptions import SubscriptionRequest
from gridtide.wire.openadr.tokens import TokenRequest
from gridtide.wire.openadr.vens import Ven

EVENT = {
    "id": "event-1",
    "createdDateTime": "2026-11-22T09:00:00Z",
    "modificationDateTime": "2026-11-22T09:00:00.25+08:00",
    "objectType": "EVENT",
    "programID": "program-1",
    "priority": 0,
    "duration": "PT2H",
    "targets": ["zone-a"],
    "payloadDescriptors": [
        {
            "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
            "payloadType": "PRICE",
            "units": "KWH",
            "currency": "USD",
        }
    ],
    "reportDescriptors": [{"payloadType": "USAGE", "readingType": "MEAN", "repeat": -1}],
    "intervalPeriod": {"start": "0001-01-01", "duration": "PT15M", "randomizeStart": "PT5M"},
    "intervals": [
        {"id": 0, "payloads": [{"type": "PRICE", "values": [0.17]}]},
        {"id": 1, "payloads": [{"type": "CURVE", "values": [{"x": 1.0, "y": 2.5}]}]},
        {"id": 2, "payloads": [{"type": "MINE", "values": [True, 1, 1.5, "text"]}]},
    ],
}


def test_an_event_is_written_back_as_it_was_read() -> None:
    """Instants and durations keep their letters, values their kind."""
    again = read_json(Event, json.dumps(EVENT), "event").written()
    again["reportDescriptors"] = EVENT["reportDescriptors"]
    assert again == EVENT


def test_all_faults_of_an_event_are_said_at_once() -> None:
    """Each with its place."""
    text = (
        '{"priority": -1, "intervals": null, "intervalPeriod": {"start": "9:00", "duration": "P"}}'
    )
    with pytest.raises(BadInput) as refused:
        read_json(EventRequest, text, "event-7")
    subjects = [finding.subject for finding in refused.value.findings]
    places = [
        "programID",
        "priority",
        "intervalPeriod.start",
        "intervalPeriod.duration",
        "intervals",
    ]
    assert subjects == [f"event-7 {place}" for place in places]


@pytest.mark.parametrize("text", ["", "<html>", '{"programID": NaN}', "[" * 100_000, "[]", "\xff"])
def test_garbage_is_a_finding_and_never_a_crash(text: str) -> None:
    """Whatever a server sends instead of an event."""
    with pytest.raises(BadInput):
        read_json(EventRequest, text, "answer")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("programID", "a b"),
        ("programID", ""),
        ("programID", "x" * 129),
        ("priority", 1.5),
        ("priority", True),
        ("duration", "PT"),
        ("duration", None),
        ("targets", [""]),
        ("intervals", [{"id": 2**31, "payloads": []}]),
        ("intervals", [{"id": 0, "payloads": [{"type": "PRICE", "values": [None]}]}]),
        ("intervals", [{"id": 0}]),
        ("intervalPeriod", {"start": "2026-02-30T00:00:00Z"}),
        ("intervalPeriod", {"start": "2026-02-03T00:00:00"}),
        ("intervalPeriod", {"start": "0001-01-02"}),
    ],
)
def test_what_the_specification_forbids_is_refused(field: str, value: object) -> None:
    """A null where none is allowed, a length, a pattern, a kind of number, an instant without offset."""
    with pytest.raises(ValidationError):
        EventRequest.model_validate({"programID": "p", field: value})


@pytest.mark.parametrize("start", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"])
def test_the_sign_for_now_is_allowed_although_it_is_no_instant(start: str) -> None:
    """The one literal that need not be RFC 3339."""
    event = EventRequest.model_validate({"programID": "p", "intervalPeriod": {"start": start}})
    assert event.interval_period is not None
    assert event.interval_period.start == start


def test_an_integer_may_be_written_with_a_point() -> None:
    """JSON has one kind of number."""
    assert EventRequest.model_validate({"programID": "p", "priority": 2.0}).priority == 2


def test_a_ven_is_read_as_both_kinds_and_written_as_ven() -> None:
    """The specification asks for two kinds at once, which nobody can send."""
    said = {
        "id": "v",
        "createdDateTime": "2026-11-22T09:00:00Z",
        "modificationDateTime": "2026-11-22T09:00:00Z",
        "clientID": "c",
        "venName": "north",
    }
    assert Ven.model_validate({**said, "objectType": "BL_VEN_REQUEST"}).ven_name == "north"
    assert Ven.model_validate(said).written()["objectType"] == "VEN"
    with pytest.raises(ValidationError):
        Ven.model_validate({**said, "objectType": "EVENT"})


def test_a_notification_carries_its_object() -> None:
    """What was told comes back as the object it was."""
    event = Event.model_validate(EVENT)
    notification = Notification.model_validate(telling(event, "EVENT", "UPDATE").written())
    assert told_in(notification) == event
    assert notification.operation == "UPDATE"


def test_descriptors_of_a_program_are_told_apart_by_their_kind() -> None:
    """Events and reports have descriptors of their own; a third kind is refused."""
    both = [
        {"objectType": "EVENT_PAYLOAD_DESCRIPTOR", "payloadType": "PRICE"},
        {"objectType": "REPORT_PAYLOAD_DESCRIPTOR", "payloadType": "USAGE", "confidence": 95},
    ]
    program = ProgramRequest.model_validate({"programName": "tou", "payloadDescriptors": both})
    assert program.written()["payloadDescriptors"] == both
    with pytest.raises(ValidationError):
        ProgramRequest.model_validate(
            {"programName": "tou", "payloadDescriptors": [{"objectType": "X", "payloadType": "Y"}]}
        )


def test_other_objects_keep_their_own_spelling() -> None:
    """Tokens speak with underscores, subscriptions with callbackUrl, problems with their type."""
    form = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s"}
    assert TokenRequest.model_validate(form).client_id == "c"
    with pytest.raises(ValidationError):
        TokenRequest.model_validate({**form, "grant_type": "password"})
    operation = {"objects": ["EVENT"], "operations": ["DELETE"], "callbackUrl": "https://a.example"}
    said = {"clientName": "c", "programID": "p", "objectOperations": [operation]}
    assert SubscriptionRequest.model_validate(said).written() == said
    assert Problem(title="Not Found", status=404).written()["type"] == "about:blank"
