"""A VEN at a VTN that answers well, wrongly, late or never (a real server on this machine)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gridtide.finding import BadInput, Stale
from gridtide.loop.clock import DrivenClock
from gridtide.sources.openadr.access import Access, Patience
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.ven import Ven
from gridtide.testing.openadr import AGREEMENT, event_of, program_of
from gridtide.testing.tiny_vtn import TOKEN, Reply, TinyVtn
from gridtide.wire.openadr.notifications import telling
from gridtide.wire.openadr.reports import ReportRequest, ResourceReport
from gridtide.wire.openadr.values import Interval

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"
LIMIT = event_of("IMPORT_CAPACITY_LIMIT", 60_000, start="2026-11-22T12:00:00Z")
PROGRAM = program_of()
LISTS = {
    "GET /programs": [Reply(body=[PROGRAM.written()])],
    "GET /events": [Reply(body=[LIMIT.written()])],
}


@contextmanager
def at(
    script: Mapping[str, Sequence[Reply]], date: str = DATE, **patience: float
) -> Iterator[tuple[Ven, TinyVtn, DrivenClock]]:
    """A VEN at a scripted VTN, with a clock that only moves when something waits."""
    clock = DrivenClock(NOW)
    with TinyVtn({**LISTS, **script}, date) as vtn:
        access = Access(url=vtn.url, client_id="ven", client_secret="secret", plain_http=True)
        connection = Connection(access, clock, replace(Patience(), **patience))  # type: ignore[arg-type]
        try:
            yield Ven(connection=connection, agreement=AGREEMENT, name="ven-1"), vtn, clock
        finally:
            connection.close()


def limit_kw(ven: Ven) -> list[float | None]:
    """The import limits that hold over the next hour."""
    until_s = int(ven.connection.clock.now().timestamp()) + 3600
    return [one.kw for one in ven.holding(until_s).called]


def test_a_poll_brings_events_with_one_token_for_all_questions() -> None:
    """The credentials go in a form, the token in a header, and it is asked for once."""
    with at({}) as (ven, vtn, _):
        poll = ven.poll()
        ven.poll()
        assert [heard.event.id for heard in poll.news.new] == ["event-1"]
        assert limit_kw(ven) == [60_000]
        assert (vtn.count("POST /auth/token"), vtn.count("GET /events")) == (1, 2)
        token, events = vtn.asked[1], vtn.asked[-1]
        assert b"grant_type=client_credentials" in token.body
        assert b"read_targets" in token.body
        assert events.headers["authorization"] == "Bearer token-1"
        assert events.query == {"skip": ["0"], "limit": ["50"]}


def test_a_token_is_renewed_before_it_runs_out() -> None:
    """Not with each question, and not after it was refused."""
    with at({"POST /auth/token": [Reply(body={**TOKEN, "expires_in": 300})]}) as (ven, vtn, clock):
        ven.poll()
        clock.wait_until(NOW.replace(minute=4))
        ven.poll()
        assert vtn.count("POST /auth/token") == 1
        clock.wait_until(NOW.replace(minute=4, second=31))
        ven.poll()
        assert vtn.count("POST /auth/token") == 2


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=503),
        Reply(status=429, headers={"Retry-After": "7"}),
        Reply(body=b"<html>garbage"),
        Reply(body={"not": "a list"}),
        Reply(never=True),
        Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
)
def test_one_fault_is_bridged_by_asking_again(fault: Reply) -> None:
    """The next attempt answers; nothing is lost and nothing is told twice."""
    script = {"GET /events": [fault, Reply(body=[LIMIT.written()])]}
    with at(script, answer_within_s=0.2) as (ven, vtn, _):
        assert ven.poll().unanswered == ()
        assert limit_kw(ven) == [60_000]
        assert vtn.count("GET /events") == 2


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=429, headers={"Retry-After": "86400"}),
        Reply(body=b"\x00garbage"),
        Reply(never=True),
        Reply(status=401, body={}),
        Reply(status=403, body={"title": "Forbidden"}),
        Reply(status=404, body={}),
    ],
)
def test_a_vtn_that_never_answers_well_changes_nothing_and_is_asked_a_bounded_number_of_times(
    fault: Reply,
) -> None:
    """Waits grow and are bounded, even when the server asks for a day; what was heard goes on."""
    script = {"GET /events": [Reply(body=[LIMIT.written()]), fault]}
    with at(script, answer_within_s=0.1) as (ven, vtn, clock):
        ven.poll()
        poll = ven.poll()
        assert len(poll.unanswered) == 1
        assert poll.news.withdrawn == ()
        assert limit_kw(ven) == [60_000]
        assert vtn.count("GET /events") <= 1 + 4
        assert (clock.now() - NOW).total_seconds() <= 3 * 30
        assert ven.known.silent_since_s is not None


def test_a_refused_token_is_asked_for_anew_once_and_then_the_source_is_stale() -> None:
    """One new token; no storm of them."""
    with at({"GET /events": [Reply(status=401, body={})]}) as (ven, vtn, _):
        poll = ven.poll()
        assert "401" in poll.unanswered[0].value
        assert vtn.count("POST /auth/token") == 2
    with at({"GET /events": [Reply(status=401, body={}), Reply(body=[])]}) as (ven, vtn, _):
        assert ven.poll().unanswered == ()
        assert vtn.count("POST /auth/token") == 2


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Reply(status=401, body={"error": "invalid_client"}), 1),
        (Reply(status=501, body={}), 4),
        (Reply(body={"access_token": "", "token_type": "mac"}), 4),
        (Reply(body=b"no"), 4),
    ],
)
def test_without_a_token_nothing_is_asked(fault: Reply, asked: int) -> None:
    """Refused credentials are refused at once; anything else is tried a bounded number of times."""
    with at({"POST /auth/token": [fault]}) as (ven, vtn, _):
        assert len(ven.poll().unanswered) == 1
        assert vtn.count("POST /auth/token") == asked
        assert vtn.count("GET /events") == 0


def test_all_pages_are_read_and_a_list_that_shifts_withdraws_nothing() -> None:
    """An event that several pages left out is looked up by itself before it counts as withdrawn."""
    many = [
        event_of("PRICE", 0.1, start="2026-11-22T12:00:00Z", id=f"e{at:03}") for at in range(70)
    ]
    told = [event.written() for event in many]
    script = {
        "GET /events": [
            Reply(body=told[:50]),
            Reply(body=told[50:]),
            Reply(body=told[:50]),
            Reply(body=told[51:]),
        ],
        "GET /events/e050": [Reply(body=told[50]), Reply(status=404, body={})],
    }
    with at(script) as (ven, vtn, _):
        assert len(ven.poll().news.new) == 70
        assert vtn.asked[-1].query["skip"] == ["50"]
        assert ven.poll().news.withdrawn == ()
        assert len(ven.known.events) == 70


def test_a_server_that_repeats_its_pages_for_ever_ends_the_list() -> None:
    """No endless loop."""
    told = [
        event_of("PRICE", 0.1, start="2026-11-22T12:00:00Z", id=f"e{at:03}") for at in range(50)
    ]
    with at({"GET /events": [Reply(body=[event.written() for event in told])]}) as (ven, vtn, _):
        assert len(ven.poll().news.new) == 50
        assert vtn.count("GET /events") == 2


def test_a_page_that_is_missing_makes_no_list() -> None:
    """Part of a list withdraws nothing."""
    many = [
        event_of("PRICE", 0.1, start="2026-11-22T12:00:00Z", id=f"e{at:03}") for at in range(70)
    ]
    told = [event.written() for event in many]
    pages = [Reply(body=told[:50]), Reply(body=told[50:]), Reply(body=told[:50]), Reply(status=500)]
    with at({"GET /events": pages}) as (ven, _, _):
        ven.poll()
        poll = ven.poll()
        assert len(poll.unanswered) == 1
        assert len(ven.known.events) == 70


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_leaves_the_known_version_in_force_and_is_said(number: str) -> None:
    """Python reads NaN in JSON; nobody may act on it. The other events of the answer are followed."""
    other = event_of("ALERT_OTHER", "x", start="2026-11-22T12:00:00Z", id="event-2")
    broken = json.dumps([LIMIT.written(), other.written()]).replace("60000", number)
    assert number in broken
    script = {"GET /events": [Reply(body=[LIMIT.written()]), Reply(body=broken.encode())]}
    with at(script) as (ven, _, _):
        ven.poll()
        poll = ven.poll()
        assert poll.unanswered == () and len(poll.news.faults) == 1
        assert [heard.event.id for heard in poll.news.new] == ["event-2"]
        assert 60_000 in limit_kw(ven)
        assert ven.poll().news.faults == (), "once, not with each poll"


def test_a_notice_that_comes_again_or_late_changes_nothing() -> None:
    """The same one twice is nothing new; an older version is refused, and the newer goes on."""
    newer = event_of(
        "IMPORT_CAPACITY_LIMIT",
        50_000,
        start="2026-11-22T12:00:00Z",
        modified="2026-11-22T11:00:00Z",
    )
    with at({"GET /events": [Reply(body=[newer.written()])]}) as (ven, _, _):
        ven.poll()
        again = ven.hear(telling(newer, "EVENT", "UPDATE"))
        assert (again.new, again.changed, again.faults) == ((), (), ())
        late = ven.hear(telling(LIMIT, "EVENT", "UPDATE"))
        assert late.changed == () and "older than the one known" in str(late.faults[0])
        assert limit_kw(ven) == [50_000]


def test_one_unreadable_event_is_told_and_the_others_are_followed() -> None:
    """And the one known under its id goes on."""
    broken = {**LIMIT.written(), "priority": -1}
    other = event_of("ALERT_OTHER", "x", start="2026-11-22T12:00:00Z", id="event-2")
    script = {"GET /events": [Reply(body=[LIMIT.written()]), Reply(body=[broken, other.written()])]}
    with at(script) as (ven, _, _):
        ven.poll()
        poll = ven.poll()
        assert [fault.subject for fault in poll.news.faults] == ["event priority"]
        assert poll.news.withdrawn == ()
        assert limit_kw(ven) == [None, 60_000]


@pytest.mark.parametrize(
    ("date", "count"), [(DATE, 0), ("Sun, 22 Nov 2026 12:00:31 GMT", 1), ("?", 0)]
)
def test_clocks_that_disagree_by_more_than_30_s_are_a_finding(date: str, count: int) -> None:
    """Events start by the clock."""
    with at({}, date) as (ven, _, _):
        assert len(ven.poll().news.faults) == count


def test_events_of_other_programs_are_left_to_others() -> None:
    """A VEN takes part in what it names."""
    other = event_of("SIMPLE", 1, start="2026-11-22T12:00:00Z", id="event-2", programID="program-2")
    script = {"GET /events": [Reply(body=[LIMIT.written(), other.written()])]}
    with at(script) as (ven, _, _):
        ven.programs = ("program-1",)
        assert [heard.event.id for heard in ven.poll().news.new] == ["event-1"]


def test_a_notice_is_followed_at_once_and_one_that_cannot_be_read_is_told() -> None:
    """Made, deleted, broken, of another kind."""
    with at({"GET /events": [Reply(body=[])]}) as (ven, _, _):
        ven.poll()
        assert len(ven.hear(telling(LIMIT, "EVENT", "CREATE")).new) == 1
        assert limit_kw(ven) == [60_000]
        broken = telling(LIMIT, "EVENT", "UPDATE").model_copy(update={"object": {"id": "event-1"}})
        assert len(ven.hear(broken).faults) == 1
        assert ven.hear(telling(PROGRAM, "PROGRAM", "UPDATE")).faults == ()
        assert len(ven.hear(telling(LIMIT, "EVENT", "DELETE")).withdrawn) == 1
        assert limit_kw(ven) == []


def test_a_ven_registers_itself_once_and_its_resources_under_it() -> None:
    """What is there already is not made again; a name that somebody else has is said."""
    ven_told = {
        "id": "v1",
        "createdDateTime": "2026-11-22T12:00:00Z",
        "modificationDateTime": "2026-11-22T12:00:00Z",
        "objectType": "VEN",
        "clientID": "ven",
        "venName": "ven-1",
    }
    resource = {**ven_told, "objectType": "RESOURCE", "resourceName": "north", "venID": "v1"}
    script = {
        "GET /vens": [Reply(body=[])],
        "POST /vens": [Reply(status=201, body=ven_told)],
        "GET /resources": [Reply(body=[resource])],
    }
    with at(script) as (ven, vtn, _):
        made = ven.register()
        assert b'"VEN_VEN_REQUEST"' in vtn.asked[-1].body
        assert ven.register_resource(made, "north").resource_name == "north"
        assert vtn.count("POST /resources") == 0
    with (
        at({"GET /vens": [Reply(body=[])], "POST /vens": [Reply(status=409, body={})]}) as (
            ven,
            _,
            _,
        ),
        pytest.raises(BadInput, match="taken"),
    ):
        ven.register()


def test_a_report_that_nobody_asked_for_any_more_is_said() -> None:
    """The event is gone: 404."""
    report = ReportRequest(
        event_id="event-9",
        client_name="ven-1",
        resources=(
            ResourceReport(resource_name="north", intervals=(Interval(id=0, payloads=()),)),
        ),
    )
    with (
        at({"POST /reports": [Reply(status=404, body={})]}) as (ven, _, _),
        pytest.raises(BadInput, match="gone"),
    ):
        ven.report(report)


@pytest.mark.parametrize(
    "url", ["http://vtn.example", "vtn.example", "ftp://x", "https://", "http://["]
)
def test_secrets_never_go_in_plain(url: str) -> None:
    """An address without TLS is refused unless it was allowed."""
    with pytest.raises(BadInput, match="https"):
        Connection(Access(url=url, client_id="a", client_secret="b"), DrivenClock(NOW))


def test_a_stale_vtn_says_so_when_something_is_made() -> None:
    """Not only polls are patient."""
    with (
        at({"GET /vens": [Reply(status=502)]}) as (ven, _, _),
        pytest.raises(Stale, match="4 attempts"),
    ):
        ven.register()
