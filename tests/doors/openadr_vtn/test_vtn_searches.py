"""What searches find, page by page."""

from datetime import timedelta
from typing import Any

import pytest
import vtn_served
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from gridtide.doors.openadr_vtn.kinds import Kind
from gridtide.doors.openadr_vtn.pages import LONGEST_PAGE, read_search
from gridtide.doors.openadr_vtn.privacy import Sight, found
from gridtide.doors.openadr_vtn.problems import Refused

serving, served = vtn_served.serving, vtn_served.served


@pytest.mark.parametrize(
    ("kind", "query", "name"),
    [
        (Kind.PROGRAM, "skip=-1", "skip"),
        (Kind.PROGRAM, "skip=x", "skip"),
        (Kind.PROGRAM, "skip=4294967296", "skip"),
        (Kind.PROGRAM, "limit=51", "limit"),
        (Kind.PROGRAM, "limit=", "limit"),
        (Kind.PROGRAM, "limit=1&limit=2", "limit"),
        (Kind.PROGRAM, "limit=٣", "limit"),
        (Kind.EVENT, "active=yes", "active"),
        (Kind.EVENT, "programID=a%20b", "programID"),
        (Kind.EVENT, "targets=", "targets"),
        (Kind.SUBSCRIPTION, "objects=EVENTS", "objects"),
        (Kind.VEN, "venName=" + "x" * 129, "venName"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused(kind: Kind, query: str, name: str) -> None:
    """With the name of what is wrong."""
    with pytest.raises(Refused, match=name) as error:
        read_search(kind, QueryParams(query))
    assert error.value.status == 400


def test_every_fault_of_a_query_is_said_at_once() -> None:
    """Not one after the other."""
    with pytest.raises(Refused, match=r"(?s)limit.*skip|skip.*limit"):
        read_search(Kind.PROGRAM, QueryParams("limit=99&skip=-1"))


def test_pages_follow_each_other_and_leave_nothing_out(served: Any) -> None:
    """Oldest first; a page holds at most fifty, none when none are asked for."""
    operator = served.party("operator")
    names = [f"p {number}" for number in range(LONGEST_PAGE + 7)]
    for name in names:
        operator.make("/programs", programName=name)
    assert [one["programName"] for one in operator.list("/programs")] == names[:LONGEST_PAGE]
    assert operator.list("/programs", limit=0) == []
    paged: list[str] = []
    while page := operator.list("/programs", skip=len(paged), limit=20):
        paged += [one["programName"] for one in page]
    assert paged == names


def test_filters_are_additive(served: Any) -> None:
    """A result matches every one of them."""
    operator, first = served.party("operator"), served.party("ven-a")
    programs = [operator.make("/programs", programName=name) for name in "pq"]
    calls = [operator.make("/events", programID=one["id"], targets=["a"]) for one in programs]
    assert (
        first.list("/events", programID=programs[0]["id"], targets=["a"])[0]["id"]
        == (calls[0]["id"])
    )
    assert first.list("/events", programID=programs[0]["id"], targets=["both"]) == []
    for call in calls:
        for name in ("m", "n"):
            first.make("/reports", eventID=call["id"], clientName=name, resources=[])
    assert len(first.list("/reports", programID=programs[0]["id"])) == 2
    assert len(first.list("/reports", programID=programs[0]["id"], clientName="m")) == 1
    assert first.list("/reports", programID=programs[0]["id"], eventID=calls[1]["id"]) == []
    for objects in (["EVENT"], ["EVENT", "PROGRAM"]):
        callback = {"objects": objects, "operations": [], "callbackUrl": "https://v.example"}
        first.make("/subscriptions", clientName="c", objectOperations=[callback])
    assert len(first.list("/subscriptions", objects=["EVENT"])) == 2
    assert len(first.list("/subscriptions", objects=["EVENT", "PROGRAM"])) == 1


def test_an_answer_that_is_kept_is_never_older_than_a_change(served: Any) -> None:
    """Neither than one of the objects nor than one of what was granted."""
    operator, third = served.party("operator"), served.party("ven-c")
    program = operator.make("/programs", programName="p")
    asked = {"targets": ["x"]}
    assert third.list("/events", **asked) == []
    call = operator.make("/events", programID=program["id"], targets=["x"])
    assert third.list("/events", **asked) == []
    ven = {"objectType": "BL_VEN_REQUEST", "clientID": "ven-c", "venName": "v", "targets": ["x"]}
    operator.make("/vens", **ven)
    assert len(third.list("/events", **asked)) == 1
    operator.ask("PUT", f"/events/{call['id']}", {"programID": program["id"], "priority": 1})
    assert third.list("/events", **asked) == []
    assert third.list("/events")[0]["priority"] == 1


TARGETS = st.frozensets(st.sampled_from("abcd"))


@given(carried=TARGETS, granted=TARGETS, asked=TARGETS)
def test_a_ven_is_shown_only_targets_that_it_asked_for_and_was_granted(
    carried: frozenset[str], granted: frozenset[str], asked: frozenset[str]
) -> None:
    """And sees nothing of what carries others alone."""
    thing = {"id": "1", "targets": sorted(carried)} if carried else {"id": "1"}
    sight = Sight(client_id="v", all_=False, granted=granted)
    seen = found(Kind.EVENT, thing, sight, asked)
    if seen is None:
        assert not carried & granted & asked
        assert carried or asked
    else:
        assert frozenset(seen.get("targets", ())) == carried & granted & asked
        assert bool(carried & granted & asked) == bool(carried)


def period(start: str, duration: str, **fields: object) -> dict[str, object]:
    """One interval in a period."""
    interval = {"id": 0, "payloads": [{"type": "SIMPLE", "values": [1]}]}
    return {
        "intervalPeriod": {"start": start, "duration": duration, **fields},
        "intervals": [interval],
    }


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        (period("2026-11-22T09:00:00Z", "PT1H"), 60),
        (period("0001-01-01T00:00:00", "PT30M"), 30),
        (period("0001-01-01", "PT0S"), 0),
        (period("2026-11-22T09:00:00Z", "PT1H", randomizeStart="PT5M"), 65),
        ({**period("2026-11-22T09:00:00Z", "PT15M"), "duration": "PT2H"}, 120),
        ({"intervalPeriod": {"start": "2026-11-22T08:00:00Z", "duration": "PT90M"}}, 30),
        (period("2026-11-22T09:00:00Z", "P9999Y"), None),
        ({}, None),
        ({"intervals": [{"id": 0, "payloads": []}]}, None),
    ],
)
def test_an_event_that_is_over_is_left_out_where_that_is_asked(
    served: Any, fields: dict[str, object], minutes: int | None
) -> None:
    """From the minute on in which its last value ends; what never ends, or is not clear, is never left out."""
    operator = served.party("operator", scope="")
    program = operator.make("/programs", programName="p")
    operator.make("/events", programID=program["id"], **fields)
    assert len(operator.list("/events", active="false")) == 1
    if minutes != 0:
        assert len(operator.list("/events", active="true")) == 1
    passed = 8 if minutes is None else max(0, minutes - 1)
    served.later(timedelta(minutes=passed))
    again = served.party("operator")
    assert len(again.list("/events", active="true")) == (minutes != 0)
    served.later(timedelta(minutes=1))
    assert len(served.party("operator").list("/events", active="true")) == (minutes is None)
