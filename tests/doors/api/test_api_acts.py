"""What people see and do through the door: each act names who and why, and the room decides."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from api_served import DIGEST, served
from room_stand_in import ODD, StandIn, Stands

from gridtide.doors.api.access import OPEN
from gridtide.doors.api.problems import answer_of, refused
from gridtide.finding import BadInput, Finding
from gridtide.trust.record import Entry, StoreFullError
from gridtide.trust.said import say

WHY = {"reason": "the line is too warm"}
SECURE = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def test_what_is_so_is_shown_with_documented_keys() -> None:
    """To everybody who is known."""
    with served() as here:
        assert here.get("/api/state").json()["mode"] == "advise"
        assert here.get("/api/sources").json()["ages_s"]["price"] == 240.0
        assert here.get("/api/frame").json()["number"] == 7
        proposals = here.get("/api/proposals").json()["items"]
        assert [one["id"] for one in proposals] == ["d-1", "d-2", "d-3"]
        newest = here.get("/api/decisions?count=1").json()["items"]
        assert [one["id"] for one in newest] == ["d-3"]
        assert "wind" in here.get("/api/decisions/d-1/explanation").json()["because"]
        assert here.get("/api/decisions/d-9/explanation").status_code == 404


def test_an_approval_names_who_why_and_the_digest_of_what_is_approved() -> None:
    """It holds, and the chain says so."""
    with served() as here:
        body = {**WHY, "digest": DIGEST}
        answer = here.post("/api/proposals/d-1/approve", body, "zhao")
        said = {"held": True, "said": "d-1 is approved", "value": None, "needs": 0}
        assert answer.json() == said
        (says,) = [one["says"] for one in here.get("/api/audit").json()["items"]]
        assert says == {"kind": "approved", "decision": "d-1", "by": "zhao", **WHY}


def test_anybody_may_advise_and_nothing_holds_by_it() -> None:
    """A viewer's advice is written down with their name, and the decision waits on; what is no advice is refused."""
    with served() as here:
        body = {**WHY, "digest": DIGEST, "approve": True}
        answer = here.post("/api/proposals/d-1/advice", body, "wang")
        assert (answer.status_code, answer.json()["said"]) == (200, "wang advises approval")
        assert len(here.room.proposals()) == 3
        (says,) = [one["says"] for one in here.get("/api/audit").json()["items"]]
        assert (says["kind"], says["by"]) == ("advised", "wang")
        edit = {"edit": {"leave_jobs": ["J-77"]}}
        assert here.post("/api/proposals/d-1/advice", body | edit, "wang").status_code == 200
        wrongs: tuple[dict[str, Any], ...] = (
            {"approve": "yes"}, {"digest": f"{2:064x}"}, {"reason": ""},
            {"edit": {}}, {"approve": False, **edit}, {"edit": {"orders": ["run"]}},
        )  # fmt: skip
        for wrong in wrongs:
            answer = here.post("/api/proposals/d-1/advice", body | wrong, "wang")
            assert answer.status_code in (409, 422)


def test_an_approver_edits_a_decision_that_waits_and_every_fault_of_it_is_said() -> None:
    """What is named changes, and waits anew; who may not approve may not edit, what is no edit is refused."""
    with served() as here:
        path, body = "/api/proposals/d-1/edit", {**WHY, "digest": DIGEST}
        right = body | {"leave_jobs": ["J-77"], "store_most_kw": {"nantong": 400.0}}
        assert here.post(path, right, "wang").status_code == 403
        answer = here.post(path, right, "zhao")
        assert (answer.status_code, answer.json()["held"]) == (200, True)
        (says,) = [one["says"] for one in here.get("/api/audit?count=1").json()["items"]]
        assert says["edit"] == {"leave_jobs": ["J-77"], "store_most_kw": {"nantong": 400.0}}
        errors = here.post(path, body | {"leave_sites": ["a", "b"]}, "zhao").json()["errors"]
        assert [one["subject"] for one in errors] == ["a", "b"]
        for wrong, status in (
            ({}, 409),
            ({"begin": {"J-77": "tomorrow"}}, 409),
            ({"begin": {"J-77": "2026-11-23T02:00:00"}}, 409),
            ({"leave_jobs": ["J-77", "J-77"]}, 409),
            ({"store_most_kw": {"nantong": -1.0}}, 422),
            ({"moved": 1}, 422),
        ):
            assert here.post(path, body | wrong, "zhao").status_code == status, wrong
        other = right | {"digest": f"{2:064x}"}
        assert here.post(path, other, "zhao").status_code == 409


def test_who_may_answer_a_decision_keeps_it_by_reading_and_nothing_is_written_down() -> None:
    """Others keep nothing, which is no refusal; neither is what waits no more."""
    with served() as here:
        path = "/api/proposals/{}/reading"
        assert here.post(path.format("d-1"), {}, "wang").json()["held"] is False
        assert here.post(path.format("d-9"), {}, "zhao").json()["held"] is False
        assert here.post(path.format("d-1"), {}, "zhao").json()["held"] is True
        assert here.room.read_by == {"d-1": "zhao"}
        assert here.get("/api/audit").json()["items"] == []


def test_an_approval_said_twice_or_for_another_digest_is_refused_and_recorded() -> None:
    """What was settled stays so; what changed meanwhile is not approved."""
    with served() as here:
        other = {**WHY, "digest": f"{2:064x}"}
        assert here.post("/api/proposals/d-1/approve", other, "zhao").status_code == 409
        assert len(here.room.proposals()) == 3
        right = {**WHY, "digest": DIGEST}
        assert here.post("/api/proposals/d-1/approve", right, "zhao").status_code == 200
        assert here.post("/api/proposals/d-1/approve", right, "zhao").status_code == 409
        assert here.post("/api/proposals/d-1/reject", right, "li").status_code == 409
        noted = here.noted()
        assert [(one["who"], one["status"]) for one in noted] == [
            ("zhao", 409),
            ("zhao", 409),
            ("li", 409),
        ]


def test_an_operator_lowers_freezes_releases_and_rejects_alone() -> None:
    """One person, at once."""
    with served() as here:
        assert here.post("/api/freeze", WHY).json()["held"]
        assert here.post("/api/release", WHY).json()["held"]
        assert here.post("/api/mode", {**WHY, "mode": "observe"}).json()["held"]
        assert here.post("/api/envelope", {**WHY, "envelope": {"share": 0.05}}).json()["held"]
        assert here.post("/api/proposals/d-1/reject", {**WHY, "digest": DIGEST}).json()["held"]
        assert (here.room.frozen, here.room.released, here.room.mode) == (True, 1, "observe")


def test_raising_takes_two_people_and_says_so() -> None:
    """202 for the first, 202 again when he asks twice, 200 for the second; an operator gets 409 and it is recorded."""
    with served() as here:
        body = {**WHY, "mode": "act"}
        assert here.post("/api/mode", body, "li").status_code == 409
        assert here.noted()[-1]["who"] == "li"
        answers = [here.post("/api/mode", body, who) for who in ("zhao", "zhao", "chen")]
        assert [answer.status_code for answer in answers] == [202, 202, 200]
        assert answers[0].json()["needs"] == 1
        assert here.room.mode == "act"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": ""},
        {"reason": " "},
        {"reason": "x" * 501},
        {"reason": 7},
        {"reason": "first\nsecond"},
        {"reason": "turned \u202e round"},
        {"reason": "why", "by": "somebody else"},
        [],
        None,
    ],
)
def test_an_act_without_a_plain_reason_is_refused_with_every_fault(body: object) -> None:
    """In the one shape of faults; nothing holds."""
    with served() as here:
        answer = here.post("/api/freeze", body)
        assert answer.status_code == 422
        faults: list[dict[str, Any]] = answer.json()["errors"]
        assert all(set(one) == {"subject", "value", "limit", "next_step"} for one in faults)
        assert not any("pattern" in one["limit"] for one in faults)
        assert not here.room.frozen


@pytest.mark.parametrize(
    "envelope",
    [{}, {"share": -1.0}, {"share": float("inf")}, {"share": "all"}],
)
def test_an_envelope_of_other_than_finite_bounds_is_refused(envelope: Mapping[str, object]) -> None:
    """By name and number."""
    with served() as here:
        text = json.dumps({**WHY, "envelope": envelope}).replace("Infinity", "1e999")
        headers = {"Authorization": "Bearer gt_operator-of-the-tests"}
        answer = here.web.post(
            "/api/envelope", content=text, headers={**headers, "Content-Type": "application/json"}
        )
        assert answer.status_code == 422
        assert here.room.envelope == {"share": 0.1}


def test_names_out_of_a_trace_pass_as_text_and_nowhere_else() -> None:
    """Into JSON alone, never into headers; what is asked with odd names is refused."""
    with served() as here:
        answer = here.get("/api/proposals")
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["items"][1]["title"] == ODD
        assert "set-cookie" not in answer.headers
        asked = here.get("/api/decisions/d-1'%20OR%201=1/explanation")
        assert asked.status_code == 422
        assert "<" not in here.web.get("/").text.split("</html>")[1]


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/state", "/nowhere", "/openapi.json"])
def test_every_answer_carries_what_keeps_a_browser_safe(path: str) -> None:
    """Also refusals; scripts come from files of ours alone, and no page frames ours."""
    with served() as here:
        for answer in (here.web.get(path), here.get(path)):
            for name, start in SECURE.items():
                assert answer.headers[name].startswith(start)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy


def test_a_method_that_is_not_answered_is_said_with_those_that_are() -> None:
    """405 with Allow."""
    with served() as here:
        answer = here.get("/api/freeze", "li")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert here.get("/nowhere").status_code == 404


def test_what_is_read_and_what_is_done_stands_in_the_description_of_the_paths() -> None:
    """With the token it needs; from our own process, no foreign script."""
    with served() as here:
        described = here.web.get("/openapi.json").json()
        for path, operations in described["paths"].items():
            for operation in operations.values():
                assert ("security" in operation) == (path not in OPEN), path
        assert here.get("/docs").status_code == 404


def test_while_the_room_opens_the_door_answers_and_says_so() -> None:
    """503 with when to ask again; what is refused meanwhile is written down once it is open."""
    may_open, room = threading.Event(), StandIn()

    def slowly() -> Stands:
        may_open.wait(30)
        return Stands(room)

    with served(room, open_room=slowly) as here:
        assert here.web.get("/healthz").json()["room"] == "opening"
        ready = here.web.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert here.web.get("/").status_code == 200
        answer = here.post("/api/freeze", WHY)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert here.post("/api/freeze", WHY, "wang").status_code == 403
        may_open.set()
        while here.web.get("/readyz").status_code != 200:
            time.sleep(0.01)
        assert [one["who"] for one in here.noted()] == ["wang"]
    assert here.held == ["job 77 is paused until 10:45"]
    assert room.closed


def test_a_room_that_cannot_be_opened_is_said_and_nothing_waits_for_it() -> None:
    """The door ends; who started it sees the faults."""
    fault = BadInput([Finding(subject="case", value="none", limit="one", mend="Write it.")])

    def never() -> Stands:
        raise fault

    with served(open_room=never) as here:
        while here.web.get("/healthz").json()["room"] == "opening":
            time.sleep(0.01)
        assert here.web.get("/healthz").json()["room"] == "failed"
        assert here.web.get("/readyz").status_code == 503


def test_what_is_not_ready_is_said_in_sentences() -> None:
    """A source that is stale, a store that does not write, another that leads."""
    room = StandIn()
    room.said = ("price is 9 h old; 2 h are borne",)
    with served(room) as here:
        answer = here.web.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "because": list(room.said)}


def test_a_loop_that_ended_is_not_ready_and_people_still_freeze() -> None:
    """It says what ended it."""
    running = Stands(StandIn())
    running.fault = MemoryError()
    with served(running.room, open_room=lambda: running) as here:
        while here.web.get("/healthz").json()["room"] != "open":
            time.sleep(0.01)
        assert here.web.get("/readyz").json()["because"] == ["its loop ended: MemoryError"]
        assert here.post("/api/freeze", WHY).status_code == 200


def test_a_store_that_takes_nothing_is_said_and_refusals_wait_for_it() -> None:
    """503 with what to do; once it takes them they are written down in order."""
    room, full = StandIn(), [True]
    keep = room.store.append

    def append(entry: Entry) -> None:
        if full[0]:
            raise StoreFullError("room.db has no room")
        keep(entry)

    room.store.append = append  # type: ignore[method-assign]
    with served(room) as here:
        answer = here.post("/api/mode", {**WHY, "mode": "observe"})
        assert answer.status_code == 503
        assert "no room" in answer.text
        assert here.post("/api/freeze", WHY, "wang").status_code == 403
        assert here.noted() == []
        full[0] = False
        assert here.post("/api/release", WHY, "wang").status_code == 403
        whats = [one["what"] for one in here.noted()]
        assert whats == ["POST /api/freeze", "POST /api/release"]


def test_what_fails_inside_is_our_fault_and_tells_nothing() -> None:
    """500 in the one shape, with the headers; the room goes on."""

    class Broken(StandIn):
        def decisions(self, count: int) -> tuple[Mapping[str, object], ...]:
            raise RuntimeError("secret detail")

    with served(Broken()) as here:
        answer = here.get("/api/decisions")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.headers["x-frame-options"] == "DENY"
        assert here.post("/api/freeze", WHY).status_code == 200


def test_what_the_room_refuses_is_said_by_key_and_figures_too() -> None:
    """So that a page says it in its own language; a refusal of the door is text alone."""
    of_the_room = answer_of(refused(409, "approve d-1", say("misread"), "what waits", "Read."))
    (fault,) = json.loads(bytes(of_the_room.body))["errors"]
    assert fault["said"] == {"key": "misread", "of": {}} and fault["value"] == str(say("misread"))
    of_the_door = answer_of(refused(409, "approve d-1", "gone", "what waits", "Read."))
    assert "said" not in json.loads(bytes(of_the_door.body))["errors"][0]
